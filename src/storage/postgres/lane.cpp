#include "postgres/lane.hpp"

#include "postgres/events.hpp"
#include "postgres/memberships.hpp"
#include "postgres/slow_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto come_back = 1s;
constexpr auto look_again = 200ms;
constexpr auto longest_pause = 250ms;

constexpr sql last_event = "SELECT " EVENT_COLUMNS " FROM events e WHERE e.room_id = $1 ORDER BY e.seq DESC LIMIT 1";

domain::commit commit_of(domain::event e) {
    domain::commit c;
    c.room = e.room;
    c.head = e.seq;
    if (const auto* joins = std::get_if<domain::members_joined>(&e.body)) c.joined = joins->users;
    if (const auto* leaves = std::get_if<domain::member_left>(&e.body)) c.left.push_back(leaves->user);
    c.event = std::make_shared<const domain::event>(std::move(e));
    return c;
}

}  // namespace

lane::lane(asio::io_context& io, connector& c, const lane_options& options, const clock& time, const announcer& tell,
           reporter& report, waiting_units& waiting)
    : connection_(std::make_shared<connection>(io, c, use::lane)),
      options_(options),
      clock_(time),
      announcer_(tell),
      report_(report),
      waiting_(waiting),
      more_(connection_->where()),
      patience_(connection_->where()),
      pause_(connection_->where()),
      dice_(std::random_device{}()) {
    connection_->heard = [&report](const std::optional<std::string>& failed) {
        report.writing_works(!failed);
        if (failed) report.failed(*failed);
    };
}

void lane::start() {
    connection_->start();
    asio::co_spawn(connection_->where(), run(), asio::detached);
}

void lane::stop() {
    asio::post(connection_->where(), [self = shared_from_this()] {
        self->stopping_ = true;
        self->more_.cancel();
        self->pause_.cancel();
    });
}

void lane::offer(std::unique_ptr<unit> u) {
    asio::post(connection_->where(), [self = shared_from_this(), u = std::move(u)]() mutable {
        u->deadline = std::chrono::steady_clock::now() + self->options_.patience;
        if (self->ended_) {
            self->waiting_.let_go(*u);
            return u->refuse(retry_later(errc::unavailable, come_back));
        }
        self->queue_.push(std::move(u));
        self->more_.cancel();
        self->watch_patience();
    });
}

task<> lane::run() {
    const auto self = shared_from_this();
    while (co_await something_to_do()) {
        if (!connection_->is_up()) {
            // Those who wait are answered when their patience ends, and nobody waits for longer than that.
            co_await pause();
            continue;
        }
        if (!unsure_.empty()) co_await repair();
        auto batch = queue_.next_batch(options_.batch_rows, options_.batch_bytes);
        if (!batch.empty()) co_await write(std::move(batch));
    }
    ended_ = true;
    patience_.cancel();
    connection_->stop();
}

// False when the lane stops and is empty.
task<bool> lane::something_to_do() {
    while (queue_.empty()) {
        if (stopping_) co_return false;
        more_.expires_at(timer::time_point::max());
        boost::system::error_code ignored;
        co_await more_.async_wait(asio::redirect_error(use_task, ignored));
    }
    co_return true;
}

task<> lane::write(units batch) {
    const bool hot = batch.front()->what == unit::kind::message || batch.front()->what == unit::kind::mark;
    if (hot) co_return co_await write_messages(std::move(batch));
    co_await write_work(std::move(batch));
}

task<> lane::write_messages(units batch) {
    const auto began = std::chrono::steady_clock::now();
    message_batch messages{batch, clock_.now()};
    std::optional<failure> failed;
    answers found;
    under_way_ = batch;
    try {
        auto to_send = messages.to_send();
        found = co_await connection_->ask(std::move(to_send));
    } catch (const failure& e) {
        failed = e;
    }
    under_way_ = {};
    if (failed) {
        failure why = *failed;
        co_return co_await recover(std::move(batch), std::move(why), true);
    }
    auto outcome = messages.take(found);
    announcer_.tell(std::move(outcome.commits));
    messages.answer();

    units slowly;
    for (const auto at : outcome.slowly) slowly.push_back(done_slowly(std::move(batch[at])));
    std::erase(batch, nullptr);
    done(batch, began);
    queue_.push_back_in(std::move(slowly));
}

