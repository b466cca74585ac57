// A store with people and rooms in it, and words for what they do.
#pragma once

#include "store_under_test.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "catch.hpp"
#include "manual_clock.hpp"
#include "run_task.hpp"

namespace madang::test {

// Every test of the suite runs once for each kind of store.
#define EACH_STORE GENERATE(from_range(madang::test::kinds_of_store()))

// Keeps what a store says that it committed. Thread-safe.
class commit_recorder final : public domain::commit_listener {
public:
    void committed(std::vector<domain::commit> batch) override {
        const std::lock_guard hold{lock_};
        all_.insert(all_.end(), batch.begin(), batch.end());
        more_.notify_all();
    }
    // Until there are so many.
    void await(std::size_t count) const {
        std::unique_lock hold{lock_};
        REQUIRE(more_.wait_for(hold, std::chrono::seconds{60}, [&] { return all_.size() >= count; }));
    }
    [[nodiscard]] std::vector<domain::commit> all() const {
        const std::lock_guard hold{lock_};
        return all_;
    }
    [[nodiscard]] domain::commit last() const {
        const std::lock_guard hold{lock_};
        return all_.empty() ? domain::commit{} : all_.back();
    }
    [[nodiscard]] std::size_t count() const {
        const std::lock_guard hold{lock_};
        return all_.size();
    }

private:
    mutable std::mutex lock_;
    mutable std::condition_variable more_;
    std::vector<domain::commit> all_;
};

class world {
public:
    explicit world(const kind_of_store& kind, const domain::room_limits& limits = {}) : store_(kind.make(limits, clock)) {
        store().set_listener(&commits);
    }

    manual_clock clock;
    commit_recorder commits;

    domain::account_store& accounts() { return store().accounts(); }
    domain::login_store& logins() { return store().logins(); }
    domain::key_store& keys() { return store().keys(); }
    domain::contact_store& contacts() { return store().contacts(); }
    domain::room_store& rooms() { return store().rooms(); }
    domain::room_log& log() { return store().log(); }
    storage::store& store() { return store_->store(); }
    io_thread& io() { return io_; }

    // The answer, which must not be a refusal.
    template <class T>
    T get(async_result<T> asked) {
        auto answer = io_.run(std::move(asked));
        if (!answer) fail_of(answer.error());
        if constexpr (!std::is_void_v<T>) return std::move(*answer);
    }
    // The code of a refusal, which must be one.
    template <class T>
    errc refused(async_result<T> asked) {
        const auto answer = io_.run(std::move(asked));
        if (answer) FAIL("was not refused");
        return answer.error().code;
    }

    user_id person(const std::string& name);
    void befriend(user_id a, user_id b);
    domain::room_log::created create(domain::room_kind kind, user_id creator, std::vector<user_id> others, std::string key = {});
    static domain::new_room room_of(domain::room_kind kind, user_id creator, std::vector<user_id> others, std::string key = {});
    // These make them friends first.
    room_id group(user_id creator, std::vector<user_id> others);
    room_id direct(user_id a, user_id b);
    void join(room_id room, user_id inviter, user_id guest);

    domain::new_message message(room_id room, user_id author, std::string text, std::string key = {}, seq_t reply_to = 0);
    domain::posted say(room_id room, user_id author, std::string text, std::string key = {}, seq_t reply_to = 0);
    domain::timeline_page timeline(user_id me, room_id room, domain::timeline_range range = {});
    std::vector<domain::event> events(room_id room);  // the whole log

private:
    static void fail_of(const error& refused);
    void make_friends(user_id a, user_id b);

    io_thread io_;
    std::unique_ptr<store_under_test> store_;
    int keys_given_ = 0;
};

// The texts of the messages among the items, "-" for a deleted one.
[[nodiscard]] std::vector<std::string> texts(const domain::timeline_page& page);

[[nodiscard]] std::vector<user_id> ids(const std::vector<domain::member>& members);

[[nodiscard]] inline domain::timeline_range newest(std::size_t limit) {
    return {.before = 0, .after = {}, .around = 0, .limit = limit};
}

template <class Body>
const Body& body_of(const domain::event& e) {
    return std::get<Body>(e.body);
}

}  // namespace madang::test
