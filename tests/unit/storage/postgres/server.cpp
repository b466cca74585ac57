#include "server.hpp"

#include "../sqlite/files.hpp"
#include "postgres/connector.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace madang::test {
namespace {

using namespace std::chrono_literals;
using storage::postgres::connector;

// PostgreSQL refuses to run as root. When the test program dies, its server is told to end.
std::string as_its_user() {
    const std::string end_with_parent = "setpriv --pdeathsig INT";
    return ::geteuid() == 0 ? end_with_parent + " --reuid postgres --regid postgres --init-groups" : end_with_parent;
}

// The newest of Debian's /usr/lib/postgresql/<version>/bin.
std::string newest_programs() {
    int newest = 0;
    std::error_code ec;
    for (std::filesystem::directory_iterator at{"/usr/lib/postgresql", ec}, end; !ec && at != end; at.increment(ec))
        newest = std::max(newest, std::atoi(at->path().filename().c_str()));
    if (newest == 0) throw std::runtime_error("there is no PostgreSQL server: run scripts/setup.sh");
    return fmt::format("/usr/lib/postgresql/{}/bin", newest);
}

const std::string& programs() {
    static const std::string found = newest_programs();
    return found;
}

void run(const std::string& command) {
    if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

// proc(5), /proc/[pid]/task/[tid]/children.
std::vector<pid_t> children_of(pid_t parent) {
    std::ifstream list{fmt::format("/proc/{0}/task/{0}/children", parent)};
    return {std::istream_iterator<pid_t>{list}, std::istream_iterator<pid_t>{}};
}

void execute(const storage::postgres_url& where, const std::string& text) {
    const auto c = connector{where.text, 10s}.open_now(storage::postgres::use::writing);
    storage::postgres::run_now(c.get(), text);
}

}  // namespace

postgres_server& postgres_server::shared() {
    static postgres_server one;
    return one;
}

postgres_server::postgres_server() {
    auto name = (std::filesystem::temp_directory_path() / "madang-postgres-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    directory_ = name;
    if (const auto* user = ::getpwnam("postgres"); ::geteuid() == 0 && user != nullptr)
        if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error("cannot give the directory away");
    run(fmt::format("{} {}/initdb -D {}/data -U madang -A trust --no-sync --locale=C -E UTF8 >/dev/null", as_its_user(),
                    programs(), name));
    start();
    execute(database("postgres"), "CREATE DATABASE prepared");
    storage::migrate(database("prepared"), postgres_migrations(), system_clock{});
}

postgres_server::~postgres_server() {
    crash();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

void postgres_server::start() {
    const auto command = fmt::format(
        "exec {} {}/postgres -D {}/data -k {} -c listen_addresses= -c fsync=off -c max_connections=200 -c full_page_writes=off "
        ">>{}/log 2>&1",
        as_its_user(), programs(), directory_.string(), directory_.string(), directory_.string());
    pid_ = ::fork();
    if (pid_ == 0) {
        ::execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    wait_until_ready();
}

void postgres_server::wait_until_ready() const {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (PQping(database("postgres").text.c_str()) != PQPING_OK) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("PostgreSQL does not start: " + directory_.string() + "/log");
        std::this_thread::sleep_for(20ms);  // its readiness is only to be asked for
    }
}

void postgres_server::crash() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGQUIT);
    thaw();
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
}

// The postmaster first: it must not start anybody whom we do not see, nor take the others' silence for their death.
void postgres_server::freeze() { signal_all(SIGSTOP); }
void postgres_server::thaw() { signal_all(SIGCONT); }

void postgres_server::signal_all(int number) const {
    ::kill(pid_, number);
    for (const auto child : children_of(pid_)) ::kill(child, number);
}

std::string postgres_server::log() const {
    std::ostringstream text;
    text << std::ifstream(directory_ / "log").rdbuf();
    return text.str();
}

storage::postgres_url postgres_server::database(const std::string& name) const {
    return {fmt::format("postgresql://madang@/{}?host={}", name, directory_.string())};
}

storage::postgres_url postgres_server::copy_of(const std::string& origin) {
    const auto name = fmt::format("test{}", ++databases_);
    execute(database("postgres"), fmt::format("CREATE DATABASE {} TEMPLATE {}", name, origin));
    return database(name);
}

storage::postgres_url postgres_server::empty_database() { return copy_of("template0"); }
storage::postgres_url postgres_server::migrated_database() { return copy_of("prepared"); }

}  // namespace madang::test
