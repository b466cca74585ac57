// Requests that would take more than they may, over real sockets.
#include "serving.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::test;

namespace {

const std::string too_large = "HTTP/1.1 413 Content Too Large";
const std::string chunked = "POST / HTTP/1.1\r\nHost: madang\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string head_of(std::size_t bytes) {
    const std::string start = "GET / HTTP/1.1\r\nHost: madang\r\nX: ";
    return start + std::string(bytes - start.size() - 4, 'x') + "\r\n\r\n";
}

bool holds(const std::string& answer, const std::string& line) {
    return answer.find("\r\n" + line + "\r\n") != std::string::npos;
}

// Refused and closed, and the next client is served.
void refuses(serving& s, const std::string& request) {
    client c{s.server.port()};
    c.write(request);
    REQUIRE(c.refusal() == too_large);
    REQUIRE(c.at_end());
    client other{s.server.port()};
    other.ask();
    REQUIRE(other.answer().starts_with("HTTP/1.1 200"));
}

}  // namespace

TEST_CASE("a head may be as large as its limit, and not a byte larger") {
    serving s;
    client c{s.server.port()};
    const std::size_t limit = net::http_limits{}.head;
    c.write(head_of(limit));
    REQUIRE(c.answer().starts_with("HTTP/1.1 200"));
    refuses(s, head_of(limit + 1));
    refuses(s, head_of(limit * 10));
}

TEST_CASE("a head whose fields come one by one is counted as a whole") {
    serving s;
    client c{s.server.port()};
    c.at_once();
    c.write("GET / HTTP/1.1\r\nHost: madang\r\nX");
    // Each piece ends with the first byte of the next field, so that the one before it can be taken.
    const std::string piece = ": " + std::string(1000, 'x') + "\r\nX";
    for (int i = 0; i < 30; ++i) {
        c.write(piece);
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    c.write(":\r\n\r\n");
    REQUIRE(c.refusal() == too_large);
}

TEST_CASE("trailers are bounded, and end no process") {
    serving s;
    refuses(s, chunked + "0\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
    refuses(s, chunked + "1\r\na\r\n0\r\nX: " + std::string(70'000, 'x'));
}

TEST_CASE("the size line of a chunk is bounded") {
    serving s;
    refuses(s, chunked + "1;" + std::string(70'000, 'a'));
    refuses(s, chunked + "1;a=" + std::string(70'000, 'a') + "\r\na\r\n0\r\n\r\n");
}

TEST_CASE("a body may be as large as its limit, however it comes, and what follows it is the next request") {
    serving s;
    const std::string body(net::http_limits{}.body, 'b');
    const std::string next = "GET / HTTP/1.1\r\nHost: madang\r\n\r\n";
    client c{s.server.port()};
    c.write("POST / HTTP/1.1\r\nHost: madang\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body + next);
    REQUIRE(holds(c.answer(), "X-Body-Size: " + std::to_string(body.size())));
    REQUIRE(holds(c.answer(), "X-Body-Size: 0"));

    std::string pieces;
    for (std::size_t at = 0; at < body.size(); at += 1024) pieces += "400;x=y\r\n" + body.substr(at, 1024) + "\r\n";
    c.write(chunked + pieces + "0\r\nX-Trailer: x\r\n\r\n" + next);
    REQUIRE(holds(c.answer(), "X-Body-Size: " + std::to_string(body.size())));
    REQUIRE(holds(c.answer(), "X-Body-Size: 0"));
}

TEST_CASE("a trailer is no header: it does not say where the client is") {
    serving s{true};
    const std::string trailer = "X-Forwarded-For: 203.0.113.7\r\n";
    client c{s.server.port()};
    c.write(chunked + "0\r\n" + trailer + "\r\n");
    REQUIRE(holds(c.answer(), "X-Address: 127.0.0.1"));
    c.write("POST / HTTP/1.1\r\nHost: madang\r\nX-Forwarded-For: 198.51.100.7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" +
            trailer + "\r\n");
    REQUIRE(holds(c.answer(), "X-Address: 198.51.100.7"));
}
