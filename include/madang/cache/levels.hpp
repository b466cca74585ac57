// A table in this process in front of one that nodes share. Thread-safe; both must outlive it.
//
// A miss offers the same lease to both. What the far one hits is put into the near one with the near lease, as if it had been
// loaded. drop() empties the far one first and the near one when that is done. So nothing old stays near: be v in the near one
// after a drop that emptied the far one at f and the near one at n > f. It was filled with a lease, and that was taken after n,
// or it would have been void at n. Only then was the far one asked, or the load begun: after f, so after the change. The other
// order would be wrong: between the two, a look would carry the old value from the far one into the near one.
//
// Of what other nodes change, the near table knows when it is told (process_table::forget), and otherwise after `near_ttl`.
#pragma once

#include "madang/cache/process_table.hpp"
#include "madang/cache/table.hpp"

namespace madang::cache {

class levels final : public table {
public:
    static constexpr std::chrono::milliseconds default_near_ttl{1000};

    levels(process_table& near, table& far, std::chrono::milliseconds near_ttl = default_near_ttl);

    [[nodiscard]] task<found> look_with(std::string key, lease offered) override;
    [[nodiscard]] std::optional<std::string> glance(std::string_view key) override;
    void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) override;
    [[nodiscard]] task<> drop(std::vector<std::string> keys) override;

private:
    process_table& near_;
    table& far_;
    const std::chrono::milliseconds near_ttl_;
};

}  // namespace madang::cache
