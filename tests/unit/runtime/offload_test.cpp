#include "madang/runtime/worker_pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <future>
#include <thread>

#include "catch.hpp"

using namespace madang;

namespace {

struct work_on_another_thread {
    std::thread::id* ran_on;
    result<int> operator()() const {
        *ran_on = std::this_thread::get_id();
        return 42;
    }
};

task<> ask(runtime::worker_pool& pool, result<int>& answer, std::thread::id& ran_on, std::thread::id& resumed_on) {
    work_on_another_thread work{&ran_on};
    answer = co_await runtime::offload<int>(pool, work);
    resumed_on = std::this_thread::get_id();
}

}  // namespace

TEST_CASE("work runs on the pool and the caller resumes on its own strand") {
    asio::io_context io;
    runtime::worker_pool pool{1, 10};
    result<int> answer = errc::internal;
    std::thread::id ran_on;
    std::thread::id resumed_on;
    asio::co_spawn(executor{io.get_executor()}, ask(pool, answer, ran_on, resumed_on), asio::detached);
    io.run();
    REQUIRE(answer.value() == 42);
    REQUIRE(ran_on != std::this_thread::get_id());
    REQUIRE(resumed_on == std::this_thread::get_id());
}

TEST_CASE("a full queue refuses at once") {
    asio::io_context io;
    runtime::worker_pool pool{1, 1};
    std::promise<void> release;
    REQUIRE(pool.try_post([&] { release.get_future().wait(); }));
    result<int> answer = 0;
    std::thread::id unused;
    asio::co_spawn(executor{io.get_executor()}, ask(pool, answer, unused, unused), asio::detached);
    io.run();
    REQUIRE(answer.error().code == errc::too_busy);
    release.set_value();
    pool.join();
}
