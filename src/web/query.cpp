#include "api.hpp"

#include "madang/base/text.hpp"
#include "madang/crypto/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace madang::web {
namespace {

std::optional<std::int64_t> number(std::string_view s) {
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(s.data(), s.data() + s.size(), n);
    if (s.empty() || ec != std::errc{} || end != s.data() + s.size()) return std::nullopt;
    return n;
}

}  // namespace

std::optional<std::string> query::text(std::string_view name) {
    known_.emplace_back(name);
    auto value = request_.parameter(name);
    const auto names = request_.parameter_names();
    const bool broken = !value && std::find(names.begin(), names.end(), name) != names.end();  // an escape in its value
    if (broken || (value && (!text::is_utf8(*value) || text::has_control(*value)))) {
        fail(name, "invalid", "is not plain text");
        return std::nullopt;
    }
    return value;
}

std::optional<std::int64_t> query::integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto value = text(name);
    if (!value) return std::nullopt;
    const auto n = number(*value);
    if (!n) {
        fail(name, "wrong_type", "is not an integer");
        return std::nullopt;
    }
    if (*n < least || *n > most) {
        fail(name, "out_of_range", fmt::format("is not between {} and {}", least, most));
        return std::nullopt;
    }
    return n;
}

std::size_t query::limit(std::size_t most) {
    return static_cast<std::size_t>(integer("limit", 1, static_cast<std::int64_t>(most)).value_or(50));
}

std::vector<std::string> query::cursor(std::size_t parts) {
    const auto value = text("cursor");
    if (!value) return {};
    const auto plain = crypto::from_base64url(*value);
    std::vector<std::string> out;
    if (plain)
        for (std::string_view rest = *plain;;) {
            const auto comma = rest.find(',');
            out.emplace_back(rest.substr(0, comma));
            if (comma == std::string_view::npos) break;
            rest.remove_prefix(comma + 1);
        }
    if (out.size() != parts) {
        fail("cursor", "invalid", "is not a cursor of this list");
        return {};
    }
    return out;
}

std::int64_t query::cursor_number(const std::string& part) {
    const auto n = number(part);
    if (!n) fail("cursor", "invalid", "is not a cursor of this list");
    return n.value_or(0);
}

void query::fail(std::string_view name, std::string_view code, std::string message) {
    if (errors_.size() < json::reader::most_faults) errors_.push_back({std::string{name}, std::string{code}, std::move(message)});
}

std::optional<error> query::fault() {
    for (const auto& name : request_.parameter_names())
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            fail(text::is_utf8(name) ? text::cut(name, 64) : "?", "unknown", "is not a parameter of this request");
    if (errors_.empty()) return std::nullopt;
    error e{errc::invalid_request};
    e.fields = std::move(errors_);
    return e;
}

std::string query::make_cursor(std::initializer_list<std::string> parts) {
    return crypto::base64url(fmt::format("{}", fmt::join(parts, ",")));
}

}  // namespace madang::web
