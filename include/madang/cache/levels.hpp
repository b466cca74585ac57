// A table in this process in front of one that nodes share. Thread-safe; both must outlive it.
//
// A miss offers the same lease to both. What the far one hits is put into the near one with the near lease, as if it had been
// loaded. drop() begins the drop of the far one at f and empties the near one at n > f, both before it returns.
//
// So no look that begins after that is given anything old, v. Not by the far one, which promises the same since f. Nor by the
// near one: be v in it after n. It was filled with a lease, by a look that took it near first and went on only then, to ask the
// far one or to load.
// - Taken before n, the lease was void at n. This is the look on another thread, or the far answer under way: whenever it comes,
//   and whatever it says, it is put near before n, and goes at n, or it is not put there at all.
// - Taken after n (the lock of the key's part says which), the far one was asked after n, so after f, and did not hit v; and
//   the load that followed began after n, so after the change, and did not read v.
// Nothing here depends on when the far drop is complete, so the near one need not be emptied again then. Only far.drop() must
// come first: the other way round, a look between the two would take a lease near, hit v far, and keep it near.
//
// If the connection to the far one breaks while the drop is under way, the near one is empty all the same, and the far one is
// asked in vain until it has carried out the drop.
//
// Of what other nodes change, the near table knows when it is told (forget), and otherwise after `near_ttl`.
//
// Keys that are not `shared` are kept near alone, and all of this holds for them by the near table's own promise: a far one that
// has lost a drop cannot give them back.
#pragma once

#include "madang/cache/process_table.hpp"
#include "madang/cache/table.hpp"

#include <functional>

namespace madang::cache {

class levels final : public table {
public:
    // Less than a second, of which commits and drops of other nodes take a part to be seen here.
    static constexpr std::chrono::milliseconds default_near_ttl{750};

    // Whether a key is for the far table, too.
    using chooser = std::function<bool(std::string_view key)>;

    levels(process_table& near, table& far, std::chrono::milliseconds near_ttl = default_near_ttl, chooser shared = {});

    [[nodiscard]] task<std::vector<found>> look_all(std::vector<std::string> keys, lease offered) override;
    [[nodiscard]] std::optional<std::string> glance(std::string_view key) override;
    void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) override;
    void drop(std::vector<std::string> keys, then done = {}) override;
    void forget(std::span<const std::string> keys) override { near_.forget(keys); }
    void clear() override { near_.clear(); }

private:
    [[nodiscard]] bool is_shared(std::string_view key) const { return !shared_ || shared_(key); }

    process_table& near_;
    table& far_;
    const std::chrono::milliseconds near_ttl_;
    const chooser shared_;  // empty: all are
};

}  // namespace madang::cache
