#include "postgres/edits.hpp"

#include "madang/domain/ports/room_store.hpp"
#include "postgres/events.hpp"
#include "postgres/work.hpp"

#include <map>
#include <span>
#include <utility>

namespace madang::storage::postgres {

using namespace domain;

namespace {

struct shown {
    std::string text;  // empty when deleted
    std::optional<timestamp> deleted_at;
};
using texts = std::map<seq_t, shown>;

message_edited* edit_in(event& e) { return std::get_if<message_edited>(&e.body); }

// What the first edits of the log aim at: as many as a small page has rows, so that their texts are no more than its.
std::vector<seq_t> first_targets(std::span<event> log) {
    std::vector<seq_t> targets;
    for (auto& e : log) {
        if (targets.size() == small_page) break;
        if (const auto* const edit = edit_in(e)) targets.push_back(edit->target);
    }
    return targets;
}

async_result<texts> texts_of(pool& from, room_id room, std::vector<seq_t> messages) {
    auto ask = statements::of(
        "SELECT m.seq, m.body, m.deleted_at FROM unnest($2::bigint[]) AS t(seq) "
        "CROSS JOIN LATERAL (SELECT seq, body, deleted_at FROM events WHERE room_id = $1 AND seq = t.seq LIMIT 1) m",
        room, messages);
    return read<texts>(from, std::move(ask), [](const answers& found) -> result<texts> {
        texts all;
        for (const auto r : found[0]) all[r.get<seq_t>(0)] = {r.get<std::string>(1), r.get<std::optional<timestamp>>(2)};
        return all;
    });
}

}  // namespace

async_result<std::vector<event>> with_texts(pool& from, room_id room, std::vector<event> log) {
    texts known;
    std::size_t weight = 0;
    auto e = log.begin();
    for (; e != log.end() && weight < page_weight; ++e) {
        if (auto* const edit = edit_in(*e)) {
            if (!known.contains(edit->target)) {
                auto targets = first_targets({e, log.end()});
                auto found = co_await texts_of(from, room, std::move(targets));
                if (!found) co_return found.error();
                known = std::move(*found);
            }
            const auto& now = known[edit->target];
            edit->text = now.text;
            edit->deleted_at = now.deleted_at;
        }
        weight += e->weight();
    }
    log.erase(e, log.end());
    co_return log;
}

}  // namespace madang::storage::postgres
