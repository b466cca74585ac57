#include "madang/storage/sqlite_store.hpp"

#include "sqlite/parts.hpp"

namespace madang::storage {

struct sqlite_store::parts : sqlite::parts {
    using sqlite::parts::parts;
};

sqlite_store::sqlite_store(sqlite_options options, const clock& clock)
    : parts_(std::make_unique<parts>(std::move(options), clock)) {}

sqlite_store::~sqlite_store() { stop(); }

domain::account_store& sqlite_store::accounts() noexcept { return parts_->account_store; }
domain::login_store& sqlite_store::logins() noexcept { return parts_->login_store; }
domain::key_store& sqlite_store::keys() noexcept { return parts_->key_store; }
domain::contact_store& sqlite_store::contacts() noexcept { return parts_->contact_store; }
domain::room_store& sqlite_store::rooms() noexcept { return parts_->room_store; }
domain::room_log& sqlite_store::log() noexcept { return parts_->room_log; }

async_result<std::int64_t> sqlite_store::nodes() { co_return 1; }  // its file is locked

void sqlite_store::set_listener(domain::commit_listener* listener) noexcept { parts_->writes.set_listener(listener); }

const store_stats& sqlite_store::stats() const noexcept { return parts_->stats; }

void sqlite_store::stop() {
    parts_->writes.stop();
    parts_->reads.stop();
}

}  // namespace madang::storage
