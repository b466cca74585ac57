#include "archive/lines.hpp"

#include "archive/text_values.hpp"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <iterator>

namespace madang::storage::archive {
namespace {

// Most text needs no escaping (RFC 8259, 7).
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; });
}

void append_text(std::string& out, std::string_view text) {
    if (!is_plain(text)) {
        out += boost::json::serialize(boost::json::string_view{text.data(), text.size()});
        return;
    }
    out += '"';
    out += text;
    out += '"';
}

void append_number(std::string& out, column_type type, std::int64_t n) {
    switch (type) {
        case column_type::boolean:
            out += n != 0 ? "true" : "false";
            return;
        case column_type::time:
            append_text(out, to_rfc3339(timestamp{std::chrono::milliseconds{n}}));
            return;
        default:
            fmt::format_to(std::back_inserter(out), "{}", n);
    }
}

void append_value(std::string& out, column_type type, const value& v) {
    if (const auto* n = std::get_if<std::int64_t>(&v))
        append_number(out, type, *n);
    else if (const auto* text = std::get_if<std::string>(&v))
        append_text(out, type == column_type::bytes ? to_base64(*text) : *text);
    else
        out += "null";
}

std::string to_object(const counts& all) {
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i)
        fmt::format_to(std::back_inserter(out), R"({}"{}":{})", i == 0 ? '{' : ',', tables()[i].name, all[i]);
    return out + "}";
}

}  // namespace

std::string to_line(const header& h) {
    return fmt::format(R"({{"format":"{}","version":{},"madang":"{}","epoch":"{}","time":"{}","rows":{},"greatest":{}}})"
                       "\n",
                       format_name, format_version, h.version, h.epoch, to_rfc3339(h.time), to_object(h.rows),
                       to_object(h.greatest));
}

void append_line(std::string& out, const table& t, const record& r) {
    out += R"({"table":")";
    out += t.name;
    out += '"';
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
        out += ",\"";
        out += t.columns[i].name;
        out += "\":";
        append_value(out, t.columns[i].type, r[i]);
    }
    out += "}\n";
}

std::string end_line(const counts& rows, std::string_view sha256) {
    return fmt::format(R"({{"end":"{}","rows":{},"sha256":"{}"}})"
                       "\n",
                       format_name, to_object(rows), sha256);
}

}  // namespace madang::storage::archive
