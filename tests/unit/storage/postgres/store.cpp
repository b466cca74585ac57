// The PostgreSQL store for the port suite.
#include "madang/storage/postgres_store.hpp"

#include "../stores.hpp"
#include "run_task.hpp"
#include "server.hpp"

namespace madang::test {
namespace {

class postgres_under_test final : public store_under_test {
public:
    postgres_under_test(const domain::room_limits& limits, const clock& clock) : store_(io_.context(), prepared(limits), clock) {}
    ~postgres_under_test() override {
        store_.stop();
        io_.finish();
    }

    storage::store& store() override { return store_; }

private:
    static storage::postgres_options prepared(const domain::room_limits& limits) {
        storage::postgres_options options;
        options.url = postgres_server::shared().migrated_database();
        options.limits = limits;
        // Sanitizers and shared machines are slow: what is tested here is not the deadline.
        options.timeout = std::chrono::seconds{20};
        return options;
    }

    io_thread io_;
    storage::postgres_store store_;
};

}  // namespace

kind_of_store postgres_kind() {
    return {"postgres", [](const domain::room_limits& limits, const clock& clock) -> std::unique_ptr<store_under_test> {
                return std::make_unique<postgres_under_test>(limits, clock);
            }};
}

}  // namespace madang::test
