#include "stomp_outcome.hpp"

#include "catch.hpp"

using namespace madang::stomp;
using namespace madang::stomp::testing;
using namespace std::string_literals;

namespace {

// Every input of these tests is also cut at every place and fed byte by byte, and must give the same.
outcome parsed(const std::string& bytes, const setting& how) {
    const auto whole = parsed_whole(bytes, how);
    for (std::size_t at = 0; at <= bytes.size(); ++at) {
        INFO("cut at " << at);
        CHECK(parsed_split(bytes, at, how) == whole);
    }
    for (const std::size_t size : {1, 2, 3, 7}) {
        INFO("in pieces of " << size);
        CHECK(parsed_in_pieces(bytes, size, how) == whole);
    }
    return whole;
}

outcome parsed(const std::string& bytes, version v = version::v12) { return parsed(bytes, setting{.version = v, .limits = {}}); }

// What went wrong in the last event, "" if nothing did.
std::string fault(const outcome& seen) {
    if (seen.empty() || !seen.back().starts_with("error ")) return "";
    return seen.back().substr(6, seen.back().find(':') - 6);
}

// The bytes as one literal holds them, NULs included.
template <std::size_t N>
std::string bytes(const char (&literal)[N]) {
    return {literal, N - 1};
}

}  // namespace

TEST_CASE("a CONNECT gives its command and headers in order", "[stomp]") {
    const setting server{};
    REQUIRE(parsed(bytes("CONNECT\naccept-version:1.1,1.2\nhost:madang\n\n\0"), server) ==
            outcome{"CONNECT|accept-version=1.1,1.2|host=madang|"});
}

TEST_CASE("every command of client and server is read", "[stomp]") {
    for (const auto* name : {"CONNECT", "STOMP", "SEND", "SUBSCRIBE", "UNSUBSCRIBE", "ACK", "NACK", "BEGIN", "COMMIT", "ABORT",
                             "DISCONNECT", "CONNECTED", "MESSAGE", "RECEIPT", "ERROR"}) {
        REQUIRE(parsed(name + "\nid:7\n\n\0"s) == outcome{name + "|id=7|"s});
        REQUIRE(parsed(name + "\n\n\0"s) == outcome{name + "|"s});
    }
}

TEST_CASE("other commands are refused as soon as they cannot be one", "[stomp]") {
    REQUIRE(fault(parsed("PUBLISH\n\n\0"s)) == "unknown_command");
    REQUIRE(fault(parsed("send\n\n\0"s)) == "unknown_command");
    REQUIRE(fault(parsed("SEND \n\n\0"s)) == "unknown_command");
    REQUIRE(fault(parsed("GET / HTTP/1.1")) == "unknown_command");
    REQUIRE(fault(parsed("UNSUBSCRIBE\r\n")) == "");
    REQUIRE(fault(parsed("UNSUBSCRIBES")) == "");
    REQUIRE(fault(parsed("UNSUBSCRIBES\n")) == "unknown_command");
    REQUIRE(fault(parsed("UNSUBSCRIBESS")) == "unknown_command");
}

TEST_CASE("a body without content-length ends at the NUL", "[stomp]") {
    REQUIRE(parsed("SEND\ndestination:/app/x\n\nhello\n\0"s) == outcome{"SEND|destination=/app/x|hello\n"});
}

TEST_CASE("content-length counts bytes, and the body may then hold NULs", "[stomp]") {
    REQUIRE(parsed("SEND\ncontent-length:3\n\na\0b\0"s) == outcome{"SEND|content-length=3|a\0b"s});
    REQUIRE(parsed("SEND\ncontent-length:6\n\n마당\0"s) == outcome{"SEND|content-length=6|마당"s});
    REQUIRE(parsed("SEND\ncontent-length:0\n\n\0"s) == outcome{"SEND|content-length=0|"s});
}

TEST_CASE("a NUL must follow the content-length's last byte", "[stomp]") {
    REQUIRE(fault(parsed("SEND\ncontent-length:2\n\nabc\0"s)) == "missing_nul");
    REQUIRE(fault(parsed("SEND\ncontent-length:0\n\na\0"s)) == "missing_nul");
    // Too long a length waits for more.
    REQUIRE(parsed("SEND\ncontent-length:4\n\nabc\0"s).empty());
}

