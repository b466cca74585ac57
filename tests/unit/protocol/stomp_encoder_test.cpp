#include "madang/protocol/stomp/encoder.hpp"

#include "stomp_outcome.hpp"

#include "catch.hpp"

#include <array>
#include <chrono>
#include <random>

using namespace madang::stomp;
using namespace madang::stomp::testing;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

outcome decoded(const std::string& bytes, version v) { return parsed_whole(bytes, {.version = v, .limits = {}}); }

}  // namespace

TEST_CASE("CONNECTED says version, session, server and heart-beat", "[stomp]") {
    const std::array more{header{"user-id", "7"}};
    REQUIRE(encode_connected(version::v12, {"s1", "madang/0.1.0", {10s, 10s}}, more) ==
            "CONNECTED\nversion:1.2\nsession:s1\nserver:madang/0.1.0\nheart-beat:10000,10000\nuser-id:7\n\n\0"s);
}

TEST_CASE("RECEIPT gives the id back as it came", "[stomp]") {
    const std::array more{header{"x-seq", "42"}};
    REQUIRE(encode_receipt(version::v12, "a:b\\c\r\n", more) == "RECEIPT\nreceipt-id:a\\cb\\\\c\\r\\n\nx-seq:42\n\n\0"s);
    REQUIRE(decoded(encode_receipt(version::v12, "a:b\\c\r\n"), version::v12) == outcome{"RECEIPT|receipt-id=a:b\\c\r\n|"});
}

TEST_CASE("ERROR has message, receipt-id, code and a body", "[stomp]") {
    const error_fields fields{
        .message = "No", .receipt_id = "r1", .code = "forbidden", .content_type = "application/problem+json", .body = "{}"};
    REQUIRE(encode_error(version::v12, fields) ==
            "ERROR\nmessage:No\nreceipt-id:r1\ncode:forbidden\ncontent-type:application/problem+json\ncontent-length:2\n\n{}\0"s);
    REQUIRE(encode_error(version::v11, {.message = "No", .receipt_id = {}, .code = {}, .content_type = {}, .body = {}}) ==
            "ERROR\nmessage:No\ncontent-length:0\n\n\0"s);
}

TEST_CASE("a refused negotiation names our versions in plain text", "[stomp]") {
    const auto seen = decoded(encode_version_refusal(), version::v10);
    REQUIRE(seen.size() == 1);
    REQUIRE(seen.front().starts_with("ERROR|version=1.0,1.1,1.2|content-type=text/plain|"));
}

TEST_CASE("a MESSAGE is a subscription's prefix and a shared tail", "[stomp]") {
    const std::array headers{header{"destination", "/topic/rooms/7"}, header{"message-id", "7.42"}};
    const auto tail = message_tail(version::v12, headers, "application/json", "{\"a\":\"마당\"}");
    REQUIRE(message_prefix(version::v12, "sub-0") == "MESSAGE\nsubscription:sub-0\n");
    REQUIRE(message_prefix(version::v12, "a:b", "k1") == "MESSAGE\nsubscription:a\\cb\nack:k1\n");
    REQUIRE(decoded(message_prefix(version::v12, "sub-0") + tail, version::v12) ==
            outcome{"MESSAGE|subscription=sub-0|destination=/topic/rooms/7|message-id=7.42|content-type=application/json|"
                    "content-length=14|{\"a\":\"마당\"}"});
}

TEST_CASE("a tail without special characters is the same in all versions", "[stomp]") {
    const std::array plain{header{"destination", "/topic/rooms/7"}, header{"message-id", "7.42"}};
    REQUIRE(same_in_all_versions(plain, "application/json"));
    REQUIRE(message_tail(version::v10, plain, "text/plain", "x") == message_tail(version::v12, plain, "text/plain", "x"));
    for (const auto* value : {"a:b", "a\\b", "a\nb", "a\rb"}) {
        const std::array special{header{"k", value}};
        REQUIRE_FALSE(same_in_all_versions(special, "text/plain"));
        const std::array name{header{value, "v"}};
        REQUIRE_FALSE(same_in_all_versions(name, "text/plain"));
    }
}

