// A node on a server of its own, to which things happen.
#pragma once

#include "../ports/world.hpp"
#include "node.hpp"

#include <map>

namespace madang::test {

using namespace domain;
using namespace std::chrono_literals;

// Apart from the shared one: what happens to it here is not for other tests.
inline postgres_server& server() {
    static postgres_server own;
    return own;
}

// Far enough apart that a machine which stands still for a second does not mistake one for the other.
inline constexpr auto timeout = 3s;
inline constexpr auto in_time = timeout + 2s;
inline constexpr auto at_once = 1500ms;  // no wait is so short
inline constexpr auto forever = 60s;     // what takes so long never comes

inline storage::postgres_options restless_options() {
    storage::postgres_options options;
    options.url = server().migrated_database();
    options.timeout = timeout;
    options.lanes = 1;
    return options;
}

template <class T>
struct timed {
    result<T> answer = errc::internal;
    std::chrono::steady_clock::duration took{};
};

template <class T>
timed<T> timed_answer(world& w, async_result<T> asked) {
    const auto began = std::chrono::steady_clock::now();
    timed<T> t;
    t.answer = w.io().run(std::move(asked));
    t.took = std::chrono::steady_clock::now() - began;
    return t;
}

template <class T>
void require_unavailable(const timed<T>& t, std::chrono::steady_clock::duration within) {
    REQUIRE(t.answer.has_error());
    REQUIRE(t.answer.error().code == errc::unavailable);
    REQUIRE(t.answer.error().retry_after > 0ms);
    REQUIRE(t.took < within);
}

// Asks until it is answered: after an outage each connection comes back in its own time.
template <class Ask>
auto until_answered(world& w, Ask ask) {
    const auto give_up = std::chrono::steady_clock::now() + forever;
    for (;;) {
        auto answer = w.io().run(ask());
        if (answer) return *std::move(answer);
        REQUIRE(answer.error().code == errc::unavailable);
        REQUIRE(std::chrono::steady_clock::now() < give_up);
    }
}

struct quiet_room {
    explicit quiet_room(const storage::postgres_options& options) : w(nodes_with(options)) {}

    async_result<posted> post(const std::string& key) { return w.log().post(w.message(room, me, "text of " + key, key)); }
    async_result<seat> read() { return w.rooms().seat_of(me, room); }
    posted post_until_taken(const std::string& key) {
        return until_answered(w, [&] { return post(key); });
    }
    void read_until_answered() {
        until_answered(w, [&] { return read(); });
    }
    // How often each key is in the log, whose seqs have no gap.
    std::map<std::string, int> keys() {
        std::map<std::string, int> all;
        seq_t seq = 0;
        for (const auto& e : w.events(room)) {
            REQUIRE(e.seq == ++seq);
            if (const auto* m = std::get_if<message_posted>(&e.body)) ++all[m->key];
        }
        return all;
    }

    world w;
    user_id me = w.person("sora");
    room_id room = w.create(room_kind::group, me, {}).room;
};

}  // namespace madang::test
