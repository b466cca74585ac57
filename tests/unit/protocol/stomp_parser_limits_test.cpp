#include "stomp_outcome.hpp"

#include "catch.hpp"

#include <chrono>

using namespace madang::stomp;
using namespace madang::stomp::testing;
using namespace std::string_literals;

namespace {

std::string fault(const std::string& bytes, const setting& how) {
    const auto seen = parsed_whole(bytes, how);
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        INFO("cut at " << at);
        CHECK(parsed_split(bytes, at, how) == seen);
    }
    CHECK(parsed_in_pieces(bytes, 1, how) == seen);
    if (seen.empty() || !seen.back().starts_with("error ")) return "";
    return seen.back().substr(6, seen.back().find(':') - 6);
}

setting connected(const limits& l) { return {.version = version::v12, .limits = l}; }

std::string x(std::size_t n) { return std::string(n, 'x'); }

}  // namespace

TEST_CASE("a frame may have exactly its limit of bytes, from the command to the NUL", "[stomp]") {
    const auto how = connected({.frame = 40});
    const auto head = "SEND\ndestination:/x\n\n"s;
    REQUIRE(fault(head + x(39 - head.size()) + '\0', how).empty());
    REQUIRE(fault(head + x(40 - head.size()) + '\0', how) == "too_large");
    // EOLs between frames do not count.
    REQUIRE(fault("\n\n\n" + head + x(39 - head.size()) + "\0\n\n"s, how).empty());
}

TEST_CASE("a content-length beyond the limit is refused before the body comes", "[stomp]") {
    const auto how = connected({.frame = 40});
    const auto head = "SEND\ncontent-length:17\n\n"s;
    REQUIRE(head.size() + 17 + 1 == 42);
    REQUIRE(fault(head, how) == "too_large");
    REQUIRE(fault("SEND\ncontent-length:15\n\n" + x(15) + '\0', how).empty());
    REQUIRE(fault("SEND\ncontent-length:16\n\n", how) == "too_large");
}

TEST_CASE("a head alone can be too large", "[stomp]") {
    const auto how = connected({.frame = 20});
    REQUIRE(fault("SEND\na:" + x(10) + "\n\n\0"s, how).empty());
    REQUIRE(fault("SEND\na:" + x(11) + "\n\n\0"s, how) == "too_large");
    REQUIRE(fault("SEND\na:" + x(100), how) == "too_large");
}

TEST_CASE("the number of headers is limited", "[stomp]") {
    const auto how = connected({.headers = 3});
    REQUIRE(fault("SEND\na:1\na:2\nb:3\n\n\0"s, how).empty());
    REQUIRE(fault("SEND\na:1\na:2\nb:3\nc:4\n\n\0"s, how) == "too_many_headers");
    REQUIRE(fault("SEND\na:1\n\n\0"s, connected({.headers = 0})) == "too_many_headers");
}

TEST_CASE("a header line is limited, its EOL not counted", "[stomp]") {
    const auto how = connected({.header_line = 10});
    for (const auto* eol : {"\n", "\r\n"}) {
        REQUIRE(fault("SEND"s + eol + "a:" + x(8) + eol + eol + "\0"s, how).empty());
        REQUIRE(fault("SEND"s + eol + "a:" + x(9) + eol + eol + "\0"s, how) == "line_too_long");
    }
    // Found before the line ends.
    REQUIRE(fault("SEND\na:" + x(10), how) == "line_too_long");
}

TEST_CASE("the default limits are the contract's", "[stomp]") {
    const setting how = connected({});
    const auto line = [](std::size_t n) { return "SEND\na:" + x(n - 2) + "\n\n\0"s; };
    REQUIRE(parsed_whole(line(8192), how).front().starts_with("SEND"));
    REQUIRE(parsed_whole(line(8193), how).front().starts_with("error line_too_long"));
    const auto headers = [](int n) {
        std::string out = "SEND\n";
        for (int i = 0; i < n; ++i) out += "a:b\n";
        return out + "\n\0"s;
    };
    REQUIRE(parsed_whole(headers(64), how).front().starts_with("SEND"));
    REQUIRE(parsed_whole(headers(65), how).front().starts_with("error too_many_headers"));
    const auto frame = [](std::size_t n) { return "SEND\n\n" + x(n - 7) + '\0'; };
    REQUIRE(parsed_whole(frame(1024 * 1024), how).front().starts_with("SEND"));
    REQUIRE(parsed_whole(frame(1024 * 1024 + 1), how).front().starts_with("error too_large"));
}

