#include "message_body.hpp"

#include "madang/base/text.hpp"

#include <algorithm>

namespace madang::web {
namespace {

constexpr json::bounds text_bounds{1, 8000};

}  // namespace

bool is_message_key(std::string_view key) noexcept {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    };
    return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), allowed);
}

result<domain::new_message> read_message(const boost::json::object& body, std::optional<std::string_view> outer_key) {
    json::reader in{body};
    domain::new_message m;
    m.text = in.text("text", text_bounds);
    m.reply_to = in.optional_integer("replyTo", 1, max_json_integer).value_or(0);
    const auto key = in.optional_secret("key", {1, 64});
    if (key && !is_message_key(*key)) in.fail("key", "invalid", "has 1 to 64 of A-Z a-z 0-9 . _ -");
    if (outer_key && !is_message_key(*outer_key)) in.fail("key", "invalid", "has 1 to 64 of A-Z a-z 0-9 . _ -");
    if (key && outer_key && *key != *outer_key) in.fail("key", "invalid", "differs from the key in the header");
    if (key)
        m.key = *key;
    else if (outer_key)
        m.key = *outer_key;
    if (auto fault = in.fault()) return std::move(*fault);
    return m;
}

result<domain::new_message> read_plain_message(std::string_view plain, std::optional<std::string_view> outer_key) {
    if (!text::is_utf8(plain)) return invalid_field("text", "invalid", "is not valid UTF-8");
    boost::json::object body;
    body["text"] = boost::json::string_view{plain.data(), plain.size()};
    return read_message(body, outer_key);
}

}  // namespace madang::web
