// The PostgreSQL store for the port suite.
#include "../stores.hpp"
#include "node.hpp"

namespace madang::test {

kind_of_store postgres_kind() {
    return {"postgres", [](const domain::room_limits& limits, const clock& clock) {
                return nodes_with(patient_options(postgres_server::shared().migrated_database())).make(limits, clock);
            }};
}

}  // namespace madang::test
