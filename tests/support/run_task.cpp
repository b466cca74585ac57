#include "run_task.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace madang::test {

void io_thread::spawn(task<> work) { asio::co_spawn(new_strand(), std::move(work), asio::detached); }

}  // namespace madang::test
