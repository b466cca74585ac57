// Everybody reads and drops at once, through each kind of table: what is read is never older than the last drop.
#include "madang/cache/look_aside.hpp"

#include "crowd.hpp"
#include "far_table.hpp"
#include "reading.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;

namespace {

loader reads(crowd::row& of, std::uint32_t seed) {
    return [&of, seed]() -> async_result<loaded> {
        co_await turns(seed % 3);
        const int version = of.committed;
        co_await turns(seed % 8);
        if (seed % 16 == 0) co_return errc::unavailable;
        co_return loaded{std::to_string(version), 1min};
    };
}

task<> get_some(cache::look_aside& through, crowd& c, std::uint32_t seed) {
    std::mt19937 dice{seed};
    std::vector<crowd::row*> rows;
    std::vector<std::string> keys;
    std::vector<int> floors;
    for (auto n = dice() % 4; n > 0; --n) {
        rows.push_back(&c.any(dice));
        keys.push_back(rows.back()->key);
        floors.push_back(rows.back()->dropped);
    }
    const loader_of_many load = [&rows, seed](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
        std::vector<loaded> all;
        for (const auto at : missing) {
            auto read = reads(*rows.at(at), seed);
            auto one = co_await read();
            if (!one) co_return one.error();
            all.push_back(std::move(*one));
        }
        co_return all;
    };
    const auto texts = co_await through.get_all(std::move(keys), load);
    for (std::size_t i = 0; texts && i < rows.size(); ++i) c.saw(texts->at(i), floors[i]);
}

task<> get_and_drop(cache::look_aside& through, crowd& c, std::uint32_t seed) {
    std::mt19937 dice{seed};
    for (int i = 0; i < 200; ++i) {
        auto& of = c.any(dice);
        if (dice() % 4 == 0) {
            const int version = crowd::commit(of);
            through.drop({of.key});
            crowd::dropped(of, version);
            continue;
        }
        if (dice() % 2 == 0) {
            co_await get_some(through, c, dice());
            continue;
        }
        const int floor = of.dropped;
        auto load = reads(of, dice());
        const auto text = co_await through.get(of.key, std::move(load));
        if (text) c.saw(*text, floor);
    }
}

// Eight of them at once.
void everybody_gets_and_drops(io_thread& io, cache::table& texts, std::uint32_t seed) {
    INFO("seed " << seed);
    metrics::registry m;
    cache::look_aside through{texts, m};
    crowd c{2};
    texts.drop({"row 0", "row 1"});
    std::vector<std::future<void>> all;
    for (std::uint32_t i = 0; i < 8; ++i) all.push_back(io.start(get_and_drop(through, c, seed * 100 + i)));
    for (auto& one : all) one.get();
    REQUIRE(c.too_old() == 0);
    REQUIRE(c.hits() > 0);
}

}  // namespace

TEST_CASE("whoever gets through whatever table is given nothing older than the last drop") {
    const auto t = table_of(GENERATE(as<std::string>{}, "process", "redis", "levels"));
    for (std::uint32_t seed = 1; seed <= 5; ++seed) everybody_gets_and_drops(t->io, t->table(), seed);
}

TEST_CASE("the same over a table that answers late, and in front of one") {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        system_clock time;
        cache::process_table near{time, 16U << 20};
        far_table far{time};
        far.most_lag = 6;
        cache::levels both{near, far};
        io_thread io{2};
        everybody_gets_and_drops(io, far, seed);
        everybody_gets_and_drops(io, both, seed);
        io.finish();
    }
}
