#include "archive/importing.hpp"

#include "random_text.hpp"
#include "schema_steps.hpp"

#include <fmt/format.h>

#include <numeric>

namespace madang::storage::archive {
namespace {

// A transaction's rows, and their text.
constexpr std::size_t batch_rows = 5000;
constexpr std::size_t batch_bytes = 8 << 20;

std::size_t size_of(const record& row) {
    std::size_t size = 0;
    for (const auto& v : row)
        if (const auto* text = std::get_if<std::string>(&v)) size += text->size();
    return size;
}

void check_end(const line_reader& lines, const input& in) {
    if (!lines.began()) throw in.at_line("has no whole line: this is no archive", 1);
    if (!lines.complete())
        throw in.at_line(
            "the archive ends behind this line, it was cut: complete it (madang export --resume), then go on with it",
            in.lines());
}

}  // namespace

void importer::look_through(input& in) {
    line_reader lines;
    while (const auto line = in.next()) try {
            lines.take(*line);
        } catch (const bad_line& e) {
            throw in.at_line(e.what(), in.lines());
        }
    check_end(lines, in);
}

archive_summary importer::run() {
    while (take_line()) {
    }
    check_end(lines_, in_);
    flush();
    auto epoch = finish();
    const auto& all = lines_.rows();
    return {std::accumulate(all.begin(), all.end(), std::int64_t{0}), earlier_, std::move(epoch)};
}

bool importer::take_line() {
    const auto line = in_.next();
    if (!line) return false;
    try {
        switch (lines_.take(*line)) {
            case line_reader::kind::header:
                done_.identity = checksum(*line);
                done_.restores = how_ != import_mode::into_empty;
                begin();
                break;
            case line_reader::kind::row:
                // What an earlier run has taken is only looked at.
                if (in_.lines() > done_.lines) add(lines_.at(), std::move(lines_.row()));
                break;
            case line_reader::kind::end:
                break;
        }
    } catch (const bad_line& e) {
        throw in_.at_line(e.what(), in_.lines());
    }
    return true;
}

// Whether there may be an import, and the mark that there is one, which has taken no line yet: in one transaction, so that of two
// only one begins.
void importer::begin() {
    db_.begin();
    const auto mark = db_.fact(progress_name);
    const auto there = mark ? progress_from(*mark) : progress{};
    const bool same = there.identity == done_.identity;
    if (same) done_.restores |= there.restores;
    if (same && there.lines > 0) {
        done_.lines = there.lines;
        earlier_ = done_.lines - 1;
        db_.set_fact(progress_name, to_text(done_));
        db_.commit();
        return;
    }
    if (how_ != import_mode::replace) {
        if (there.identity == given_up)
            throw storage_error("an import into this database failed: begin anew with madang restore --replace");
        if (mark && !same)
            throw storage_error(
                fmt::format("{} is not the file whose import into this database is unfinished: take that one, or "
                            "begin anew with madang restore --replace",
                            in_.name()));
        refuse_full();
    }
    db_.set_fact(progress_name, to_text(done_));
    db_.commit();
    // A node that came since claim() has not seen the mark. One that comes from now on does, and stays away.
    try {
        db_.claim();
    } catch (const storage_error&) {
        db_.begin();
        if (mark)
            db_.set_fact(progress_name, *mark);
        else
            db_.drop_fact(progress_name);
        db_.commit();
        throw;
    }
    clear();
}

// Also of what a first start leaves behind: a signing key.
void importer::clear() {
    db_.begin();
    db_.empty();
    done_.lines = 1;
    db_.set_fact(progress_name, to_text(done_));
    db_.commit();
}

void importer::refuse_full() {
    for (const auto& t : tables()) {
        if (t.name != "users" && t.name != "rooms") continue;
        if (const auto n = db_.count(t); n > 0)
            throw storage_error(
                fmt::format("the database is not empty, it holds {} {}: name an empty one in storage.url, or replace "
                            "what it holds with madang restore --replace",
                            n, t.name));
    }
}

void importer::add(std::size_t table, record row) {
    if (table != table_) flush();
    if (table != table_ && watch_) watch_({tables()[table].name, 0, lines_.head().rows[table]});
    table_ = table;
    bytes_ += size_of(row);
    rows_.push_back(std::move(row));
    if (rows_.size() >= batch_rows || bytes_ >= batch_bytes) flush();
}

void importer::flush() {
    if (rows_.empty()) return;
    const auto first = done_.lines + 1;
    done_.lines += static_cast<std::int64_t>(rows_.size());
    db_.begin();
    try {
        db_.insert(tables()[table_], rows_);
    } catch (const row_refused& e) {
        give_up(in_.at_line(fmt::format("the database refuses this row of {}: {}", tables()[table_].name, e.what()),
                            first + static_cast<std::int64_t>(e.at())));
    }
    db_.set_fact(progress_name, to_text(done_));
    db_.commit();
    if (watch_) watch_({tables()[table_].name, lines_.rows()[table_], lines_.head().rows[table_]});
    rows_.clear();
    bytes_ = 0;
}

// Clients that come with a position of the old database must not go on there: another epoch.
std::string importer::finish() {
    auto epoch = random_text(epoch_length);
    db_.begin();
    check_counts();
    db_.settle();
    if (done_.restores) db_.revoke_keys();
    db_.set_fact("epoch", epoch);
    db_.drop_fact(progress_name);
    db_.commit();
    return epoch;
}

// A process that had opened the database before the import began may have written into it.
void importer::check_counts() {
    for (std::size_t i = 0; i < tables().size(); ++i)
        if (const auto n = db_.count(tables()[i]); n != lines_.rows()[i])
            give_up(storage_error(fmt::format(
                "{} rows of {} were imported, and the database holds {}: somebody else wrote into it, begin anew with "
                "madang restore --replace",
                lines_.rows()[i], tables()[i].name, n)));
}

void importer::give_up(const storage_error& why) {
    db_.rollback();
    db_.begin();
    db_.set_fact(progress_name, to_text({done_.lines, std::string{given_up}}));
    db_.commit();
    throw storage_error{why};
}

}  // namespace madang::storage::archive
