#include "message_body.hpp"

#include <boost/json/parse.hpp>

#include "catch.hpp"

using namespace madang;
using namespace madang::web;

namespace {

result<domain::new_message> read(std::string_view body, std::optional<std::string_view> outer_key = {}) {
    return read_message(json::parse_object(body).value(), outer_key);
}

// "field code" of the only fault.
std::string fault(const result<domain::new_message>& r) {
    REQUIRE(r.has_error());
    REQUIRE(r.error().code == errc::invalid_request);
    REQUIRE(r.error().fields.size() == 1);
    return r.error().fields[0].field + " " + r.error().fields[0].code;
}

}  // namespace

TEST_CASE("a message is its text, and a key and what it replies to where they are given") {
    const auto plain = read(R"({"text":" hi\n"})").value();
    REQUIRE(plain.text == " hi\n");
    REQUIRE(plain.key.empty());
    REQUIRE(plain.reply_to == 0);
    const auto full = read(R"({"text":"hi","key":"k-1","replyTo":9})").value();
    REQUIRE(full.key == "k-1");
    REQUIRE(full.reply_to == 9);
}

TEST_CASE("a message that is not one is refused by field") {
    REQUIRE(fault(read("{}")) == "text required");
    REQUIRE(fault(read(R"({"text":5})")) == "text wrong_type");
    REQUIRE(fault(read(R"({"text":""})")).starts_with("text "));
    REQUIRE(fault(read(R"({"text":" \n "})")).starts_with("text "));
    REQUIRE(fault(read(R"({"text":"a\u0000b"})")) == "text invalid");
    REQUIRE(fault(read(R"({"text":"a","replyTo":0})")) == "replyTo out_of_range");
    REQUIRE(fault(read(R"({"text":"a","txet":"b"})")) == "txet unknown");
    REQUIRE(fault(read(R"({"text":"a","key":"a b"})")) == "key invalid");
    REQUIRE(fault(read(R"({"text":"a","key":"~server"})")) == "key invalid");
}

TEST_CASE("a text has up to 8000 characters, however many bytes they take") {
    std::string korean;
    for (int i = 0; i < 8000; ++i) korean += "\xea\xb0\x80";
    REQUIRE(read_plain_message(korean, {}).value().text == korean);
    REQUIRE(fault(read_plain_message(korean + "x", {})) == "text too_long");
}

TEST_CASE("the key comes from the body or from the header, and from both only if they agree") {
    REQUIRE(read(R"({"text":"a"})", "outer").value().key == "outer");
    REQUIRE(read(R"({"text":"a","key":"same"})", "same").value().key == "same");
    REQUIRE(fault(read(R"({"text":"a","key":"one"})", "two")) == "key invalid");
    REQUIRE(fault(read(R"({"text":"a"})", "")) == "key invalid");
    REQUIRE(fault(read_plain_message("a", "a:b")) == "key invalid");
    REQUIRE(read_plain_message("a", "k").value().key == "k");
}

TEST_CASE("plain text is the text, JSON or not") {
    REQUIRE(read_plain_message(R"({"text":"a"})", {}).value().text == R"({"text":"a"})");
    REQUIRE(fault(read_plain_message("\xff", {})) == "text invalid");
    REQUIRE(fault(read_plain_message("", {})).starts_with("text "));
}

TEST_CASE("a key has 1 to 64 of a few characters") {
    REQUIRE(is_message_key("A-z_0.9"));
    REQUIRE(is_message_key(std::string(64, 'k')));
    for (const std::string key : {"", "a b", "a/b", "~a", "a\n", "\xea\xb0\x80"}) REQUIRE_FALSE(is_message_key(key));
    REQUIRE_FALSE(is_message_key(std::string(65, 'k')));
}
