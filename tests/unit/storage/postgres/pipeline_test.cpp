// The pipeline's state machine, over a wire that plays libpq and the server from a script.
#include "postgres/pipeline.hpp"

#include "postgres/connector.hpp"
#include "server.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "catch.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage::postgres;
using list = std::vector<std::string>;

namespace {

// One row of one column, in which a test finds its answer again.
result_ptr row_with(std::string text) {
    result_ptr made{PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK)};
    std::string name = "found";
    PGresAttDesc column{name.data(), 0, 0, 1, 25, -1, -1};
    PQsetResultAttrs(made.get(), 1, &column);
    PQsetvalue(made.get(), 0, 0, text.data(), static_cast<int>(text.size()));
    return made;
}

result_ptr status_of(ExecStatusType status) { return result_ptr{PQmakeEmptyPGresult(nullptr, status)}; }
result_ptr prepared() { return status_of(PGRES_COMMAND_OK); }
result_ptr failed() { return status_of(PGRES_FATAL_ERROR); }
result_ptr skipped() { return status_of(PGRES_PIPELINE_ABORTED); }
result_ptr synced() { return status_of(PGRES_PIPELINE_SYNC); }

// Only a server makes results that carry a SQLSTATE.
result_ptr failed_with(const std::string& sqlstate) {
    const auto c =
        connector{postgres_server::shared().database("postgres").text, std::chrono::seconds{20}}.open_now(use::reading);
    const auto text = fmt::format("DO $$ BEGIN RAISE EXCEPTION 'said by the server' USING ERRCODE = '{}'; END $$", sqlstate);
    return result_ptr{PQexec(c.get(), text.c_str())};
}

class scripted_wire final : public wire {
public:
    // What the server sends, a statement's result with the NULL behind it. Until it is said, libpq is busy.
    void say(result_ptr found) {
        const bool separated = PQresultStatus(found.get()) != PGRES_PIPELINE_SYNC;
        coming_.push_back(std::move(found));
        if (separated) coming_.push_back(nullptr);
    }
    template <class... Found>
    void say(result_ptr first, Found... others) {
        say(std::move(first));
        (say(std::move(others)), ...);
    }
    void say_null() { coming_.push_back(nullptr); }
    // Moves the first of them to another wire, which is thereby told no more than them.
    void move_first_to(scripted_wire& other, std::size_t count) {
        for (; count > 0; --count, coming_.pop_front()) other.coming_.push_back(std::move(coming_.front()));
    }
    [[nodiscard]] std::size_t to_come() const { return coming_.size(); }

    list sent;
    std::deque<flushed> flushes;  // what the next flushes answer; afterwards `all`
    std::size_t flushed_times = 0;
    std::size_t read_times = 0;
    bool takes = true;  // what is sent
    bool input_ok = true;
    bool connected = true;
    std::string error_text;

    bool send_prepare(const char* name, const char* text) override { return note(fmt::format("prepare {} {}", name, text)); }
    bool send_execute(const char* name, const parameters&) override { return note(fmt::format("execute {}", name)); }
    bool send_sync() override { return note("sync"); }
    flushed flush() override {
        ++flushed_times;
        if (flushes.empty()) return flushed::all;
        const auto next = flushes.front();
        flushes.pop_front();
        return next;
    }
    bool consume_input() override {
        ++read_times;
        return input_ok;
    }
    bool is_busy() override { return coming_.empty(); }
    result_ptr next_result() override {
        auto next = std::move(coming_.front());
        coming_.pop_front();
        return next;
    }
    bool is_connected() override { return connected; }
    std::string last_error() override { return error_text; }
    int socket() override { return -1; }

private:
    bool note(std::string what) {
        sent.push_back(std::move(what));
        return takes;
    }

    std::deque<result_ptr> coming_;
};

constexpr sql one = "SELECT one";
constexpr sql two = "SELECT two";
constexpr sql three = "SELECT three";

template <class... More>
std::shared_ptr<request> asks(sql first, More... more) {
    auto all = statements::of(first);
    (all.add(more), ...);
    return std::make_shared<request>(std::move(all));
}

list found(const request& r) {
    list texts;
    for (const auto& rows : r.found)
        for (const auto row : rows) texts.push_back(row.get<std::string>(0));
    return texts;
}

