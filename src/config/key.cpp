#include "key.hpp"

#include "parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace madang::config {
namespace {

using shape = raw_value::shape;

// All scalar kinds are this, with their own reading, check and writing. `must` says what a value has to be.
template <class T>
struct scalar {
    std::string must;
    std::vector<shape> shapes;  // besides `word`
    std::function<std::optional<T>(std::string_view)> read;
    std::function<bool(const T&)> fits = [](const T&) { return true; };
    std::function<std::string(const T&)> show;
};

bool is_one_of(shape s, const std::vector<shape>& shapes) {
    return s == shape::word || std::find(shapes.begin(), shapes.end(), s) != shapes.end();
}

template <class T>
key with(key k, place<T> at, scalar<T> kind) {
    k.show = [at, show = kind.show](settings& s) { return show(at(s)); };
    k.assign = [at, kind = std::move(kind)](settings& s, const raw_value& raw) -> std::optional<std::string> {
        if (!is_one_of(raw.is, kind.shapes)) return kind.must;
        auto value = kind.read(raw.text);
        if (!value || !kind.fits(*value)) return kind.must;
        at(s) = std::move(*value);
        return std::nullopt;
    };
    return k;
}

template <class T>
key list_with(key k, place<std::vector<T>> at, std::string must, std::optional<T> (*read)(std::string_view),
              std::function<std::string(const T&)> show) {
    k.literal = "[]";
    k.show = [at, show](settings& s) {
        std::vector<std::string> items;
        for (const T& item : at(s)) items.push_back(quoted(show(item)));
        return fmt::format("[{}]", fmt::join(items, ", "));
    };
    k.assign = [at, must, read](settings& s, const raw_value& raw) -> std::optional<std::string> {
        if (!is_one_of(raw.is, {shape::list})) return must;
        std::vector<T> values;
        for (const auto& item : raw.is == shape::list ? raw.items : comma_separated(raw.text)) {
            auto value = read(item);
            if (!value) return must;
            values.push_back(std::move(*value));
        }
        at(s) = std::move(values);
        return std::nullopt;
    };
    return k;
}

key named(std::string name, std::string type, std::string range, std::string fallback, std::string meaning) {
    key k;
    k.name = std::move(name);
    k.type = std::move(type);
    k.range = std::move(range);
    k.literal = quoted(fallback);
    k.fallback = std::move(fallback);
    k.meaning = std::move(meaning);
    return k;
}

template <class T>
key any_number(std::string name, place<T> at, std::string fallback, number_range within, std::string meaning) {
    auto k = named(std::move(name), "number", fmt::format("{} to {}", within.least, within.most), std::move(fallback),
                   std::move(meaning));
    k.literal = k.fallback;
    return with<T>(std::move(k), at,
                   {.must = fmt::format("must be a number from {} to {}", within.least, within.most),
                    .shapes = {shape::integer},
                    // Checked here, before it is made narrow.
                    .read = [within](std::string_view text) -> std::optional<T> {
                        const auto number = parse_number(text);
                        if (!number || *number < within.least || *number > within.most) return std::nullopt;
                        return static_cast<T>(*number);
                    },
                    .show = [](const T& value) { return std::to_string(value); }});
}

std::optional<std::string> any_text(std::string_view text) { return std::string(text); }
std::optional<std::string> origin_or_nothing(std::string_view text) { return text.empty() ? std::string() : parse_origin(text); }

}  // namespace

