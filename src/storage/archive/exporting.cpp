#include "archive/exporting.hpp"

#include "archive/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace madang::storage::archive {
namespace {

// Rows read at once: of the longest messages (32 kB) these are 32 MB.
constexpr std::size_t page_rows = 1000;

// The file's rows are of an older moment than those that would follow. While no room, event or person has come or gone they fit
// together: whatever a later table refers to comes with a row of its own (a message's event, a session), and moves a count or a
// greatest id. Otherwise a room could say "40 messages" and 41 follow.
void check_unmoved(const input& in, const header& then, const header& now) {
    if (then.epoch != now.epoch)
        throw storage_error(
            fmt::format("{} is of another database, or of an earlier history of this one (epoch {}, now {}): remove "
                        "it and export anew",
                        in.name(), then.epoch, now.epoch));
    for (std::size_t i = 0; i < tables().size(); ++i)
        if (then.rows[i] != now.rows[i] || then.greatest[i] != now.greatest[i])
            throw storage_error(
                fmt::format("the {} of the database have changed since {} was begun ({} rows, now {}): remove it and export anew",
                            tables()[i].name, in.name(), then.rows[i], now.rows[i]));
}

// The next page, behind `key`, which moves to its end.
std::vector<record> next_page(database& db, const table& t, record& key, std::size_t limit) {
    auto rows = db.page(t, key, limit);
    if (!rows.empty()) key.assign(rows.back().begin(), rows.back().begin() + static_cast<record::difference_type>(t.key));
    return rows;
}

// The lines of each table's first rows, so many, as the database has them now.
digest lines_again(database& db, const counts& rows) {
    digest all;
    std::string lines;
    for (std::size_t i = 0; i < tables().size(); ++i) {
        record key;
        for (auto left = static_cast<std::size_t>(rows[i]); left > 0;) {
            const auto page = next_page(db, tables()[i], key, std::min(left, page_rows));
            if (page.empty()) break;
            lines.clear();
            for (const auto& r : page) append_line(lines, tables()[i], r);
            all.add(lines);
            left -= page.size();
        }
    }
    return all;
}

bool stands_before_rooms(std::size_t at) {
    return at < static_cast<std::size_t>(std::ranges::find(tables(), "rooms", &table::name) - tables().begin());
}

// Before the rooms, rows come and go and move no count and no id: one friendship for another, a session's new token for its
// oldest. What a file has of them is held against what is there now, or it would get half of a friendship. A file that was cut
// later has them whole, from one moment.
void check_same(database& db, const position& from) {
    if (from.file.empty() || !stands_before_rooms(from.table)) return;
    if (lines_again(db, from.rows).text() != from.lines.text())
        throw storage_error(fmt::format(
            "people, their sessions or contacts have changed since {} was begun: remove it and export anew", from.file));
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
    check_same(db, from);
    std::string lines;
    for (std::size_t i = from.table; i < tables().size(); ++i) {
        const auto& t = tables()[i];
        if (watch) watch({t.name, 0, expected.rows[i]});
        for (;;) {
            const auto rows = next_page(db, t, from.key, page_rows);
            lines.clear();
            for (const auto& r : rows) append_line(lines, t, r);
            out.write(lines);
            from.lines.add(lines);
            from.rows[i] += static_cast<std::int64_t>(rows.size());
            if (watch && !rows.empty()) watch({t.name, from.rows[i], expected.rows[i]});
            if (rows.size() < page_rows) break;
        }
        from.key.clear();
        if (from.rows[i] != expected.rows[i])
            throw storage_error(
                fmt::format("the database counts {} rows of {} and gives {}: its index is damaged, have it checked",
                            expected.rows[i], t.name, from.rows[i]));
    }
    out.write(end_line(from.rows, from.lines.text()));
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
    if (!lines.began()) throw in.at_line("has no whole line: remove it and export anew, without --resume", 1);
    found.complete = lines.complete();
    found.bytes = in.bytes();
    found.at = {lines.at(), lines.key(), lines.rows(), lines.contents(), in.name()};
    return found;
}

}  // namespace madang::storage::archive
