#include "sqlite/parts.hpp"

#include "archive/progress.hpp"

#include <fmt/format.h>

namespace madang::storage::sqlite {
namespace {

database open_for_writing(const sqlite_options& options) {
    database db{options.file, database::access::write};
    try {
        if (!epoch_of(db)) throw storage_error(fmt::format("{} has no tables yet: run madang migrate", options.file.string()));
        if (auto unfinished = db.run("SELECT value FROM meta WHERE name = ?", archive::progress_name); unfinished.step())
            archive::refuse_unfinished(unfinished.get<std::string>(0));
        if (options.max_size_mib == 0) return db;
        auto row = db.run("PRAGMA page_size");
        row.step();
        const auto pages = options.max_size_mib * 1024 * 1024 / row.get<std::size_t>(0);
        db.execute(fmt::format("PRAGMA max_page_count={}", pages));
    } catch (const failure& e) {
        throw storage_error(fmt::format("cannot read {}: {}: check the disk", options.file.string(), e.what()));
    }
    return db;
}

}  // namespace

parts::parts(sqlite_options o, const clock& c)
    : options(std::move(o)),
      report(stats, options.ears),
      writes(open_for_writing(options), options, c, report),
      reads(options, report),
      account_store(writes, reads),
      login_store(writes, reads, c),
      key_store(writes, reads),
      contact_store(writes, reads),
      room_store(reads),
      room_log(writes) {}

}  // namespace madang::storage::sqlite
