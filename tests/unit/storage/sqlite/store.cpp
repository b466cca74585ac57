// The SQLite store for the port suite.
#include "madang/storage/sqlite_store.hpp"

#include "../stores.hpp"
#include "files.hpp"

namespace madang::test {
namespace {

class sqlite_under_test final : public store_under_test {
public:
    sqlite_under_test(const store_wishes& wishes, const domain::room_limits& limits, const clock& clock)
        : store_(prepared(wishes, directory_ / "madang.db", limits, clock), clock) {}

    storage::store& store() override { return store_; }

private:
    static storage::sqlite_options prepared(const store_wishes& wishes, const std::filesystem::path& file,
                                            const domain::room_limits& limits, const clock& clock) {
        storage::migrate(file, with_later_step(source_migrations(), wishes.later_step), clock);
        storage::sqlite_options options;
        options.file = file;
        options.limits = limits;
        options.batch_rows = wishes.batch_rows.value_or(options.batch_rows);
        return options;
    }

    temporary_directory directory_;
    storage::sqlite_store store_;
};

}  // namespace

kind_of_store sqlite_kind(const store_wishes& wishes) {
    return {"sqlite", [wishes](const domain::room_limits& limits, const clock& clock) -> std::unique_ptr<store_under_test> {
                return std::make_unique<sqlite_under_test>(wishes, limits, clock);
            }};
}

}  // namespace madang::test
