#include "postgres/failover.hpp"

#include "postgres/blocking.hpp"
#include "random_text.hpp"
#include "schema_steps.hpp"

#include <fmt/format.h>

#include <charconv>

namespace madang::storage::postgres {
namespace {

// The first eight digits of the name of the log's present file are the timeline, which every user may ask for.
#define PRESENT_TIMELINE "substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)"

struct timelines {
    std::string present;
    std::optional<std::string> known;

    [[nodiscard]] bool differ() const { return known != present; }
};

timelines look(PGconn* c, steady_time end) {
    const auto found = run_now(c, "SELECT " PRESENT_TIMELINE ", (SELECT value FROM meta WHERE name = 'timeline')", end);
    return {found.front().get<std::string>(0), found.front().get<std::optional<std::string>>(1)};
}

}  // namespace

server_timeline timeline_of(PGconn* c, steady_time end) {
    const auto digits = run_now(c, "SELECT CASE WHEN pg_is_in_recovery() THEN '0' ELSE " PRESENT_TIMELINE " END", end)
                            .front()
                            .get<std::string>(0);
    server_timeline t = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), t, 16);
    return t;
}

void notice_failover(PGconn* c, steady_time end) {
    if (!look(c, end).differ()) return;
    run_now(c, "BEGIN", end);
    run_now(c, "SET LOCAL statement_timeout = 0", end);
    run_now(c, "SET LOCAL lock_timeout = 0", end);
    run_now(c, "LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE", end);
    // Another node may have noticed first.
    const auto now = look(c, end);
    if (now.known && now.differ()) {
        run_now(c, fmt::format("UPDATE meta SET value = '{}' WHERE name = 'epoch'", random_text(epoch_length)), end);
        run_now(c, pass_over_ids, end);
    }
    if (now.differ())
        run_now(c,
                fmt::format("INSERT INTO meta (name, value) VALUES ('timeline', '{}') "
                            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                            now.present),
                end);
    run_now(c, "COMMIT", end);
}

}  // namespace madang::storage::postgres
