// Replies, cut at every byte.
#include "parser.hpp"

#include "catch.hpp"

#include <stdexcept>

using namespace madang::redis;

namespace {

using namespace std::string_literals;

const auto whole_stream =
    "+OK\r\n:42\r\n$5\r\na\r\nb\0\r\n$-1\r\n-WRONGTYPE no\r\n*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n*1\r\n:7\r\n*-1\r\n"s;

void take(parser& p, std::vector<reply>& all) {
    while (auto r = p.next()) all.push_back(std::move(*r));
}

void require_all(const std::vector<reply>& all) {
    REQUIRE(all.size() == 7);
    REQUIRE(all[0].what == reply::kind::text);
    REQUIRE(all[0].text == "OK");
    REQUIRE(all[1].integer == 42);
    REQUIRE(all[2].text == std::string("a\r\nb\0", 5));
    REQUIRE(all[3].is_nothing());
    REQUIRE(all[4].is_refusal());
    REQUIRE(all[4].text == "WRONGTYPE no");
    REQUIRE(all[5].items.size() == 3);
    REQUIRE(all[5].items[0].text == "message");
    REQUIRE(all[5].items[2].items[0].integer == 7);
    REQUIRE(all[6].is_nothing());
}

}  // namespace

TEST_CASE("replies are the same wherever the bytes were cut") {
    for (std::size_t cut = 0; cut <= whole_stream.size(); ++cut) {
        parser p;
        std::vector<reply> all;
        p.feed({whole_stream.data(), cut});
        take(p, all);
        p.feed({whole_stream.data() + cut, whole_stream.size() - cut});
        take(p, all);
        require_all(all);
    }
    parser p;
    std::vector<reply> all;
    for (const char c : whole_stream) {
        p.feed({&c, 1});
        take(p, all);
    }
    require_all(all);
}

TEST_CASE("what is no RESP is refused") {
    for (const auto* const bad : {"HTTP/1.1 400 Bad Request\r\n", "*1\r\n!x\r\n", "$x\r\n\r\n"}) {
        parser p;
        REQUIRE_THROWS_AS((p.feed(bad), p.next()), std::runtime_error);
    }
}
