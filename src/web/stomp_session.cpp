#include "stomp_session.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace madang::web {
namespace {

using namespace std::chrono_literals;

// Beats go out a little early: a tick is a quarter of a second.
constexpr auto early = 250ms;

}  // namespace

stomp_session::stomp_session(stomp_gateway& g, std::size_t shard, upgrade_facts facts)
    : gateway_(g),
      shard_(shard),
      facts_(std::move(facts)),
      parser_(g.settings_.frames),
      number_(g.connections_.fetch_add(1, std::memory_order_relaxed)) {}

void stomp_session::opened(net::websocket& ws) {
    ws_ = &ws;
    opened_at_ = heard_at_ = sent_at_ = std::chrono::steady_clock::now();
    session_ = std::make_shared<broker::session>(gateway_.parts_.hub.at(shard_), *this);
    if (gateway_.draining_) restart();
}

void stomp_session::closed() {
    ws_ = nullptr;
    stage_ = stage::closing;
    session_->close();
    log::trace_of(me_.session, "socket closed");
    if (login_is_ours_)
        spawn([](std::shared_ptr<stomp_session> self) -> task<> {
            (void)co_await self->gateway_.parts_.accounts.end_session(self->me_.user, self->me_.session);
        }(shared_from_this()));
}

bool stomp_session::received(std::span<const char> bytes) {
    heard_at_ = std::chrono::steady_clock::now();
    if (stage_ == stage::closing || stage_ == stage::leaving) return true;
    parser_.append({bytes.data(), bytes.size()});
    paused_ = !process();
    return !paused_;
}

// True when all bytes are used; false while something must happen first.
bool stomp_session::process() {
    if (parsing_) return true;
    parsing_ = true;
    bool used = true;
    for (;;) {
        if (blocked()) {
            used = false;
            break;
        }
        const auto event = parser_.next();
        if (!event) break;
        if (const auto* f = std::get_if<stomp::frame>(&*event)) {
            gateway_.counters_.frames.add();
            on_frame(*f);
        } else if (const auto* fault = std::get_if<stomp::parse_error>(&*event)) {
            if (fault->fault == stomp::parse_fault::too_large)
                fatal(error{errc::payload_too_large, std::string{fault->text}}, 1009, "too_large");
            else
                protocol_fault(std::string{fault->text});
        }
        if (stage_ == stage::closing || stage_ == stage::leaving) break;
    }
    parsing_ = false;
    return used;
}

bool stomp_session::blocked() const {
    return stage_ == stage::connecting || in_flight_ >= gateway_.settings_.sends_in_flight || session_->backlog().behind();
}

void stomp_session::go_on() {
    leave_when_done();
    if (!paused_ || ws_ == nullptr || parsing_) return;
    if (stage_ != stage::closing && stage_ != stage::leaving && !process()) return;
    paused_ = false;
    ws_->resume();
}

void stomp_session::on_frame(const stomp::frame& f) {
    using stomp::command;
    const bool connects = f.command == command::connect || f.command == command::stomp;
    if (me_.session)
        log::trace_of(me_.session, "frame",
                      {{"command", stomp::to_string(f.command)}, {"destination", f.find("destination").value_or("")}});
    if (stage_ == stage::fresh) {
        if (connects) return on_connect(f);
        return protocol_fault("The first frame must be CONNECT or STOMP.", receipt_of(f));
    }
    switch (f.command) {
        case command::send:
            return on_send(f);
        case command::subscribe:
            return on_subscribe(f);
        case command::unsubscribe:
            return on_unsubscribe(f);
        case command::disconnect:
            return on_disconnect(f);
        case command::connect:
        case command::stomp:
            return protocol_fault("This connection is connected already.", receipt_of(f));
        case command::ack:
        case command::nack:
        case command::begin:
        case command::commit:
        case command::abort:
            return protocol_fault("ACK, NACK and transactions are not served.", receipt_of(f));
        default:
            return protocol_fault("This is a server's frame.", receipt_of(f));
    }
}

void stomp_session::oversized() {
    if (stage_ == stage::closing) return;
    fatal(error{errc::payload_too_large, "The message is too large."}, 1009, "too_large");
}

void stomp_session::pong() {
    // Who has promised heart-beats is judged by them alone: a pong comes from the transport, not from the client.
    if (beats_.expect_every.count() == 0) heard_at_ = std::chrono::steady_clock::now();
}

bool stomp_session::write(std::string& bytes) {
    sent_at_ = std::chrono::steady_clock::now();
    if (ws_ == nullptr) return true;
    const bool out = ws_->send(bytes);
    if (out && close_code_ != 0)
        asio::post(gateway_.parts_.shards.at(shard_), [self = shared_from_this()] { self->close_if_flushed(); });
    return out;
}

void stomp_session::drained() {
    session_->written();
    close_if_flushed();
}

