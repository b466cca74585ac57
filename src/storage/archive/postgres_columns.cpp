#include "archive/postgres_columns.hpp"

#include <fmt/format.h>

namespace madang::storage::archive {
namespace {

using postgres::parameters;

timestamp as_time(std::int64_t milliseconds) { return timestamp{std::chrono::milliseconds{milliseconds}}; }

std::string to_hex(std::string_view bytes) {
    std::string hex;
    for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

// One column of many rows as an array; T is what `convert` makes of a number or a text.
template <class T, class Convert>
void add_array(parameters& p, std::span<const record> all, std::size_t at, Convert convert) {
    std::vector<std::optional<T>> values;
    values.reserve(all.size());
    for (const auto& r : all)
        values.push_back(std::holds_alternative<std::monostate>(r[at]) ? std::optional<T>{} : std::optional<T>{convert(r[at])});
    p.add(values);
}

std::int64_t number_held(const value& v) { return std::get<std::int64_t>(v); }
std::string_view text_held(const value& v) { return std::get<std::string>(v); }

}  // namespace

std::string_view type_name(column_type type) noexcept {
    switch (type) {
        case column_type::integer:
            return "bigint";
        case column_type::boolean:
            return "boolean";
        case column_type::text:
            return "text";
        case column_type::time:
            return "timestamptz";
        case column_type::bytes:
            return "bytea";
    }
    return "";
}

void add_key(parameters& p, const value& v) {
    if (const auto* n = std::get_if<std::int64_t>(&v))
        p.add(*n);
    else
        p.add(text_held(v));
}

void add_column(parameters& p, column_type type, std::span<const record> all, std::size_t at) {
    switch (type) {
        case column_type::integer:
            return add_array<std::int64_t>(p, all, at, number_held);
        case column_type::boolean:
            return add_array<bool>(p, all, at, [](const value& v) { return number_held(v) != 0; });
        case column_type::time:
            return add_array<timestamp>(p, all, at, [](const value& v) { return as_time(number_held(v)); });
        case column_type::text:
            return add_array<std::string_view>(p, all, at, text_held);
        case column_type::bytes:
            return add_array<std::string>(p, all, at, [](const value& v) { return to_hex(text_held(v)); });
    }
}

value value_in(const postgres::row& r, int at, column_type type) {
    if (r.is_null(at)) return {};
    switch (type) {
        case column_type::integer:
        case column_type::boolean:
            return r.get<std::int64_t>(at);
        case column_type::time:
            return std::int64_t{r.get<timestamp>(at).time_since_epoch().count()};
        default:
            return r.get<std::string>(at);
    }
}

}  // namespace madang::storage::archive
