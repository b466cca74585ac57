#include "postgres/parts.hpp"

#include "random_text.hpp"
#include "schema_steps.hpp"

#include <fmt/format.h>

namespace madang::storage::postgres {
namespace {

// Units lose patience a little before the server's own time is up, so that nobody waits for longer than `timeout` in all.
lane_options lane_options_of(const postgres_options& o) {
    lane_options l;
    l.batch_rows = o.batch_rows;
    l.batch_bytes = o.batch_bytes;
    l.patience = o.timeout * 8 / 10;
    l.limits = o.limits;
    return l;
}

// A server that took over from another one has a new timeline, and may lack the last transactions of the old one: positions that
// clients hold are void (design, chapter 1). Likewise after a restore to an earlier point in time.
void notice_new_timeline(PGconn* c) {
    run_now(c, "BEGIN");
    run_now(c, "LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE");
    const auto found = run_now(c,
                               "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8), "
                               "(SELECT value FROM meta WHERE name = 'timeline')");
    const auto present = found.front().get<std::string>(0);
    const auto known = found.front().get<std::optional<std::string>>(1);
    if (known && *known != present)
        run_now(c, fmt::format("UPDATE meta SET value = '{}' WHERE name = 'epoch'", random_text(epoch_length)));
    if (known != present)
        run_now(c, fmt::format("INSERT INTO meta (name, value) VALUES ('timeline', '{}') "
                               "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                               present));
    run_now(c, "COMMIT");
}

void look_at_database(const connector& connect) {
    try {
        const auto c = connect.open_now(use::reading);
        if (run_now(c.get(), "SELECT 1 WHERE to_regclass('meta') IS NOT NULL").empty() ||
            run_now(c.get(), "SELECT 1 FROM meta WHERE name = 'epoch'").empty())
            throw storage_error("the PostgreSQL database has no tables yet: run madang migrate");
        notice_new_timeline(c.get());
    } catch (const failure& e) {
        throw storage_error(fmt::format("cannot use PostgreSQL: {}: check storage.url, and that the server runs", e.what()));
    }
}

}  // namespace

parts::parts(asio::io_context& io, postgres_options o, const clock& c)
    : options(std::move(o)),
      report(stats, options.failed),
      connect(options.url.text, options.timeout),
      reads(io, connect, use::reading, options.readers, options.read_queue, report),
      writes(io, connect, use::writing, options.writers, options.read_queue, report),
      rooms_writer(io, connect, options.lanes, lane_options_of(options), options.queue_rows, options.queue_bytes, c, tell,
                   report),
      account_store(writes, reads, tell, c, options.limits),
      login_store(writes, reads, c),
      key_store(writes, reads),
      contact_store(writes, reads, c),
      room_store(reads),
      room_log(rooms_writer) {
    look_at_database(connect);
    reads.start();
    writes.start();
    rooms_writer.start();
}

void parts::stop() {
    rooms_writer.stop();
    writes.stop();
    reads.stop();
}

}  // namespace madang::storage::postgres