void stomp_session::tick(steady_time now) {
    if (ws_ == nullptr) return;
    const auto& s = gateway_.settings_;
    if (ws_->writing_since() != steady_time::max() && now - ws_->writing_since() > s.write_timeout) {
        gateway_.counters_.stuck.add();
        return ws_->abort();
    }
    if (stage_ == stage::closing) return;
    if (stage_ == stage::fresh) {
        if (now - opened_at_ > s.connect_timeout) protocol_fault("CONNECT has not come in time.");
        return;
    }
    if (stage_ == stage::connecting) {
        // The check of the password has not come in time, which is our fault. Nothing was read since CONNECT.
        if (now - heard_at_ > s.connect_timeout) fatal(retry_later(errc::too_busy, 1s), 1011, "internal");
        return;
    }
    if (beats_.send_every.count() > 0 && now - sent_at_ >= beats_.send_every - early) session_->beat();
    if (paused_) heard_at_ = now;  // we are the one who does not listen
    const auto patience = std::max<std::chrono::milliseconds>(s.silence, 3 * beats_.expect_every);
    if (now - heard_at_ > patience) {
        gateway_.counters_.silent.add();
        stage_ = stage::closing;
        session_->close();
        return ws_->close(1013, "too_slow");
    }
    if (beats_.expect_every.count() == 0 && now - heard_at_ > patience / 2 && now - pinged_at_ > patience / 4) {
        pinged_at_ = now;
        ws_->ping();
    }
    if (expires_ && gateway_.parts_.time.now() > *expires_ + s.socket_grace) {
        gateway_.counters_.expired.add();
        fatal(error{errc::token_expired}, 1008, "token_expired");
    }
}

void stomp_session::too_slow() {
    // Posted: the broker is in the middle of a delivery, and closing changes its lists.
    asio::post(gateway_.parts_.shards.at(shard_), [self = shared_from_this()] {
        if (self->ws_ == nullptr || self->stage_ == stage::closing) return;
        self->stage_ = stage::closing;
        self->session_->close();
        self->ws_->close(1013, "too_slow");
    });
}

void stomp_session::login_ended() {
    if (ws_ == nullptr || stage_ == stage::closing) return;
    if (const auto* events = session_->find_destination(user_events_destination)) {
        const std::array<stomp::header, 2> headers{{{"destination", user_events_destination}, {"message-id", "revoked"}}};
        auto m = std::make_shared<broker::message>();
        m->tail = stomp::message_tail(version_, headers, "application/json", R"({"type":"session_revoked"})");
        session_->send(*events, std::move(m));
    }
    close_when_flushed(1008, "revoked");
}

void stomp_session::restart() {
    if (ws_ == nullptr || stage_ == stage::closing) return;
    leave_code_ = 1012;
    leave_reason_ = "restart";
    stage_ = stage::leaving;
    leave_when_done();
}

void stomp_session::on_disconnect(const stomp::frame& f) {
    leave_receipt_ = receipt_of(f);
    stage_ = stage::leaving;
    leave_when_done();
}

// DISCONNECT's receipt comes after all earlier sends are finished: clients close on it (STOMP 1.2, "DISCONNECT").
void stomp_session::leave_when_done() {
    if (stage_ != stage::leaving || in_flight_ > 0) return;
    if (!leave_receipt_.empty()) receipt(leave_receipt_);
    close_when_flushed(leave_code_, leave_reason_);
}

void stomp_session::fatal(const error& e, std::uint16_t code, std::string_view reason, std::string_view receipt) {
    if (stage_ == stage::closing) return;
    gateway_.counters_.errors.add();
    stomp::error_fields fields;
    const std::string body = problem_json(e, facts_.lang, next_problem_id());
    const std::string message = e.detail.empty() ? std::string{title_of(e.code, language::en)} : e.detail;
    fields.message = message;
    if (!receipt.empty()) fields.receipt_id = receipt;
    fields.code = to_string(e.code);
    fields.content_type = problem_type;
    fields.body = body;
    session_->send(stomp::encode_error(version_, fields));
    close_when_flushed(code, reason);
}

void stomp_session::protocol_fault(std::string detail, std::string_view receipt) {
    fatal(error{errc::invalid_request, std::move(detail)}, 1008, "protocol", receipt);
}

void stomp_session::close_when_flushed(std::uint16_t code, std::string_view reason) {
    stage_ = stage::closing;
    close_code_ = code;
    close_reason_ = reason;
    session_->unsubscribe_all();
    session_->flush();
    close_if_flushed();
}

void stomp_session::close_if_flushed() {
    if (close_code_ == 0 || ws_ == nullptr || session_->backlog().in_flight() || !session_->backlog().empty()) return;
    session_->close();
    ws_->close(close_code_, close_reason_);
}

void stomp_session::receipt(std::string_view id, headers more) {
    if (id.empty()) return;
    gateway_.counters_.receipts.add();
    session_->send(stomp::encode_receipt(version_, id, {more.begin(), more.size()}));
}

void stomp_session::refuse(const error& e, std::string_view receipt) {
    gateway_.counters_.refusals.add();
    const auto* errors = session_->find_destination(user_errors_destination);
    if (errors == nullptr) {
        if (e.code == errc::token_expired || e.code == errc::unauthenticated) return fatal(e, 1008, to_string(e.code), receipt);
        const bool passing = e.code == errc::unavailable || e.code == errc::too_busy || e.code == errc::internal;
        return fatal(e, passing ? 1011 : 1008, passing ? "internal" : "protocol", receipt);
    }
    const std::string id = next_problem_id();
    std::vector<stomp::header> headers{{"destination", user_errors_destination}, {"message-id", id}, {"code", to_string(e.code)}};
    if (!receipt.empty()) headers.push_back({"receipt-id", receipt});
    auto m = std::make_shared<broker::message>();
    m->tail = stomp::message_tail(version_, headers, problem_type, problem_json(e, facts_.lang, id));
    session_->send(*errors, std::move(m));
}

std::string stomp_session::next_problem_id() { return fmt::format("{}.{}", number_, ++refused_); }

void stomp_session::spawn(task<> work) { gateway_.parts_.tasks.spawn(gateway_.parts_.shards.at(shard_), std::move(work)); }

bool stomp_session::finished() {
    --in_flight_;
    if (ws_ == nullptr || stage_ == stage::closing) return false;
    return true;
}

}  // namespace madang::web