TEST_CASE("content-length is counted, whatever the headers say", "[stomp]") {
    const std::array lie{header{"content-length", "999"}, header{"a", "b"}};
    REQUIRE(encode({command::send, lie, "x\0y"s}, version::v12) == "SEND\na:b\ncontent-length:3\n\nx\0y\0"s);
    REQUIRE(encode({command::subscribe, lie, ""}, version::v12) == "SUBSCRIBE\na:b\n\n\0"s);
}

TEST_CASE("no text breaks out of its header, in any version and frame", "[stomp]") {
    const auto evil = "x\r\n\r\n\0\nSEND\n\n\0\r"s;
    const auto evil_name = "n:m\n\r"s;
    const std::array headers{header{evil_name, evil}, header{"after", "1"}};
    for (const auto v : {version::v10, version::v11, version::v12}) {
        for (const auto c : {command::connect, command::connected, command::send, command::receipt}) {
            reader r{{.version = v, .limits = {}}};
            r.feed(encode({c, headers, ""}, v));
            REQUIRE(r.seen().size() == 1);
            REQUIRE(r.seen().front().find("|after=1|") != std::string::npos);
        }
    }
}

TEST_CASE("what a version cannot express becomes a blank", "[stomp]") {
    const std::array headers{header{"n:m", "a:b\\\r\n"}};
    REQUIRE(encode({command::connect, headers, ""}, version::v12) == "CONNECT\nn m:a:b\\  \n\n\0"s);
    REQUIRE(encode({command::ack, headers, ""}, version::v10) == "ACK\nn m:a:b\\  \n\n\0"s);
    REQUIRE(encode({command::ack, headers, ""}, version::v11) == "ACK\nn\\cm:a\\cb\\\\ \\n\n\n\0"s);
}

TEST_CASE("what is encoded is decoded to the same, in every version", "[stomp]") {
    std::mt19937_64 random{20261122};
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    // What each version can express in a name or value; 1.0 trims blanks and has no escapes.
    const auto text = [&](version v, bool name) {
        std::vector<std::string> letters{"a", "Z", "9", "/", ".", "-", "당", "👍", ","};
        if (v != version::v10)
            for (const auto* more : {" ", ":", "\\", "\n", "\\n", "\t"}) letters.emplace_back(more);
        if (v == version::v10 && !name) letters.emplace_back(":");
        if (v == version::v12) letters.emplace_back("\r");
        std::string out;
        for (auto n = pick(12) + (name ? 1 : 0); n > 0; --n) out += letters[pick(letters.size())];
        return out;
    };
    const auto some_body = [&] {
        std::string out(pick(40), '\0');
        for (auto& c : out) c = static_cast<char>(random());
        return out;
    };
    constexpr std::array commands{command::send,  command::subscribe, command::unsubscribe, command::ack,
                                  command::nack,  command::begin,     command::commit,      command::abort,
                                  command::error, command::message,   command::receipt,     command::disconnect};
    for (const auto v : {version::v10, version::v11, version::v12}) {
        for (int round = 0; round < 300; ++round) {
            std::string stream;
            outcome expected;
            for (auto n = 1 + pick(4); n > 0; --n) {
                for (; pick(3) == 0; stream += '\n') expected.emplace_back("heart-beat");
                std::vector<std::string> texts;
                for (auto h = pick(6); h > 0; --h) {
                    texts.push_back(text(v, true));
                    texts.push_back(text(v, false));
                }
                std::vector<header> headers;
                for (std::size_t i = 0; i < texts.size(); i += 2) headers.push_back({texts[i], texts[i + 1]});
                const auto c = commands[pick(commands.size())];
                const auto body = may_have_body(c) ? some_body() : ""s;
                stream += encode({c, headers, body}, v);
                const auto length = std::to_string(body.size());
                if (may_have_body(c)) headers.push_back({"content-length", length});
                expected.push_back(written({c, headers, body}));
            }
            INFO("version " << to_string(v) << ", round " << round);
            const setting how{.version = v, .limits = {}};
            REQUIRE(parsed_whole(stream, how) == expected);
            REQUIRE(parsed_split(stream, pick(stream.size()), how) == expected);
            REQUIRE(parsed_in_pieces(stream, 1 + pick(20), how) == expected);
        }
    }
}
