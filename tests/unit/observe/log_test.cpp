#include "madang/observe/log.hpp"

#include "log_line.hpp"

#include <boost/json.hpp>

#include "catch.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <thread>
#include <unistd.h>

using namespace madang;
using log::field;

namespace {

std::string line(log::format how, std::string_view message, log::fields with) {
    log::line_buffer to;
    // 2026-11-22T08:30:00.123Z
    const timestamp at{std::chrono::milliseconds{1795336200123}};
    log::append_line(to, how, {at, log::level::info, message, std::nullopt, with});
    return {to.data(), to.size()};
}

// What is written to standard error meanwhile.
class captured_stderr {
public:
    captured_stderr() : saved_(::dup(2)) {
        REQUIRE(file_ != nullptr);
        ::dup2(::fileno(file_), 2);
    }
    captured_stderr(const captured_stderr&) = delete;
    captured_stderr& operator=(const captured_stderr&) = delete;
    ~captured_stderr() {
        restore();
        std::fclose(file_);
    }
    std::string text() {
        restore();
        std::rewind(file_);
        std::string out;
        for (int c = 0; (c = std::fgetc(file_)) != EOF;) out += static_cast<char>(c);
        return out;
    }

private:
    void restore() {
        if (saved_ < 0) return;
        ::dup2(saved_, 2);
        ::close(saved_);
        saved_ = -1;
    }
    std::FILE* file_ = std::tmpfile();
    int saved_;
};

}  // namespace

TEST_CASE("a line of text has time, level, message and fields") {
    CHECK(line(log::format::text, "session closed", {{"session", session_id{7}}, {"reason", "too_slow"}, {"bytes", 12U}}) ==
          "2026-11-22T08:30:00.123Z INFO session closed session=7 reason=too_slow bytes=12");
}

TEST_CASE("a line of JSON is one object") {
    CHECK(line(log::format::json, "message", {{"n", -5}, {"yes", true}, {"half", 0.5}, {"took_ms", std::chrono::seconds{2}}}) ==
          R"({"time":"2026-11-22T08:30:00.123Z","level":"info","msg":"message","n":-5,"yes":true,"half":0.5,"took_ms":2000})");
}

TEST_CASE("fields take what people have at hand") {
    const std::string owned = "owned";
    CHECK(line(log::format::text, "m",
               {{"a", owned},
                {"b", std::string("temporary")},
                {"c", std::string_view("view")},
                {"d", "literal"},
                {"e", std::size_t{1}},
                {"f", false},
                {"g", std::int16_t{-1}},
                {"h", 1.5F}})
              .ends_with("m a=owned b=temporary c=view d=literal e=1 f=false g=-1 h=1.5"));
}

TEST_CASE("values that could be misread are quoted in text") {
    CHECK(line(log::format::text, "m", {{"a", "two words"}, {"b", "x=y"}, {"c", ""}, {"d", "\"q\""}})
              .ends_with(R"(m a="two words" b="x=y" c="" d="\"q\"")"));
    CHECK(line(log::format::text, "m", {{"name", "마당"}}).ends_with("name=마당"));
}

TEST_CASE("nobody can forge a line") {
    const std::string evil = "x\n2026-11-22T08:30:00.123Z ERROR forged\r\t\x1b[31m";
    for (const auto how : {log::format::text, log::format::json}) {
        const auto written = line(how, evil, {{"value", evil}});
        CHECK(written.find_first_of("\n\r\t\x1b") == std::string::npos);
    }
}

TEST_CASE("whatever the values hold, the line is JSON and gives them back") {
    std::string all;
    for (int c = 1; c < 0x80; ++c) all += static_cast<char>(c);
    all += "마당 \U0001F600";
    const auto parsed = boost::json::parse(line(log::format::json, all, {{"value", std::string_view("a\0b", 3)}})).as_object();
    CHECK(parsed.at("msg").as_string() == all);
    CHECK(parsed.at("value").as_string() == std::string_view("a\0b", 3));
}

TEST_CASE("what is not UTF-8 does not break the JSON") {
    const auto parsed = boost::json::parse(line(log::format::json, "m", {{"value", "ab\xff\xc3"}})).as_object();
    CHECK(parsed.at("value").as_string() == "ab\uFFFD\uFFFD");
    CHECK(boost::json::parse(line(log::format::json, "m", {{"x", std::numeric_limits<double>::infinity()}, {"y", std::nan("")}}))
              .at("x")
              .is_null());
}

TEST_CASE("a long text is cut between characters") {
    const std::string kept(2047, 'a');
    std::string longer = kept;
    longer += "마당";
    const auto parsed = boost::json::parse(line(log::format::json, "m", {{"value", longer}})).as_object();
    CHECK(parsed.at("value").as_string() == fmt::format("{}...", kept));
}

TEST_CASE("lines below the level are not written, and a traced session's are") {
    captured_stderr captured;
    log::start(log::level::warn, log::format::text);
    log::info("hidden");
    log::warn("shown");
    log::trace_of(session_id{5}, "hidden step");
    REQUIRE(log::trace_session(session_id{5}, true));
    log::trace_of(session_id{5}, "shown step", {{"frame", "SEND"}});
    log::trace_of(session_id{6}, "hidden step");
    REQUIRE(log::trace_session(session_id{5}, false));
    log::set_level(log::level::debug);
    log::debug("now shown");
    log::stop();
    log::error("after the end");

    const auto text = captured.text();
    CHECK(text.find("hidden") == std::string::npos);
    CHECK(text.find("after") == std::string::npos);
    CHECK(text.find(" WARN shown\n") != std::string::npos);
    CHECK(text.find(" TRACE shown step session=5 frame=SEND\n") != std::string::npos);
    CHECK(text.find(" DEBUG now shown\n") != std::string::npos);
}

TEST_CASE("every line is either written or counted as lost, and stop() waits for them") {
    captured_stderr captured;
    const auto before = log::dropped();
    log::start(log::level::info, log::format::json, 16);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([] {
            for (int i = 0; i < 2000; ++i) log::info("line", {{"i", i}});
        });
    for (auto& t : threads) t.join();
    log::stop();
    const auto text = captured.text();
    const auto written = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
    CHECK(written + (log::dropped() - before) == 8000);
    CHECK(written > 0);
}

TEST_CASE("the log can be stopped while others write") {
    captured_stderr captured;
    std::atomic<bool> done{false};
    std::thread other([&] {
        while (!done) log::info("line", {{"text", "some"}});
    });
    for (int i = 0; i < 20; ++i) {
        log::start(log::level::info, log::format::text, 64);
        log::stop();
    }
    done = true;
    other.join();
    CHECK(captured.text().find("\n\n") == std::string::npos);
}

TEST_CASE("at most sixteen sessions are traced") {
    for (std::int64_t i = 1; i <= 16; ++i) REQUIRE(log::trace_session(session_id{i}, true));
    CHECK(log::trace_session(session_id{3}, true));
    CHECK_FALSE(log::trace_session(session_id{17}, true));
    CHECK_FALSE(log::traced(session_id{17}));
    CHECK(log::traced(session_id{16}));
    CHECK_FALSE(log::traced(session_id{}));
    CHECK_FALSE(log::trace_session(session_id{}, true));
    for (std::int64_t i = 1; i <= 16; ++i) REQUIRE(log::trace_session(session_id{i}, false));
    CHECK(log::trace_session(session_id{99}, false));
    CHECK_FALSE(log::traced(session_id{16}));
}
