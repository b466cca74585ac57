#include "madang/config/load.hpp"

#include "key.hpp"

#include "catch.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace madang::config;
using namespace std::chrono_literals;

namespace {

// A file that is gone at the end of the test.
struct temporary_file {
    std::string path;

    explicit temporary_file(const std::string& text) {
        static int count = 0;
        path = (std::filesystem::temp_directory_path() /
                ("madang-config-" + std::to_string(::getpid()) + "-" + std::to_string(count++)))
                   .string();
        std::ofstream(path, std::ios::binary) << text;
    }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file() { std::filesystem::remove(path); }
};

std::vector<problem> wrong_in(const sources& from) {
    auto loaded = load(from);
    return loaded ? std::vector<problem>{} : loaded.error().list;
}

std::vector<problem> wrong_in_file(const std::string& text) {
    const temporary_file file(text);
    auto all = wrong_in({.file = file.path, .variables = {}, .overrides = {}});
    for (auto& p : all)
        if (p.where.starts_with(file.path)) p.where.replace(0, file.path.size(), "file");
    return all;
}

std::vector<problem> wrong_in_variables(environment variables) {
    return wrong_in({.file = {}, .variables = std::move(variables), .overrides = {}});
}

bool loads(const sources& from) { return load(from).has_value(); }

settings load_text(const std::string& text) {
    const temporary_file file(text);
    return load({.file = file.path, .variables = {}, .overrides = {}}).value();
}

}  // namespace

TEST_CASE("without a file all is default") {
    const auto s = load({}).value();
    CHECK(s == defaults());
    CHECK(s.server.listen == address{"127.0.0.1", 8080});
    CHECK(s.storage.url == "sqlite://./data/madang.db");
    CHECK(s.auth.refresh_ttl == 24h * 14);
    CHECK(s.auth.signup == signup_policy::open);
    CHECK(s.auth.hash_memory == std::size_t{19} << 20);
    CHECK(s.limits.http_head == 16384);
    CHECK(s.log.level == log_level::info);
}

TEST_CASE("flags win over the environment, which wins over the file") {
    const temporary_file file("[limits]\nmembers = 1\nfriends = 1\nrooms = 1\n");
    const auto s = load({.file = file.path,
                         .variables = {{"MADANG_LIMITS_FRIENDS", "2"}, {"MADANG_LIMITS_ROOMS", "2"}, {"HOME", "/"}},
                         .overrides = {"limits.rooms=3"}})
                       .value();
    CHECK(s.limits.members == 1);
    CHECK(s.limits.friends == 2);
    CHECK(s.limits.rooms == 3);
    CHECK(s.limits.sessions == 20);
}

TEST_CASE("every kind of value can come from the file") {
    const auto s = load_text(R"(
server.listen = "[::1]:80"
server.public_url = "https://Chat.example/"
server.trusted_proxies = ["10.0.0.0/8", "::1"]
server.allowed_origins = []
log = { level = "debug", format = "json" }
[auth]
signup = "closed"
access_ttl = 90
refresh_grace = 0.5
hash_memory = 65536
[limits]
frame = "2MiB"
)");
    CHECK(s.server.listen.host == "::1");
    CHECK(s.server.public_url == "https://chat.example");
    CHECK(s.server.trusted_proxies.size() == 2);
    CHECK(s.log.level == log_level::debug);
    CHECK(s.log.format == log_format::json);
    CHECK(s.auth.signup == signup_policy::closed);
    CHECK(s.auth.access_ttl == 90s);
    CHECK(s.auth.refresh_grace == 500ms);
    CHECK(s.auth.hash_memory == 65536);
    CHECK(s.limits.frame == std::size_t{2} << 20);
}

TEST_CASE("a list in a variable is separated by commas") {
    const auto s =
        load({.file = {},
              .variables = {{"MADANG_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1"}, {"MADANG_SERVER_ALLOWED_ORIGINS", ""}},
              .overrides = {"server.allowed_origins=https://a.example,https://b.example"}})
            .value();
    CHECK(s.server.trusted_proxies.size() == 2);
    CHECK(s.server.allowed_origins == std::vector<std::string>{"https://a.example", "https://b.example"});
    CHECK(wrong_in_variables({{"MADANG_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,,::1"}}).size() == 1);
}

