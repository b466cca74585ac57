#include "madang/runtime/io_threads.hpp"

#include <boost/asio/post.hpp>

#include <atomic>
#include <stdexcept>

#include "catch.hpp"

using namespace madang;

TEST_CASE("a handler that throws costs itself alone") {
    for (const std::size_t threads : {1, 3}) {
        runtime::io_threads io{threads};
        std::atomic<int> done{0};
        for (int i = 0; i < 20; ++i) {
            asio::post(io.context(), [] { throw std::runtime_error("a bug"); });
            asio::post(io.context(), [&] { ++done; });
        }
        io.finish();
        io.run();
        REQUIRE(done.load() == 20);
    }
}
