#include "madang/cache/levels.hpp"

#include "second_time.hpp"

#include <algorithm>
#include <iterator>

namespace madang::cache {

levels::levels(process_table& near, table& far, std::chrono::milliseconds near_ttl, chooser shared)
    : near_(near), far_(far), near_ttl_(near_ttl), shared_(std::move(shared)) {}

std::optional<std::string> levels::glance(std::string_view key) { return near_.glance(key); }

task<std::vector<found>> levels::look_all(std::vector<std::string> keys, lease offered) {
    std::vector<found> all;
    std::vector<std::size_t> places;
    std::vector<std::string> asked;
    all.reserve(keys.size());
    for (const auto& key : keys) {
        all.push_back(near_.find(key, offered));
        if (all.back().text || !is_shared(key)) continue;
        places.push_back(all.size() - 1);
        asked.push_back(key);
    }
    if (asked.empty()) co_return all;
    auto far = co_await far_.look_all(std::move(asked), offered);
    for (std::size_t i = 0; i < places.size(); ++i) {
        auto& here = all[places[i]];
        auto& there = far[i];
        if (there.text)
            near_.fill(std::move(keys[places[i]]), here.to_fill, *there.text, std::min(near_ttl_, there.left));
        else if (there.to_fill == lease::none)
            there.to_fill = here.to_fill;  // the far one is being filled by another node, or is away
        here = std::move(there);
    }
    co_return all;
}

// A table to which the lease does not belong takes no notice.
void levels::fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) {
    near_.fill(key, held, text, std::min(near_ttl_, ttl));
    if (is_shared(key)) far_.fill(std::move(key), held, std::move(text), ttl);
}

// In this order: see the header.
void levels::drop(std::vector<std::string> keys, then done) {
    const auto one_of_two = second_time(std::move(done));
    std::vector<std::string> both;
    both.reserve(keys.size());
    std::ranges::copy_if(keys, std::back_inserter(both), [this](const std::string& key) { return is_shared(key); });
    far_.drop(std::move(both), one_of_two);
    near_.forget(keys);
    if (one_of_two) one_of_two();
}

}  // namespace madang::cache
