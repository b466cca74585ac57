// What the port suite needs of a store. The tests beside this file know the domain's ports alone; each kind of store that the
// program is linked with says here how it is made, and goes through all of them.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace madang::test {

// An empty database and a store over it, which stops and is erased with it.
class store_under_test {
public:
    virtual ~store_under_test() = default;
    virtual domain::account_store& accounts() = 0;
    virtual domain::login_store& logins() = 0;
    virtual domain::key_store& keys() = 0;
    virtual domain::contact_store& contacts() = 0;
    virtual domain::room_store& rooms() = 0;
    virtual domain::room_log& log() = 0;
    virtual void set_listener(domain::commit_listener* listener) = 0;
};

struct kind_of_store {
    std::string name;
    std::function<std::unique_ptr<store_under_test>(const domain::room_limits&, const clock&)> make;
};

// Defined once in each test program.
[[nodiscard]] std::vector<kind_of_store> kinds_of_store();

}  // namespace madang::test
