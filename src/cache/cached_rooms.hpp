// Reading rooms with what is kept of them. Kept are: where a person has seats (a list for display, never the answer to who may
// read), rooms as all of their members see them, lists of members, newest pages, and parts of logs. All else passes.
#pragma once

#include "kept_log.hpp"
#include "people.hpp"

#include "madang/domain/ports/room_store.hpp"

namespace madang::cache {

class cached_rooms final : public domain::room_store {
public:
    // Lists of more rooms are the database's to sort, longer pages and lists its to read.
    static constexpr std::size_t most_places = 100;
    static constexpr std::size_t most_members = 200;
    static constexpr std::size_t most_items = 50;

    cached_rooms(const records& kept, const people& users, const kept_log& logs, domain::room_store& store)
        : kept_(kept), people_(users), logs_(logs), store_(store) {}

    async_result<std::vector<domain::room_view>> rooms_of(user_id me, std::optional<domain::room_cursor> after,
                                                          std::size_t limit) override;
    async_result<std::vector<domain::member>> members(room_id room, user_id after, std::size_t limit) override;
    // The seat is the database's answer, and so is the page unless the kept one is as new as the seat.
    async_result<domain::timeline_page> timeline(user_id me, room_id room, domain::timeline_range range) override;

    async_result<std::string> epoch() override { return store_.epoch(); }
    async_result<domain::room_view> room_of(user_id me, room_id room) override { return store_.room_of(me, room); }
    async_result<std::vector<domain::place>> places_of(user_id me, std::size_t limit) override {
        return store_.places_of(me, limit);
    }
    async_result<std::vector<domain::room_face>> faces(std::vector<room_id> rooms) override {
        return store_.faces(std::move(rooms));
    }
    async_result<domain::seat> seat_of(user_id me, room_id room) override { return store_.seat_of(me, room); }
    async_result<std::vector<domain::seat>> seats_of(user_id me) override { return store_.seats_of(me); }
    async_result<std::vector<head>> heads(std::vector<room_id> rooms) override { return store_.heads(std::move(rooms)); }
    async_result<std::vector<seat_taken>> seats_taken(std::vector<user_id> users, timestamp since) override {
        return store_.seats_taken(std::move(users), since);
    }
    async_result<domain::member> member_of(room_id room, user_id user) override { return store_.member_of(room, user); }
    async_result<std::int64_t> member_count(room_id room) override { return store_.member_count(room); }
    async_result<std::vector<user_id>> member_ids(room_id room) override { return store_.member_ids(room); }
    async_result<domain::timeline_page> newest_page(room_id room, std::size_t limit) override {
        return store_.newest_page(room, limit);
    }
    async_result<std::vector<own_reaction>> own_reactions(user_id me, room_id room, seq_t first) override {
        return store_.own_reactions(me, room, first);
    }
    async_result<domain::timeline_item> message(user_id me, room_id room, seq_t seq) override {
        return store_.message(me, room, seq);
    }
    async_result<std::vector<domain::event>> events(room_id room, seq_t after, std::size_t limit) override {
        return store_.events(room, after, limit);
    }
    async_result<seen_log> log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) override {
        return logs_.seen_by(me, room, after, limit);
    }
    async_result<log_seat> log_seat_of(user_id me, room_id room) override { return store_.log_seat_of(me, room); }

private:
    // Each answers nothing where what is kept does not suffice.
    template <class T>
    using if_kept = async_result<std::optional<T>>;
    if_kept<std::vector<domain::room_view>> kept_rooms(user_id me, std::optional<domain::room_cursor> after, std::size_t limit);
    if_kept<std::vector<domain::member>> kept_members(room_id room, user_id after, std::size_t limit);
    if_kept<domain::timeline_page> kept_page(user_id me, room_id room, std::size_t limit, domain::seat seat);
    async_result<bool> mark_mine(user_id me, room_id room, domain::timeline_page& page);

    const records& kept_;
    const people& people_;
    const kept_log& logs_;
    domain::room_store& store_;
};

}  // namespace madang::cache
