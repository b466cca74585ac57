#include "postgres/message_batch.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace madang::storage::postgres {
namespace {

constexpr sql lock_rooms_of_batch = "SELECT id FROM rooms WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE";

// config/migrations/postgres/0005_posting.sql
constexpr sql post_messages = "SELECT * FROM post_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

// outcome: m moved, s stays, r no member, o beyond the last message.
constexpr sql move_marks = R"(
WITH judged AS MATERIALIZED (
  SELECT n.*, CASE WHEN m.user_id IS NULL THEN 'r' WHEN n.ordinal > r.last_ordinal THEN 'o'
                   WHEN n.ordinal <= m.read_ordinal THEN 's' ELSE 'm' END AS outcome
  FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS n(room_id, user_id, ordinal, i)
  LEFT JOIN LATERAL (SELECT last_ordinal FROM rooms WHERE id = n.room_id LIMIT 1) r ON true
  LEFT JOIN LATERAL (SELECT user_id, read_ordinal FROM members
                     WHERE room_id = n.room_id AND user_id = n.user_id AND NOT hidden LIMIT 1) m ON true
), moved AS (
  UPDATE members m SET read_ordinal = c.ordinal
  FROM (SELECT room_id, user_id, max(ordinal) AS ordinal FROM judged WHERE outcome = 'm' GROUP BY room_id, user_id) c
  WHERE m.room_id = c.room_id AND m.user_id = c.user_id
)
SELECT outcome FROM judged ORDER BY i)";

error refusal(char outcome) {
    if (outcome == 'p') return invalid_field("replyTo", "invalid", "There is no such message in this room.");
    return errc::not_a_member;
}

}  // namespace

message_batch::message_batch(std::span<const std::unique_ptr<unit>> units, timestamp now) : now_(now) {
    std::map<std::tuple<room_id, user_id, std::string_view>, std::size_t> keys;
    for (std::size_t i = 0; i < units.size(); ++i) {
        rooms_.push_back(units[i]->room);
        if (units[i]->what == unit::kind::mark) {
            marks_.push_back({static_cast<mark_unit*>(units[i].get())});
            continue;
        }
        auto* const one = static_cast<message_unit*>(units[i].get());
        const auto at = messages_.size();
        const auto first = keys.try_emplace({one->m.room, one->m.author, one->m.key}, at).first->second;
        messages_.push_back({one, i, first});
    }
    std::ranges::sort(rooms_);
    rooms_.erase(std::unique(rooms_.begin(), rooms_.end()), rooms_.end());
}

statements message_batch::to_send() const {
    statements all;
    messages_.empty() ? all.add(lock_rooms_of_batch, rooms_) : ask_to_post(all);
    if (!marks_.empty()) {
        std::vector<room_id> rooms;
        std::vector<user_id> users;
        std::vector<ordinal_t> ordinals;
        for (const auto& m : marks_) {
            rooms.push_back(m.unit->room);
            users.push_back(m.unit->user);
            ordinals.push_back(m.unit->ordinal);
        }
        all.add(move_marks, rooms, users, ordinals);
    }
    return all;
}

void message_batch::ask_to_post(statements& all) const {
    std::vector<std::int64_t> counts(rooms_.size());
    std::vector<user_id> authors;
    std::vector<std::string_view> keys;
    std::vector<std::string_view> bodies;
    std::vector<seq_t> replies;
    std::vector<std::int64_t> places;  // of its room, from 1
    std::vector<std::int64_t> turns;   // in its room, from 1
    std::vector<bool> is_last;         // of its author in its room
    std::vector<bool> sought;
    std::map<std::pair<room_id, user_id>, std::size_t> last_of;
    for (std::size_t at = 0; at < messages_.size(); ++at) {
        if (!is_sent(at)) continue;
        const auto& m = messages_[at].unit->m;
        const auto place = std::ranges::lower_bound(rooms_, m.room) - rooms_.begin();
        const auto [last, is_first] = last_of.try_emplace({m.room, m.author}, authors.size());
        if (!is_first) is_last[std::exchange(last->second, authors.size())] = false;
        authors.push_back(m.author);
        keys.push_back(m.key);
        bodies.push_back(m.text);
        replies.push_back(m.reply_to);
        places.push_back(place + 1);
        turns.push_back(++counts[static_cast<std::size_t>(place)]);
        is_last.push_back(true);
        // Another key was drawn for this message and is nowhere yet (`events_key` would say).
        sought.push_back(m.key.front() != '~' || messages_[at].unit->unsure);
    }
    all.add(post_messages, rooms_, counts, authors, keys, bodies, replies, places, turns, is_last, sought, now_);
}

