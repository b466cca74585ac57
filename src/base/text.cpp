#include "madang/base/text.hpp"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>

namespace madang::text {
namespace {

// The next code point of `s` from `at` on, which moves past it; -1 where it is not UTF-8.
std::int32_t next(std::string_view s, std::size_t& at) noexcept {
    utf8proc_int32_t point = -1;
    const auto n = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(s.data()) + at,
                                    static_cast<utf8proc_ssize_t>(s.size() - at), &point);
    if (n <= 0) {
        at = s.size();
        return -1;
    }
    at += static_cast<std::size_t>(n);
    return point;
}

template <class Predicate>
bool any_of(std::string_view s, Predicate is) noexcept {
    for (std::size_t at = 0; at < s.size();)
        if (is(next(s, at))) return true;
    return false;
}

bool is_space(std::int32_t c) noexcept {
    if (c == '\n' || c == '\t' || c == '\r' || c == 0x0b || c == 0x0c || c == 0x85) return true;
    const auto category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

// Letters that draw nothing: Hangul fillers and the blank Braille pattern pass for text elsewhere.
bool is_invisible(std::int32_t c) noexcept {
    return is_space(c) || utf8proc_category(c) == UTF8PROC_CATEGORY_CF || c == 0x115f || c == 0x1160 || c == 0x3164 ||
           c == 0xffa0 || c == 0x2800 || (c >= 0xfe00 && c <= 0xfe0f);
}

std::string_view trimmed(std::string_view s) noexcept {
    std::size_t first = s.size();
    std::size_t last = 0;
    for (std::size_t at = 0; at < s.size();) {
        const std::size_t start = at;
        if (is_space(next(s, at))) continue;
        if (first == s.size()) first = start;
        last = at;
    }
    return first < last ? s.substr(first, last - first) : std::string_view{};
}

}  // namespace

bool is_utf8(std::string_view s) noexcept {
    return !any_of(s, [](std::int32_t c) { return c < 0; });
}

std::size_t count(std::string_view s) noexcept {
    std::size_t n = 0;
    for (const char c : s) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
    return n;
}

bool has_control(std::string_view s) noexcept {
    return any_of(s, [](std::int32_t c) { return (c >= 0 && c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c < 0xa0); });
}

bool has_bidi(std::string_view s) noexcept {
    return any_of(s, [](std::int32_t c) {
        return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
    });
}

bool is_blank(std::string_view s) noexcept {
    return !any_of(s, [](std::int32_t c) { return !is_invisible(c); });
}

std::optional<std::string> normalised_name(std::string_view s) {
    if (!is_utf8(s)) return std::nullopt;
    s = trimmed(s);
    utf8proc_uint8_t* out = nullptr;
    const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(s.data()), static_cast<utf8proc_ssize_t>(s.size()),
                                &out, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    if (n < 0) return std::nullopt;
    std::string name(reinterpret_cast<const char*>(out), static_cast<std::size_t>(n));
    std::free(out);
    return name;
}

bool is_emoji(std::string_view s) noexcept {
    if (s.empty() || s.size() > 32 || !is_utf8(s) || count(s) > 8 || is_blank(s)) return false;
    bool pictured = false;
    for (std::size_t at = 0; at < s.size();) {
        const auto c = next(s, at);
        const bool joins = c == 0x200d || c == 0xfe0f || c == 0x20e3 || (c >= 0xe0020 && c <= 0xe007f);
        const bool keycap = c == '#' || c == '*' || (c >= '0' && c <= '9');
        if (joins || keycap) {
            pictured = pictured || c == 0x20e3;
            continue;
        }
        const auto category = utf8proc_category(c);
        const bool symbol = category == UTF8PROC_CATEGORY_SO || category == UTF8PROC_CATEGORY_SK ||
                            category == UTF8PROC_CATEGORY_SM || category == UTF8PROC_CATEGORY_PO;
        if (!symbol || c < 0x80) return false;
        pictured = true;
    }
    return pictured;
}

std::string folded(std::string_view s) {
    std::string out{s};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

std::string_view cut(std::string_view s, std::size_t points) noexcept {
    std::size_t at = 0;
    for (std::size_t n = 0; n < points && at < s.size(); ++n) next(s, at);
    return s.substr(0, at);
}

}  // namespace madang::text
