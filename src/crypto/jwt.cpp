#include "madang/crypto/jwt.hpp"

#include "madang/crypto/digest.hpp"
#include "token.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace madang::crypto {
namespace {

namespace json = boost::json;

constexpr std::string_view issuer = "madang";
constexpr std::string_view algorithm = "EdDSA";

std::int64_t seconds(timestamp t) { return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count(); }

// Beyond the year 9999 a time is nonsense, and would overflow milliseconds.
constexpr std::int64_t last_second = 253'402'300'799;

std::optional<json::object> decoded_object(std::string_view part) {
    const auto text = from_base64url(part);
    if (!text) return std::nullopt;
    json::error_code failed;
    json::parse_options strict;
    strict.max_depth = 4;
    auto value = json::parse(*text, failed, {}, strict);
    if (failed || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

const json::string* text_in(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

std::optional<std::int64_t> number_in(const json::object& from, std::string_view name, std::int64_t most) {
    const auto* value = from.if_contains(name);
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    if (number == nullptr || *number <= 0 || *number > most) return std::nullopt;
    return *number;
}

std::optional<std::int64_t> id_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size() || number <= 0 || number > max_json_integer)
        return std::nullopt;
    return number;
}

// The key's name, if the header is one of ours. The algorithm is ours to choose, never the token's: RFC 8725, 3.1.
std::optional<std::string> kid_of(std::string_view header) {
    const auto object = decoded_object(header);
    if (!object || object->contains("crit")) return std::nullopt;
    const auto* alg = text_in(*object, "alg");
    const auto* kid = text_in(*object, "kid");
    if (alg == nullptr || *alg != algorithm || kid == nullptr) return std::nullopt;
    return std::string(*kid);
}

std::optional<access_claims> claims_of(std::string_view payload) {
    const auto object = decoded_object(payload);
    if (!object) return std::nullopt;
    const auto* iss = text_in(*object, "iss");
    const auto* sub = text_in(*object, "sub");
    const auto* role = text_in(*object, "role");
    if (iss == nullptr || *iss != issuer || sub == nullptr || role == nullptr) return std::nullopt;
    const auto user = id_of(*sub);
    const auto session = number_in(*object, "sid", max_json_integer);
    const auto issued = number_in(*object, "iat", last_second);
    const auto expires = number_in(*object, "exp", last_second);
    if (!user || !session || !issued || !expires) return std::nullopt;
    return access_claims{user_id{*user}, session_id{*session}, std::string(*role), timestamp{std::chrono::seconds{*issued}},
                         timestamp{std::chrono::seconds{*expires}}};
}

}  // namespace

std::string sign(const access_claims& claims, const signing_key& key) {
    const auto header = fmt::format(R"({{"alg":"{}","typ":"JWT","kid":"{}"}})", algorithm, key.kid());
    const auto payload = json::serialize(json::object{{"iss", issuer},
                                                      {"sub", std::to_string(claims.user.value)},
                                                      {"sid", claims.session.value},
                                                      {"role", claims.role},
                                                      {"iat", seconds(claims.issued)},
                                                      {"exp", seconds(claims.expires)}});
    auto token = base64url(header) + '.' + base64url(payload);
    const auto signature = key.sign(token);
    return token + '.' + base64url(signature);
}

result<verified_token> verify_signature(std::string_view token, const key_set& keys) {
    if (token.size() > longest_token) return errc::unauthenticated;
    const auto first = token.find('.');
    const auto last = token.rfind('.');
    if (first == std::string_view::npos || first == last) return errc::unauthenticated;

    auto kid = kid_of(token.substr(0, first));
    const auto signature = from_base64url(token.substr(last + 1));
    if (!kid || !signature || !keys.verify(*kid, token.substr(0, last), *signature)) return errc::unauthenticated;
    // Only what was signed is read. A dot too many is caught by base64url.
    auto claims = claims_of(token.substr(first + 1, last - first - 1));
    if (!claims) return errc::unauthenticated;
    return verified_token{std::move(*claims), std::move(*kid)};
}

result<access_claims> unless_expired(access_claims claims, timestamp now) {
    if (now >= claims.expires) return errc::token_expired;
    return claims;
}

result<access_claims> verify(std::string_view token, const key_set& keys, timestamp now) {
    auto known = verify_signature(token, keys);
    if (!known) return known.error();
    return unless_expired(std::move(known->claims), now);
}

}  // namespace madang::crypto