message_batch::outcome message_batch::take(const answers& found) {
    outcome o;
    if (!messages_.empty()) take_messages(found.front(), o);
    if (!marks_.empty()) take_marks(found.back());
    return o;
}

void message_batch::take_messages(const rows& found, outcome& o) {
    std::size_t sent = 0;
    for (std::size_t at = 0; at < messages_.size(); ++at) {
        auto& m = messages_[at];
        if (is_sent(at)) {
            take_message(m, found[sent++], o);
        } else {
            const auto& first = messages_[m.same_as];  // it came before
            m.found = first.found;
            if (m.found) m.found->duplicate = true;
            m.slow = first.slow;
        }
        if (m.slow) o.slowly.push_back(m.position);
    }
}

void message_batch::take_message(message& m, const row& found, outcome& o) const {
    const char outcome = found.get<std::string_view>(1).front();
    m.slow = outcome == 'g';
    if (m.slow) return;
    if (outcome != 'n' && outcome != 'd') {
        m.found = refusal(outcome);
        return;
    }
    domain::posted numbers;
    numbers.seq = found.get<seq_t>(2);
    numbers.ordinal = found.get<ordinal_t>(3);
    numbers.duplicate = outcome == 'd';
    m.found = numbers;
    // A key that is there already may be ours, written by an attempt whose answer was lost: nobody has been told. Or somebody
    // else has used it meanwhile: what is told is what stands there.
    if (numbers.duplicate && !m.unit->unsure) return;
    auto& given = m.unit->m;
    domain::message_posted body;
    body.ordinal = numbers.ordinal;
    body.key = given.key;
    if (numbers.duplicate) {
        body.text = found.get<std::optional<std::string>>(6).value_or("");
        body.reply_to = found.get<std::optional<seq_t>>(7).value_or(0);
        body.deleted_at = found.get<std::optional<timestamp>>(8);
    } else {
        body.text = std::move(given.text);
        body.reply_to = given.reply_to;
    }
    const auto at = numbers.duplicate ? found.get<timestamp>(5) : now_;
    domain::event e;
    e.room = given.room;
    e.seq = numbers.seq;
    e.author = given.author;
    e.created_at = at;
    e.body = std::move(body);
    domain::commit c;
    c.room = e.room;
    c.head = e.seq;
    c.event = std::make_shared<const domain::event>(std::move(e));
    if (!numbers.duplicate) {
        m.found->event = c.event;
        m.found->members = found.get<std::int64_t>(4);
    }
    o.commits.push_back(std::move(c));
}

// Each was judged by itself, beside the others: of a person's marks one has moved if it is beyond those before it. One that stays
// may have been moved by an attempt whose answer was lost.
void message_batch::take_marks(const rows& found) {
    std::map<std::pair<room_id, user_id>, ordinal_t> read;
    for (std::size_t i = 0; i < marks_.size(); ++i) {
        const char outcome = found[i].get<std::string_view>(0).front();
        const auto& mark = *marks_[i].unit;
        auto& furthest = read[{mark.room, mark.user}];
        if (outcome == 'r')
            marks_[i].found = errc::not_a_member;
        else if (outcome == 'o')
            marks_[i].found = invalid_field("ordinal", "out_of_range", "The room has no message with this ordinal yet.");
        else
            marks_[i].found =
                (outcome == 'm' || mark.unsure) && std::exchange(furthest, std::max(furthest, mark.ordinal)) < mark.ordinal;
    }
}

void message_batch::answer() {
    for (auto& m : messages_)
        if (!m.slow) m.unit->answer(std::move(m.found));
    for (auto& m : marks_) m.unit->answer(std::move(m.found));
}

}  // namespace madang::storage::postgres