bool succeeded(const request& r) { return r.done && !r.failed; }

// A pipeline that has prepared the three statements.
struct warm_pipeline {
    scripted_wire wire;
    pipeline p{wire};

    warm_pipeline() {
        p.send(asks(one, two, three));
        wire.say(prepared(), row_with(""), prepared(), row_with(""), prepared(), row_with(""), synced());
        p.readable();
        wire.sent.clear();
        wire.flushed_times = 0;
    }
};

}  // namespace

TEST_CASE("a request is answered with what its statements found, in their order, and not before its sync") {
    warm_pipeline made;
    const auto r = asks(one, two);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    REQUIRE(made.wire.sent == list{"execute m1", "execute m2", "sync"});
    REQUIRE(made.wire.flushed_times == 1);
    made.wire.say(row_with("a"), row_with("b"));
    made.p.readable();
    REQUIRE_FALSE(r->done);
    REQUIRE(made.p.in_flight() == 1);
    made.wire.say(synced());
    made.p.readable();
    REQUIRE(succeeded(*r));
    REQUIRE(found(*r) == list{"a", "b"});
    REQUIRE(told == 1);
    REQUIRE(made.p.in_flight() == 0);
}

TEST_CASE("several requests are under way at once, and answered one after the other") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(two, one), asks(three)};
    list order;
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i]->when_done = [&order, i] { order.push_back(std::to_string(i)); };
        made.p.send(all[i]);
    }
    REQUIRE(made.p.in_flight() == 3);
    made.wire.say(row_with("a"), synced(), row_with("b"));
    made.p.readable();
    REQUIRE(order == list{"0"});
    made.wire.say(row_with("c"), synced(), row_with("d"), synced());
    made.p.readable();
    REQUIRE(order == list{"0", "1", "2"});
    REQUIRE(found(*all[0]) == list{"a"});
    REQUIRE(found(*all[1]) == list{"b", "c"});
    REQUIRE(found(*all[2]) == list{"d"});
}

TEST_CASE("it does not matter where the server's words are cut apart") {
    const auto script = [](scripted_wire& wire) {
        wire.say(prepared(), row_with("a"), synced());
        wire.say(prepared(), failed(), skipped(), skipped(), synced());
        wire.say(row_with("b"), synced());
    };
    scripted_wire whole;
    script(whole);
    for (std::size_t cut = 0; cut <= whole.to_come(); ++cut) {
        CAPTURE(cut);
        scripted_wire rest;
        script(rest);
        scripted_wire wire;
        pipeline p{wire};
        const std::vector all{asks(one), asks(two, three), asks(one)};
        for (const auto& r : all) p.send(r);
        rest.move_first_to(wire, cut);
        p.readable();
        rest.move_first_to(wire, rest.to_come());
        p.readable();
        REQUIRE(found(*all[0]) == list{"a"});
        REQUIRE(all[1]->failed);
        REQUIRE(found(*all[2]) == list{"b"});
        REQUIRE_FALSE(p.broken());
    }
}

TEST_CASE("a statement is prepared once, also for requests that are sent before that is done") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one, one);
    const auto second = asks(one, two);
    p.send(first);
    p.send(second);
    REQUIRE(wire.sent == list{"prepare m1 SELECT one", "execute m1", "execute m1", "sync",  //
                              "execute m1", "prepare m2 SELECT two", "execute m2", "sync"});
    wire.say(prepared(), row_with("a"), row_with("b"), synced(), row_with("c"), prepared(), row_with("d"), synced());
    p.readable();
    REQUIRE(found(*first) == list{"a", "b"});
    REQUIRE(found(*second) == list{"c", "d"});
}

TEST_CASE("a statement that could not be prepared is prepared again when it is next asked for") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one);
    p.send(first);
    wire.say(failed(), skipped(), synced());
    p.readable();
    REQUIRE(first->failed);
    wire.sent.clear();
    const auto again = asks(one);
    p.send(again);
    REQUIRE(wire.sent == list{"prepare m2 SELECT one", "execute m2", "sync"});
    wire.say(prepared(), row_with("a"), synced());
    p.readable();
    REQUIRE(found(*again) == list{"a"});
}

