#include "madang/config/load.hpp"

#include "catch.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

using namespace madang::config;

namespace {

settings load_document(const std::string& text) {
    const auto path = std::filesystem::temp_directory_path() / ("madang-document-" + std::to_string(::getpid()));
    std::ofstream(path, std::ios::binary) << text;
    auto loaded = load({.file = path.string(), .variables = {}, .overrides = {}});
    std::filesystem::remove(path);
    return std::move(loaded).value();
}

// Removes the # before each default, as a person would.
std::string uncommented(const std::string& text) {
    std::istringstream in(text);
    std::string out;
    for (std::string line; std::getline(in, line);) {
        if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
        out += line + "\n";
    }
    return out;
}

std::size_t occurrences(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

}  // namespace

TEST_CASE("config/madang.toml is what the table says") {
    std::ifstream in(MADANG_SOURCE_DIR "/config/madang.toml", std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    // To renew it: MADANG_RENEW=1 unit_config, then look at the difference.
    if (::getenv("MADANG_RENEW") != nullptr)
        std::ofstream(MADANG_SOURCE_DIR "/config/madang.toml", std::ios::binary) << documented_file();
    CHECK(text.str() == documented_file());
}

TEST_CASE("the documented file changes nothing, with and without its comments") {
    CHECK(load_document(documented_file()) == defaults());
    const auto all = uncommented(documented_file());
    CHECK(load_document(all) == defaults());
    // Every key is there once, and says what it is.
    for (const auto& k : keys()) {
        CAPTURE(k.name);
        const auto leaf = k.name.substr(k.name.find('.') + 1);
        CHECK(occurrences(all, "\n" + leaf + " = ") >= 1);
        CHECK_FALSE(k.meaning.empty());
        CHECK(k.meaning.ends_with('.'));
    }
    CHECK(occurrences(documented_file(), "\n#") - occurrences(documented_file(), "\n# ") >= keys().size());
}

TEST_CASE("printed settings load to the same settings") {
    auto s = defaults();
    s.server.listen = {"::1", 80};
    s.server.trusted_proxies = {*parse_network("10.0.0.0/8"), *parse_network("::1")};
    s.server.allowed_origins = {"https://a.example"};
    s.auth.access_ttl = std::chrono::milliseconds{1500};
    s.auth.signup = signup_policy::closed;
    s.log.level = log_level::error;
    s.limits.frame = 123'457;
    s.tls = {.certificate = "C:\\a \"quoted\"\tfile", .key = "k"};
    CHECK(load_document(effective(s, false)) == s);
}

TEST_CASE("a password is masked when settings are printed") {
    auto s = defaults();
    CHECK(effective(s, true).find("url = \"sqlite://./data/madang.db\"") != std::string::npos);
    s.storage.url = "postgresql://madang:hunter2@db/madang";
    CHECK(effective(s, true).find("url = \"postgresql://madang:***@db/madang\"") != std::string::npos);
    CHECK(effective(s, false).find("hunter2") != std::string::npos);
}

TEST_CASE("masking finds the password wherever a URL can hold one") {
    CHECK(masked_url("redis://:hunter2@host:6379/0") == "redis://:***@host:6379/0");
    CHECK(masked_url("postgresql://u:hun@ter2@host/db") == "postgresql://u:***@host/db");
    CHECK(masked_url("postgresql://u:hun/ter2@host/db") == "postgresql://u:***@host/db");
    CHECK(masked_url("postgresql://host/db?user=u&password=hunter2&x=1") == "postgresql://host/db?user=u&password=***&x=1");
    CHECK(masked_url("postgresql://host:5432/db") == "postgresql://host:5432/db");
    CHECK(masked_url("host=db password=hunter2") == "***");
    CHECK(masked_url("").empty());
    auto s = defaults();
    s.bus.urls = {*parse_redis("redis://:hunter2@a"), *parse_redis("redis://b:7/1"), *parse_redis("redis://u:hunter2@c")};
    s.cache.url = parse_redis("redis://:hunter2@d");
    const auto shown = effective(s, true);
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(shown.find(R"(url = "redis://:***@d:6379")") != std::string::npos);
    CHECK(shown.find(R"(urls = ["redis://:***@a:6379", "redis://b:7/1", "redis://u:***@c:6379"])") != std::string::npos);
}
