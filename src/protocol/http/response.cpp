#include "madang/protocol/http/message.hpp"

#include <fmt/format.h>

#include <chrono>

namespace madang::http {
namespace {

std::string_view reason(int status) noexcept {
    switch (status) {
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 204:
            return "No Content";
        case 302:
            return "Found";
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 429:
            return "Too Many Requests";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "";
    }
}

void add(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

}  // namespace

std::string serialise(const response& r, bool head_only, bool keep_alive, std::string_view date) {
    const std::string& body = r.shared_body ? *r.shared_body : r.body;
    std::string out;
    out.reserve(320 + (head_only ? 0 : body.size()));
    fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", r.status, reason(r.status));
    add(out, "Date", date);
    if (!r.content_type.empty()) add(out, "Content-Type", r.content_type);
    // 204 and 304 have no content, and RFC 9110, 8.6 forbids the length with 204.
    // A stream's is not known: its end is the connection's (RFC 9112, 6.3).
    if (r.status != 204 && r.status != 304 && !r.stream) add(out, "Content-Length", std::to_string(body.size()));
    for (const auto& [name, value] : r.headers) add(out, name, value);
    if (!keep_alive) add(out, "Connection", "close");
    out += "\r\n";
    if (!head_only && r.status != 204 && r.status != 304) out += body;
    return out;
}

std::string http_date(std::int64_t unix_seconds) {
    using namespace std::chrono;
    static constexpr std::string_view days_of_week[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const sys_seconds t{seconds{unix_seconds}};
    const auto day = floor<days>(t);
    const year_month_day date{day};
    const hh_mm_ss time{t - day};
    return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days_of_week[weekday{day}.c_encoding()],
                       static_cast<unsigned>(date.day()), months[static_cast<unsigned>(date.month()) - 1],
                       static_cast<int>(date.year()), time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace madang::http