TEST_CASE("all bytes before the version is set are limited together", "[stomp]") {
    const setting how{.version = {}, .limits = {.before_connect = 40}};
    const auto connect = "CONNECT\naccept-version:1.2\n\n\0"s;
    REQUIRE(connect.size() == 29);
    REQUIRE(fault(std::string(11, '\n') + connect, how).empty());
    REQUIRE(fault(std::string(12, '\n') + connect, how) == "too_large");
    REQUIRE(fault(std::string(40, '\n'), how).empty());
    REQUIRE(fault(std::string(41, '\n'), how) == "too_large");
    REQUIRE(fault(std::string(40, '\n') + "C", how) == "too_large");
    // Frames that do not connect count too.
    REQUIRE(fault("SEND\n\n" + x(33) + '\0', how).empty());
    REQUIRE(fault("SEND\n\n" + x(20) + "\0SEND\n\n"s + x(20) + '\0', how) == "too_large");
    // Afterwards the limit is gone.
    REQUIRE(fault(connect + "SEND\n\n" + x(500) + '\0', how).empty());
}

TEST_CASE("a parser owns no memory between frames, and an incomplete frame's bytes at most twice", "[stomp]") {
    reader r{connected({.frame = 100'000})};
    REQUIRE(r.memory() == 0);
    r.feed("SEND\nk:\\c\n\nwhole\0"s);
    REQUIRE(r.memory() == 0);
    r.feed("SEND\nk:\\c\n\n" + x(60'000));
    REQUIRE(r.memory() >= 60'000);
    REQUIRE(r.memory() <= 120'000 + 64 * sizeof(header));
    r.feed(x(30'000));
    REQUIRE(r.memory() <= 100'000 + 64 * sizeof(header));
    r.feed("\0\n"s);
    REQUIRE(r.memory() == 0);
    REQUIRE(r.seen().size() == 3);
    // Nor after an error.
    r.feed("SEND\n" + x(100));
    REQUIRE(r.memory() > 0);
    r.feed(x(100'000));
    REQUIRE(r.seen().back().starts_with("error line_too_long"));
    REQUIRE(r.memory() == 0);
}

TEST_CASE("a large content-length alone reserves nothing", "[stomp]") {
    reader r{connected({})};
    r.feed("SEND\ncontent-length:1000000\n\n");
    REQUIRE(r.memory() < 2048);
}

TEST_CASE("a body whose length is known is kept in no more than that", "[stomp]") {
    reader r{connected({})};
    const auto head = "SEND\ncontent-length:5000\n\n"s;
    r.feed(head + x(3000));
    r.feed(x(1500));
    REQUIRE(r.memory() == head.size() + 5001 + 16 * sizeof(header));
}

TEST_CASE("bytes that come one by one take linear time", "[stomp]") {
    const auto took = [](const std::string& in) {
        const auto begin = std::chrono::steady_clock::now();
        const auto seen =
            parsed_in_pieces(in, 1, connected({.frame = in.size(), .headers = in.size(), .header_line = in.size()}));
        REQUIRE(seen.size() == 1);
        return std::chrono::steady_clock::now() - begin;
    };
    constexpr std::size_t mib = 1024 * 1024;
    std::string headers = "SEND\n";
    while (headers.size() < mib) headers += "a:b\n";
    // Quadratic time would be minutes; linear is a few dozen milliseconds, more under a sanitizer.
    const std::chrono::seconds much{5};
    REQUIRE(took("SEND\n\n" + x(mib) + '\0') < much);
    REQUIRE(took("SEND\ncontent-length:" + std::to_string(mib) + "\n\n" + x(mib) + '\0') < much);
    REQUIRE(took("SEND\na:" + x(mib) + "\n\n\0"s) < much);
    REQUIRE(took(headers + "\n\0"s) < much);
}
