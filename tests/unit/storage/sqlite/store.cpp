// The SQLite store for the port suite.
#include "madang/storage/sqlite_store.hpp"

#include "../stores.hpp"
#include "files.hpp"

namespace madang::test {
namespace {

class sqlite_under_test final : public store_under_test {
public:
    sqlite_under_test(const domain::room_limits& limits, const clock& clock)
        : store_(prepared(directory_ / "madang.db", limits, clock), clock) {}

    storage::store& store() override { return store_; }

private:
    static storage::sqlite_options prepared(const std::filesystem::path& file, const domain::room_limits& limits,
                                            const clock& clock) {
        storage::migrate(file, source_migrations(), clock);
        storage::sqlite_options options;
        options.file = file;
        options.limits = limits;
        return options;
    }

    temporary_directory directory_;
    storage::sqlite_store store_;
};

}  // namespace

kind_of_store sqlite_kind() {
    return {"sqlite", [](const domain::room_limits& limits, const clock& clock) -> std::unique_ptr<store_under_test> {
                return std::make_unique<sqlite_under_test>(limits, clock);
            }};
}

}  // namespace madang::test
