#include "application.hpp"
#include "commands.hpp"
#include "database.hpp"

#include "madang/observe/log.hpp"

#include <fmt/format.h>

#include <csignal>

namespace madang::app {
namespace {

// Ends the log's thread also when the start fails.
struct logging {
    explicit logging(const config::log_settings& l) {
        log::start(static_cast<log::level>(l.level), static_cast<log::format>(l.format));
    }
    ~logging() { log::stop(); }
    logging(const logging&) = delete;
    logging& operator=(const logging&) = delete;
};

}  // namespace

int serve(const config::settings& s, const std::optional<std::string>& assets_directory) {
    // A peer that is gone, and a file at its size limit, are errors of a call and no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    const logging while_serving{s.log};
    application server{s, assets_directory};
    return server.run();
}

int migrate(const config::settings& s, bool plan_only) {
    const auto names = plan_only ? plan_schema(s) : migrate_schema(s, system_clock{});
    for (const auto& name : names) fmt::print("{} {}\n", plan_only ? "would apply" : "applied", name);
    if (names.empty()) fmt::print("the schema is up to date\n");
    return 0;
}

}  // namespace madang::app
