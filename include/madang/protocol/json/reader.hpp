// Reads one request object at the edge: every field is asked for by name, every fault is collected, and what nobody asked for is
// an unknown field. Usage: ask for all fields, then check `fault()`; values are only meaningful without one.
#pragma once

#include "madang/base/ids.hpp"
#include "madang/base/result.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::json {

// Parses a body as one JSON object. malformed_json: no JSON, not UTF-8, nested deeper than 32; invalid_request: no object.
[[nodiscard]] result<boost::json::object> parse_object(std::string_view body);

struct bounds {
    std::size_t least = 0;  // characters (code points)
    std::size_t most = 0;
};

class reader {
public:
    // Faults that are told at most: an answer is no larger for a request that is wrong all over.
    static constexpr std::size_t most_faults = 20;

    explicit reader(const boost::json::object& object) : object_(object) {}

    // Text as it was sent: no controls but \n and \t, not blank if `least` > 0.
    std::string text(std::string_view field, bounds b) { return required(field, optional_text(field, b)); }
    std::optional<std::string> optional_text(std::string_view field, bounds b);
    // A name: trimmed, NFC, then as text, but on one line and without bidirectional overrides.
    std::string name(std::string_view field, bounds b) { return required(field, optional_name(field, b)); }
    std::optional<std::string> optional_name(std::string_view field, bounds b);
    // A string that is compared, never shown (a password, a token): any valid characters but controls.
    std::string secret(std::string_view field, bounds b) { return required(field, optional_secret(field, b)); }
    std::optional<std::string> optional_secret(std::string_view field, bounds b);
    // One of a few words; its index.
    std::optional<std::size_t> choice(std::string_view field, std::initializer_list<std::string_view> words);

    std::int64_t integer(std::string_view field, std::int64_t least, std::int64_t most) {
        return required(field, optional_integer(field, least, most));
    }
    std::optional<std::int64_t> optional_integer(std::string_view field, std::int64_t least, std::int64_t most);

    template <class Id>
    Id id(std::string_view field) {
        return Id{integer(field, 1, max_json_integer)};
    }
    template <class Id>
    std::optional<Id> optional_id(std::string_view field) {
        const auto n = optional_integer(field, 1, max_json_integer);
        return n ? std::optional<Id>{Id{*n}} : std::nullopt;
    }
    // At most `most` ids, repetitions dropped, order kept.
    template <class Id>
    std::vector<Id> ids(std::string_view field, std::size_t least, std::size_t most) {
        std::vector<Id> out;
        for (const auto n : integers(field, least, most)) out.push_back(Id{n});
        return out;
    }
    // An array of objects, each for a reader of its own.
    std::vector<const boost::json::object*> objects(std::string_view field, std::size_t most);

    [[nodiscard]] bool has(std::string_view field) const noexcept { return object_.contains(field); }

    // Adds a fault that only the caller can see.
    void fail(std::string_view field, std::string_view code, std::string message);
    // Takes over what a nested reader found, its fields named "<prefix>.<field>".
    void absorb(reader& nested, std::string_view prefix);

    // Call last: what was wrong, unknown fields included; nothing if all is well.
    [[nodiscard]] std::optional<error> fault();

private:
    const boost::json::value* find(std::string_view field);
    std::optional<std::string_view> string_of(std::string_view field);
    void check(std::string_view field, std::string_view text, bounds b, bool visible);
    std::vector<std::int64_t> integers(std::string_view field, std::size_t least, std::size_t most);

    template <class T>
    T required(std::string_view field, std::optional<T> value) {
        if (value) return std::move(*value);
        if (!object_.contains(field)) fail(field, "required", "is missing");
        return T{};
    }

    const boost::json::object& object_;
    std::vector<std::string_view> known_;
    std::vector<field_error> errors_;
};

}  // namespace madang::json
