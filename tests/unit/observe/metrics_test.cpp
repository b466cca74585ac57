#include "madang/observe/metrics.hpp"

#include "catch.hpp"

#include <thread>

using namespace madang::metrics;

TEST_CASE("metrics are written in the order of their names, with help and type once") {
    registry all;
    all.add_counter("madang_messages_total", "Messages committed.", {{"kind", "text"}}).add(3);
    all.add_gauge("madang_sessions", "Open sessions.").set(-2);
    all.add_counter("madang_messages_total", "Messages committed.", {{"kind", "file"}}).add();
    all.add_gauge_from("madang_load", "Load.", [] { return 0.25; });
    all.add_counter_from("madang_log_dropped_total", "Lines lost.", [] { return 12345678.0; });
    CHECK(all.text() ==
          "# HELP madang_messages_total Messages committed.\n"
          "# TYPE madang_messages_total counter\n"
          "madang_messages_total{kind=\"text\"} 3\n"
          "madang_messages_total{kind=\"file\"} 1\n"
          "# HELP madang_sessions Open sessions.\n"
          "# TYPE madang_sessions gauge\n"
          "madang_sessions -2\n"
          "# HELP madang_load Load.\n"
          "# TYPE madang_load gauge\n"
          "madang_load 0.25\n"
          "# HELP madang_log_dropped_total Lines lost.\n"
          "# TYPE madang_log_dropped_total counter\n"
          "madang_log_dropped_total 12345678\n");
}

TEST_CASE("buckets of a histogram are cumulative, and a bound belongs to its bucket") {
    registry all;
    auto& h = all.add_histogram("madang_commit_seconds", "Commits.", {0.1, 1}, {{"lane", "0"}});
    h.observe(0.1);
    h.observe(std::chrono::milliseconds{500});
    h.observe(3.0);
    CHECK(all.text() ==
          "# HELP madang_commit_seconds Commits.\n"
          "# TYPE madang_commit_seconds histogram\n"
          "madang_commit_seconds_bucket{lane=\"0\",le=\"0.1\"} 1\n"
          "madang_commit_seconds_bucket{lane=\"0\",le=\"1\"} 2\n"
          "madang_commit_seconds_bucket{lane=\"0\",le=\"+Inf\"} 3\n"
          "madang_commit_seconds_sum{lane=\"0\"} 3.6\n"
          "madang_commit_seconds_count{lane=\"0\"} 3\n");
    CHECK(all.add_histogram("madang_commit_seconds", "Commits.", {7}, {{"lane", "1"}}).bounds() == h.bounds());
    CHECK_THROWS_AS(histogram({1, 1}), std::logic_error);
}

TEST_CASE("help and label values are escaped") {
    registry all;
    all.add_gauge("g", "one\\two\n\"three\"", {{"a", "x\"y\\z\n"}});
    CHECK(all.text() == "# HELP g one\\\\two\\n\"three\"\n# TYPE g gauge\ng{a=\"x\\\"y\\\\z\\n\"} 0\n");
}

TEST_CASE("numbers without end have names") {
    registry all;
    all.add_gauge_from("a", "", [] { return std::numeric_limits<double>::infinity(); });
    all.add_gauge_from("b", "", [] { return std::numeric_limits<double>::quiet_NaN(); });
    CHECK(all.text().find("a +Inf\n") != std::string::npos);
    CHECK(all.text().find("b NaN\n") != std::string::npos);
}

TEST_CASE("a metric registered twice is the same one, and stays where it is") {
    registry all;
    auto& first = all.add_counter("madang_x_total", "X.");
    for (int i = 0; i < 200; ++i) all.add_counter("madang_y_total", "Y.", {{"n", std::to_string(i)}});
    CHECK(&all.add_counter("madang_x_total", "X.") == &first);
    all.add_gauge_from("madang_z", "Z.", [] { return 1.0; });
    all.add_gauge_from("madang_z", "Z.", [] { return 2.0; });
    CHECK(all.text().find("madang_z 2\n") != std::string::npos);
}

TEST_CASE("wrong registrations are bugs") {
    registry all;
    all.add_counter("c", "");
    CHECK_THROWS_AS(all.add_gauge("c", ""), std::logic_error);
    CHECK_THROWS_AS(all.add_counter_from("c", "", [] { return 1.0; }), std::logic_error);
    CHECK_THROWS_AS(all.add_gauge("1c", ""), std::logic_error);
    CHECK_THROWS_AS(all.add_gauge("", ""), std::logic_error);
    CHECK_THROWS_AS(all.add_gauge("g", "", {{"le", "1"}}), std::logic_error);
    CHECK_THROWS_AS(all.add_gauge("g", "", {{"a-b", "1"}}), std::logic_error);
    for (std::size_t i = 0; i < registry::most_series; ++i) all.add_gauge("many", "", {{"n", std::to_string(i)}});
    CHECK_THROWS_AS(all.add_gauge("many", "", {{"n", "one more"}}), std::logic_error);
    CHECK(all.text().find("1c") == std::string::npos);
}

TEST_CASE("no count is lost between threads") {
    registry all;
    auto& c = all.add_counter("c_total", "");
    auto& h = all.add_histogram("h", "", power_bounds(8));
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 5000; ++i) {
                c.add();
                h.observe(2);
                if (i % 1000 == 0) (void)all.text();
            }
        });
    for (auto& t : threads) t.join();
    CHECK(c.value() == 20000);
    CHECK(h.sum() == 40000);
    CHECK(h.in_bucket(1) == 20000);
}
