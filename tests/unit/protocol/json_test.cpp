#include "madang/protocol/json/reader.hpp"
#include "madang/protocol/json/writer.hpp"

#include "catch.hpp"

using namespace madang;

namespace {

std::string codes(const std::optional<error>& e) {
    std::string out;
    if (e)
        for (const auto& f : e->fields) out += f.field + ":" + f.code + " ";
    return out;
}

}  // namespace

TEST_CASE("what is written parses to the same again") {
    json::writer w;
    w.begin_object().field("text", std::string_view("a\"\\\n\t\x01 마당")).field("n", 7).field("on", true);
    w.key("list").begin_array().value(1).value("x").begin_object().end_object().end_array().end_object();
    const auto back = json::parse_object(w.text()).value();
    REQUIRE(back.at("text").as_string() == "a\"\\\n\t\x01 마당");
    REQUIRE(back.at("list").as_array().size() == 3);
    REQUIRE(w.text().find("\"n\":7,\"on\":true") != std::string::npos);
}

TEST_CASE("what needs an escape gets one wherever it stands, and nothing else does") {
    const auto written = [](const std::string& text) { return json::writer{}.value(text).text(); };
    for (const char neighbour : {'a', ' ', '!', '#', '[', ']', '\x7f'}) {
        for (int code = 0; code < 256; ++code) {
            for (std::size_t at = 0; at < 17; ++at) {
                std::string text(17, neighbour);
                text[at] = static_cast<char>(code);
                if (code < 0x20 || code == '"' || code == '\\')
                    REQUIRE(json::parse_object("{\"text\":" + written(text) + "}").value().at("text").as_string() == text);
                else
                    REQUIRE(written(text) == '"' + text + '"');
            }
        }
    }
    REQUIRE(written("") == "\"\"");
    REQUIRE(written(std::string(20, '"')).size() == 42);
}

TEST_CASE("what is no JSON object is refused, with the reason") {
    REQUIRE(json::parse_object("").error().code == errc::malformed_json);
    REQUIRE(json::parse_object("{").error().code == errc::malformed_json);
    REQUIRE(json::parse_object("{\"a\":\"\xff\"}").error().code == errc::malformed_json);
    REQUIRE(json::parse_object(std::string(100, '[')).error().code == errc::malformed_json);
    REQUIRE(json::parse_object("[]").error().code == errc::invalid_request);
}

TEST_CASE("every fault of a request is named at once, unknown fields included") {
    const auto body = json::parse_object(R"({"text":"","n":1.5,"ids":[0],"name":"a\u202eb","typo":1,"kind":"x"})").value();
    json::reader r{body};
    r.text("text", {1, 10});
    r.integer("n", 1, 5);
    r.ids<user_id>("ids", 0, 5);
    r.name("name", {1, 50});
    r.choice("kind", {"direct", "group"});
    r.text("missing", {1, 5});
    REQUIRE(codes(r.fault()) ==
            "text:too_short n:wrong_type ids:invalid name:invalid kind:invalid missing:required typo:unknown ");
}

TEST_CASE("lengths are counted in characters and judged at the limit") {
    const std::string eight(8, 'x');
    const auto body = json::parse_object(R"({"a":"가나다","b":"가나다라","c":" \n "})").value();
    json::reader r{body};
    REQUIRE(r.text("a", {1, 3}) == "가나다");
    r.text("b", {1, 3});
    r.text("c", {1, 9});
    REQUIRE(codes(r.fault()) == "b:too_long c:invalid ");
}

TEST_CASE("a wrong type is told apart from a missing field") {
    const auto body = json::parse_object(R"({"a":null,"b":9007199254740992})").value();
    json::reader r{body};
    r.text("a", {1, 3});
    r.id<room_id>("b");
    REQUIRE(codes(r.fault()) == "a:wrong_type b:out_of_range ");
}

TEST_CASE("of a request that is wrong all over, only the first faults are told") {
    boost::json::object body;
    for (int i = 0; i < 1000; ++i) body[std::to_string(i)] = i;
    json::reader r{body};
    r.text("text", {1, 5});
    const auto fault = r.fault();
    REQUIRE(fault.has_value());
    REQUIRE(fault->fields.size() == json::reader::most_faults);
    REQUIRE(fault->fields.front().field == "text");
}
