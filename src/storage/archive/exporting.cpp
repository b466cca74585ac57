#include "archive/exporting.hpp"

#include "archive/line_reader.hpp"

#include <fmt/format.h>

namespace madang::storage::archive {
namespace {

// Rows read at once: of the longest messages (32 kB) these are 32 MB.
constexpr std::size_t page_rows = 1000;

// The file's rows are of an older moment than those that would follow. While no row has come or gone they fit together: whatever
// a later table refers to comes with a row of its own (a message's event, a session), and moves a count or a greatest id.
// Otherwise a room could say "40 messages" and 41 follow.
void check_unmoved(const input& in, const header& then, const header& now) {
    if (then.epoch != now.epoch)
        throw storage_error(
            fmt::format("{} is of another database, or of an earlier history of this one (epoch {}, now {}): export "
                        "anew",
                        in.name(), then.epoch, now.epoch));
    for (std::size_t i = 0; i < tables().size(); ++i)
        if (then.rows[i] != now.rows[i] || then.greatest[i] != now.greatest[i])
            throw storage_error(
                fmt::format("the {} of the database have changed since {} was begun ({} rows, now {}): export anew",
                            tables()[i].name, in.name(), then.rows[i], now.rows[i]));
}

}  // namespace

header describe(database& db, const export_options& options, timestamp now) {
    header h;
    h.version = options.version;
    h.epoch = db.fact("epoch").value_or(std::string{});
    h.time = now;
    for (const auto& t : tables()) {
        h.rows.push_back(db.count(t));
        h.greatest.push_back(t.gives_ids ? db.greatest(t) : 0);
    }
    return h;
}

void write_rows(database& db, output& out, const header& expected, position from, const archive_watcher& watch) {
    std::string lines;
    for (std::size_t i = from.table; i < tables().size(); ++i) {
        const auto& t = tables()[i];
        if (watch) watch({t.name, 0, expected.rows[i]});
        for (;;) {
            const auto rows = db.page(t, from.key, page_rows);
            lines.clear();
            for (const auto& r : rows) append_line(lines, t, r);
            out.write(lines);
            from.rows[i] += static_cast<std::int64_t>(rows.size());
            if (watch && !rows.empty()) watch({t.name, from.rows[i], expected.rows[i]});
            if (rows.size() < page_rows) break;
            from.key.assign(rows.back().begin(), rows.back().begin() + static_cast<record::difference_type>(t.key));
        }
        from.key.clear();
    }
    out.write(end_line(from.rows));
    out.finish();
}

cut_file examine(input& in, const header& present) {
    line_reader lines;
    cut_file found;
    while (const auto line = in.next()) try {
            if (lines.take(*line) == line_reader::kind::header) check_unmoved(in, lines.head(), present);
        } catch (const bad_line& e) {
            throw in.at_line(e.what(), in.lines());
        }
    if (!lines.began()) throw in.at_line("has no whole line: export anew, without --resume", 1);
    found.complete = lines.complete();
    found.bytes = in.bytes();
    found.at = {lines.at(), lines.key(), lines.rows()};
    return found;
}

}  // namespace madang::storage::archive
