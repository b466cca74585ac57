#include "madang/cache/redis_table.hpp"

#include "owed_drops.hpp"
#include "scripts.hpp"

#include "madang/observe/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace madang::cache {
namespace {

using redis::reply;
using std::chrono::milliseconds;

// So many a command: Redis does nothing else meanwhile.
constexpr std::size_t keys_at_once = 250;

using part_of_keys = std::span<const std::string>;

std::vector<part_of_keys> in_parts(part_of_keys keys) {
    std::vector<part_of_keys> parts;
    parts.reserve((keys.size() + keys_at_once - 1) / keys_at_once);
    for (; !keys.empty(); keys = keys.subspan(parts.back().size()))
        parts.push_back(keys.first(std::min(keys_at_once, keys.size())));
    return parts;
}

bool is_unknown_script(const reply& r) { return r.is_refusal() && r.text.starts_with("NOSCRIPT"); }

std::string to_text(lease l) { return fmt::format_int{static_cast<std::uint64_t>(l)}.str(); }

}  // namespace

redis_table::redis_table(redis::client& client, limits l, std::string prefix)
    : client_(client), limits_(l), prefix_(std::move(prefix)), owed_(std::make_shared<owed_drops>(l.longest_life)) {}
redis_table::~redis_table() = default;

std::vector<std::string> redis_table::names_of(part_of_keys keys) const {
    std::vector<std::string> names;
    names.reserve(2 * keys.size());
    for (const auto& key : keys) {
        names.push_back(fmt::format("{}v:{}", prefix_, key));
        names.push_back(fmt::format("{}l:{}", prefix_, key));
    }
    return names;
}

void redis_table::add_look(redis::commands& to, std::string_view verb, std::string_view script, part_of_keys keys,
                           lease offered) const {
    const auto names = names_of(keys);
    const auto count = fmt::format_int{names.size()}.str();
    const auto token = to_text(offered);
    const auto life = fmt::format_int{limits_.lease_life.count()}.str();
    std::vector<std::string_view> words{verb, script, count};
    words.reserve(words.size() + names.size() + 2);
    words.insert(words.end(), names.begin(), names.end());
    words.push_back(token);
    words.push_back(life);
    to.add_all(words);
}

task<std::vector<found>> redis_table::look_all(std::vector<std::string> keys, lease offered) {
    std::vector<found> all(keys.size());
    if (keys.empty()) co_return all;
    const auto owed_times = owed_->times();
    if (!may_ask()) {
        counted_->failed += keys.size();
        co_return all;
    }
    const auto parts = in_parts(keys);
    redis::commands by_digest;
    for (const auto& part : parts) add_look(by_digest, "EVALSHA", look_digest, part, offered);
    auto said = co_await client_.call(std::move(by_digest));
    if (!said) {
        counted_->failed += keys.size();
        co_return all;
    }

    redis::commands by_text;
    std::vector<reply*> unknown;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!is_unknown_script((*said)[i])) continue;
        unknown.push_back(&(*said)[i]);
        add_look(by_text, "EVAL", look_script, parts[i], offered);
    }
    if (!unknown.empty()) {
        counted_->scripts += unknown.size();
        auto again = co_await client_.call(std::move(by_text));
        for (std::size_t i = 0; again && i < unknown.size(); ++i) *unknown[i] = std::move((*again)[i]);
    }

    if (owed_->times() != owed_times) {
        counted_->failed += keys.size();
        co_return all;
    }
    std::span<found> left{all};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        read((*said)[i], left.first(parts[i].size()), offered);
        left = left.subspan(parts[i].size());
    }
    co_return all;
}

void redis_table::read(reply& said, std::span<found> into, lease offered) const {
    if (said.what != reply::kind::list || said.items.size() != into.size()) {
        counted_->failed += into.size();
        return;
    }
    for (std::size_t i = 0; i < into.size(); ++i) {
        auto& one = said.items[i];
        if (one.what == reply::kind::list && one.items.size() == 2) {
            ++counted_->hits;
            into[i].text = std::move(one.items[0].text);
            into[i].left = milliseconds{one.items[1].integer};
        } else {
            ++counted_->misses;
            if (one.integer == 1) into[i].to_fill = offered;
        }
    }
}

// By its text, not its digest: nobody waits here who could send it again.
void redis_table::fill(std::string key, lease held, std::string text, milliseconds ttl) {
    if (held == lease::none || text.size() > limits_.longest_text || ttl.count() <= 0 || !may_ask()) return;
    ++counted_->fills;
    const auto names = names_of({&key, 1});
    redis::commands one;
    one.add("EVAL", fill_script, "2", names[0], names[1], to_text(held), text, fmt::format_int{ttl.count()}.str());
    client_.send(std::move(one));
}

void redis_table::drop(std::vector<std::string> keys, then done) {
    if (keys.empty()) {
        if (done) done();
        return;
    }
    counted_->drops += keys.size();
    send_drop(keys, [counted = counted_, owed = owed_, keys, done = std::move(done)](bool carried_out) {
        if (!carried_out) {
            counted->failed += keys.size();
            owed->owe(keys);
        }
        if (done) done();
    });
}

bool redis_table::is_asked() const noexcept { return client_.is_up() && !owed_->any(); }

void redis_table::repay() {
    const auto again = owed_->take();
    if (!again.empty()) send_drop(again, [owed = owed_, again](bool carried_out) { owed->repaid(carried_out, again); });
}

bool redis_table::may_ask() {
    if (client_.is_up() && owed_->any() && !owed_->waits()) repay();
    return is_asked();
}

void redis_table::send_drop(const std::vector<std::string>& keys, std::function<void(bool)> told) {
    redis::commands all;
    for (const auto& part : in_parts(keys)) {
        const auto names = names_of(part);
        std::vector<std::string_view> words{"UNLINK"};
        words.insert(words.end(), names.begin(), names.end());
        all.add_all(words);
    }
    client_.send(std::move(all), [owed = owed_, told = std::move(told)](const result<std::vector<reply>>& said) {
        if (!said) return told(false);
        const auto refusal = std::ranges::find_if(*said, &reply::is_refusal);
        told(refusal == said->end());
        if (refusal == said->end() || !owed->is_first_refusal()) return;
        log::warn("the cache's Redis refuses to forget what has changed: it is not asked until it does",
                  {{"error", refusal->text}});
    });
}

}  // namespace madang::cache
