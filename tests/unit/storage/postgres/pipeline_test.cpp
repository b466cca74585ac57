// The state machine of libpq's pipeline mode, driven by a script in libpq's place.
#include "postgres/pipeline.hpp"

#include <deque>
#include <string>
#include <vector>

#include "catch.hpp"

using namespace madang::storage::postgres;

namespace {

// Says what it is told to say, and writes down what is asked of it.
class scripted_wire final : public wire {
public:
    bool send_prepare(const char* name, const char* text) override { return note(std::string{"prepare "} + name + " " + text); }
    bool send_execute(const char* name, const parameters&) override { return note(std::string{"execute "} + name); }
    bool send_sync() override { return note("sync"); }
    flushed flush() override { return flushes; }
    bool consume_input() override { return input; }
    bool is_busy() override { return results.empty(); }
    result_ptr next_result() override {
        auto next = std::move(results.front());
        results.pop_front();
        return next;
    }
    bool is_connected() override { return connected; }
    std::string last_error() override { return "the server closed the connection"; }
    int socket() override { return -1; }

    // What the server sends: a result and the NULL that ends a statement.
    void comes(ExecStatusType status) {
        results.emplace_back(PQmakeEmptyPGresult(nullptr, status));
        results.emplace_back(nullptr);
    }
    void sync_comes() { results.emplace_back(PQmakeEmptyPGresult(nullptr, PGRES_PIPELINE_SYNC)); }

    std::vector<std::string> asked;
    std::deque<result_ptr> results;
    flushed flushes = flushed::all;
    bool input = true;
    bool connected = true;
    bool takes = true;

private:
    bool note(std::string what) {
        asked.push_back(std::move(what));
        return takes;
    }
};

constexpr sql first = "SELECT 1";
constexpr sql second = "SELECT 2";

std::shared_ptr<request> one(sql text) { return std::make_shared<request>(statements::of(text)); }

using list = std::vector<std::string>;

}  // namespace

TEST_CASE("a statement is prepared once on a connection and executed as often as it is asked") {
    scripted_wire w;
    pipeline p{w};
    p.send(one(first));
    p.send(one(first));
    REQUIRE(w.asked == list{"prepare m1 SELECT 1", "execute m1", "sync", "execute m1", "sync"});
}

TEST_CASE("requests under way are answered in their order, each at its sync") {
    scripted_wire w;
    pipeline p{w};
    std::vector<int> answered;
    const auto a = one(first);
    const auto b = one(first);
    a->when_done = [&] { answered.push_back(1); };
    b->when_done = [&] { answered.push_back(2); };
    p.send(a);
    p.send(b);
    w.comes(PGRES_COMMAND_OK);
    w.comes(PGRES_TUPLES_OK);
    p.readable();
    REQUIRE_FALSE(a->done);
    w.sync_comes();
    p.readable();
    REQUIRE(answered == std::vector{1});
    REQUIRE(a->found.size() == 1);
    REQUIRE(p.in_flight() == 1);
    w.comes(PGRES_TUPLES_OK);
    w.sync_comes();
    p.readable();
    REQUIRE(answered == std::vector{1, 2});
    REQUIRE(p.in_flight() == 0);
}

TEST_CASE("an error fails its own request with what the server said, and no other") {
    scripted_wire w;
    pipeline p{w};
    auto two = statements::of(first);
    two.add(second);
    const auto bad = std::make_shared<request>(std::move(two));
    const auto good = one(first);
    p.send(bad);
    p.send(good);
    w.comes(PGRES_COMMAND_OK);        // prepared: the first
    w.comes(PGRES_FATAL_ERROR);       // executed: the first
    w.comes(PGRES_PIPELINE_ABORTED);  // prepared: the second
    w.comes(PGRES_PIPELINE_ABORTED);  // executed: the second
    w.sync_comes();
    w.comes(PGRES_TUPLES_OK);
    w.sync_comes();
    p.readable();
    REQUIRE(bad->done);
    REQUIRE(bad->failed);
    REQUIRE(bad->found.empty());
    REQUIRE(good->done);
    REQUIRE_FALSE(good->failed);
    REQUIRE_FALSE(p.broken());
    // The second was never prepared: it is now, under a name that nobody has used.
    w.asked.clear();
    p.send(one(second));
    REQUIRE(w.asked == list{"prepare m3 SELECT 2", "execute m3", "sync"});
}

TEST_CASE("what the socket does not take yet waits for it to be writable") {
    scripted_wire w;
    pipeline p{w};
    w.flushes = wire::flushed::some;
    p.send(one(first));
    REQUIRE(p.wants_to_write());
    p.writable();
    REQUIRE(p.wants_to_write());
    w.flushes = wire::flushed::all;
    p.writable();
    REQUIRE_FALSE(p.wants_to_write());
    w.flushes = wire::flushed::some;
    p.send(one(first));
    w.flushes = wire::flushed::all;
    p.readable();  // reading goes on flushing as well, else both ends could wait for each other
    REQUIRE_FALSE(p.wants_to_write());
}

TEST_CASE("a lost connection fails everything under way and everything after it") {
    scripted_wire w;
    pipeline p{w};
    const auto a = one(first);
    const auto b = one(first);
    p.send(a);
    p.send(b);
    const auto how = GENERATE(0, 1, 2, 3);
    if (how == 0) w.input = false;
    if (how == 1) w.connected = false;
    if (how == 2)
        for (int i = 0; i < 3; ++i) w.results.emplace_back(nullptr);  // nothing will come any more
    if (how == 3) w.flushes = wire::flushed::failed;
    if (how == 3)
        p.writable();
    else
        p.readable();
    REQUIRE(p.broken());
    for (const auto& r : {a, b}) {
        REQUIRE(r->done);
        REQUIRE(r->failed->of_connection());
        REQUIRE(std::string{r->failed->what()} == "PostgreSQL: the server closed the connection");
    }
    const auto late = one(first);
    p.send(late);
    REQUIRE(late->done);
    REQUIRE(late->failed->of_connection());
}

TEST_CASE("what the server says before it hangs up is what its request is told") {
    scripted_wire w;
    pipeline p{w};
    const auto a = one(first);
    p.send(a);
    w.comes(PGRES_COMMAND_OK);
    w.comes(PGRES_FATAL_ERROR);
    w.input = false;
    p.readable();
    REQUIRE(p.broken());
    REQUIRE(std::string{a->failed->what()} != "PostgreSQL: the server closed the connection");
}

TEST_CASE("a request that libpq does not take breaks the connection") {
    scripted_wire w;
    pipeline p{w};
    w.takes = false;
    const auto a = one(first);
    p.send(a);
    REQUIRE(p.broken());
    REQUIRE(a->failed->of_connection());
}

TEST_CASE("more results than statements are no answer to anything") {
    scripted_wire w;
    pipeline p{w};
    const auto a = one(first);
    p.send(a);
    w.comes(PGRES_COMMAND_OK);
    w.comes(PGRES_TUPLES_OK);
    w.comes(PGRES_TUPLES_OK);
    p.readable();
    REQUIRE(p.broken());
    REQUIRE(a->failed->of_connection());
}

TEST_CASE("giving up tells everything under way why, once") {
    scripted_wire w;
    pipeline p{w};
    int told = 0;
    const auto a = one(first);
    a->when_done = [&] { ++told; };
    p.send(a);
    p.give_up(failure::connection_lost("no answer within 2000 ms"));
    p.give_up(failure::connection_lost("again"));
    REQUIRE(told == 1);
    REQUIRE(std::string{a->failed->what()} == "PostgreSQL: no answer within 2000 ms");
}
