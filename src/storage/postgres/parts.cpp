#include "postgres/parts.hpp"

#include "archive/progress.hpp"
#include "postgres/failover.hpp"

#include <fmt/format.h>

#include <algorithm>

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

void look_at_database(const connector& connect) {
    try {
        const auto c = connect.open_now(use::writing);
        const auto end = std::chrono::steady_clock::now() + 5 * connect.deadline();
        if (run_now(c.get(), "SELECT 1 WHERE to_regclass('meta') IS NOT NULL", end).empty() ||
            run_now(c.get(), "SELECT 1 FROM meta WHERE name = 'epoch'", end).empty())
            throw storage_error("the PostgreSQL database has no tables yet: run madang migrate");
        const auto unfinished =
            run_now(c.get(), fmt::format("SELECT value FROM meta WHERE name = '{}'", archive::progress_name), end);
        if (!unfinished.empty()) archive::refuse_unfinished(unfinished.front().get<std::string>(0));
        notice_failover(c.get(), end);
    } catch (const failure& e) {
        throw storage_error(fmt::format("cannot use PostgreSQL: {}: check storage.url, and that the server runs", e.what()));
    }
}

}  // namespace

parts::parts(asio::io_context& io, postgres_options o, const clock& c)
    : options(std::move(o)),
      report(stats, options.ears),
      connect(options.url.text, options.timeout),
      reads(io, connect, first, use::reading, options.readers, options.read_queue, report),
      writes(io, connect, first, use::writing, options.writers, options.read_queue, report),
      rooms_writer(io, connect, first, options.lanes, lane_options_of(options), options.queue_rows, options.queue_bytes, c, tell,
                   report),
      account_store(writes, reads, rooms_writer, tell, c, options.limits),
      login_store(writes, reads, c),
      key_store(writes, reads),
      contact_store(writes, reads, c),
      room_store(io, reads),
      room_log(rooms_writer) {
    look_at_database(connect);
    rooms_writer.start();
    reads.start();
    writes.start();
}

void parts::stop() {
    rooms_writer.stop();
    writes.stop();
    reads.stop();
}

}  // namespace madang::storage::postgres
