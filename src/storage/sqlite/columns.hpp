// How our types stand in SQLite's columns: ids, times (milliseconds), flags and enumerations as INTEGER, text as TEXT, an empty
// optional as NULL.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace madang::storage::sqlite {

inline int bind_value(sqlite3_stmt* s, int at, std::string_view v) {
    // An empty view may have no data, which would be NULL.
    return sqlite3_bind_text(s, at, v.data() == nullptr ? "" : v.data(), static_cast<int>(v.size()), SQLITE_TRANSIENT);
}
template <std::integral T>
int bind_value(sqlite3_stmt* s, int at, T v) {
    return sqlite3_bind_int64(s, at, static_cast<std::int64_t>(v));
}
template <class T>
requires std::is_enum_v<T>
int bind_value(sqlite3_stmt* s, int at, T v) { return bind_value(s, at, static_cast<std::int64_t>(v)); }
template <class Tag>
int bind_value(sqlite3_stmt* s, int at, id<Tag> v) {
    return bind_value(s, at, v.value);
}
inline int bind_value(sqlite3_stmt* s, int at, timestamp v) { return bind_value(s, at, v.time_since_epoch().count()); }
template <class T>
int bind_value(sqlite3_stmt* s, int at, const std::optional<T>& v) {
    return v ? bind_value(s, at, *v) : sqlite3_bind_null(s, at);
}

// column<T>(statement, at): the value of a column, as T. NULL reads as 0 or as empty.
template <class T>
struct column_as;

template <class T>
T column(sqlite3_stmt* s, int at) {
    return column_as<T>::read(s, at);
}

template <class T>
requires std::integral<T> || std::is_enum_v<T>
struct column_as<T> {
    static T read(sqlite3_stmt* s, int at) { return static_cast<T>(sqlite3_column_int64(s, at)); }
};
template <>
struct column_as<std::string> {
    static std::string read(sqlite3_stmt* s, int at) {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, at));
        return text == nullptr ? std::string{} : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(s, at)));
    }
};
template <class Tag>
struct column_as<id<Tag>> {
    static id<Tag> read(sqlite3_stmt* s, int at) { return id<Tag>{sqlite3_column_int64(s, at)}; }
};
template <>
struct column_as<timestamp> {
    static timestamp read(sqlite3_stmt* s, int at) { return timestamp{std::chrono::milliseconds{sqlite3_column_int64(s, at)}}; }
};
template <class T>
struct column_as<std::optional<T>> {
    static std::optional<T> read(sqlite3_stmt* s, int at) {
        if (sqlite3_column_type(s, at) == SQLITE_NULL) return std::nullopt;
        return column_as<T>::read(s, at);
    }
};

}  // namespace madang::storage::sqlite
