// The PostgreSQL store for the port suite.
#include "../sqlite/files.hpp"
#include "../stores.hpp"
#include "node.hpp"

namespace madang::test {

kind_of_store postgres_kind(const store_wishes& wishes) {
    return {"postgres", [wishes](const domain::room_limits& limits, const clock& clock) {
                auto options = patient_options(postgres_server::shared().migrated_database());
                storage::migrate(options.url, with_later_step(postgres_migrations(), wishes.later_step), clock);
                options.batch_rows = wishes.batch_rows.value_or(options.batch_rows);
                return nodes_with(options).make(limits, clock);
            }};
}

}  // namespace madang::test
