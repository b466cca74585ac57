#include "stores.hpp"

namespace madang::test {

std::vector<kind_of_store> kinds_of_store() { return {sqlite_kind(), postgres_kind()}; }

}  // namespace madang::test
