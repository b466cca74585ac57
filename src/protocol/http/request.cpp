#include "madang/protocol/http/message.hpp"

#include <algorithm>

namespace madang::http {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Cuts `s` at the first `separator`: what was before it; `s` keeps the rest.
std::string_view take_until(std::string_view& s, char separator) noexcept {
    const auto at = s.find(separator);
    const auto part = s.substr(0, at);
    s = at == std::string_view::npos ? std::string_view{} : s.substr(at + 1);
    return part;
}

int hex(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

bool iequals(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view s) noexcept {
    while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
    while (!s.empty() && (s.back() == ' ' || s.back() == '\t')) s.remove_suffix(1);
    return s;
}

bool has_token(std::string_view value, std::string_view token) noexcept {
    while (!value.empty())
        if (iequals(trimmed(take_until(value, ',')), token)) return true;
    return false;
}

std::optional<std::string> percent_decoded(std::string_view s, bool form) {
    std::string out;
    out.reserve(s.size());
    for (std::size_t i = 0; i < s.size(); ++i) {
        if (s[i] == '+' && form) {
            out.push_back(' ');
        } else if (s[i] != '%') {
            out.push_back(s[i]);
        } else {
            const int high = i + 2 < s.size() ? hex(s[i + 1]) : -1;
            const int low = i + 2 < s.size() ? hex(s[i + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            out.push_back(static_cast<char>(high * 16 + low));
            i += 2;
        }
    }
    return out;
}

std::optional<std::string_view> request::header(std::string_view name) const noexcept {
    for (const auto& [n, value] : headers)
        if (iequals(n, name)) return value;
    return std::nullopt;
}

std::string request::list(std::string_view name) const {
    std::string all;
    for (const auto& [n, value] : headers)
        if (iequals(n, name)) all += (all.empty() ? "" : ",") + value;
    return all;
}

std::optional<std::string_view> request::cookie(std::string_view name) const noexcept {
    for (const auto& [n, value] : headers) {
        if (!iequals(n, "cookie")) continue;
        for (std::string_view rest = value; !rest.empty();) {
            std::string_view crumb = trimmed(take_until(rest, ';'));
            if (take_until(crumb, '=') == name) return crumb;
        }
    }
    return std::nullopt;
}

std::optional<std::string> request::parameter(std::string_view name) const {
    for (std::string_view rest = query; !rest.empty();) {
        std::string_view pair = take_until(rest, '&');
        if (percent_decoded(take_until(pair, '='), true) == name) return percent_decoded(pair, true);
    }
    return std::nullopt;
}

std::vector<std::string> request::parameter_names() const {
    std::vector<std::string> names;
    for (std::string_view rest = query; !rest.empty();) {
        std::string_view pair = take_until(rest, '&');
        if (!pair.empty()) names.push_back(percent_decoded(take_until(pair, '='), true).value_or("?"));
    }
    return names;
}

}  // namespace madang::http
