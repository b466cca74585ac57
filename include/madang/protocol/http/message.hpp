// HTTP requests and answers as the handlers see them: plain values, no sockets (RFC 9110).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::http {

enum class method { get, head, post, put, patch, erase, options, other };

struct request {
    http::method method = http::method::get;
    std::string path;   // as sent, still percent-encoded, without the query
    std::string query;  // as sent, without '?'
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::string address;  // of the client, behind trusted proxies the one they name
    bool secure = false;  // reached us, or the trusted proxy, over TLS
    std::string id;       // X-Request-Id of the answer; in logs

    // The first header of that name, case-insensitively.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const noexcept;
    // All headers of that name as one list, with commas between (RFC 9110, 5.3); empty without one.
    [[nodiscard]] std::string list(std::string_view name) const;
    // A cookie's value (RFC 6265, 5.4).
    [[nodiscard]] std::optional<std::string_view> cookie(std::string_view name) const noexcept;
    // A query parameter, decoded; the first of that name. Nothing if absent or wrongly encoded.
    [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;
    // The names of all query parameters.
    [[nodiscard]] std::vector<std::string> parameter_names() const;
};

struct response {
    int status = 200;
    std::string content_type;  // empty: no body
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    std::shared_ptr<const std::string> shared_body;  // instead of `body`, where many answers share it
    std::shared_ptr<class body_stream> stream;       // instead of both, while it lasts; the connection ends with it
    bool close = false;                              // the connection ends with this answer

    response() = default;
    explicit response(int s) : status(s) {}
    response(int s, std::string type, std::string text) : status(s), content_type(std::move(type)), body(std::move(text)) {}

    response& with(std::string name, std::string value) {
        headers.emplace_back(std::move(name), std::move(value));
        return *this;
    }
};

// The whole answer as bytes, ready for one write. `head_only`: to HEAD. `date`: an IMF-fixdate.
[[nodiscard]] std::string serialise(const response& r, bool head_only, bool keep_alive, std::string_view date);

// "Sun, 22 Nov 2026 08:30:00 GMT" (RFC 9110, 5.6.7).
[[nodiscard]] std::string http_date(std::int64_t unix_seconds);

// Percent-decoding (RFC 3986, 2.1); nothing where an escape is broken. `form`: '+' is a blank.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view s, bool form);

[[nodiscard]] bool iequals(std::string_view a, std::string_view b) noexcept;
// Whether a comma-separated header value holds `token`, case-insensitively.
[[nodiscard]] bool has_token(std::string_view value, std::string_view token) noexcept;
[[nodiscard]] std::string_view trimmed(std::string_view s) noexcept;

}  // namespace madang::http