TEST_CASE("all that is wrong is told at once, with file and line, variable and flag") {
    const temporary_file file("[limits]\nframe = \"5 apples\"\nfrmae = 5\n\n[sever]\nlisten = 1\n[server]\nlisten = 8080\n");
    const auto all = wrong_in({.file = file.path,
                               .variables = {{"MADANG_LIMITS_ROOMS", "-1"}, {"MADANG_LIMIT_ROOMS", "1"}},
                               .overrides = {"log.level=loud", "nonsense=1", "server.threads"}});
    std::set<std::string> told;
    for (const auto& p : all) told.insert(p.where + " " + p.key);
    CHECK(told == std::set<std::string>{file.path + ":2 limits.frame", file.path + ":3 limits.frmae", file.path + ":5 sever",
                                        file.path + ":8 server.listen", "MADANG_LIMITS_ROOMS limits.rooms", "MADANG_LIMIT_ROOMS ",
                                        "--log.level log.level", "--nonsense nonsense", "--server.threads server.threads"});
    CHECK(all.size() == told.size());
}

TEST_CASE("a problem says what would be right, and which name was meant") {
    CHECK(problems{wrong_in_file("[limits]\nsessions = -1\n")}.text() ==
          "file:2: limits.sessions: must be a number from 0 to 1000000, not \"-1\"\n");
    CHECK(wrong_in_file("[limits]\nfrmae = 5\n").at(0).what == "unknown key (did you mean \"limits.frame\"?)");
    CHECK(wrong_in_file("[sever]\n").at(0).what == "unknown section (did you mean \"server\"?)");
    CHECK(wrong_in_variables({{"MADANG_LOG_LEVL", "info"}}).at(0).what ==
          "unknown variable (did you mean \"MADANG_LOG_LEVEL\"?)");
    CHECK(wrong_in_file("[log]\nlevel = \"loud\"").at(0).what == "must be one of trace, debug, info, warn, error, not \"loud\"");
}

TEST_CASE("a value of another type is refused in the file") {
    for (const auto* line : {"server.listen = 8080", "server.threads = \"2\"", "server.threads = 2.0", "server.threads = true",
                             "server.trusted_proxies = \"10.0.0.0/8\"", "server.trusted_proxies = [1]", "log.level = 1",
                             "auth.access_ttl = true", "auth.access_ttl = 12:00:00", "limits.frame = 1.5e6", "limits.frame = {}",
                             "server = 1", "limits = []", "threads = 1", "server.threads = 9223372036854775807"}) {
        CAPTURE(line);
        CHECK(wrong_in_file(line).size() == 1);
    }
}

TEST_CASE("a value out of its range is refused, its ends are not") {
    CHECK(loads({.file = {},
                 .variables = {},
                 .overrides = {"server.threads=256", "auth.access_ttl=1s", "limits.frame=64MiB", "limits.http_head=60KiB"}}));
    for (const auto* flag : {"server.threads=257", "auth.access_ttl=999ms", "limits.frame=67108865", "limits.rooms=1x",
                             "limits.rooms=", "limits.http_head=61441"}) {
        CAPTURE(flag);
        CHECK(wrong_in({.file = {}, .variables = {}, .overrides = {flag}}).size() == 1);
    }
}

TEST_CASE("a rate of zero switches a limit off, a buffer cannot be switched off") {
    CHECK(loads({.file = {},
                 .variables = {},
                 .overrides = {"limits.sends_per_second=0", "limits.sends_burst=0", "limits.failed_logins=0",
                               "limits.signups_per_hour=0", "limits.connections=0"}}));
    CHECK(wrong_in({.file = {}, .variables = {}, .overrides = {"limits.outbox=0"}}).size() >= 1);
}

TEST_CASE("a file with a mistake in its syntax is told by line, and the environment is still checked") {
    const temporary_file file("[server]\nthreads = 2\nlisten = \n");
    const auto all = wrong_in({.file = file.path, .variables = {{"MADANG_LOG_LEVEL", "loud"}}, .overrides = {}});
    REQUIRE(all.size() == 2);
    CHECK(all[0].where == file.path + ":3");
    CHECK(all[1].where == "MADANG_LOG_LEVEL");
}

TEST_CASE("a file that is named must be there") {
    CHECK(wrong_in({.file = "/nonexistent/madang.toml", .variables = {}, .overrides = {}}).size() == 1);
    CHECK(wrong_in({.file = "/tmp", .variables = {}, .overrides = {}}).size() == 1);
    CHECK(wrong_in_variables({{"MADANG_CONFIG", "/nonexistent/madang.toml"}}).size() == 1);
    const temporary_file file("[server]\nthreads = 3\n");
    CHECK(load({.file = {}, .variables = {{"MADANG_CONFIG", file.path}}, .overrides = {}}).value().server.threads == 3);
}

