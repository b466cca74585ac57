// The broker's topics and users as the domain's rooms and people, for whoever has to know what is listened to here. Thread-safe.
#pragma once

#include "madang/broker/directory.hpp"
#include "madang/domain/ports/interest.hpp"

#include <vector>

namespace madang::web {

class listening final : public broker::directory::observer {
public:
    // Before the first connection.
    void tell(domain::interest& one) { told_.push_back(&one); }

    void topic(const std::string& name, bool here) override;
    void user(user_id who, bool here) override;
    void room(room_id room, bool here);

private:
    std::vector<domain::interest*> told_;
};

}  // namespace madang::web
