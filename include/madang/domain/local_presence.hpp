// Presence as this node alone knows it.
#pragma once

#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/presence_board.hpp"

namespace madang::domain {

class local_presence final : public presence_board {
public:
    explicit local_presence(const audience& here) : here_(here) {}

    void came(user_id) override {}
    void went(user_id) override {}
    task<std::vector<presence_state>> look(std::vector<user_id> people) override {
        std::vector<presence_state> states;
        states.reserve(people.size());
        for (const auto user : people) states.push_back({user, here_.online(user), {}});
        co_return states;
    }

private:
    const audience& here_;
};

}  // namespace madang::domain