std::string key::variable() const {
    std::string out = "MADANG_" + name;
    for (char& c : out) c = c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

key flag(std::string name, place<bool> at, std::string fallback, std::string meaning) {
    auto k = named(std::move(name), "true or false", "", std::move(fallback), std::move(meaning));
    k.literal = k.fallback;
    return with<bool>(
        std::move(k), at,
        {.must = "must be true or false", .shapes = {shape::boolean}, .read = parse_flag, .show = [](const bool& value) {
             return std::string(value ? "true" : "false");
         }});
}

key number(std::string name, place<int> at, std::string fallback, number_range within, std::string meaning) {
    return any_number<int>(std::move(name), at, std::move(fallback), within, std::move(meaning));
}

key big_number(std::string name, place<std::int64_t> at, std::string fallback, number_range within, std::string meaning) {
    return any_number<std::int64_t>(std::move(name), at, std::move(fallback), within, std::move(meaning));
}

key bytes(std::string name, place<std::size_t> at, std::string fallback, text_range within, std::string meaning) {
    const range<std::size_t> limits{parse_bytes(within.least).value(), parse_bytes(within.most).value()};
    auto span = fmt::format("{} to {}", within.least, within.most);
    auto must =
        fmt::format(R"(must be a size from {} to {}, such as "64KiB", "1MiB" or a number of bytes)", within.least, within.most);
    return with<std::size_t>(
        named(std::move(name), "size", std::move(span), std::move(fallback), std::move(meaning)), at,
        {.must = std::move(must),
         .shapes = {shape::text, shape::integer},
         .read = parse_bytes,
         .fits = [limits](const std::size_t& value) { return value >= limits.least && value <= limits.most; },
         .show = [](const std::size_t& value) { return quoted(bytes_text(value)); }});
}

key time(std::string name, place<duration> at, std::string fallback, text_range within, std::string meaning) {
    const range<duration> limits{parse_duration(within.least).value(), parse_duration(within.most).value()};
    auto span = fmt::format("{} to {}", within.least, within.most);
    auto must = fmt::format(R"(must be a duration from {} to {}, such as "500ms", "30s", "5m" or a number of seconds)",
                            within.least, within.most);
    return with<duration>(named(std::move(name), "duration", std::move(span), std::move(fallback), std::move(meaning)), at,
                          {.must = std::move(must),
                           .shapes = {shape::text, shape::integer, shape::real},
                           .read = parse_duration,
                           .fits = [limits](const duration& value) { return value >= limits.least && value <= limits.most; },
                           .show = [](const duration& value) { return quoted(duration_text(value)); }});
}

key text(std::string name, place<std::string> at, std::string fallback, std::string meaning) {
    return with<std::string>(named(std::move(name), "text", "", std::move(fallback), std::move(meaning)), at,
                             {.must = "must be a text", .shapes = {shape::text}, .read = any_text, .show = quoted});
}

key secret(std::string name, place<std::string> at, std::string fallback, std::string meaning) {
    auto k = text(std::move(name), at, std::move(fallback), std::move(meaning));
    k.secret = true;
    return k;
}

key socket_address(std::string name, place<address> at, std::string fallback, std::string meaning) {
    return with<address>(named(std::move(name), "address", "", std::move(fallback), std::move(meaning)), at,
                         {.must = R"(must be host:port, such as "127.0.0.1:8080" or "[::1]:8080")",
                          .shapes = {shape::text},
                          .read = parse_address,
                          .show = [](const address& value) { return quoted(to_string(value)); }});
}

key origin(std::string name, place<std::string> at, std::string fallback, std::string meaning) {
    return with<std::string>(named(std::move(name), "origin", "", std::move(fallback), std::move(meaning)), at,
                             {.must = R"(must be an origin such as "https://chat.example", without a path)",
                              .shapes = {shape::text},
                              .read = origin_or_nothing,
                              .show = quoted});
}

key origins(std::string name, place<std::vector<std::string>> at, std::string meaning) {
    return list_with<std::string>(named(std::move(name), "list of origins", "", "", std::move(meaning)), at,
                                  R"(must be a list of origins such as "https://chat.example", without a path)", parse_origin,
                                  [](const std::string& value) { return value; });
}

key networks(std::string name, place<std::vector<network>> at, std::string meaning) {
    return list_with<network>(named(std::move(name), "list of networks", "", "", std::move(meaning)), at,
                              R"(must be a list of addresses or networks such as "127.0.0.1" or "10.0.0.0/8")", parse_network,
                              [](const network& value) { return to_string(value); });
}

key redis_url(std::string name, place<std::optional<redis_server>> at, std::string meaning) {
    using one = std::optional<redis_server>;
    auto k = with<one>(named(std::move(name), "Redis URL", "", "", std::move(meaning)), at,
                       {.must = R"(must be a URL such as "redis://:password@host:6379/0", or empty)",
                        .shapes = {shape::text},
                        .read = [](std::string_view text) -> std::optional<one> {
                            if (text.empty()) return one{};
                            auto r = parse_redis(text);
                            if (!r) return std::nullopt;
                            return one{std::move(r)};
                        },
                        .show = [](const one& value) { return quoted(value ? to_string(*value) : ""); }});
    k.secret = true;
    return k;
}

key redis_servers(std::string name, place<std::vector<redis_server>> at, std::string meaning) {
    auto k = list_with<redis_server>(named(std::move(name), "list of Redis URLs", "", "", std::move(meaning)), at,
                                     R"(must be a list of URLs such as "redis://:password@host:6379/0")", parse_redis,
                                     [](const redis_server& value) { return to_string(value); });
    k.secret = true;
    return k;
}

key choice_of(std::string name, enum_place at, std::vector<std::string> names, std::string fallback, std::string meaning) {
    auto k = named(std::move(name), fmt::format("{}", fmt::join(names, ", ")), "", std::move(fallback), std::move(meaning));
    k.show = [at, names](settings& s) { return quoted(names.at(at.get(s))); };
    k.assign = [at, names](settings& s, const raw_value& raw) -> std::optional<std::string> {
        const auto found = std::find(names.begin(), names.end(), raw.text);
        if (!is_one_of(raw.is, {shape::text}) || found == names.end())
            return fmt::format("must be one of {}", fmt::join(names, ", "));
        at.set(s, static_cast<std::size_t>(found - names.begin()));
        return std::nullopt;
    };
    return k;
}

}  // namespace madang::config
