#include "postgres/lane.hpp"

#include "postgres/memberships.hpp"
#include "postgres/slow_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto look_again = 200ms;

}  // namespace

lane::lane(asio::io_context& io, connector& c, precedence& first, const lane_options& options, const clock& time,
           const announcer& tell, reporter& report, waiting_units& waiting)
    : connection_(std::make_shared<connection>(io, c, first, use::lane, true)),
      options_(options),
      clock_(time),
      announcer_(tell),
      report_(report),
      health_(report),
      waiting_(waiting),
      more_(connection_->where()),
      patience_(connection_->where()),
      pause_(connection_->where()),
      dice_(std::random_device{}()) {
    connection_->heard = [this](const std::optional<std::string>& failed) { failed ? health_.fails(*failed) : health_.works(); };
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
        if (self->ended_) return self->drop(*u, come_back());
        self->queue_.push(std::move(u));
        self->more_.cancel();
        self->watch_patience();
    });
}

void lane::doubt(domain::commit c) {
    asio::post(connection_->where(), [self = shared_from_this(), c = std::move(c)] {
        self->unsure_.add({c});
        self->more_.cancel();
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

std::vector<room_id> lane::rooms_of(const units& batch) {
    std::vector<room_id> rooms;
    for (const auto& u : batch)
        if (u->room) rooms.push_back(u->room);
    return rooms;
}

// False when the lane stops and is empty.
task<bool> lane::something_to_do() {
    while (queue_.empty() && (stopping_ || unsure_.empty())) {
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

    units slowly;
    for (const auto at : outcome.slowly) slowly.push_back(done_slowly(std::move(batch[at])));
    std::erase(batch, nullptr);
    done(batch, began);
    messages.answer();
    queue_.push_back_in(std::move(slowly));
}

task<> lane::write_work(units batch) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<domain::commit> commits;
    std::optional<failure> failed;
    bool committing = false;
    std::size_t ran = 0;
    under_way_ = batch;
    {
        database db{*connection_};
        try {
            writing w{db, clock_.now(), commits, options_.limits};
            auto rooms = rooms_of(batch);
            if (!rooms.empty()) (void)co_await lock_rooms(db, std::move(rooms));
            // Each of them has round trips of its own, and others wait for these rooms.
            const auto enough = began + options_.patience / 10;
            while (ran < batch.size() && (ran == 0 || std::chrono::steady_clock::now() < enough))
                co_await static_cast<work_unit*>(batch[ran++].get())->run(w);
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
                if (!failed->of_environment()) failed = e;
            }
        }
    }
    under_way_ = {};
    if (failed) {
        failure why = *failed;
        if (why.of_connection() && committing) unsure_.add(commits);
        if (why.of_lock() && ran > 0 && batch.size() > 1) {
            report_.failed(why.what());
            const auto its = batch[ran - 1]->room;  // who waits for something else than rooms
            co_return set_aside(std::move(batch), {its});
        }
        co_return co_await recover(std::move(batch), std::move(why), committing);
    }
    announcer_.tell(std::move(commits));
    units later{std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(ran)), std::make_move_iterator(batch.end())};
    batch.resize(ran);
    put_back(std::move(later));
    done(batch, began);
    for (const auto& u : batch) static_cast<work_unit*>(u.get())->answer_found();
}

void lane::done(const units& batch, std::chrono::steady_clock::time_point began) {
    auto& stats = report_.stats();
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    stats.last_commit_micros = static_cast<std::uint64_t>(took.count());
    health_.works();
    ++stats.batches;
    stats.units += batch.size();
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
        ++report_.stats().refused;
        drop(*u, come_back());
    }
    // What is on its way may still be committed; its caller is told that nobody knows.
    for (const auto& u : under_way_)
        if (u->deadline <= now) u->refuse(come_back());
}

}  // namespace madang::storage::postgres
