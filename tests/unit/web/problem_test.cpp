#include "problem.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "catch.hpp"

using namespace madang;
using namespace madang::web;
using namespace std::chrono_literals;

namespace {

std::optional<std::string> header(const http::response& r, std::string_view name) {
    for (const auto& [n, value] : r.headers)
        if (n == name) return value;
    return std::nullopt;
}

error of_retry(errc code, std::chrono::milliseconds after) { return retry_later(code, after); }

}  // namespace

TEST_CASE("the preferred one of the two languages is chosen, and English without a preference") {
    struct row {
        std::string_view accept;
        language expected;
    };
    using enum language;
    for (const auto& [accept, expected] :
         {row{"", en}, row{"ko", ko}, row{"en", en}, row{"ko-KR,ko;q=0.9,en;q=0.8", ko}, row{"en-US,en;q=0.9,ko;q=0.8", en},
          row{"fr, ko;q=0.5", ko}, row{"fr", en}, row{"*", en}, row{"ko;q=0", en}, row{"ko;q=0.0, en;q=0.1", en},
          row{"en;q=0.4, ko;q=0.6", ko}, row{"en;q=0.45,ko;q=0.5", ko}, row{"KO", ko}, row{" ko ; q=1.0 ", ko}, row{"korean", en},
          row{"ko,en", ko}, row{",,,", en}, row{"ko;q=x, en;q=0.1", en}}) {
        CAPTURE(std::string{accept});
        REQUIRE(language_of(accept) == expected);
    }
    REQUIRE(to_string(ko) == "ko");
    REQUIRE(to_string(en) == "en");
}

TEST_CASE("a problem is RFC 9457's object with our code, and leaves out what there is not") {
    REQUIRE(problem_json(errc::not_a_member, language::en, "r1") ==
            R"({"type":"/problems/not-a-member","title":"You are not a member of this room","status":403,"code":"not_a_member",)"
            R"("requestId":"r1"})");
    REQUIRE(problem_json(error{errc::conflict, "Load anew."}, language::en, "") ==
            R"({"type":"/problems/conflict","title":"This does not fit the present state","status":409,"code":"conflict",)"
            R"("detail":"Load anew."})");
}

TEST_CASE("a problem names every field that was wrong") {
    auto e = invalid_field("text", "too_long", "has more than 8000");
    e.fields.push_back({"key", "invalid", "is not a key"});
    const auto parsed = boost::json::parse(problem_json(e, language::en, "")).as_object();
    const auto& errors = parsed.at("errors").as_array();
    REQUIRE(errors.size() == 2);
    REQUIRE(boost::json::serialize(errors[0]) == R"({"field":"text","code":"too_long","message":"has more than 8000"})");
}

TEST_CASE("every code has a title in both languages, and they differ") {
    for (int i = 0; i <= static_cast<int>(errc::too_busy); ++i) {
        const auto code = static_cast<errc>(i);
        REQUIRE_FALSE(title_of(code, language::ko).empty());
        REQUIRE_FALSE(title_of(code, language::en).empty());
        REQUIRE(title_of(code, language::ko) != title_of(code, language::en));
    }
}

TEST_CASE("401 says how to sign in; 429 and 503 say when to come back, in whole seconds and never at once") {
    const auto who = problem(errc::token_expired, language::en, "");
    REQUIRE(who.status == 401);
    REQUIRE(who.content_type == "application/problem+json");
    REQUIRE(header(who, "WWW-Authenticate") == "Bearer realm=\"madang\"");
    REQUIRE(header(problem(of_retry(errc::rate_limited, 1001ms), language::en, ""), "Retry-After") == "2");
    REQUIRE(header(problem(of_retry(errc::too_busy, 2s), language::en, ""), "Retry-After") == "2");
    REQUIRE(header(problem(errc::unavailable, language::en, ""), "Retry-After") == "1");
    REQUIRE_FALSE(header(problem(errc::conflict, language::en, ""), "Retry-After").has_value());
}