TEST_CASE("a content-length that is no number is refused", "[stomp]") {
    for (const std::string length : {"", "-1", "+1", "1x", " 1", "1 ", "0x1", "1,1"}) {
        INFO(length);
        REQUIRE(fault(parsed("SEND\ncontent-length:" + length + "\n\n")) == "bad_content_length");
    }
    REQUIRE(fault(parsed("SEND\ncontent-length:99999999999999999999999\n\n"s)) == "too_large");
    REQUIRE(fault(parsed("SEND\ncontent-length:18446744073709551615\n\n"s)) == "too_large");
}

TEST_CASE("of repeated headers the first counts, content-length too", "[stomp]") {
    REQUIRE(parsed("SEND\nfoo:World\nfoo:Hello\n\n\0"s) == outcome{"SEND|foo=World|foo=Hello|"});
    REQUIRE(parsed("SEND\ncontent-length:3\ncontent-length:9\n\na\0b\0"s) ==
            outcome{"SEND|content-length=3|content-length=9|a\0b"s});
    const std::vector<header> headers{{"foo", "World"}, {"foo", "Hello"}};
    REQUIRE(find(headers, "foo") == "World");
    for (const auto* other : {"Foo", "fo", "foo2", ""}) REQUIRE_FALSE(find(headers, other));
}

TEST_CASE("line ends are LF or CR LF, and a body keeps its own", "[stomp]") {
    REQUIRE(parsed("SEND\r\na:b\r\n\r\nx\r\n\0\r\n"s) == outcome{"SEND|a=b|x\r\n", "heart-beat"});
    REQUIRE(parsed("SEND\na:b\r\n\nx\0\n"s) == outcome{"SEND|a=b|x", "heart-beat"});
    REQUIRE(fault(parsed("SEND\na:b\rc\n\n\0"s)) == "malformed");
    REQUIRE(fault(parsed("SEND\na:b\r\r\n\n\0"s)) == "malformed");
}

TEST_CASE("every EOL between frames is a heart-beat", "[stomp]") {
    REQUIRE(parsed("\n") == outcome{"heart-beat"});
    REQUIRE(parsed("\r\n\n\r\nACK\nid:1\n\n\0\n\n"s) ==
            outcome{"heart-beat", "heart-beat", "heart-beat", "ACK|id=1|", "heart-beat", "heart-beat"});
    REQUIRE(fault(parsed("\r\r\n")) == "malformed");
    REQUIRE(fault(parsed("\rACK\n\n\0"s)) == "malformed");
}

TEST_CASE("many frames in one piece come out one by one", "[stomp]") {
    std::string in;
    outcome expected;
    for (int i = 0; i < 50; ++i) {
        in += "SEND\nn:" + std::to_string(i) + "\n\nbody\0"s;
        expected.push_back("SEND|n=" + std::to_string(i) + "|body");
    }
    REQUIRE(parsed(in) == expected);
}

TEST_CASE("only SEND, MESSAGE and ERROR may have a body", "[stomp]") {
    for (const auto* name : {"SUBSCRIBE", "CONNECT", "DISCONNECT", "RECEIPT"}) {
        REQUIRE(fault(parsed(name + "\n\nx\0"s)) == "malformed");
        REQUIRE(fault(parsed(name + "\ncontent-length:1\n\nx\0"s)) == "malformed");
        REQUIRE(parsed(name + "\ncontent-length:0\n\n\0"s).size() == 1);
    }
    REQUIRE(parsed("MESSAGE\n\nx\0ERROR\n\ny\0"s) == outcome{"MESSAGE|x", "ERROR|y"});
}

TEST_CASE("a header is split at the first colon and needs a name", "[stomp]") {
    REQUIRE(parsed("SEND\nurl:http://a:1\n\n\0"s) == outcome{"SEND|url=http://a:1|"});
    REQUIRE(parsed("SEND\nempty:\n\n\0"s) == outcome{"SEND|empty=|"});
    REQUIRE(fault(parsed("SEND\n:value\n\n\0"s)) == "malformed");
    REQUIRE(fault(parsed("SEND\nno colon\n\n\0"s)) == "malformed");
    REQUIRE(fault(parsed("SEND\na:b\0"s)) == "malformed");
    REQUIRE(fault(parsed("\0"s)) == "malformed");
}

TEST_CASE("headers are UTF-8, bodies are any bytes", "[stomp]") {
    REQUIRE(parsed("SEND\n이름:마당\n\n\xff\xfe\0"s) == outcome{"SEND|이름=마당|\xff\xfe"});
    REQUIRE(fault(parsed("SEND\na:\xff\n\n\0"s)) == "malformed");
    REQUIRE(fault(parsed("SEND\na:\xed\xa0\x80\n\n\0"s)) == "malformed");
}

