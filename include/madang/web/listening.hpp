// The broker's topics and users as the domain's rooms and people, for whoever asks the other nodes for news of them. Thread-safe.
#pragma once

#include "madang/broker/directory.hpp"
#include "madang/domain/ports/interest.hpp"

namespace madang::web {

class listening final : public broker::directory::observer {
public:
    explicit listening(domain::interest& to) : to_(to) {}

    void topic(const std::string& name, bool here) override;
    void user(user_id who, bool here) override { to_.in_user(who, here); }

private:
    domain::interest& to_;
};

}  // namespace madang::web
