// The SQLite store for the port suite.
#include "madang/storage/sqlite_store.hpp"

#include "../ports/store_under_test.hpp"
#include "files.hpp"

namespace madang::test {
namespace {

class sqlite_under_test final : public store_under_test {
public:
    sqlite_under_test(const domain::room_limits& limits, const clock& clock)
        : store_(prepared(directory_ / "madang.db", limits, clock), clock) {}

    domain::account_store& accounts() override { return store_.accounts(); }
    domain::login_store& logins() override { return store_.logins(); }
    domain::key_store& keys() override { return store_.keys(); }
    domain::contact_store& contacts() override { return store_.contacts(); }
    domain::room_store& rooms() override { return store_.rooms(); }
    domain::room_log& log() override { return store_.log(); }
    void set_listener(domain::commit_listener* listener) override { store_.set_listener(listener); }

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

std::vector<kind_of_store> kinds_of_store() {
    return {{"sqlite", [](const domain::room_limits& limits, const clock& clock) -> std::unique_ptr<store_under_test> {
                 return std::make_unique<sqlite_under_test>(limits, clock);
             }}};
}

}  // namespace madang::test
