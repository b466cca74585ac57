#include "escape.hpp"

#include <algorithm>

namespace madang::stomp {
namespace {

using namespace std::string_view_literals;

// What stands after the backslash, or NUL where the version has no escape for `c`.
char escape_of(char c, escaping how) noexcept {
    if (how == escaping::none) return '\0';
    switch (c) {
        case '\\':
            return '\\';
        case '\n':
            return 'n';
        case ':':
            return 'c';
        case '\r':
            return how == escaping::v12 ? 'r' : '\0';
        default:
            return '\0';
    }
}

char meaning_of(char escape) noexcept {
    switch (escape) {
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 'c':
            return ':';
        default:
            return '\\';
    }
}

// `special` are the characters that may not stand raw.
void append_escaped(std::string& out, std::string_view s, escaping how, std::string_view special) {
    while (true) {
        const auto at = std::min(s.find_first_of(special), s.size());
        out.append(s.substr(0, at));
        if (at == s.size()) return;
        if (const char escape = escape_of(s[at], how)) {
            out += '\\';
            out += escape;
        } else {
            out += ' ';
        }
        s.remove_prefix(at + 1);
    }
}

}  // namespace

escaping escaping_of(command c, std::optional<version> v) noexcept {
    if (c == command::connect || c == command::stomp || c == command::connected) return escaping::none;
    if (!v || *v == version::v10) return escaping::none;
    return *v == version::v11 ? escaping::v11 : escaping::v12;
}

bool escapes_are_defined(std::string_view s, escaping how) noexcept {
    const auto defined = how == escaping::v12 ? "nc\\r"sv : "nc\\"sv;
    for (auto at = s.find('\\'); at != std::string_view::npos; at = s.find('\\', at + 2))
        if (at + 1 == s.size() || defined.find(s[at + 1]) == std::string_view::npos) return false;
    return true;
}

void append_unescaped(std::string& out, std::string_view s) {
    while (true) {
        const auto at = s.find('\\');
        out.append(s.substr(0, at));
        if (at == std::string_view::npos) return;
        out += meaning_of(s[at + 1]);
        s.remove_prefix(at + 2);
    }
}

void append_escaped_name(std::string& out, std::string_view s, escaping how) {
    append_escaped(out, s, how, how == escaping::none ? "\r\n:\0"sv : "\\\r\n:\0"sv);
}

// A colon may stand raw in a value where there are no escapes: a header is split at the first.
void append_escaped_value(std::string& out, std::string_view s, escaping how) {
    append_escaped(out, s, how, how == escaping::none ? "\r\n\0"sv : "\\\r\n:\0"sv);
}

}  // namespace madang::stomp
