#include "madang/cache/look_aside.hpp"

#include "flights.hpp"

#include <exception>

namespace madang::cache {

look_aside::look_aside(table& texts, metrics::registry& m, std::chrono::milliseconds patience)
    : texts_(texts),
      patience_(patience),
      flights_(std::make_unique<flights>()),
      hits_(m.add_counter("madang_cache_hits_total", "Reads that the cache answered.")),
      misses_(m.add_counter("madang_cache_misses_total", "Reads that had to load.")),
      shared_(m.add_counter("madang_cache_shared_total", "Reads that shared the answer of another one under way.")),
      impatient_(m.add_counter("madang_cache_impatient_total", "Reads that waited for another one in vain and loaded.")) {}
look_aside::~look_aside() = default;

async_result<std::string> look_aside::get(std::string key, loader load) {
    if (auto text = texts_.glance(key)) {
        hits_.add();
        co_return std::move(*text);
    }
    const auto joined = flights_->join(key);
    if (joined.leads) {
        result<std::string> answer{errc::internal};
        std::exception_ptr thrown;
        try {
            answer = co_await look_or_load(key, std::move(load));
        } catch (...) {
            thrown = std::current_exception();
        }
        flights_->land(key, joined.of, answer);
        if (thrown) std::rethrow_exception(thrown);
        co_return answer;
    }
    if (const auto answer = co_await flight::wait(joined.of, patience_)) {
        shared_.add();
        co_return *answer;
    }
    impatient_.add();
    flights_->detach(key, joined.of);  // or everybody who comes would wait for it in vain
    auto own = co_await load();
    if (!own) co_return own.error();
    co_return std::move(own->text);
}

async_result<std::string> look_aside::look_or_load(std::string key, loader load) {
    auto f = co_await texts_.look(key);
    if (f.text) {
        hits_.add();
        co_return std::move(*f.text);
    }
    misses_.add();
    auto fresh = co_await load();
    if (!fresh) co_return fresh.error();
    texts_.fill(std::move(key), f.to_fill, fresh->text, fresh->ttl);
    co_return std::move(fresh->text);
}

// First the table: what looks into it after that finds nothing old, and the flights that did before are detached. The other way
// round, one that looked in between would still be joined.
task<> look_aside::drop(std::vector<std::string> keys) {
    co_await texts_.drop(keys);
    for (const auto& key : keys) flights_->detach(key);
}

}  // namespace madang::cache
