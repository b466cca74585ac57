#include "madang/storage/postgres_store.hpp"

#include "postgres/node_mark.hpp"
#include "postgres/parts.hpp"
#include "postgres/work.hpp"

namespace madang::storage {

struct postgres_store::parts : postgres::parts {
    using postgres::parts::parts;
};

postgres_store::postgres_store(asio::io_context& io, postgres_options options, const clock& clock)
    : parts_(std::make_unique<parts>(io, std::move(options), clock)) {}

postgres_store::~postgres_store() = default;

domain::account_store& postgres_store::accounts() noexcept { return parts_->account_store; }
domain::login_store& postgres_store::logins() noexcept { return parts_->login_store; }
domain::key_store& postgres_store::keys() noexcept { return parts_->key_store; }
domain::contact_store& postgres_store::contacts() noexcept { return parts_->contact_store; }
domain::room_store& postgres_store::rooms() noexcept { return parts_->room_store; }
domain::room_log& postgres_store::log() noexcept { return parts_->room_log; }

async_result<std::int64_t> postgres_store::nodes() {
    return postgres::read<std::int64_t>(
        parts_->reads, postgres::statements::of(postgres::count_nodes),
        [](const postgres::answers& found) -> result<std::int64_t> { return found[0].front().get<std::int64_t>(0); });
}

void postgres_store::set_listener(domain::commit_listener* listener) noexcept { parts_->tell.set(listener); }

const store_stats& postgres_store::stats() const noexcept { return parts_->stats; }

void postgres_store::stop() { parts_->stop(); }

}  // namespace madang::storage
