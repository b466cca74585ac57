#include "log_line.hpp"

#include "madang/base/text.hpp"

#include <array>
#include <cmath>
#include <iterator>

namespace madang::log {
namespace {

constexpr std::array<std::string_view, 5> upper{"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
constexpr std::array<std::string_view, 5> lower{"trace", "debug", "info", "warn", "error"};
constexpr std::size_t longest_text = 2048;  // bytes

void append(line_buffer& to, std::string_view text) { to.append(text.data(), text.data() + text.size()); }

// At most `longest_text` bytes, not ending inside a character.
std::string_view cut(std::string_view text) {
    if (text.size() <= longest_text) return text;
    auto end = longest_text;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end);
}

void append_escaped(line_buffer& to, char c, bool utf8) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
        case '"':
            return append(to, "\\\"");
        case '\\':
            return append(to, "\\\\");
        case '\n':
            return append(to, "\\n");
        case '\r':
            return append(to, "\\r");
        case '\t':
            return append(to, "\\t");
        default:
            break;
    }
    if (byte < 0x20 || byte == 0x7f)
        fmt::format_to(std::back_inserter(to), "\\u{:04x}", byte);
    else if (byte >= 0x80 && !utf8)
        append(to, "\\ufffd");
    else
        to.push_back(c);
}

// The inside of a JSON string (RFC 8259, chapter 7). Bytes of what is not UTF-8 become U+FFFD.
void append_escaped(line_buffer& to, std::string_view text) {
    const auto part = cut(text);
    const bool utf8 = text::is_utf8(part);
    for (const char c : part) append_escaped(to, c, utf8);
    if (part.size() < text.size()) append(to, "...");
}

void append_quoted(line_buffer& to, std::string_view text) {
    to.push_back('"');
    append_escaped(to, text);
    to.push_back('"');
}

// Whether a value of the text format can stand without quotes.
bool is_plain(std::string_view text) {
    if (text.empty() || text.size() > longest_text || !text::is_utf8(text)) return false;
    for (const char c : text)
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '"' || c == '=' || c == '\\') return false;
    return true;
}

void append_value(line_buffer& to, format how, const field::value_type& value) {
    const auto out = std::back_inserter(to);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        if (how == format::text && is_plain(*text)) return append(to, *text);
        return append_quoted(to, *text);
    }
    if (const auto* number = std::get_if<double>(&value)) {
        // JSON has no infinity and no NaN.
        if (!std::isfinite(*number)) return append(to, how == format::json ? "null" : "none");
        fmt::format_to(out, "{}", *number);
        return;
    }
    if (const auto* yes = std::get_if<bool>(&value)) return append(to, *yes ? "true" : "false");
    if (const auto* number = std::get_if<std::int64_t>(&value)) fmt::format_to(out, "{}", *number);
    if (const auto* number = std::get_if<std::uint64_t>(&value)) fmt::format_to(out, "{}", *number);
}

void append_field(line_buffer& to, format how, const field& f) {
    if (how == format::json) {
        append(to, ",");
        append_quoted(to, f.name);
        append(to, ":");
    } else {
        append(to, " ");
        append(to, f.name);
        append(to, "=");
    }
    append_value(to, how, f.value);
}

}  // namespace

void append_line(line_buffer& to, format how, const event& what) {
    const auto at = static_cast<std::size_t>(what.at);
    const auto time = to_rfc3339(what.time);
    if (how == format::json) {
        fmt::format_to(std::back_inserter(to), R"({{"time":"{}","level":"{}","msg":)", time, lower.at(at));
        append_quoted(to, what.message);
    } else {
        fmt::format_to(std::back_inserter(to), "{} {} ", time, upper.at(at));
        append_escaped(to, what.message);
    }
    if (what.session) append_field(to, how, {"session", *what.session});
    for (const field& f : what.with) append_field(to, how, f);
    if (how == format::json) append(to, "}");
}

}  // namespace madang::log
