// Who would hear: keeps what it is told.
#pragma once

#include "madang/domain/ports/audience.hpp"

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace madang::domain::test {

class fake_audience final : public audience {
public:
    std::set<room_id> listened;
    std::set<user_id> here;
    bool reading = true;

    std::vector<std::pair<room_id, seq_t>> delivered;  // seq 0: an audience change alone
    std::vector<user_id> left, joined;
    std::vector<std::pair<user_id, std::string>> told;
    std::vector<std::pair<room_id, user_id>> typed;
    std::vector<std::map<user_id, ordinal_t>> digests;
    std::vector<session_id> closed;

    [[nodiscard]] bool anyone(room_id room) const override { return listened.contains(room); }
    [[nodiscard]] bool online(user_id user) const override { return here.contains(user); }
    void deliver(std::vector<commit> commits) override {
        for (const auto& c : commits) {
            delivered.emplace_back(c.room, c.event ? c.event->seq : 0);
            left.insert(left.end(), c.left.begin(), c.left.end());
            joined.insert(joined.end(), c.joined.begin(), c.joined.end());
        }
    }
    void tell(user_id to, std::string json) override { told.emplace_back(to, std::move(json)); }
    void typing(room_id room, user_id user) override { typed.emplace_back(room, user); }
    [[nodiscard]] bool anyone_reads(room_id) const override { return reading; }
    void reads(room_id, std::span<const read_mark> marks) override {
        auto& digest = digests.emplace_back();
        for (const auto& mark : marks) digest[mark.user] = mark.ordinal;
    }
    std::vector<std::pair<user_id, std::vector<presence_state>>> shown;
    void presence(user_id to, std::span<const presence_state> friends) override {
        shown.emplace_back(to, std::vector<presence_state>{friends.begin(), friends.end()});
    }
    void end(std::span<const session_id> sessions) override { closed.insert(closed.end(), sessions.begin(), sessions.end()); }

    [[nodiscard]] std::vector<seq_t> seqs(std::int64_t room) const {
        std::vector<seq_t> all;
        for (const auto& [where, seq] : delivered)
            if (where == room_id{room}) all.push_back(seq);
        return all;
    }
};

}  // namespace madang::domain::test
