// The domain's values by kind and id, read through a look_aside. Keys carry the epoch: after a restore all that was kept is out
// of reach. Thread-safe; outlives its coroutines.
#pragma once

#include "packing.hpp"

#include "madang/cache/look_aside.hpp"
#include "madang/domain/epoch.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::cache {

// Letters are part of what two releases share. Never reuse one.
enum class kind : char {
    user = 'u',     // domain::user
    face = 'r',     // domain::room_face
    places = 'p',   // of a person: beginning<domain::place>
    members = 'm',  // of a room: beginning<domain::room_face::shown>
    newest = 'n',   // of a room: domain::timeline_page
    friends = 'f',  // of a person: beginning<kept_friend>
};

// Nodes share what everybody may see who asks for it. Who asks is shown a room because of a place and somebody's presence because
// of a friendship: were these shared, a drop that Redis lost would show them to who was removed or blocked until they expire.
[[nodiscard]] constexpr bool is_shared(kind what) noexcept { return what != kind::places && what != kind::friends; }

class records {
public:
    // That there is nothing is believed for this long at most.
    static constexpr std::chrono::milliseconds longest_nothing{1000};

    // `ttl`: for how long a value is shown at most.
    records(look_aside& texts, const domain::epoch& e, std::chrono::milliseconds ttl) : texts_(texts), epoch_(e), ttl_(ttl) {}

    [[nodiscard]] std::string key(kind what, std::int64_t id) const {
        std::string k = epoch_.name();
        k += ':';
        k += static_cast<char>(what);
        k += std::to_string(id);
        return k;
    }
    [[nodiscard]] static bool is_shared(std::string_view key) noexcept {
        const auto letter = key.rfind(':') + 1;  // without a colon the first
        return letter >= key.size() || cache::is_shared(static_cast<kind>(key[letter]));
    }

    // Nothing where what was kept cannot be read: ask the database.
    template <class T>
    [[nodiscard]] async_result<std::optional<T>> one(kind what, std::int64_t id, std::function<async_result<T>()> load) const {
        loader pack = [ttl = ttl_, load = std::move(load)]() -> async_result<loaded> {
            const auto value = co_await load();
            if (!value) co_return value.error();
            loaded l;
            l.text = packed(*value);
            l.ttl = ttl;
            co_return l;
        };
        const auto text = co_await texts_.get(key(what, id), std::move(pack));
        if (!text) co_return text.error();
        co_return unpacked<T>(*text);
    }

    // In the order of the ids; nothing for those that do not exist. `load` answers those of its ids that exist, in any order,
    // and `id_of` names one.
    template <class T, class Id>
    [[nodiscard]] async_result<std::vector<std::optional<T>>> many(
        kind what, std::vector<Id> ids, std::function<async_result<std::vector<T>>(std::vector<Id>)> load,
        Id (*id_of)(const T&)) const {
        std::vector<std::string> keys;
        keys.reserve(ids.size());
        for (const auto id : ids) keys.push_back(key(what, id.value));
        loader_of_many pack = [ttl = ttl_, ids, id_of,
                               load = std::move(load)](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
            std::vector<Id> wanted;
            wanted.reserve(missing.size());
            for (const auto at : missing) wanted.push_back(ids[at]);
            const auto values = co_await load(wanted);
            if (!values) co_return values.error();
            std::vector<loaded> all(wanted.size());
            for (auto& l : all) l.ttl = std::min(ttl, longest_nothing);
            for (const auto& value : *values) {
                const auto id = id_of(value);
                for (std::size_t at = 0; at < wanted.size(); ++at) {
                    if (wanted[at] != id) continue;
                    all[at].text = packed(value);
                    all[at].ttl = ttl;
                }
            }
            co_return all;
        };
        const auto texts = co_await texts_.get_all(std::move(keys), std::move(pack));
        if (!texts) co_return texts.error();
        std::vector<std::optional<T>> found;
        found.reserve(texts->size());
        for (const auto& text : *texts) found.push_back(unpacked<T>(text));
        co_return found;
    }

private:
    look_aside& texts_;
    const domain::epoch& epoch_;
    const std::chrono::milliseconds ttl_;
};

}  // namespace madang::cache
