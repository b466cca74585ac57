// A SQLite store with one person and their note to self, for tests that look at the store rather than at the rules.
#pragma once

#include "madang/storage/sqlite_store.hpp"

#include "files.hpp"
#include "manual_clock.hpp"
#include "run_task.hpp"

#include <future>
#include <string>
#include <vector>

namespace madang::test {

// Holds the writer's thread at its next commit until opened.
class gate final : public domain::commit_listener {
public:
    void committed(std::vector<domain::commit>) override {
        if (!std::exchange(used_, true)) {
            reached_.set_value();
            open_.get_future().wait();
        }
    }
    void wait() { reached_.get_future().wait(); }
    void open() { open_.set_value(); }

private:
    bool used_ = false;
    std::promise<void> reached_;
    std::promise<void> open_;
};

class small_store {
public:
    explicit small_store(storage::sqlite_options options = {}) : store(prepared(std::move(options)), clock) {
        domain::new_user u;
        u.username = "sora";
        me = io.run(store.accounts().create_user(u))->id;
        domain::new_room note;
        note.kind = domain::room_kind::direct;
        note.creator = me;
        room = io.run(store.log().create_room(note))->room;
    }

    [[nodiscard]] std::future<result<domain::posted>> start_post(std::string text = "text") {
        return io.start(store.log().post({room, me, "k" + std::to_string(++keys_), std::move(text), 0}));
    }
    result<domain::posted> post(std::string text = "text") { return start_post(std::move(text)).get(); }

    // Waits until so many units stand in the queue.
    void await_queue(std::size_t rows) const {
        while (store.stats().queue_rows < rows) std::this_thread::yield();
    }

    temporary_directory directory;
    manual_clock clock;
    io_thread io;
    std::vector<std::string> failures;  // read after the answer that they caused
    storage::sqlite_store store;
    user_id me;
    room_id room;

private:
    storage::sqlite_options prepared(storage::sqlite_options options) {
        options.file = directory / "madang.db";
        options.ears.failed = [this](std::string_view what) { failures.emplace_back(what); };
        storage::migrate(options.file, source_migrations(), clock);
        return options;
    }

    int keys_ = 0;
};

}  // namespace madang::test
