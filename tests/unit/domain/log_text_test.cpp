#include "madang/domain/log_text.hpp"

#include "madang/domain/encode.hpp"

#include "samples.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;

namespace {

constexpr std::size_t no_end = 1'000'000;

// Messages of ten bytes from one seq to another.
std::vector<event> messages(seq_t first, seq_t last) {
    std::vector<event> all;
    for (seq_t seq = first; seq <= last; ++seq) all.push_back(said(5, seq, "0123456789"));
    return all;
}

std::string joined(const std::vector<event>& all) {
    std::string text;
    for (const auto& e : all) text += (text.empty() ? "" : ",") + to_json(e);
    return text;
}

}  // namespace

TEST_CASE("a log's text is its events' with commas in between, all together and one by one") {
    const auto all = messages(7, 9);
    const log_text log{all};
    REQUIRE(log.size() == 3);
    REQUIRE(log.first() == 7);
    REQUIRE(log.last() == 9);
    REQUIRE(log.weight() == 30);
    REQUIRE(log.json() == joined(all));
    for (const auto& e : all) REQUIRE(log.json(e.seq) == to_json(e));
}

TEST_CASE("an empty log's text has no first and no last event") {
    const log_text log;
    REQUIRE(log.empty());
    REQUIRE(log.first() == 0);
    REQUIRE(log.last() == 0);
    REQUIRE(log.json().empty());
}

TEST_CASE("a log's text goes on with any stretch of another one") {
    const log_text other{messages(1, 9)};
    for (seq_t after = 0; after <= 10; ++after) {
        for (seq_t until = 0; until <= 10; ++until) {
            log_text cut;
            cut.add(other, after, until, no_end);
            const auto expected = messages(after + 1, std::min<seq_t>(until, 9));
            REQUIRE(cut.json() == joined(expected));
            REQUIRE(cut.size() == expected.size());
            for (const auto& e : expected) REQUIRE(cut.json(e.seq) == to_json(e));
        }
    }
}

TEST_CASE("a log's text that is put together is the same as one that was written at once") {
    log_text whole;
    whole.add(log_text{messages(1, 3)}, 1, 3, no_end);
    whole.add(log_text{messages(4, 6)}, 1, 9, no_end);
    whole.add(log_text{messages(7, 9)}, 1, 8, no_end);
    whole.add(said(5, 9, "0123456789"));
    REQUIRE(whole.json() == joined(messages(2, 9)));
    REQUIRE(whole.first() == 2);
    REQUIRE(whole.last() == 9);
    REQUIRE(whole.weight() == 80);
    for (const auto& e : messages(2, 9)) REQUIRE(whole.json(e.seq) == to_json(e));
}

TEST_CASE("a log's text ends with the event that gives it its weight") {
    const log_text other{messages(1, 9)};
    for (const auto& [most, size] : {std::pair<std::size_t, std::size_t>{1, 1}, {10, 1}, {11, 2}, {20, 2}, {89, 9}, {91, 9}}) {
        log_text cut;
        cut.add(other, 0, 9, most);
        REQUIRE(cut.size() == size);
        REQUIRE(cut.json() == joined(messages(1, static_cast<seq_t>(size))));
        if (cut.weight() < most) continue;
        cut.add(other, static_cast<seq_t>(size), 9, most);
        REQUIRE(cut.size() == size);
    }
}

TEST_CASE("what is about a message that the reader must not see comes without content") {
    auto log = messages(4, 6);
    log[1].body = message_edited{3, "secret", {}};
    log[2].body = message_edited{4, "seen", {}};
    const log_text late{log, 3};
    REQUIRE(late.json(5) == to_json(log[1], true));
    REQUIRE(late.json(5).find("secret") == std::string_view::npos);
    REQUIRE(late.json(6) == to_json(log[2]));
}
