#include "madang/base/text.hpp"

#include "catch.hpp"

using namespace madang;

TEST_CASE("UTF-8 is accepted whole and refused when cut, overlong or a surrogate") {
    REQUIRE(text::is_utf8("마당 ok"));
    REQUIRE_FALSE(text::is_utf8("\xeb\xa7"));
    REQUIRE_FALSE(text::is_utf8("\xc0\xaf"));
    REQUIRE_FALSE(text::is_utf8("\xed\xa0\x80"));
}

TEST_CASE("characters are code points, not bytes") {
    REQUIRE(text::count("마당") == 2);
    REQUIRE(text::count("👍🏽") == 2);
    REQUIRE(text::cut("마당에서", 2) == "마당");
}

TEST_CASE("controls other than newline and tab are found") {
    REQUIRE_FALSE(text::has_control("a\n\tb"));
    REQUIRE(text::has_control(std::string_view("a\0b", 3)));
    REQUIRE(text::has_control("a\rb"));
    REQUIRE(text::has_control("\x7f"));
    REQUIRE(text::has_control("\xc2\x85"));
}

TEST_CASE("bidirectional overrides are found") {
    REQUIRE(text::has_bidi("a\u202eb"));
    REQUIRE(text::has_bidi("a\u2066b"));
    REQUIRE_FALSE(text::has_bidi("שלום"));
}

TEST_CASE("blank is what draws nothing") {
    REQUIRE(text::is_blank(""));
    REQUIRE(text::is_blank(" \n\t"));
    REQUIRE(text::is_blank("\u3164"));
    REQUIRE(text::is_blank("\u200b"));
    REQUIRE_FALSE(text::is_blank(" a "));
}

TEST_CASE("names are trimmed and composed") {
    REQUIRE(text::normalised_name("  \u1106\u1161\u1103\u1161\u11bc\u3000") == "마당");
    REQUIRE(text::normalised_name("   ") == "");
    REQUIRE_FALSE(text::normalised_name("\xff").has_value());
}

TEST_CASE("a reaction is a picture, not a word") {
    for (const auto* emoji : {"👍", "❤️", "👨‍👩‍👧", "🇰🇷", "1️⃣", "👍🏽"}) {
        CAPTURE(emoji);
        REQUIRE(text::is_emoji(emoji));
    }
    for (const auto* other : {"", "a", "1", "가", " ", "\n", "👍a", "!"}) {
        CAPTURE(other);
        REQUIRE_FALSE(text::is_emoji(other));
    }
}
