// room_store over PostgreSQL: reads alone, each one round trip. Thread-safe.
#pragma once

#include "madang/domain/ports/room_store.hpp"
#include "postgres/pool.hpp"
#include "postgres/seat_asks.hpp"
#include "postgres/statements.hpp"

namespace madang::storage::postgres {

class rooms final : public domain::room_store {
public:
    rooms(asio::io_context& io, pool& reads) : reads_(reads), seats_(io, reads) {}

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
    async_result<log_seat> log_seat_of(user_id me, room_id room) override { return seats_.ask(me, room); }

private:
    pool& reads_;
    seat_asks seats_;
};

// What a read by a member begins with. No row for who has no seat, else visible_from and last_seq.
[[nodiscard]] statements seat_seen_by(user_id me, room_id room);

}  // namespace madang::storage::postgres
