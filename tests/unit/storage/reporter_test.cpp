// What the log and the figures are told of a database that fails.
#include "reporter.hpp"

#include "catch.hpp"
#include "manual_clock.hpp"

#include <string>
#include <thread>
#include <vector>

using namespace madang;
using namespace std::chrono_literals;
using storage::reporter;

namespace {

struct told {
    storage::store_stats stats;
    std::vector<std::string> lines;
    std::vector<std::uint64_t> outages;  // how often it failed in each
    test::manual_clock time;
    reporter report{stats,
                    {[this](std::string_view what) { lines.emplace_back(what); },
                     [this](const storage::outage& o) { outages.push_back(o.failures); }},
                    time};
};

using lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an outage is a line where it begins and one where it ends, however many meet it") {
    told t;
    reporter::part readers{t.report};
    for (int i = 0; i < 1000; ++i) readers.fails("there is no connection");
    REQUIRE(t.lines == lines{"there is no connection"});
    REQUIRE(t.stats.failing);
    REQUIRE(t.outages.empty());
    readers.works();
    readers.works();
    REQUIRE_FALSE(t.stats.failing);
    REQUIRE(t.outages == std::vector<std::uint64_t>{1000});
    REQUIRE(t.stats.failures == 1000);
}

TEST_CASE("an outage is told however long it lasts, and the next one is told again") {
    told t;
    reporter::part readers{t.report};
    for (int hour = 0; hour < 3; ++hour) {
        readers.fails("there is no connection");
        t.time.advance(1h);
    }
    REQUIRE(t.lines.size() == 1);
    readers.works();
    readers.fails("there is no connection");
    REQUIRE(t.lines.size() == 2);
}

TEST_CASE("many short outages are a pair of lines in ten seconds, and one that stays is told after all") {
    told t;
    reporter::part readers{t.report};
    for (int i = 0; i < 1000; ++i) {
        readers.fails("a statement took too long");
        readers.works();
        t.time.advance(9ms);
    }
    REQUIRE(t.lines.size() == 1);
    REQUIRE(t.outages.size() == 1);
    readers.fails("a statement took too long");
    REQUIRE(t.lines.size() == 1);
    t.time.advance(1s);
    readers.fails("a statement took too long");
    REQUIRE(t.lines.size() == 2);
    readers.works();
    REQUIRE(t.outages == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("it lasts until the last part works again, and each other reason is told once") {
    told t;
    reporter::part readers{t.report};
    reporter::part lane{t.report};
    readers.fails("connection refused");
    lane.fails("connection refused");
    lane.fails("the server is starting up");
    readers.works();
    REQUIRE(t.stats.failing);
    REQUIRE(t.outages.empty());
    lane.works();
    REQUIRE_FALSE(t.stats.failing);
    REQUIRE(t.lines == lines{"connection refused", "the server is starting up"});
    REQUIRE(t.outages == std::vector<std::uint64_t>{3});
}

TEST_CASE("an outage with ever new reasons is told eight of them") {
    told t;
    reporter::part readers{t.report};
    for (int i = 0; i < 100; ++i) readers.fails(std::to_string(i));
    REQUIRE(t.lines == lines{"0", "1", "2", "3", "4", "5", "6", "7"});
    REQUIRE(t.stats.failures == 100);
}

TEST_CASE("a failure that others do not share makes no outage, and is told once in ten seconds") {
    told t;
    for (int i = 0; i < 100; ++i) t.report.failed("a row was bad");
    t.time.advance(10s);
    t.report.failed("a row was bad");
    REQUIRE(t.lines.size() == 2);
    REQUIRE(t.stats.failures == 101);
    REQUIRE_FALSE(t.stats.failing);
    REQUIRE(t.outages.empty());
}

TEST_CASE("parts that fail and work on several threads leave no outage behind") {
    told t;
    reporter::part readers{t.report};
    reporter::part lane{t.report};
    const auto swing = [](reporter::part& p) {
        for (int i = 0; i < 10'000; ++i) i % 2 == 0 ? p.fails("connection refused") : p.works();
    };
    {
        std::jthread one{[&] { swing(readers); }};
        std::jthread two{[&] { swing(readers); }};
        std::jthread three{[&] { swing(lane); }};
    }
    REQUIRE_FALSE(t.stats.failing);
}
