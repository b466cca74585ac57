// room_log over PostgreSQL: every call is one unit of the lanes. Holds nothing but its door; thread-safe.
#pragma once

#include "madang/domain/ports/room_log.hpp"
#include "postgres/writer.hpp"

namespace madang::storage::postgres {

class log final : public domain::room_log {
public:
    explicit log(writer& w) : writer_(w) {}

    async_result<domain::posted> post(domain::new_message m) override;
    async_result<> edit(room_id room, seq_t seq, user_id actor, std::string text) override;
    async_result<> erase(room_id room, seq_t seq, user_id actor) override;
    async_result<> react(room_id room, seq_t seq, user_id actor, std::string emoji, bool on) override;
    async_result<created> create_room(domain::new_room r) override;
    async_result<> rename(room_id room, user_id actor, std::string name) override;
    async_result<std::vector<user_id>> add_members(room_id room, user_id actor, std::vector<user_id> users) override;
    async_result<bool> remove_member(room_id room, user_id actor, user_id target) override;
    async_result<> set_role(room_id room, user_id actor, user_id target, domain::member_role role) override;
    async_result<bool> mark_read(room_id room, user_id user, ordinal_t ordinal) override;
    async_result<> set_muted(room_id room, user_id user, bool muted) override;

private:
    writer& writer_;
};

}  // namespace madang::storage::postgres
