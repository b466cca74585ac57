#include "madang/cache/look_aside.hpp"

#include "flights.hpp"
#include "second_time.hpp"

#include <exception>

namespace madang::cache {

// What one caller asks for, and how far that is.
struct look_aside::reading {
    using positions = std::vector<std::size_t>;
    struct in_flight {
        std::size_t at = 0;
        std::shared_ptr<flight> of;  // null: this caller leads it, and it has landed
    };

    reading(std::vector<std::string> k, loader_of_many l) : keys(std::move(k)), texts(keys.size()), load(std::move(l)) {}

    // An answer for each, or an error.
    async_result<std::vector<loaded>> load_all(positions some) const {
        const auto count = some.size();
        auto fresh = co_await load(std::move(some));
        if (fresh && fresh->size() != count) fresh = errc::internal;
        co_return fresh;
    }

    const std::vector<std::string> keys;
    std::vector<std::string> texts;
    const loader_of_many load;
    positions away;  // not near
    std::vector<in_flight> led;
    std::vector<in_flight> awaited;
};

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
    std::vector<std::string> keys(1, key);
    loader_of_many of_one = [load = std::move(load)](reading::positions) -> async_result<std::vector<loaded>> {
        auto fresh = co_await load();
        if (!fresh) co_return fresh.error();
        std::vector<loaded> all;
        all.push_back(std::move(*fresh));
        co_return all;
    };
    reading r{std::move(keys), std::move(of_one)};
    r.away.push_back(0);
    const auto done = co_await read(r);
    if (!done) co_return done.error();
    co_return std::move(r.texts.front());
}

async_result<std::vector<std::string>> look_aside::get_all(std::vector<std::string> keys, loader_of_many load) {
    reading r{std::move(keys), std::move(load)};
    for (std::size_t at = 0; at < r.keys.size(); ++at) {
        if (auto text = texts_.glance(r.keys[at]))
            r.texts[at] = std::move(*text);
        else
            r.away.push_back(at);
    }
    hits_.add(r.keys.size() - r.away.size());
    if (!r.away.empty()) {
        const auto done = co_await read(r);
        if (!done) co_return done.error();
    }
    co_return std::move(r.texts);
}

// What is not near. Whatever happens, all flights that this caller leads have landed before it waits for others.
async_result<> look_aside::read(reading& r) {
    result<> done{error{errc::internal}};
    std::exception_ptr thrown;
    try {
        r.led.reserve(r.away.size());
        r.awaited.reserve(r.away.size());
        for (const auto at : r.away) {
            auto joined = flights_->join(r.keys[at]);
            (joined.leads ? r.led : r.awaited).push_back({at, std::move(joined.of)});
        }
        done = co_await lead(r);
    } catch (...) {
        thrown = std::current_exception();
    }
    for (const auto& one : r.led)
        if (one.of) flights_->land(r.keys[one.at], one.of, done ? error{errc::internal} : done.error());
    if (thrown) std::rethrow_exception(thrown);
    if (done) done = co_await follow(r);
    co_return done;
}

// One look for all keys that nobody else reads, and one load for those of them that are not there. Who waits for what is there
// does not wait for the load.
async_result<> look_aside::lead(reading& r) {
    if (r.led.empty()) co_return result<>{};
    const auto land = [&](reading::in_flight& one, std::string text) {
        flights_->land(r.keys[one.at], one.of, text);
        one.of.reset();
        r.texts[one.at] = std::move(text);
    };
    std::vector<std::string> keys;
    keys.reserve(r.led.size());
    for (const auto& one : r.led) keys.push_back(r.keys[one.at]);
    auto all = co_await texts_.look_all(std::move(keys), new_lease());

    reading::positions missing;
    std::vector<lease> to_fill;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].text) {
            land(r.led[i], std::move(*all[i].text));
        } else {
            missing.push_back(r.led[i].at);
            to_fill.push_back(all[i].to_fill);
        }
    }
    hits_.add(all.size() - missing.size());
    if (missing.empty()) co_return result<>{};
    misses_.add(missing.size());
    std::erase_if(r.led, [](const reading::in_flight& one) { return !one.of; });
    auto fresh = co_await r.load_all(missing);
    if (!fresh) co_return fresh.error();
    for (std::size_t i = 0; i < missing.size(); ++i) {
        auto& one = (*fresh)[i];
        texts_.fill(r.keys[missing[i]], to_fill[i], one.text, one.ttl);
        land(r.led[i], std::move(one.text));
    }
    co_return result<>{};
}

// Errors are shared, too. Who has waited in vain loads without filling, for all keys at once.
async_result<> look_aside::follow(reading& r) {
    if (r.awaited.empty()) co_return result<>{};
    const auto until = std::chrono::steady_clock::now() + patience_;
    reading::positions late;
    for (const auto& one : r.awaited) {
        if (const auto answer = co_await flight::wait(one.of, until)) {
            shared_.add();
            if (!*answer) co_return answer->error();
            r.texts[one.at] = **answer;
        } else {
            late.push_back(one.at);
            flights_->detach(r.keys[one.at], one.of);  // or everybody who comes would wait for it in vain
        }
    }
    if (late.empty()) co_return result<>{};
    impatient_.add(late.size());
    auto own = co_await r.load_all(late);
    if (!own) co_return own.error();
    for (std::size_t i = 0; i < late.size(); ++i) r.texts[late[i]] = std::move((*own)[i].text);
    co_return result<>{};
}

// First the table, then the flights, and both before this returns. Who comes after that joins a flight that began after ours were
// detached: so its look began after texts_.drop() had returned, which need not be complete to be past that look, and its load
// began after the change. The other way round, a flight that began in between would find the old text, and still be joined.
void look_aside::drop(std::vector<std::string> keys, then done) {
    const auto one_of_two = second_time(std::move(done));
    texts_.drop(keys, one_of_two);
    for (const auto& key : keys) flights_->detach(key);
    if (one_of_two) one_of_two();
}

void look_aside::forget(std::span<const std::string> keys) {
    texts_.forget(keys);
    for (const auto& key : keys) flights_->detach(key);
}

void look_aside::forget_all() {
    texts_.clear();
    flights_->detach_all();
}

}  // namespace madang::cache