TEST_CASE("a statement whose preparing was skipped is prepared again, and what was prepared before stays") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one, two);
    p.send(first);
    wire.say(prepared(), failed(), skipped(), skipped(), synced());
    p.readable();
    REQUIRE(first->failed);
    wire.sent.clear();
    p.send(asks(one, two));
    REQUIRE(wire.sent == list{"execute m1", "prepare m3 SELECT two", "execute m3", "sync"});
}

TEST_CASE("an error fails its request alone, and all that it found before") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(one, two, three), asks(three)};
    for (const auto& r : all) made.p.send(r);
    made.wire.say(row_with("a"), synced());
    made.wire.say(row_with("lost"), failed(), skipped(), synced());
    made.wire.say(row_with("b"), synced());
    made.wire.error_text = "division by zero";
    made.p.readable();
    REQUIRE(found(*all[0]) == list{"a"});
    REQUIRE(all[1]->done);
    REQUIRE(all[1]->failed);
    REQUIRE_THAT(all[1]->failed->what(), Catch::Matchers::Contains("division by zero"));
    REQUIRE(all[1]->found.empty());
    REQUIRE(found(*all[2]) == list{"b"});
    REQUIRE_FALSE(made.p.broken());
}

TEST_CASE("an error is told with the server's own code and words, and nothing that follows from it instead") {
    warm_pipeline made;
    const auto r = asks(one, two, three);
    made.p.send(r);
    made.wire.say(failed_with("23505"), skipped(), failed_with("57P01"), synced());
    made.wire.error_text = "something else";
    made.p.readable();
    REQUIRE(r->failed->sqlstate() == "23505");
    REQUIRE(std::string{r->failed->what()} == "PostgreSQL 23505: said by the server");
}

TEST_CASE("a NULL or two say nothing, and three while a sync is due mean that nothing will come any more") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(row_with("a"));
    made.wire.say_null();
    made.p.readable();
    REQUIRE_FALSE(made.p.broken());
    made.wire.say(synced(), row_with("b"));  // which has a NULL of its own
    made.wire.say_null();
    made.p.readable();
    REQUIRE(found(*first) == list{"a"});
    REQUIRE_FALSE(made.p.broken());
    made.wire.say_null();
    made.p.readable();
    REQUIRE(made.p.broken());
    REQUIRE(second->failed->of_connection());
}

TEST_CASE("while nothing is under way the wire is not asked for results") {
    warm_pipeline made;
    for (int i = 0; i < 5; ++i) made.wire.say_null();
    made.p.readable();
    REQUIRE(made.wire.to_come() == 5);
    REQUIRE_FALSE(made.p.broken());
}

TEST_CASE("what the socket does not take is written when it can be written, or read") {
    using flushed = wire::flushed;
    warm_pipeline made;
    made.wire.flushes = {flushed::some, flushed::some, flushed::all};
    const auto r = asks(one);
    made.p.send(r);
    REQUIRE(made.p.wants_to_write());
    made.p.writable();
    REQUIRE(made.p.wants_to_write());
    SECTION("written") { made.p.writable(); }
    SECTION("read") { made.p.readable(); }
    REQUIRE_FALSE(made.p.wants_to_write());
    REQUIRE(made.wire.flushed_times == 3);
    made.wire.say(row_with("a"), synced());
    made.p.readable();
    REQUIRE(made.wire.flushed_times == 3);
    REQUIRE(found(*r) == list{"a"});
}

TEST_CASE("a socket that fails fails everything that is under way") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(two), asks(three)};
    for (const auto& r : all) made.p.send(r);
    made.wire.say(row_with("a"), synced(), row_with("b"));
    made.wire.error_text = "the socket fell over";
    SECTION("when it is read") {
        made.wire.input_ok = false;
        made.p.readable();
    }
    SECTION("when libpq says that the connection is bad") {
        made.wire.connected = false;
        made.p.readable();
    }
    SECTION("when it is written") {
        made.p.readable();
        made.wire.flushes = {wire::flushed::failed};
        made.p.writable();
    }
    REQUIRE(found(*all[0]) == list{"a"});  // it was whole
    for (std::size_t i = 1; i < all.size(); ++i) {
        REQUIRE(all[i]->done);
        REQUIRE(all[i]->found.empty());
        REQUIRE(all[i]->failed->of_connection());
        REQUIRE_THAT(all[i]->failed->what(), Catch::Matchers::Contains("the socket fell over"));
    }
    REQUIRE(made.p.broken());
    REQUIRE(made.p.in_flight() == 0);
    REQUIRE_FALSE(made.p.wants_to_write());
}

