// The SQLite store behind a cache, for the port suite: whoever asks it must not notice.
#include "madang/cache/process_table.hpp"
#include "madang/cache/store_cache.hpp"
#include "madang/observe/metrics.hpp"

#include "storage/stores.hpp"

namespace madang::test {
namespace {

class cached_store final : public storage::store {
public:
    cached_store(storage::store& inner, const clock& time)
        : inner_(inner),
          near_(time, std::size_t{8} << 20),
          logs_(std::size_t{8} << 20),
          texts_(near_, metrics_),
          cached_(parts(), std::chrono::hours{1}, metrics_) {}

    domain::account_store& accounts() noexcept override { return cached_.accounts(); }
    domain::login_store& logins() noexcept override { return inner_.logins(); }
    domain::key_store& keys() noexcept override { return inner_.keys(); }
    domain::contact_store& contacts() noexcept override { return cached_.contacts(); }
    domain::room_store& rooms() noexcept override { return cached_.rooms(); }
    domain::room_log& log() noexcept override { return cached_.log(); }
    async_result<std::int64_t> nodes() override { return inner_.nodes(); }
    void set_listener(domain::commit_listener* listener) noexcept override {
        cached_.changes().then(*listener);
        inner_.set_listener(&cached_.changes());
    }
    [[nodiscard]] const storage::store_stats& stats() const noexcept override { return inner_.stats(); }
    void stop() override { inner_.stop(); }

private:
    cache::store_cache::parts parts() {
        return {inner_.rooms(), inner_.log(), inner_.accounts(), inner_.contacts(), epoch_, texts_, logs_};
    }

    storage::store& inner_;
    const domain::epoch epoch_{"test"};
    metrics::registry metrics_;
    cache::process_table near_;
    cache::log_parts logs_;
    cache::look_aside texts_;
    cache::store_cache cached_;
};

class cached_under_test final : public store_under_test {
public:
    cached_under_test(std::unique_ptr<store_under_test> inner, const clock& time)
        : inner_(std::move(inner)), store_(inner_->store(), time) {}

    storage::store& store() override { return store_; }

private:
    std::unique_ptr<store_under_test> inner_;
    cached_store store_;
};

}  // namespace

std::vector<kind_of_store> kinds_of_store(const store_wishes& wishes) {
    return {{"sqlite behind a cache",
             [wishes](const domain::room_limits& limits, const clock& time) -> std::unique_ptr<store_under_test> {
                 return std::make_unique<cached_under_test>(sqlite_kind(wishes).make(limits, time), time);
             }}};
}

}  // namespace madang::test