TEST_CASE("variables that are no keys of ours do not stop the start") {
    CHECK(loads({.file = {},
                 .variables = {{"MADANG_BIN", "x"},
                               {"MADANG_ASSETS_DIR", "x"},
                               {"MADANG_SERVICE_HOST", "10.0.0.1"},
                               {"MADANG_SERVICE_PORT_HTTP", "80"},
                               {"MADANG_PORT", "tcp://10.0.0.1:80"},
                               {"MADANG_PORT_80_TCP_ADDR", "10.0.0.1"},
                               {"MADANG_ADMIN_SERVICE_HOST", "10.0.0.2"},
                               {"MADANGX", "x"}},
                 .overrides = {}}));
}

TEST_CASE("every key has a variable, and none is taken for somebody else's") {
    for (const auto& k : keys()) {
        CAPTURE(k.environment);
        const auto value = k.name == "storage.url" ? std::string("nothing known") : std::string("\x01");
        const auto all = wrong_in_variables({{k.environment, value}});
        REQUIRE(all.size() == 1);
        CHECK(all[0].where == k.environment);
    }
}

TEST_CASE("a secret comes from a file of its own, without the line feed at its end") {
    const temporary_file secret("sqlite:///secret/place.db\n");
    CHECK(load({.file = {}, .variables = {{"MADANG_STORAGE_URL_FILE", secret.path}}, .overrides = {}}).value().storage.url ==
          "sqlite:///secret/place.db");
    CHECK(wrong_in_variables({{"MADANG_STORAGE_URL_FILE", "/nonexistent"}}).size() == 1);
    CHECK(wrong_in_variables({{"MADANG_STORAGE_URL_FILE", secret.path}, {"MADANG_STORAGE_URL", "sqlite://x"}}).size() == 1);
    CHECK(wrong_in_variables({{"MADANG_LOG_LEVEL_FILE", secret.path}}).size() == 1);
}

TEST_CASE("a secret is never a flag and never in a problem") {
    const auto flag = problems{wrong_in({.file = {}, .variables = {}, .overrides = {"storage.url=mysql://u:hunter2@h/d"}})};
    CHECK(flag.text() ==
          "--storage.url: storage.url: is a secret and never a flag: use MADANG_STORAGE_URL or MADANG_STORAGE_URL_FILE\n");
    const auto variable = problems{wrong_in_variables({{"MADANG_STORAGE_URL", "mysql://u:hunter2@h/d"}})};
    CHECK(variable.list.size() == 1);
    CHECK(variable.text().find("hunter2") == std::string::npos);
    CHECK(problems{wrong_in_file("storage.url = 5\n")}.list.size() == 1);
}

TEST_CASE("what does not fit together is told where it was written") {
    const auto tls = wrong_in_file("\n[tls]\ncertificate = \"a.pem\"\n");
    REQUIRE(tls.size() == 1);
    CHECK(tls[0] == problem{"file:3", "tls.certificate", "needs tls.key too"});
    CHECK(wrong_in_variables({{"MADANG_TLS_KEY", "a.key"}}).at(0).where == "MADANG_TLS_KEY");
    CHECK(loads({.file = {}, .variables = {{"MADANG_TLS_KEY", "k"}, {"MADANG_TLS_CERTIFICATE", "c"}}, .overrides = {}}));
    CHECK(wrong_in_file("storage.url = \"sqlite://\"").at(0).key == "storage.url");
    CHECK(wrong_in_file("storage.url = \"mysql://x\"").at(0).what == "must begin with sqlite:// or postgresql://");
    CHECK(loads({.file = {}, .variables = {{"MADANG_STORAGE_URL", "postgresql://a,b/madang"}}, .overrides = {}}));
    CHECK(wrong_in_file("limits.outbox = \"8KiB\"").at(0) ==
          problem{"default", "limits.outbox_soft", "must not be larger than limits.outbox"});
    CHECK(wrong_in_file("auth.refresh_ttl = \"1m\"").at(0).key == "auth.refresh_ttl");
}

TEST_CASE("a consequence of a problem is not a second problem") {
    CHECK(wrong_in_file("tls.certificate = \"c\"\ntls.key = 5\n").size() == 1);
    CHECK(wrong_in_file("limits.outbox = \"1 apple\"\nlimits.outbox_soft = \"2MiB\"\n").size() == 1);
}

TEST_CASE("the kind true-or-false reads and writes itself") {
    // No key is of this kind yet; a place is borrowed.
    static bool value = false;
    settings s;
    const auto k = flag(
        "x.y", [](settings&) -> bool& { return value; }, "false", "Nothing.");
    CHECK_FALSE(k.assign(s, {.text = "true", .items = {}}));
    CHECK(value);
    CHECK(k.show(s) == "true");
    CHECK(k.assign(s, {.text = "yes", .items = {}}) == "must be true or false");
}
