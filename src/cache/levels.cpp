#include "madang/cache/levels.hpp"

#include <algorithm>

namespace madang::cache {

levels::levels(process_table& near, table& far, std::chrono::milliseconds near_ttl)
    : near_(near), far_(far), near_ttl_(near_ttl) {}

std::optional<std::string> levels::glance(std::string_view key) { return near_.glance(key); }

task<found> levels::look_with(std::string key, lease offered) {
    auto here = near_.find(key, offered);
    if (here.text) co_return here;
    auto there = co_await far_.look_with(key, offered);
    if (there.text)
        near_.fill(std::move(key), here.to_fill, *there.text, std::min(near_ttl_, there.left));
    else if (there.to_fill == lease::none)
        there.to_fill = here.to_fill;  // the far one is being filled by another node, or is away
    co_return there;
}

// A table to which the lease does not belong takes no notice.
void levels::fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) {
    near_.fill(key, held, text, std::min(near_ttl_, ttl));
    far_.fill(std::move(key), held, std::move(text), ttl);
}

// In this order: see the header.
task<> levels::drop(std::vector<std::string> keys) {
    co_await far_.drop(keys);
    near_.forget(keys);
}

}  // namespace madang::cache
