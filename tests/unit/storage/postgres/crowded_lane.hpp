// A lane that is held up, so that a test decides what is in flight together.
#pragma once

#include "../ports/world.hpp"
#include "await.hpp"
#include "node.hpp"

#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>

namespace madang::test {

[[nodiscard]] inline storage::postgres_options one_lane() {
    auto options = patient_options(postgres_server::shared().migrated_database());
    options.lanes = 1;
    return options;
}

// Rooms of one person and one lane, which stands still between hold() and let_go(): what starts meanwhile is in flight together.
struct crowded_lane {
    explicit crowded_lane(const storage::postgres_options& options) : url(options.url), w(nodes_with(options)) {}

    room_id new_room() { return w.create(domain::room_kind::group, me, {}).room; }
    [[nodiscard]] std::future<result<domain::posted>> start_post(room_id where, std::string text, std::string key = {}) {
        return w.io().start(w.log().post(w.message(where, me, std::move(text), std::move(key))));
    }
    void hold() {
        holder.emplace(url, held);
        on_its_way = start_post(held, "on its way");
        holder->await_waiter();
    }
    // As soon as so many units wait behind.
    void let_go(std::size_t waiting) {
        await([&] { return w.store().stats().queue_rows >= waiting + 1; });
        // A unit is counted a moment before its lane has it. The one thread that brings them is done with that when it answers.
        w.get(w.rooms().epoch());
        holder->let_go();
        REQUIRE(on_its_way.get().has_value());
    }

    storage::postgres_url url;
    world w;
    user_id me = w.person("sora");
    room_id held = new_room();
    room_id room = new_room();
    std::optional<held_room> holder = {};
    std::future<result<domain::posted>> on_its_way = {};
};

}  // namespace madang::test
