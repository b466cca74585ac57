#include "stores.hpp"

namespace madang::test {

std::vector<kind_of_store> kinds_of_store(const store_wishes& wishes) { return {sqlite_kind(wishes), postgres_kind(wishes)}; }

}  // namespace madang::test