TEST_CASE("the server's last word is what is said of the end, not that the socket was closed") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(failed_with("57P01"));
    made.wire.input_ok = false;
    made.wire.error_text = "the socket was closed";
    made.p.readable();
    REQUIRE(first->failed->sqlstate() == "57P01");
    REQUIRE(first->failed->of_connection());
    REQUIRE(second->failed->of_connection());
    REQUIRE_THAT(second->failed->what(), Catch::Matchers::Contains("the socket was closed"));
}

TEST_CASE("whose sync never came nobody knows the end of, whatever the server said of its statement") {
    warm_pipeline made;
    const auto commit = asks(one);
    made.p.send(commit);
    const auto* const code = GENERATE("53100", "58030", "40001");  // PANIC: no space for the log, or an error of its disk
    made.wire.say(failed_with(code));
    made.wire.input_ok = false;
    made.p.readable();
    REQUIRE(commit->failed->sqlstate() == code);
    REQUIRE(commit->failed->of_connection());
    REQUIRE_FALSE(commit->failed->of_contention());
    REQUIRE_FALSE(commit->failed->of_lock());
}

TEST_CASE("a commit that fails at the sync itself loses the connection, in the server's words") {
    warm_pipeline made;
    const auto r = asks(one);
    made.p.send(r);
    made.wire.say(row_with("a"), failed_with("53100"));
    made.wire.input_ok = false;
    made.p.readable();
    REQUIRE(r->failed->of_connection());
    REQUIRE(r->found.empty());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("53100: said by the server"));
}

TEST_CASE("a request that libpq does not take breaks the connection") {
    warm_pipeline made;
    const auto before = asks(one);
    made.p.send(before);
    made.wire.takes = false;
    made.wire.error_text = "out of memory";
    const auto r = asks(two);
    made.p.send(r);
    REQUIRE(made.p.broken());
    REQUIRE(before->failed->of_connection());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("out of memory"));
}

TEST_CASE("who gives up says why, once, and whatever comes later is not looked at") {
    warm_pipeline made;
    made.wire.flushes = {wire::flushed::some};
    const auto r = asks(one);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    made.p.give_up(failure::connection_lost("a deadline has passed"));
    REQUIRE(made.p.broken());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("a deadline has passed"));
    REQUIRE_FALSE(made.p.wants_to_write());
    made.wire.say(row_with("a"), synced());
    const auto flushed = made.wire.flushed_times;
    const auto read = made.wire.read_times;
    made.p.readable();
    made.p.writable();
    made.p.give_up(failure::connection_lost("again"));
    REQUIRE(made.wire.to_come() == 3);
    REQUIRE(made.wire.flushed_times == flushed);
    REQUIRE(made.wire.read_times == read);
    REQUIRE(r->found.empty());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("a deadline has passed"));
    REQUIRE(told == 1);
}

TEST_CASE("a broken connection fails a request at once and sends nothing") {
    warm_pipeline made;
    made.p.give_up(failure::connection_lost("gone"));
    const auto r = asks(one);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    REQUIRE(r->done);
    REQUIRE(r->failed->of_connection());
    REQUIRE(told == 1);
    REQUIRE(made.wire.sent.empty());
}

TEST_CASE("who is told of an answer may ask again at once") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    first->when_done = [&] { made.p.send(second); };
    made.p.send(first);
    made.wire.say(row_with("a"), synced());
    const bool lost = GENERATE(false, true);
    if (lost) {
        made.p.give_up(failure::connection_lost("gone"));
        REQUIRE(second->failed);
    } else {
        made.p.readable();
        made.wire.say(row_with("b"), synced());
        made.p.readable();
        REQUIRE(found(*first) == list{"a"});
        REQUIRE(found(*second) == list{"b"});
    }
}

TEST_CASE("more results than statements are a broken connection, not somebody else's answer") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(row_with("a"), row_with("too much"), synced(), row_with("b"), synced());
    made.p.readable();
    REQUIRE(made.p.broken());
    REQUIRE(first->failed->of_connection());
    REQUIRE(second->failed->of_connection());
    REQUIRE(second->found.empty());
}
