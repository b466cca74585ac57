#include "madang/redis/subscriber.hpp"

#include "connection.hpp"

#include "madang/redis/commands.hpp"

#include <boost/asio/post.hpp>

#include <set>
#include <vector>

namespace madang::redis {

class subscriber::impl final : public connection::listener, public std::enable_shared_from_this<impl> {
public:
    impl(asio::io_context& io, options o, subscriber::listener& to)
        : strand_(io.get_executor()),
          options_(std::move(o)),
          to_(&to),
          connection_(std::make_shared<connection>(strand_, options_, *this)),
          timer_(strand_) {}

    void start() {
        asio::post(strand_, [self = shared_from_this()] { self->connection_->start(); });
    }
    void stop() {
        asio::post(strand_, [self = shared_from_this()] {
            self->stopped_ = true;
            self->connection_->stop();
            self->timer_.cancel();
        });
    }
    void subscribe(std::string channel) {
        asio::post(strand_, [self = shared_from_this(), channel = std::move(channel)]() mutable {
            const auto [at, is_new] = self->wanted_.insert(std::move(channel));
            if (is_new) self->say("SUBSCRIBE", *at);
        });
    }
    void unsubscribe(std::string channel) {
        asio::post(strand_, [self = shared_from_this(), channel = std::move(channel)] {
            if (self->wanted_.erase(channel) > 0) self->say("UNSUBSCRIBE", channel);
        });
    }

private:
    void say(std::string_view what, std::string_view channel) {
        if (!up_) return;
        commands one;
        one.add(what, channel);
        connection_->send(one.bytes());
    }

    void up() override {
        up_ = true;
        if (!wanted_.empty()) {
            std::vector<std::string_view> all{"SUBSCRIBE"};
            all.insert(all.end(), wanted_.begin(), wanted_.end());
            commands again;
            again.add_all(all);
            connection_->send(again.bytes());
        }
        watch(false);
    }

    // In this state Redis sends lists alone: "message" channel payload; "subscribe" and "unsubscribe" channel count; "pong" text.
    void received(reply r) override {
        heard_ = true;
        if (r.is_refusal()) return connection_->cut(r.text);
        if (r.items.size() != 3) return;
        const auto& channel = r.items[1].text;
        if (!wanted_.contains(channel)) return;  // given up meanwhile
        if (r.items[0].text == "message")
            to_->message(channel, r.items[2].text);
        else if (r.items[0].text == "subscribe")
            to_->subscribed(channel);
    }

    void down(std::string_view why) override {
        up_ = false;
        timer_.cancel();
        to_->lost(why);
    }

    // After a silence it asks for a sign of life; in vain, and the connection is taken for dead.
    void watch(bool asked) {
        heard_ = false;
        timer_.expires_after(asked ? options_.answer_timeout : options_.idle);
        timer_.async_wait([self = shared_from_this(), asked](const boost::system::error_code& ec) {
            if (ec || self->stopped_ || !self->up_) return;
            if (self->heard_) return self->watch(false);
            if (asked) return self->connection_->cut("no sign of life in time");
            commands ping;
            ping.add("PING");
            self->connection_->send(ping.bytes());
            self->watch(true);
        });
    }

    executor strand_;
    const options options_;
    subscriber::listener* to_;
    const std::shared_ptr<connection> connection_;
    timer timer_;
    std::set<std::string> wanted_;
    bool heard_ = false;
    bool up_ = false;
    bool stopped_ = false;
};

subscriber::subscriber(asio::io_context& io, options o, listener& to) : impl_(std::make_shared<impl>(io, std::move(o), to)) {}
subscriber::~subscriber() { stop(); }

void subscriber::start() { impl_->start(); }
void subscriber::stop() { impl_->stop(); }
void subscriber::subscribe(std::string channel) { impl_->subscribe(std::move(channel)); }
void subscriber::unsubscribe(std::string channel) { impl_->unsubscribe(std::move(channel)); }

}  // namespace madang::redis
