// room_store over SQLite: reads alone. Holds nothing but its door; thread-safe.
#pragma once

#include "madang/domain/ports/room_store.hpp"
#include "sqlite/readers.hpp"

namespace madang::storage::sqlite {

class rooms final : public domain::room_store {
public:
    explicit rooms(readers& r) : readers_(r) {}

    async_result<std::string> epoch() override;
    async_result<std::vector<domain::room_view>> rooms_of(user_id me, std::optional<domain::room_cursor> after,
                                                          std::size_t limit) override;
    async_result<domain::room_view> room_of(user_id me, room_id room) override;
    async_result<std::vector<domain::place>> places_of(user_id me, std::size_t limit) override;
    async_result<std::vector<domain::room_face>> faces(std::vector<room_id> rooms) override;
    async_result<domain::seat> seat_of(user_id me, room_id room) override;
    async_result<std::vector<domain::seat>> seats_of(user_id me) override;
    async_result<std::vector<head>> heads(std::vector<room_id> rooms) override;
    async_result<std::vector<seat_taken>> seats_taken(std::vector<user_id> users, timestamp since) override;
    async_result<std::vector<domain::member>> members(room_id room, user_id after, std::size_t limit) override;
    async_result<domain::member> member_of(room_id room, user_id user) override;
    async_result<std::int64_t> member_count(room_id room) override;
    async_result<std::vector<user_id>> member_ids(room_id room) override;
    async_result<domain::timeline_page> timeline(user_id me, room_id room, domain::timeline_range range) override;
    async_result<domain::timeline_page> newest_page(room_id room, std::size_t limit) override;
    async_result<std::vector<own_reaction>> own_reactions(user_id me, room_id room, seq_t first) override;
    async_result<domain::timeline_item> message(user_id me, room_id room, seq_t seq) override;
    async_result<std::vector<domain::event>> events(room_id room, seq_t after, std::size_t limit) override;
    async_result<seen_log> log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) override;
    async_result<log_seat> log_seat_of(user_id me, room_id room) override;

private:
    readers& readers_;
};

// The name of the database's history; nothing in a database that migrate() has not prepared.
[[nodiscard]] std::optional<std::string> epoch_of(database& db);

}  // namespace madang::storage::sqlite
