// The kinds of store that go through the port suite.
#pragma once

#include "ports/store_under_test.hpp"

namespace madang::test {

[[nodiscard]] kind_of_store sqlite_kind(const store_wishes& wishes = {});
[[nodiscard]] kind_of_store postgres_kind(const store_wishes& wishes = {});

}  // namespace madang::test