task<> lane::write_work(units batch) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<domain::commit> commits;
    std::optional<failure> failed;
    bool committing = false;
    under_way_ = batch;
    {
        database db{*connection_};
        try {
            writing w{db, clock_.now(), commits, options_.limits};
            std::vector<room_id> rooms;
            for (const auto& u : batch)
                if (u->room) rooms.push_back(u->room);
            if (!rooms.empty()) (void)co_await lock_rooms(db, std::move(rooms));
            for (const auto& u : batch) co_await static_cast<work_unit*>(u.get())->run(w);
            committing = true;
            co_await db.commit();
        } catch (const failure& e) {
            failed = e;
        } catch (const std::exception& e) {
            failed = failure::of_ours(e.what());
        }
        if (failed && !failed->of_connection()) {
            try {
                co_await db.rollback();
            } catch (const failure& e) {
                failed = e;
            }
        }
    }
    under_way_ = {};
    if (failed) {
        failure why = *failed;
        co_return co_await recover(std::move(batch), std::move(why), committing);
    }
    announcer_.tell(std::move(commits));
    for (const auto& u : batch) static_cast<work_unit*>(u.get())->answer_found();
    done(batch, began);
}

task<> lane::recover(units batch, failure why, bool committing) {
    if (!why.of_environment()) {
        // One of them is at fault. Apart, the others succeed, and it fails alone.
        report_.failed(why.what());
        if (batch.size() == 1) {
            waiting_.let_go(*batch.front());
            batch.front()->refuse(errc::internal);
            co_return;
        }
        units second{std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2)),
                     std::make_move_iterator(batch.end())};
        batch.resize(batch.size() / 2);
        co_await write(std::move(batch));
        co_return co_await write(std::move(second));
    }
    if (failures_++ == 0) report_.failed(why.what());
    if (!why.of_contention()) report_.writing_works(false);
    // A server that has become a standby: the connection looks for the one that took over.
    if (why.sqlstate() == "25006") connection_->reconnect();
    units again;
    for (auto& u : batch) {
        const bool repeatable = u->what == unit::kind::message || u->what == unit::kind::mark;
        if (why.of_connection() && committing) {
            u->unsure = true;
            if (!repeatable || u->answered()) unsure_.insert(u->room);
        }
        // Messages are repeated by their keys, marks are what they are; other work may have been done, and its answer is not
        // known.
        if (!u->answered() && (repeatable || !u->unsure)) {
            again.push_back(std::move(u));
            continue;
        }
        waiting_.let_go(*u);
        u->refuse(retry_later(errc::unavailable, come_back));
    }
    queue_.push_back_in(std::move(again));
    if (!why.of_contention()) co_await pause();
}

// After a lost outcome: the last event of a room may have been committed without anybody being told. The feeds find out from it
// what else they have missed.
task<> lane::repair() {
    const std::vector<room_id> rooms{unsure_.begin(), unsure_.end()};
    statements asked;
    for (const auto room : rooms) asked.add(last_event, room);
    std::vector<domain::commit> heads;
    try {
        const auto found = co_await connection_->ask(std::move(asked));
        for (std::size_t i = 0; i < rooms.size(); ++i)
            for (const auto r : found[i]) heads.push_back(commit_of(event_at(r, rooms[i])));
    } catch (const failure& e) {
        report_.failed(e.what());
        co_return;
    }
    announcer_.tell(std::move(heads));
    unsure_.clear();
}

task<> lane::pause() {
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(longest_pause).count();
    pause_.expires_after(std::chrono::milliseconds{10 + static_cast<std::int64_t>(dice_() % static_cast<unsigned>(most))});
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
}

void lane::done(const units& batch, std::chrono::steady_clock::time_point began) {
    auto& stats = report_.stats();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    stats.last_commit_micros = static_cast<std::uint64_t>(took.count());
    report_.writing_works(true);
    ++stats.batches;
    stats.units += batch.size();
    failures_ = 0;
    for (const auto& u : batch) waiting_.let_go(*u);
}

void lane::watch_patience() {
    if (std::exchange(watching_, true)) return;
    patience_.expires_after(look_again);
    patience_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        self->watching_ = false;
        if (!ec) self->lose_patience();
        if (!ec && !(self->queue_.empty() && self->under_way_.empty())) self->watch_patience();
    });
}

void lane::lose_patience() {
    const auto now = std::chrono::steady_clock::now();
    for (const auto& u : queue_.take_out([now](const unit& u) { return u.deadline <= now; })) {
        if (u->unsure) unsure_.insert(u->room);
        waiting_.let_go(*u);
        ++report_.stats().refused;
        u->refuse(retry_later(errc::unavailable, come_back));
    }
    // What is on its way may still be committed; its caller is told that nobody knows.
    for (const auto& u : under_way_)
        if (u->deadline <= now) u->refuse(retry_later(errc::unavailable, come_back));
}

}  // namespace madang::storage::postgres
