// What the port suite needs of a store. The tests beside this file know the domain's ports alone; each kind of store that the
// program is linked with says here how it is made, and goes through all of them.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/storage/store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace madang::test {

// An empty database and a store over it, which stops and is erased with it.
class store_under_test {
public:
    virtual ~store_under_test() = default;
    [[nodiscard]] virtual storage::store& store() = 0;
};

struct kind_of_store {
    std::string name;
    std::function<std::unique_ptr<store_under_test>(const domain::room_limits&, const clock&)> make;
};

// What a test wants of its store beside the usual.
struct store_wishes {
    std::optional<std::size_t> batch_rows = {};  // units of writing in one transaction
    std::string later_step = {};                 // SQL: one more step of the schema, as a later release may bring it
};

// Defined once in each test program.
[[nodiscard]] std::vector<kind_of_store> kinds_of_store(const store_wishes& wishes = {});

}  // namespace madang::test
