// The public functions: where a database's failures become one line for an administrator.
#include "madang/storage/archive.hpp"

#include "archive/exporting.hpp"
#include "archive/importing.hpp"
#include "postgres/failure.hpp"
#include "random_text.hpp"
#include "schema_steps.hpp"
#include "sqlite/failure.hpp"

#include <fmt/format.h>

#include <numeric>

namespace madang::storage {

namespace archive {

std::unique_ptr<database> open(const database_place& place, access how) {
    if (const auto* file = std::get_if<std::filesystem::path>(&place)) return open_sqlite(*file, how);
    return open_postgres(std::get<postgres_url>(place));
}

}  // namespace archive

namespace {

using namespace archive;

// A URL may hold a password.
std::string name_of(const database_place& place) {
    const auto* file = std::get_if<std::filesystem::path>(&place);
    return file != nullptr ? file->string() : "the PostgreSQL database";
}

template <class Work>
auto at_the_door(const char* verb, const database_place& place, Work work) {
    const auto cannot = [&](const std::exception& e) {
        return storage_error(
            fmt::format("cannot {} {}: {}: check storage.url, the disk and the server", verb, name_of(place), e.what()));
    };
    try {
        return work();
    } catch (const sqlite::failure& e) {
        throw cannot(e);
    } catch (const postgres::failure& e) {
        throw cannot(e);
    }
}

std::int64_t sum(const counts& all) { return std::accumulate(all.begin(), all.end(), std::int64_t{0}); }

std::unique_ptr<database> open_whole(const database_place& place, access how) {
    auto db = open(place, how);
    refuse_unfinished(db->fact(progress_name));
    return db;
}

archive_summary write_new(database& db, output& out, const export_options& options, const clock& clock) {
    const auto h = describe(db, options, clock.now());
    out.write(to_line(h));
    write_rows(db, out, h, {}, options.watch);
    return {sum(h.rows), 0, h.epoch};
}

archive_summary go_on(database& db, const std::filesystem::path& file, const export_options& options, const clock& clock) {
    if (file == "-") throw storage_error("standard output cannot be gone on with: name the file that was cut");
    const auto h = describe(db, options, clock.now());
    // Opened first: its lock keeps the file as it is while it is examined.
    output out{file, output::how::append};
    input in{file};
    const auto cut = examine(in, h);
    const auto earlier = sum(cut.at.rows);
    if (!cut.complete) {
        out.truncate(cut.bytes);
        write_rows(db, out, h, cut.at, options.watch);
    }
    return {sum(h.rows), earlier, h.epoch};
}

std::unique_ptr<database> open_snapshot(const database_place& place) {
    auto db = open(place, access::read);
    db->begin_snapshot();
    refuse_unfinished(db->fact(progress_name));
    return db;
}

}  // namespace

archive_summary export_archive(const database_place& from, const std::filesystem::path& file, export_mode how,
                               const export_options& options, const clock& clock) {
    return at_the_door("read", from, [&] {
        const auto db = open_snapshot(from);
        if (how == export_mode::resume) return go_on(*db, file, options, clock);
        output out{file, output::how::create};
        return write_new(*db, out, options, clock);
    });
}

archive_summary back_up(const database_place& from, const std::filesystem::path& file, const export_options& options,
                        const clock& clock) {
    if (file == "-") throw storage_error("a backup wants a file: madang export - writes to standard output");
    if (std::filesystem::exists(file)) throw storage_error(fmt::format("{} exists: name another file", file.string()));
    return at_the_door("read", from, [&] {
        const auto db = open_snapshot(from);
        auto part = file;
        part += ".part";
        output out{part, output::how::overwrite};
        try {
            auto done = write_new(*db, out, options, clock);
            rename_complete(part, file);
            return done;
        } catch (...) {
            std::error_code ignored;
            std::filesystem::remove(part, ignored);
            throw;
        }
    });
}

archive_summary import_archive(const database_place& to, const std::filesystem::path& file, import_mode how,
                               const archive_watcher& watch) {
    return at_the_door("write to", to, [&] {
        // What is there is not given up for a file that is no whole archive. A pipe cannot be read twice.
        if (how == import_mode::replace && std::filesystem::is_regular_file(file)) {
            input first{file};
            importer::look_through(first);
        }
        input in{file};
        const auto db = open(to, access::write);
        db->claim();
        return importer{*db, in, how, watch}.run();
    });
}

std::string epoch_of(const database_place& place) {
    return at_the_door("read", place, [&] { return open_whole(place, access::read)->fact("epoch").value_or(std::string{}); });
}

std::string renew_epoch(const database_place& place) {
    return at_the_door("write to", place, [&] {
        const auto db = open_whole(place, access::write);
        auto epoch = random_text(epoch_length);
        db->begin();
        db->set_fact("epoch", epoch);
        db->pass_over_ids();
        db->commit();
        return epoch;
    });
}

}  // namespace madang::storage
