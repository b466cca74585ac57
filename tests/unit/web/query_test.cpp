#include "api.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::web;

namespace {

http::request asking(std::string q) {
    http::request r;
    r.query = std::move(q);
    return r;
}

using faults = std::vector<std::pair<std::string, std::string>>;

// Field and code of everything that was wrong.
faults faults_of(query& q) {
    faults all;
    if (const auto e = q.fault())
        for (const auto& f : e->fields) all.emplace_back(f.field, f.code);
    return all;
}

}  // namespace

TEST_CASE("parameters are read by name, and what is absent is nothing") {
    const auto r = asking("query=a%20b+c&after=17");
    query q{r};
    REQUIRE(q.text("query") == "a b c");
    REQUIRE(q.integer("after", 0, 100) == 17);
    REQUIRE_FALSE(q.integer("before", 0, 100).has_value());
    REQUIRE(q.limit() == 50);
    REQUIRE(faults_of(q).empty());
}

TEST_CASE("what nobody asked for is an error") {
    const auto r = asking("limit=5&limti=6&%FF=1");
    query q{r};
    REQUIRE(q.limit() == 5);
    REQUIRE(faults_of(q) == faults{{"limti", "unknown"}, {"?", "unknown"}});
}

TEST_CASE("an integer is digits, all of it, and in its range") {
    for (const auto& [text, code] :
         {std::pair{"x", "wrong_type"}, std::pair{"", "wrong_type"}, std::pair{"1.5", "wrong_type"},
          std::pair{"5x", "wrong_type"}, std::pair{"%205", "wrong_type"}, std::pair{"+5", "wrong_type"},
          std::pair{"99999999999999999999", "wrong_type"}, std::pair{"0", "out_of_range"}, std::pair{"-3", "out_of_range"},
          std::pair{"101", "out_of_range"}}) {
        CAPTURE(text);
        const auto r = asking("limit=" + std::string{text});
        query q{r};
        REQUIRE(q.limit() == 50);
        REQUIRE(faults_of(q) == faults{{"limit", code}});
    }
    const auto r = asking("limit=1000");
    query q{r};
    REQUIRE(q.limit(1000) == 1000);
}

TEST_CASE("text is UTF-8 without controls, and a broken escape is a fault, not an absence") {
    for (const auto* broken : {"%FF", "%00", "a%0Db", "%ZZ", "%4"}) {
        CAPTURE(broken);
        const auto r = asking("query=" + std::string{broken});
        query q{r};
        REQUIRE_FALSE(q.text("query").has_value());
        REQUIRE(faults_of(q) == faults{{"query", "invalid"}});
    }
}

TEST_CASE("a cursor comes back in its parts") {
    const auto made = query::make_cursor({"1795336200123", "17"});
    REQUIRE(made.find_first_of("+/=,&") == std::string::npos);
    const auto r = asking("cursor=" + made);
    query q{r};
    const auto parts = q.cursor(2);
    REQUIRE(parts == std::vector<std::string>{"1795336200123", "17"});
    REQUIRE(q.cursor_number(parts[1]) == 17);
    REQUIRE(faults_of(q).empty());
}

TEST_CASE("a cursor of another list, or of nobody's making, is invalid") {
    const auto other = asking("cursor=" + query::make_cursor({"17"}));
    query q{other};
    REQUIRE(q.cursor(2).empty());
    REQUIRE(faults_of(q) == faults{{"cursor", "invalid"}});

    const auto made_up = asking("cursor=!!!");
    query second{made_up};
    REQUIRE(second.cursor(1).empty());
    REQUIRE(faults_of(second) == faults{{"cursor", "invalid"}});

    const auto no_number = asking("cursor=" + query::make_cursor({"x"}));
    query third{no_number};
    REQUIRE(third.cursor_number(third.cursor(1).at(0)) == 0);
    REQUIRE(faults_of(third) == faults{{"cursor", "invalid"}});
}

TEST_CASE("without a cursor a list starts at its beginning") {
    const auto r = asking("");
    query q{r};
    REQUIRE(q.cursor(2).empty());
    REQUIRE(faults_of(q).empty());
}

TEST_CASE("of a query that is wrong all over, only the first faults are told") {
    std::string names;
    for (int i = 0; i < 1000; ++i) names += "p" + std::to_string(i) + "=1&";
    const auto r = asking(names);
    query q{r};
    REQUIRE(faults_of(q).size() == json::reader::most_faults);
}
