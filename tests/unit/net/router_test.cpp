#include "madang/net/router.hpp"

#include <stdexcept>

#include "catch.hpp"

using namespace madang;
using net::router;
using enum http::method;

namespace {

using texts = std::vector<std::string>;

struct routes {
    routes& add(http::method m, const std::string& pattern) {
        table.add(m, pattern, [this, m, pattern](net::exchange&) -> task<http::response> {
            called = std::to_string(static_cast<int>(m)) + pattern;
            return answer();
        });
        return *this;
    }
    static task<http::response> answer() { co_return http::response{204}; }

    // The pattern that is found, behind its method's number; empty for none.
    std::string find(http::method m, std::string_view path) {
        const auto found = table.find(m, path);
        parameters = found.parameters;
        called.clear();
        if (found.to == nullptr) return {};
        net::exchange x;
        (void)(*found.to)(x);
        return called;
    }
    std::string get_of(std::string_view path) {
        const auto found = find(get, path);
        return found.empty() ? found : found.substr(1);
    }

    router table;
    texts parameters;
    std::string called;
};

}  // namespace

TEST_CASE("a path finds the handler of its pattern, with its parameters in order") {
    routes r;
    r.add(get, "/rooms").add(get, "/rooms/{id}").add(get, "/rooms/{id}/messages/{seq}");
    REQUIRE(r.get_of("/rooms") == "/rooms");
    REQUIRE(r.parameters.empty());
    REQUIRE(r.get_of("/rooms/5") == "/rooms/{id}");
    REQUIRE(r.parameters == texts{"5"});
    REQUIRE(r.get_of("/rooms/5/messages/9") == "/rooms/{id}/messages/{seq}");
    REQUIRE(r.parameters == texts{"5", "9"});
}

TEST_CASE("what is no pattern is not found") {
    routes r;
    r.add(get, "/rooms/{id}").add(get, "/rooms/{id}/messages/{seq}");
    for (const auto* path :
         {"/", "/rooms", "/Rooms/5", "/rooms/5/messages", "/rooms/5/messages/9/x", "/rooms/5/", "//rooms/5", ""})
        REQUIRE(r.get_of(path).empty());
    REQUIRE(r.find(post, "/rooms/5").empty());
}

TEST_CASE("a literal wins over a name") {
    routes r;
    r.add(get, "/sessions/{id}").add(get, "/sessions/current").add(post, "/rooms/sync").add(get, "/rooms/{id}");
    REQUIRE(r.get_of("/sessions/current") == "/sessions/current");
    REQUIRE(r.parameters.empty());
    REQUIRE(r.get_of("/sessions/7") == "/sessions/{id}");
    REQUIRE(r.get_of("/sessions/%63urrent") == "/sessions/current");
}

TEST_CASE("methods are told apart, and HEAD finds what GET finds") {
    routes r;
    r.add(get, "/me").add(erase, "/me").add(post, "/users");
    REQUIRE(r.find(get, "/me") == r.find(head, "/me"));
    REQUIRE(r.find(erase, "/me") != r.find(get, "/me"));
    REQUIRE(r.find(head, "/users").empty());
    REQUIRE(r.find(other, "/me").empty());
}

TEST_CASE("parameters are decoded, each by itself") {
    routes r;
    r.add(get, "/reactions/{emoji}/{x}");
    REQUIRE(r.get_of("/reactions/%F0%9F%91%8D/a+b") == "/reactions/{emoji}/{x}");
    REQUIRE(r.parameters == texts{"\xf0\x9f\x91\x8d", "a+b"});
    REQUIRE(r.get_of("/reactions/a%2Fb/%25") == "/reactions/{emoji}/{x}");
    REQUIRE(r.parameters == texts{"a/b", "%"});
}

TEST_CASE("a broken escape matches nothing") {
    routes r;
    r.add(get, "/files/{id}").add(get, "/pages/{rest...}");
    for (const auto* path : {"/files/%", "/files/%4", "/files/%zz", "/pages/a/%4", "/pages/%/a"}) REQUIRE(r.get_of(path).empty());
}

TEST_CASE("a rest takes all that follows, decoded") {
    routes r;
    r.add(get, "/assets/{path...}").add(get, "/assets/index");
    REQUIRE(r.get_of("/assets/js/app%20x.js") == "/assets/{path...}");
    REQUIRE(r.parameters == texts{"js/app x.js"});
    REQUIRE(r.get_of("/assets/one") == "/assets/{path...}");
    REQUIRE(r.parameters == texts{"one"});
    REQUIRE(r.get_of("/assets/index") == "/assets/index");
}

TEST_CASE("two handlers for one route are a mistake that shows at start") {
    routes r;
    r.add(get, "/rooms/{id}");
    REQUIRE_THROWS_AS(r.add(get, "/rooms/{room}"), std::logic_error);
}
