#include "request_reader.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::net;
using boost::beast::http::field;
using boost::beast::http::verb;

namespace {

beast_request head_of(std::string_view target = "/", unsigned version = 11) {
    beast_request r;
    r.method(verb::get);
    r.version(version);
    r.target({target.data(), target.size()});
    if (version >= 11) r.insert(field::host, "chat.example");
    return r;
}

bool sound(const beast_request& r) { return !fault_of_head(r).has_value(); }

// Trusts 10.0.0.0/8.
server_options behind_proxies() {
    server_options o;
    o.trusted_proxy = [](const asio::ip::address& a) { return a.is_v4() && a.to_v4().to_bytes()[0] == 10; };
    return o;
}

std::shared_ptr<http::request> read(beast_request r, const std::string& peer, const server_options& o = behind_proxies()) {
    return to_request(r, peer, false, o, "id-1");
}

std::string address_behind(const std::vector<std::string>& forwarded, const std::string& peer = "10.0.0.1") {
    auto r = head_of();
    for (const auto& value : forwarded) r.insert("X-Forwarded-For", value);
    return read(std::move(r), peer)->address;
}

}  // namespace

TEST_CASE("a plain head is sound") {
    REQUIRE(sound(head_of()));
    REQUIRE(sound(head_of("/", 10)));
    auto r = head_of();
    r.insert(field::content_length, "5");
    REQUIRE(sound(r));
}

TEST_CASE("chunked is the one transfer coding, once, in HTTP/1.1 and without a length") {
    auto r = head_of();
    r.insert(field::transfer_encoding, " Chunked");
    REQUIRE(sound(r));
    r.insert(field::content_length, "5");
    REQUIRE_FALSE(sound(r));

    for (const auto* coding : {"gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "xchunked", "identity", ""}) {
        auto other = head_of();
        other.insert(field::transfer_encoding, coding);
        CAPTURE(coding);
        REQUIRE_FALSE(sound(other));
    }
    auto twice = head_of();
    twice.insert(field::transfer_encoding, "chunked");
    twice.insert(field::transfer_encoding, "chunked");
    REQUIRE_FALSE(sound(twice));

    auto old = head_of("/", 10);
    old.insert(field::transfer_encoding, "chunked");
    REQUIRE_FALSE(sound(old));
}

TEST_CASE("HTTP/1.1 names its host exactly once, HTTP/1.0 at most once") {
    auto none = head_of();
    none.erase(field::host);
    REQUIRE_FALSE(sound(none));
    auto two = head_of();
    two.insert(field::host, "evil.example");
    REQUIRE_FALSE(sound(two));
    auto old = head_of("/", 10);
    old.insert(field::host, "a");
    REQUIRE(sound(old));
    old.insert(field::host, "b");
    REQUIRE_FALSE(sound(old));
}

TEST_CASE("the target is a path or a whole URL") {
    for (const auto* target : {"/", "/a?b=c", "http://chat.example/a", "https://chat.example"}) REQUIRE(sound(head_of(target)));
    for (const auto* target : {"*", "chat.example:443", "a/b", "ftp://chat.example/a"}) REQUIRE_FALSE(sound(head_of(target)));
}

TEST_CASE("a request is taken over with path and query apart and nothing decoded") {
    auto r = head_of("/a%20b?x=%41&y");
    r.method(verb::delete_);
    r.insert("X-Key", "v");
    const auto ours = read(std::move(r), "192.0.2.1");
    REQUIRE(ours->method == http::method::erase);
    REQUIRE(ours->path == "/a%20b");
    REQUIRE(ours->query == "x=%41&y");
    REQUIRE(ours->header("x-key") == "v");
    REQUIRE(ours->id == "id-1");
    REQUIRE(ours->address == "192.0.2.1");
    REQUIRE_FALSE(ours->secure);
    REQUIRE(read(head_of("http://chat.example/a?b=c"), "192.0.2.1")->path == "/a");
    REQUIRE(read(head_of("http://chat.example"), "192.0.2.1")->path == "/");
}

TEST_CASE("a method that we do not know is none of ours") {
    auto r = head_of();
    r.method_string("PURGE");
    REQUIRE(read(std::move(r), "192.0.2.1")->method == http::method::other);
}

TEST_CASE("who is no trusted proxy cannot say that they are somebody else, nor that they came over TLS") {
    REQUIRE(address_behind({"198.51.100.7"}, "192.0.2.1") == "192.0.2.1");
    auto r = head_of();
    r.insert("X-Forwarded-Proto", "https");
    REQUIRE_FALSE(read(std::move(r), "192.0.2.1")->secure);
    auto nobody_trusted = head_of();
    nobody_trusted.insert("X-Forwarded-For", "198.51.100.7");
    REQUIRE(read(std::move(nobody_trusted), "10.0.0.1", server_options{})->address == "10.0.0.1");
}

TEST_CASE("behind trusted proxies the client is the right-most address that is none") {
    REQUIRE(address_behind({"198.51.100.7"}) == "198.51.100.7");
    REQUIRE(address_behind({"198.51.100.7, 10.0.0.9"}) == "198.51.100.7");
    REQUIRE(address_behind({"203.0.113.5, 198.51.100.7,10.0.0.9 , 10.0.0.8"}) == "198.51.100.7");  // 203… is made up
    REQUIRE(address_behind({"2001:db8::1"}) == "2001:db8::1");
    REQUIRE(address_behind({}) == "10.0.0.1");
    REQUIRE(address_behind({""}) == "10.0.0.1");
    REQUIRE(address_behind({"10.0.0.7, 10.0.0.9"}) == "10.0.0.7");
}

TEST_CASE("what is no address ends the search") {
    REQUIRE(address_behind({"198.51.100.7, unknown"}) == "10.0.0.1");
    REQUIRE(address_behind({"198.51.100.7, unknown, 10.0.0.9"}) == "10.0.0.9");
}

TEST_CASE("X-Forwarded-For in several lines is one list: the last line is the proxy's own") {
    REQUIRE(address_behind({"203.0.113.5", "198.51.100.7"}) == "198.51.100.7");
    REQUIRE(address_behind({"203.0.113.5, 198.51.100.7", "10.0.0.9"}) == "198.51.100.7");
}

TEST_CASE("a trusted proxy says whether the client came over TLS") {
    for (const auto& [said, secure] : {std::pair{"https", true}, std::pair{" HTTPS", true}, std::pair{"http", false}}) {
        auto r = head_of();
        r.insert("X-Forwarded-Proto", said);
        REQUIRE(read(std::move(r), "10.0.0.1")->secure == secure);
    }
    auto r = head_of();
    REQUIRE(to_request(r, "10.0.0.1", true, behind_proxies(), "")->secure);
}
