#include "commands.hpp"

#include "madang/bench/bench.hpp"
#include "madang/config/load.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <map>

extern char** environ;

namespace madang::app {
namespace {

// What the flags said, before the configuration is loaded.
struct flags {
    std::string file;
    std::map<std::string, std::string> overrides;
    std::string assets_directory;
    user_options user;
    std::string archive;  // a file's name, or "-"
    bool resume = false;
    bool replace = false;
    bool plan = false;
    bool revoke = false;
    bool documented = false;
};

boost::system::result<config::settings, config::problems> load_settings(const flags& f) {
    config::sources from;
    if (!f.file.empty()) from.file = f.file;
    from.variables = config::environment_of(environ);
    for (const auto& [key, value] : f.overrides) from.overrides.push_back(fmt::format("{}={}", key, value));
    return config::load(from);
}

using command = std::function<int(const config::settings&)>;

void add_settings(CLI::App& cli, flags& f) {
    cli.add_option("--config", f.file, "The TOML file (also: MADANG_CONFIG)");
    for (const auto& key : config::keys()) {
        if (key.secret) continue;
        cli.add_option_function<std::string>(
               "--" + key.name, [&f, name = key.name](const std::string& value) { f.overrides[name] = value; },
               fmt::format("{} [{}]", key.meaning, key.fallback))
            ->type_name(key.type)
            ->group("Settings");
    }
}

void add_user_commands(CLI::App& cli, flags& f, command& chosen) {
    auto* user = cli.add_subcommand("user", "People: create, list, set-role, set-password, reset, disable, enable, sign-out");
    user->require_subcommand(1);
    const auto add = [&](const char* name, const char* help, command c) {
        auto* sub = user->add_subcommand(name, help);
        sub->add_option("username", f.user.username, "The username")->required();
        sub->callback([&chosen, c = std::move(c)] { chosen = c; });
        return sub;
    };
    auto* create = add("create", "Create an account", [&f](const auto& s) { return user_create(s, f.user); });
    create->add_option("--display-name", f.user.display_name, "The name that others see");
    create->add_option("--role", f.user.role, "user or admin")->check(CLI::IsMember({"user", "admin"}));
    create->add_flag("--password-stdin", f.user.password_from_stdin, "Read the password from standard input");
    auto* role =
        add("set-role", "Make somebody an administrator, or not", [&f](const auto& s) { return user_set_role(s, f.user); });
    role->add_option("role", f.user.role, "user or admin")->required()->check(CLI::IsMember({"user", "admin"}));
    add("set-password", "Set a password; all sessions end", [&f](const auto& s) {
        return user_set_password(s, f.user);
    })->add_flag("--password-stdin", f.user.password_from_stdin, "Read the password from standard input");
    add("reset", "Set a random password and print it; all sessions end", [&f](const auto& s) { return user_reset(s, f.user); });
    add("disable", "Refuse sign-in and end all sessions", [&f](const auto& s) { return user_disable(s, f.user, true); });
    add("enable", "Allow sign-in again", [&f](const auto& s) { return user_disable(s, f.user, false); });
    add("sign-out", "End all sessions", [&f](const auto& s) { return user_sign_out(s, f.user); });
    user->add_subcommand("list", "Everybody")->callback([&chosen] { chosen = [](const auto& s) { return user_list(s); }; });
}

void add_archive_commands(CLI::App& cli, flags& f, command& chosen) {
    const auto add = [&](const char* name, const char* help, const char* file, command c) {
        auto* sub = cli.add_subcommand(name, help);
        sub->add_option("file", f.archive, file)->required()->type_name("FILE");
        sub->callback([&chosen, c = std::move(c)] { chosen = c; });
        return sub;
    };
    add("export", "Write everything in the database to a file of lines, beside a running server",
        "A new file; - is standard output", [&f](const auto& s) { return export_all(s, f.archive, f.resume); })
        ->add_flag("--resume", f.resume, "Go on with a file that was cut, if the database has not changed since");
    add("import", "Read such a file into an empty database; run again, it goes on where it was", "The file; - is standard input",
        [&f](const auto& s) { return import_all(s, f.archive, storage::import_mode::into_empty); });
    add("backup", "The same file, complete or not there at all, beside a running server", "A new file",
        [&f](const auto& s) { return back_up(s, f.archive); });
    add("restore", "Read a backup into an empty database, or replace one", "The file; - is standard input", [&f](const auto& s) {
        return import_all(s, f.archive, f.replace ? storage::import_mode::replace : storage::import_mode::restore);
    })->add_flag("--replace", f.replace, "Empty the database first: everything in it is lost");
    auto* epoch = cli.add_subcommand("epoch", "The name of the database's history; new: after a restore that Madang did not do");
    epoch->require_subcommand(0, 1);
    epoch->add_subcommand("new", "Begin another: clients reload instead of resuming")->callback([&chosen] {
        chosen = [](const auto& s) { return epoch_new(s); };
    });
    epoch->callback([&chosen] {  // after that of "new"
        if (!chosen) chosen = [](const auto& s) { return epoch_print(s); };
    });
}

void add_config_commands(CLI::App& cli, flags& f, command& chosen) {
    auto* config = cli.add_subcommand("config", "The configuration: check, print");
    config->require_subcommand(1);
    config->add_subcommand("check", "Say whether the configuration is sound")->callback([&chosen] {
        chosen = [](const auto&) {
            fmt::print("the configuration is sound\n");
            return 0;
        };
    });
    auto* print = config->add_subcommand("print", "Print the settings in force; passwords are masked");
    print->add_flag("--documented", f.documented, "Print config/madang.toml instead: every key, its meaning and default");
    print->callback([&chosen, &f] {
        chosen = [&f](const auto& s) {
            fmt::print("{}", f.documented ? config::documented_file() : config::effective(s, true));
            return 0;
        };
    });
}

}  // namespace

int run_command_line(int argc, char** argv) {
    CLI::App cli{"Madang: a chat server in one binary", "madang"};
    flags f;
    command chosen;
    cli.require_subcommand(1);
    cli.fallthrough();
    cli.set_version_flag("--version", std::string{"madang "} + MADANG_VERSION);
    add_settings(cli, f);

    auto* serving = cli.add_subcommand("serve", "Serve pages, REST and STOMP until SIGTERM");
    serving
        ->add_option("--assets-dir", f.assets_directory,
                     "Serve pages from this folder (made by scripts/assets.mjs), for developers of Madang")
        ->envname("MADANG_ASSETS_DIR")
        ->check(CLI::ExistingDirectory);
    serving->callback([&] {
        chosen = [&f](const auto& s) {
            return serve(s, f.assets_directory.empty() ? std::nullopt : std::optional{f.assets_directory});
        };
    });
    auto* migrating = cli.add_subcommand("migrate", "Bring the database's schema up to date");
    migrating->add_flag("--plan", f.plan, "Only print what would be done");
    migrating->callback([&] { chosen = [&f](const auto& s) { return migrate(s, f.plan); }; });
    auto* keys = cli.add_subcommand("keys", "Signing keys: list, rotate");
    keys->require_subcommand(1);
    keys->add_subcommand("list", "The keys")->callback([&] { chosen = [](const auto& s) { return keys_list(s); }; });
    auto* rotate = keys->add_subcommand("rotate", "Sign with a new key from now on");
    rotate->add_flag("--revoke", f.revoke, "The older keys, and all tokens signed with them, are void at once");
    rotate->callback([&] { chosen = [&f](const auto& s) { return keys_rotate(s, f.revoke); }; });
    add_user_commands(cli, f, chosen);
    add_archive_commands(cli, f, chosen);
    add_config_commands(cli, f, chosen);
    // Not about this machine's configuration: it drives a server that runs already.
    bench::options load;
    bool bench_only = false;
    auto* benching = cli.add_subcommand("bench", "Drive a running server and print what it does");
    benching
        ->add_option("workload", load.workload,
                     "sends, fanout, idle, post, post-one-room, post-many-rooms, post-ramp, history, rooms or friends")
        ->required();
    benching->add_option("--host", load.host, "Its address")->capture_default_str();
    benching->add_option("--port", load.port, "Its port")->capture_default_str();
    benching->add_option("--admin-port", load.admin_port, "Its admin listener's port")->capture_default_str();
    benching->add_option("--clients", load.clients, "Subscribers, or connections; 0: the workload's own number");
    benching->add_option("--in-flight", load.in_flight, "Sends without a receipt; 0: the workload's own number");
    benching->add_option("--messages", load.messages, "history, post-ramp: how many are there before");
    benching->add_option("--writes", load.writes, "friends: percent of the requests that change a profile")
        ->check(CLI::Range(0, 100))
        ->capture_default_str();
    benching->add_option("--rate", load.rate, "HTTP workloads: requests a second; 0: as many as are answered")
        ->check(CLI::Range(0, 1'000'000));
    benching
        ->add_option_function<int>(
            "--seconds", [&](int seconds) { load.duration = std::chrono::seconds{seconds}; }, "How long most workloads last")
        ->check(CLI::Range(1, 3600))
        ->default_str("5");
    benching->callback([&] { bench_only = true; });
    bool version_only = false;
    cli.add_subcommand("version", "Print the version")->callback([&] { version_only = true; });

    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return cli.exit(e) == 0 ? 0 : 2;
    }
    if (version_only) {
        fmt::print("madang {}\n", MADANG_VERSION);
        return 0;
    }
    try {
        if (bench_only) {
            bench::run(load);
            return 0;
        }
        const auto settings = load_settings(f);
        if (!settings) {
            fmt::print(stderr, "{}", settings.error().text());
            return 1;
        }
        return chosen(*settings);
    } catch (const std::exception& e) {
        fmt::print(stderr, "madang: {}\n", e.what());
        return 1;
    }
}

}  // namespace madang::app
