#include "madang/protocol/json/reader.hpp"

#include "madang/base/text.hpp"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace madang::json {
namespace {

constexpr std::size_t deepest = 32;

}  // namespace

result<boost::json::object> parse_object(std::string_view body) {
    boost::json::parse_options options;
    options.max_depth = deepest;
    boost::system::error_code ec;
    auto value = boost::json::parse(body, ec, {}, options);
    if (ec) return error{errc::malformed_json, "The body is not valid JSON."};
    if (!value.is_object()) return error{errc::invalid_request, "The body is not a JSON object."};
    return std::move(value.get_object());
}

const boost::json::value* reader::find(std::string_view field) {
    known_.push_back(field);
    return object_.if_contains(field);
}

std::optional<std::string_view> reader::string_of(std::string_view field) {
    const auto* value = find(field);
    if (value == nullptr) return std::nullopt;
    const auto* s = value->if_string();
    if (s == nullptr) {
        fail(field, "wrong_type", "is not a string");
        return std::nullopt;
    }
    return std::string_view{s->data(), s->size()};
}

void reader::check(std::string_view field, std::string_view s, bounds b, bool visible) {
    const auto n = text::count(s);
    if (n < b.least)
        fail(field, "too_short", fmt::format("has {} characters, at least {} are needed", n, b.least));
    else if (n > b.most)
        fail(field, "too_long", fmt::format("has {} characters, at most {} are allowed", n, b.most));
    else if (text::has_control(s))
        fail(field, "invalid", "holds a control character");
    else if (visible && b.least > 0 && text::is_blank(s))
        fail(field, "invalid", "is blank");
}

std::optional<std::string> reader::optional_text(std::string_view field, bounds b) {
    const auto s = string_of(field);
    if (!s) return std::nullopt;
    check(field, *s, b, true);
    return std::string{*s};
}

std::optional<std::string> reader::optional_name(std::string_view field, bounds b) {
    const auto s = string_of(field);
    if (!s) return std::nullopt;
    auto name = text::normalised_name(*s);
    if (!name) {
        fail(field, "invalid", "is not valid UTF-8");
        return std::nullopt;
    }
    check(field, *name, b, true);
    if (name->find_first_of("\n\t") != std::string::npos) fail(field, "invalid", "holds a line break or a tab");
    if (text::has_bidi(*name)) fail(field, "invalid", "holds a bidirectional override");
    return name;
}

std::optional<std::string> reader::optional_secret(std::string_view field, bounds b) {
    const auto s = string_of(field);
    if (!s) return std::nullopt;
    check(field, *s, b, false);
    return std::string{*s};
}

std::optional<std::size_t> reader::choice(std::string_view field, std::initializer_list<std::string_view> words) {
    const auto s = string_of(field);
    if (!s) return std::nullopt;
    const auto at = std::find(words.begin(), words.end(), *s);
    if (at == words.end()) {
        fail(field, "invalid", fmt::format("is none of {}", fmt::join(words, ", ")));
        return std::nullopt;
    }
    return static_cast<std::size_t>(at - words.begin());
}

std::optional<std::int64_t> reader::optional_integer(std::string_view field, std::int64_t least, std::int64_t most) {
    const auto* value = find(field);
    if (value == nullptr) return std::nullopt;
    boost::system::error_code ec;
    const auto n = value->is_double() ? 0 : value->to_number<std::int64_t>(ec);
    if (!value->is_number() || value->is_double()) {
        fail(field, "wrong_type", "is not an integer");
        return std::nullopt;
    }
    if (ec || n < least || n > most) {
        fail(field, "out_of_range", fmt::format("is not between {} and {}", least, most));
        return std::nullopt;
    }
    return n;
}

std::vector<std::int64_t> reader::integers(std::string_view field, std::size_t least, std::size_t most) {
    std::vector<std::int64_t> out;
    const auto* value = find(field);
    if (value == nullptr) {
        if (least > 0) fail(field, "required", "is missing");
        return out;
    }
    const auto* array = value->if_array();
    if (array == nullptr) {
        fail(field, "wrong_type", "is not an array");
        return out;
    }
    if (array->size() < least) fail(field, "too_short", fmt::format("has fewer than {} elements", least));
    if (array->size() > most) {
        fail(field, "too_long", fmt::format("has more than {} elements", most));
        return out;
    }
    for (const auto& element : *array) {
        boost::system::error_code ec;
        const auto n = element.is_number() && !element.is_double() ? element.to_number<std::int64_t>(ec) : 0;
        if (ec || n < 1 || n > max_json_integer) {
            fail(field, "invalid", "holds something that is not an id");
            return out;
        }
        if (std::find(out.begin(), out.end(), n) == out.end()) out.push_back(n);
    }
    return out;
}

std::vector<const boost::json::object*> reader::objects(std::string_view field, std::size_t most) {
    std::vector<const boost::json::object*> out;
    const auto* value = find(field);
    if (value == nullptr) {
        fail(field, "required", "is missing");
        return out;
    }
    const auto* array = value->if_array();
    if (array == nullptr) {
        fail(field, "wrong_type", "is not an array");
        return out;
    }
    if (array->size() > most) {
        fail(field, "too_long", fmt::format("has more than {} elements", most));
        return out;
    }
    for (const auto& element : *array) {
        const auto* object = element.if_object();
        if (object == nullptr) {
            fail(field, "wrong_type", "holds something that is not an object");
            return {};
        }
        out.push_back(object);
    }
    return out;
}

void reader::fail(std::string_view field, std::string_view code, std::string message) {
    if (errors_.size() < most_faults) errors_.push_back({std::string{field}, std::string{code}, std::move(message)});
}

void reader::absorb(reader& nested, std::string_view prefix) {
    if (auto e = nested.fault())
        for (auto& f : e->fields) fail(fmt::format("{}.{}", prefix, f.field), f.code, std::move(f.message));
}

std::optional<error> reader::fault() {
    for (const auto& entry : object_) {
        if (errors_.size() == most_faults) break;
        const std::string_view name{entry.key().data(), entry.key().size()};
        if (std::find(known_.begin(), known_.end(), name) == known_.end())
            fail(text::cut(name, 64), "unknown", "is not a field of this request");
    }
    if (errors_.empty()) return std::nullopt;
    error e{errc::invalid_request};
    e.fields = std::move(errors_);
    return e;
}

}  // namespace madang::json
