// Every statement of the store as the server has really executed it, before and after its tables have grown: none scans a table,
// and none looks at more than some pages.
#include "../ports/use_everything.hpp"
#include "node.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <regex>

using namespace madang;
using namespace madang::test;

namespace {

// Tables that have no more rows than an administrator has made.
bool may_scan(const std::string& line) {
    return line.find("on signing_keys") != std::string::npos || line.find("on meta") != std::string::npos;
}

// A statement of ours needs some for each row that it finds or writes. Of a table that has grown, the smallest index has more.
constexpr int most_pages = 110;

// auto_explain (PostgreSQL, appendix F): from its next session on, whatever is executed is explained in the server's log.
void explain_all(const storage::postgres_url& database) {
    stranger tool{database};
    for (const auto* setting :
         {"session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on",
          "auto_explain.log_timing = off", "auto_explain.log_buffers = on", "auto_explain.log_nested_statements = on"})
        tool.ask(fmt::format("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET {}', current_database()); END $$", setting));
}

// Forty thousand of everything, and of events more, in a hundred rooms; `me` is in three of those. A node's own rooms are small
// among them. The server does not look at its tables: its plans are to be those that it made while they were empty.
void grow(const storage::postgres_url& database, user_id me, std::int64_t events) {
    stranger tool{database};
    tool.ask("SET auto_explain.log_min_duration = -1");
    tool.ask("SET statement_timeout = 0");
    tool.ask("SET session_replication_role = replica");  // no foreign keys are checked
    tool.ask(
        "INSERT INTO users (id, username, display_name, password_hash, locale, role, created_at) "
        "SELECT 100000 + n, 'crowd' || n, 'crowd', '', 'ko', 'user', now() FROM generate_series(1, 40000) n");
    tool.ask(fmt::format(
        "INSERT INTO rooms (id, kind, created_by, created_at, last_at, last_seq, last_ordinal, last_message_seq, member_count) "
        "SELECT 100000 + n, 2, 100000 + n, now(), now(), {0} / 100, {0} / 100, {0} / 100, 400 FROM generate_series(1, 40000) n",
        events));
    tool.ask(
        fmt::format("INSERT INTO members (room_id, user_id, role, joined_at, visible_from, read_ordinal) SELECT 100000 + r, "
                    "CASE WHEN n = 1 AND r <= 3 THEN {} ELSE 99600 + r * 400 + n END, 1, now(), 0, 0 "
                    "FROM generate_series(1, 100) r, generate_series(1, 400) n",
                    me.value));
    tool.ask(
        fmt::format("INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, created_at) "
                    "SELECT 100001 + n % 100, 1 + n / 100, 1 + n / 100, 1, 100001 + n % 40000, 'k' || n, 'text', now() "
                    "FROM generate_series(0, {} - 1) n",
                    events));
    tool.ask(
        "INSERT INTO reactions (room_id, seq, emoji, user_id) "
        "SELECT room_id, seq, '👍', author_id FROM events WHERE seq % 2 = 0 AND room_id > 100000");
    tool.ask(
        "INSERT INTO sessions (id, user_id, device, address, created_at, last_used_at, expires_at, rotated_at) "
        "SELECT 100000 + n, 100000 + n, '', '', now(), now(), '2100-01-01', now() FROM generate_series(1, 40000) n");
    tool.ask(
        "INSERT INTO refresh_tokens (hash, session_id, generation) "
        "SELECT sha256(n::text::bytea), 100000 + n, 0 FROM generate_series(1, 40000) n");
    tool.ask(
        "INSERT INTO contacts (user_id, other_id, friends, incoming, since) "
        "SELECT 100000 + n, 100001 + n % 40000, n % 2 = 0, false, now() FROM generate_series(1, 40000) n");
    tool.ask(
        "INSERT INTO blocks (user_id, blocked_id, since) "
        "SELECT 100000 + n, 100001 + n % 40000, now() FROM generate_series(1, 40000) n");
}

constexpr room_id large_room{100'003};
constexpr user_id member_of_large_room{99'600 + 3 * 400 + 9};

struct executions {
    std::string worst;  // the plan that looked at most pages
    int pages = 0;
    std::vector<std::string> scans;
};

// What the log says of executions, by the statement's text.
std::map<std::string, executions> executions_in(const std::string& log) {
    static const std::regex buffers{R"(Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?)"};
    std::map<std::string, executions> all;
    std::istringstream lines{log};
    std::string line, text, plan;
    const auto finish = [&] {
        if (plan.empty()) return;
        auto& e = all[text];
        int pages = 0;  // of a node with all below it
        for (std::sregex_iterator at{plan.begin(), plan.end(), buffers}, end; at != end; ++at)
            pages = std::max(pages, std::atoi((*at)[1].str().c_str()) + std::atoi((*at)[2].str().c_str()));
        if (pages >= e.pages) {
            e.pages = pages;
            e.worst = plan;
        }
        plan.clear();
    };
    bool is_plan = false;
    while (std::getline(lines, line)) {
        if (!line.starts_with('\t')) {
            finish();
            is_plan = false;
            text.clear();
            continue;
        }
        is_plan = is_plan || line.find("  (cost=") != std::string::npos;
        (is_plan ? plan : text) += line + "\n";
        if (is_plan && line.find("Seq Scan on") != std::string::npos && !may_scan(line)) all[text].scans.push_back(line);
    }
    finish();
    return all;
}

}  // namespace

TEST_CASE("no statement scans a table of PostgreSQL, with plans from before it grew, from after, and with figures about it") {
    auto& server = postgres_server::shared();
    const std::int64_t events = std::getenv("MADANG_SOAK") != nullptr ? 1'000'000 : 100'000;
    auto options = patient_options(server.migrated_database());
    options.lanes = options.readers = options.writers = 1;  // each statement meets its old plan
    stranger tool{options.url};
    for (const auto r :
         tool.ask("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))
        tool.ask(fmt::format("ALTER TABLE {} SET (autovacuum_enabled = off)", r.get<std::string>(0)));
    explain_all(options.url);
    const auto said_before = server.log().size();
    {
        world w{nodes_with(options)};
        use_everything(w, "0");
        const auto me = w.person("me");
        grow(options.url, me, events);
        use_everything(w, "1");
        use_room(w, large_room, me, member_of_large_room, "1");
    }
    for (const auto* ending : {"2", "3"}) {
        world w{nodes_with(options)};
        use_everything(w, ending);
        use_room(w, large_room, w.get(w.accounts().find_user_by_name("me")).id, member_of_large_room, ending);
        tool.ask("ANALYZE");
    }
    // Sessions write their last plans when they end.
    tool.await(
        "SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND "
        "backend_type = 'client backend' AND pid <> pg_backend_pid())");
    const auto all = executions_in(server.log().substr(said_before));
    REQUIRE(all.size() > 80);
    int inside_a_function = 0;
    for (const auto& [text, e] : all) {
        INFO(text << e.worst);
        CHECK(e.scans.empty());
        // A function costs what its statements do, which are here by themselves.
        if (e.worst.find("Function Scan on post_messages") == std::string::npos) CHECK(e.pages <= most_pages);
        inside_a_function += text.find("given_places") != std::string::npos ? 1 : 0;
    }
    REQUIRE(inside_a_function >= 5);
}
