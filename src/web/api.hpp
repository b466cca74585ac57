// REST: what is the same for every handler. It says who calls, refuses strangers, turns errors into problems and adds the headers
// that every answer has. Built at start; handlers run on the connection's shard.
#pragma once

#include "madang/net/router.hpp"
#include "madang/protocol/json/reader.hpp"
#include "madang/protocol/json/writer.hpp"
#include "madang/web/authenticator.hpp"
#include "madang/web/rates.hpp"
#include "madang/web/settings.hpp"

#include "origins.hpp"
#include "problem.hpp"

#include <functional>
#include <string>
#include <vector>

namespace madang::web {

// One request, as its handler sees it.
struct call {
    const http::request& request;
    const std::vector<std::string>& path;  // the parameters of the pattern
    language lang = language::en;
    caller me;  // where the route needs one
};

using api_answer = async_result<http::response>;
using api_handler = std::function<api_answer(call&)>;
// own_pages: anyone, but from no foreign page. What sets cookies is that: a stranger's page must not sign its visitors in as
// somebody else.
enum class access { anyone, own_pages, signed_in };

class api {
public:
    api(const settings& s, authenticator& who, rates& limits) : origins_(s), authenticator_(who), rates_(limits) {}

    // `pattern` without the prefix /api/v1.
    void add(http::method m, std::string_view pattern, access a, api_handler h);

    // Finds and runs the handler; 404 where there is none.
    task<http::response> serve(std::shared_ptr<http::request> r);

    [[nodiscard]] const origins& allowed_origins() const noexcept { return origins_; }

private:
    task<http::response> guarded(const api_handler& h, access a, net::exchange& x);
    async_result<http::response> answer(const api_handler& h, access a, call& c);
    [[nodiscard]] result<> check_origin(const http::request& r, access a) const;
    [[nodiscard]] http::response preflight(const http::request& r) const;
    void finish(const http::request& r, http::response& answer) const;

    origins origins_;
    authenticator& authenticator_;
    rates& rates_;
    net::router router_;
};

// --- what handlers share ---------------------------------------------------------------------------------------------
// The request's JSON object; unsupported_media_type, malformed_json, invalid_request.
[[nodiscard]] result<boost::json::object> body_of(const call& c);
[[nodiscard]] http::response json_answer(int status, std::string body);
[[nodiscard]] inline http::response no_content() { return http::response{204}; }

// A path parameter as a number; `otherwise` where it is none.
template <class Id>
[[nodiscard]] result<Id> path_id(const call& c, std::size_t index, errc otherwise);
[[nodiscard]] result<std::int64_t> path_number(const call& c, std::size_t index, errc otherwise);

template <class Id>
result<Id> path_id(const call& c, std::size_t index, errc otherwise) {
    const auto n = path_number(c, index, otherwise);
    if (!n) return n.error();
    return Id{*n};
}

// Query parameters, read like the fields of a body: what nobody asked for is an error.
class query {
public:
    explicit query(const http::request& r) : request_(r) {}

    std::optional<std::string> text(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, std::int64_t least, std::int64_t most);
    std::size_t limit(std::size_t most = 100);
    // An opaque cursor's parts; empty without one.
    std::vector<std::string> cursor(std::size_t parts);
    std::int64_t cursor_number(const std::string& part);
    void fail(std::string_view name, std::string_view code, std::string message);
    [[nodiscard]] std::optional<error> fault();

    [[nodiscard]] static std::string make_cursor(std::initializer_list<std::string> parts);

private:
    const http::request& request_;
    std::vector<std::string> known_;
    std::vector<field_error> errors_;
};

}  // namespace madang::web
