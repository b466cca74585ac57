#include "redis_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>

namespace madang::test {
namespace {

using namespace std::chrono_literals;
using tcp = boost::asio::ip::tcp;

std::uint16_t free_port() {
    boost::asio::io_context io;
    return tcp::acceptor{io, {boost::asio::ip::address_v4::loopback(), 0}}.local_endpoint().port();
}

bool answers(std::uint16_t port) {
    boost::asio::io_context io;
    tcp::socket s{io};
    boost::system::error_code ec;
    s.connect({boost::asio::ip::address_v4::loopback(), port}, ec);
    return !ec;
}

}  // namespace

redis_server::redis_server(std::vector<std::string> flags) : flags_(std::move(flags)), port_(free_port()) { start(); }
redis_server::~redis_server() { crash(); }

redis::options redis_server::where() const {
    redis::options o;
    o.port = port_;
    return o;
}

void redis_server::start() {
    std::vector<std::string> line{
        "redis-server", "--port", std::to_string(port_), "--bind", "127.0.0.1",   "--save", "", "--appendonly", "no",
        "--dir",        "/tmp",   "--shutdown-timeout",  "0",      "--daemonize", "no"};
    line.insert(line.end(), flags_.begin(), flags_.end());
    std::vector<char*> arguments;
    for (auto& word : line) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int nothing = ::open("/dev/null", O_WRONLY);
        ::dup2(nothing, STDOUT_FILENO);
        ::execvp("redis-server", arguments.data());
        ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!answers(port_)) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_ || std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("there is no Redis server, or it does not start: run scripts/setup.sh");
        std::this_thread::sleep_for(5ms);  // its readiness is only to be asked for
    }
}

void redis_server::crash() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

void redis_server::freeze() { ::kill(pid_, SIGSTOP); }
void redis_server::thaw() { ::kill(pid_, SIGCONT); }

}  // namespace madang::test
