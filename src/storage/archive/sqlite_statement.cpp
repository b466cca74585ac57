#include "archive/sqlite_statement.hpp"

namespace madang::storage::archive {

statement::statement(sqlite3* connection, const std::string& text) : connection_(connection) {
    sqlite3_stmt* raw = nullptr;
    const int done = sqlite3_prepare_v2(connection, text.c_str(), -1, &raw, nullptr);
    prepared_.reset(raw);
    if (done != SQLITE_OK) throw sqlite::failure::of(connection);
}

void statement::bind(int at, column_type type, const value& v) {
    auto* const s = prepared_.get();
    int done = SQLITE_OK;
    if (const auto* n = std::get_if<std::int64_t>(&v))
        done = sqlite3_bind_int64(s, at, *n);
    else if (const auto* text = std::get_if<std::string>(&v))
        done = type == column_type::bytes ? sqlite3_bind_blob64(s, at, text->data(), text->size(), SQLITE_STATIC)
                                          : sqlite3_bind_text64(s, at, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    else
        done = sqlite3_bind_null(s, at);
    if (done != SQLITE_OK) throw sqlite::failure::of(connection_);
}

bool statement::step() {
    const int done = sqlite3_step(prepared_.get());
    if (done != SQLITE_ROW && done != SQLITE_DONE) throw sqlite::failure::of(connection_);
    return done == SQLITE_ROW;
}

value statement::get(int at) const {
    auto* const s = prepared_.get();
    switch (sqlite3_column_type(s, at)) {
        case SQLITE_NULL:
            return {};
        case SQLITE_INTEGER:
            return std::int64_t{sqlite3_column_int64(s, at)};
        default: {  // text too: its bytes are UTF-8
            const auto* bytes = static_cast<const char*>(sqlite3_column_blob(s, at));
            return std::string(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(s, at)));
        }
    }
}

}  // namespace madang::storage::archive
