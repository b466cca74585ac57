// Writing to rooms: what the commit listener is not told of makes copies void, too.
#pragma once

#include "madang/cache/invalidation.hpp"
#include "madang/domain/ports/room_log.hpp"

namespace madang::cache {

class cached_log final : public domain::room_log {
public:
    cached_log(invalidation& changes, domain::room_log& log) : changes_(changes), log_(log) {}

    // Whatever the answer is: one that was lost may stand for a change that was made.
    async_result<bool> mark_read(room_id room, user_id user, ordinal_t ordinal) override {
        auto moved = co_await log_.mark_read(room, user, ordinal);
        if (!moved || *moved) changes_.mark_moved(room, user);
        co_return moved;
    }
    async_result<> set_muted(room_id room, user_id user, bool muted) override {
        auto done = co_await log_.set_muted(room, user, muted);
        changes_.place_changed(user);
        co_return done;
    }

    async_result<domain::posted> post(domain::new_message m) override { return log_.post(std::move(m)); }
    async_result<> edit(room_id room, seq_t seq, user_id actor, std::string text) override {
        return log_.edit(room, seq, actor, std::move(text));
    }
    async_result<> erase(room_id room, seq_t seq, user_id actor) override { return log_.erase(room, seq, actor); }
    async_result<> react(room_id room, seq_t seq, user_id actor, std::string emoji, bool on) override {
        return log_.react(room, seq, actor, std::move(emoji), on);
    }
    async_result<created> create_room(domain::new_room r) override { return log_.create_room(std::move(r)); }
    async_result<> rename(room_id room, user_id actor, std::string name) override {
        return log_.rename(room, actor, std::move(name));
    }
    async_result<std::vector<user_id>> add_members(room_id room, user_id actor, std::vector<user_id> users) override {
        return log_.add_members(room, actor, std::move(users));
    }
    async_result<bool> remove_member(room_id room, user_id actor, user_id target) override {
        return log_.remove_member(room, actor, target);
    }
    async_result<> set_role(room_id room, user_id actor, user_id target, domain::member_role role) override {
        return log_.set_role(room, actor, target, role);
    }

private:
    invalidation& changes_;
    domain::room_log& log_;
};

}  // namespace madang::cache