TEST_CASE("each version has its escapes", "[stomp]") {
    const auto all = "SEND\nk\\cey:a\\nb\\cc\\\\d\n\n\0"s;
    REQUIRE(parsed(all, version::v12) == outcome{"SEND|k:ey=a\nb:c\\d|"});
    REQUIRE(parsed(all, version::v11) == outcome{"SEND|k:ey=a\nb:c\\d|"});
    REQUIRE(parsed(all, version::v10) == outcome{"SEND|k\\cey=a\\nb\\cc\\\\d|"});
    const auto cr = "SEND\nk:a\\rb\n\n\0"s;
    REQUIRE(parsed(cr, version::v12) == outcome{"SEND|k=a\rb|"});
    REQUIRE(fault(parsed(cr, version::v11)) == "undefined_escape");
    REQUIRE(parsed(cr, version::v10) == outcome{"SEND|k=a\\rb|"});
    // Unescaped once: what stands behind an escaped backslash is text.
    REQUIRE(parsed("SEND\nk:\\\\n\n\n\0"s) == outcome{"SEND|k=\\n|"});
}

TEST_CASE("undefined escapes are fatal", "[stomp]") {
    for (const auto v : {version::v11, version::v12}) {
        REQUIRE(fault(parsed("SEND\nk:\\t\n\n\0"s, v)) == "undefined_escape");
        REQUIRE(fault(parsed("SEND\nk:a\\\n\n\0"s, v)) == "undefined_escape");
        REQUIRE(fault(parsed("SEND\n\\x:a\n\n\0"s, v)) == "undefined_escape");
        // The name's backslash and the colon are no escape together.
        REQUIRE(fault(parsed("SEND\nk\\:a\n\n\0"s, v)) == "undefined_escape");
    }
}

TEST_CASE("CONNECT, STOMP and CONNECTED are never unescaped", "[stomp]") {
    for (const auto* name : {"CONNECT", "STOMP", "CONNECTED"})
        REQUIRE(parsed(name + "\naccept-version:1.2\npasscode:a\\tb\\n\n\n\0"s) ==
                outcome{name + "|accept-version=1.2|passcode=a\\tb\\n|"s});
}

TEST_CASE("the version that a CONNECT negotiates holds from the next frame on", "[stomp]") {
    const setting server{};
    const auto rest = "\n\n\0SEND\nk: \\c \n\n\0"s;
    REQUIRE(parsed("CONNECT\naccept-version:1.2"s + rest, server) == outcome{"CONNECT|accept-version=1.2|", "SEND|k= : |"});
    REQUIRE(parsed("CONNECT\naccept-version:1.0"s + rest, server) == outcome{"CONNECT|accept-version=1.0|", "SEND|k=\\c|"});
}

TEST_CASE("padding is trimmed in 1.0 and kept later", "[stomp]") {
    const auto padded = "SEND\n a : b \t\n\n\0"s;
    REQUIRE(parsed(padded, version::v10) == outcome{"SEND|a=b|"});
    REQUIRE(parsed(padded, version::v11) == outcome{"SEND| a = b \t|"});
    REQUIRE(parsed(padded, version::v12) == outcome{"SEND| a = b \t|"});
    REQUIRE(parsed("SEND\ncontent-length: 1\n\nx\0"s, version::v10) == outcome{"SEND|content-length=1|x"});
    REQUIRE(fault(parsed("SEND\n :b\n\n\0"s, version::v10)) == "malformed");
}

TEST_CASE("a CONNECT is trimmed when it speaks 1.0 itself", "[stomp]") {
    const setting server{};
    REQUIRE(parsed("CONNECT\nlogin: mina\n\n\0"s, server) == outcome{"CONNECT|login=mina|"});
    REQUIRE(parsed("CONNECT\naccept-version:1.2\npasscode: x \n\n\0"s, server) ==
            outcome{"CONNECT|accept-version=1.2|passcode= x |"});
}

TEST_CASE("an error is the last event", "[stomp]") {
    const auto seen = parsed("SEND\nbad\n\n\0SEND\n\n\0\n\n"s);
    REQUIRE(seen.size() == 1);
    REQUIRE(fault(seen) == "malformed");
}
