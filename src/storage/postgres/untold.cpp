#include "postgres/untold.hpp"

#include "postgres/events.hpp"

#include <memory>
#include <utility>

namespace madang::storage::postgres {
namespace {

// An edit is told with the text that its message has now.
constexpr sql last_event =
    "SELECT " EVENT_COLUMNS_SHOWING("coalesce(e.body, t.body)", "coalesce(e.deleted_at, t.deleted_at)")
    " FROM (SELECT * FROM events WHERE room_id = $1 ORDER BY seq DESC LIMIT 1) e "
    "LEFT JOIN LATERAL (SELECT body, deleted_at FROM events WHERE e.kind = 6 AND room_id = $1 AND seq = e.target LIMIT 1) t ON true";

// Of these people, who has a seat that shows.
constexpr sql seated_among =
    "SELECT p.id, m.yes IS NOT NULL FROM unnest($2::bigint[]) AS p(id) LEFT JOIN LATERAL "
    "(SELECT 1 AS yes FROM members WHERE room_id = $1 AND user_id = p.id AND NOT hidden LIMIT 1) m ON true";

domain::commit commit_of(domain::event e) {
    domain::commit c;
    c.room = e.room;
    c.head = e.seq;
    if (const auto* joins = std::get_if<domain::members_joined>(&e.body)) c.joined = joins->users;
    if (const auto* leaves = std::get_if<domain::member_left>(&e.body)) c.left.push_back(leaves->user);
    c.event = std::make_shared<const domain::event>(std::move(e));
    return c;
}

// What a room's last event and its audience may have missed. Who has gone does so before that event, who has come after it: also
// where the event says so, because it may be known already and not be passed on.
void tell_again(std::vector<domain::commit>& all, room_id room, const rows& last, const rows& people) {
    if (last.empty()) return;
    auto told = commit_of(event_at(last.front(), room));
    domain::commit gone;
    gone.room = room;
    gone.head = told.head;
    domain::commit come = gone;
    for (const auto p : people) (p.get<bool>(1) ? come.joined : gone.left).push_back(p.get<user_id>(0));
    if (!gone.left.empty()) all.push_back(std::move(gone));
    all.push_back(std::move(told));
    if (!come.joined.empty()) all.push_back(std::move(come));
}

}  // namespace

void untold::add(const std::vector<domain::commit>& lost) {
    for (const auto& c : lost) {
        auto& people = rooms_[c.room];
        people.insert(c.joined.begin(), c.joined.end());
        people.insert(c.left.begin(), c.left.end());
    }
}

void untold::add(const untold& others) {
    for (const auto& [room, people] : others.rooms_) rooms_[room].insert(people.begin(), people.end());
}

statements untold::to_ask() const {
    statements all;
    for (const auto& [room, people] : rooms_) {
        all.add(last_event, room);
        all.add(seated_among, room, std::vector<user_id>{people.begin(), people.end()});
    }
    return all;
}

std::vector<domain::commit> untold::to_tell(const answers& found) const {
    std::vector<domain::commit> all;
    std::size_t at = 0;
    for (const auto& [room, people] : rooms_) {
        tell_again(all, room, found[at], found[at + 1]);
        at += 2;
    }
    return all;
}

}  // namespace madang::storage::postgres
