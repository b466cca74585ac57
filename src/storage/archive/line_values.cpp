#include "archive/line_values.hpp"

#include "archive/text_values.hpp"

#include <fmt/format.h>

namespace madang::storage::archive {

namespace json = boost::json;

namespace {

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

[[noreturn]] void wants(const table& t, const column& c, const char* what) {
    throw bad_line(fmt::format("the column {} of {} wants {}", c.name, t.name, what));
}

std::string_view text_in(const table& t, const column& c, const json::value& v) {
    const auto* text = v.if_string();
    if (text == nullptr) wants(t, c, "text");
    // PostgreSQL has no text with U+0000.
    if (view(*text).find('\0') != std::string_view::npos) wants(t, c, "text without U+0000");
    return view(*text);
}

}  // namespace

const json::value& member(const json::object& line, std::string_view name) {
    const auto* found = line.if_contains({name.data(), name.size()});
    if (found == nullptr) throw bad_line(fmt::format("\"{}\" is missing", name));
    return *found;
}

std::string text_of(const json::object& line, std::string_view name) {
    const auto* text = member(line, name).if_string();
    if (text == nullptr) throw bad_line(fmt::format("\"{}\" is no text", name));
    return std::string{view(*text)};
}

counts counts_of(const json::object& line, std::string_view name) {
    const auto* all = member(line, name).if_object();
    if (all == nullptr) throw bad_line(fmt::format("\"{}\" is no object", name));
    counts found;
    for (const auto& t : tables()) {
        const auto* n = member(*all, t.name).if_int64();
        if (n == nullptr || *n < 0) throw bad_line(fmt::format("the count of {} is none", t.name));
        found.push_back(*n);
    }
    return found;
}

value value_in(const table& t, const column& c, const json::value& v) {
    if (v.is_null()) {
        if (!c.nullable) wants(t, c, "a value");
        return {};
    }
    switch (c.type) {
        case column_type::integer:
            if (const auto* n = v.if_int64()) return *n;
            wants(t, c, "an integer");
        case column_type::boolean:
            if (const auto* flag = v.if_bool()) return std::int64_t{*flag};
            wants(t, c, "true or false");
        case column_type::text:
            return std::string{text_in(t, c, v)};
        case column_type::time:
            if (const auto time = from_rfc3339(text_in(t, c, v))) return time->time_since_epoch().count();
            wants(t, c, "a time like 2026-11-22T08:30:00.123Z");
        case column_type::bytes:
            if (auto bytes = from_base64(text_in(t, c, v))) return std::move(*bytes);
            wants(t, c, "bytes as base64");
    }
    throw std::logic_error("a column without a type");
}

}  // namespace madang::storage::archive
