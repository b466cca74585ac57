#include "postgres/connector.hpp"

#include "archive/progress.hpp"
#include "postgres/node_mark.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace madang::storage::postgres {
namespace {

// The server gives up before we do, so that its word is what we hear; who waits for a lock does so earlier, for there is time
// left then to do without it. Every statement finds its rows by an index: a plan that was made while the tables were empty would
// otherwise scan or hash all of them later. An administrator's synchronous_commit stays when it waits for more than our disk;
// what would lose acknowledged messages does not, nor does a later change of it reach this session. A house rule for the
// isolation does not count: who has waited for a lock has to see what was done under it. A host that is gone is noticed within
// half a minute; who hangs in a transaction keeps its locks for no longer than others wait for them.
using setting = std::pair<std::string_view, std::string_view>;
constexpr std::array settings{setting{"jit", "off"},
                              setting{"default_transaction_isolation", "read committed"},
                              setting{"tcp_keepalives_idle", "10"},
                              setting{"tcp_keepalives_interval", "5"},
                              setting{"tcp_keepalives_count", "3"},
                              setting{"tcp_user_timeout", "10s"},
                              setting{"timezone", "UTC"},
                              setting{"plan_cache_mode", "force_generic_plan"},
                              setting{"enable_seqscan", "off"},
                              setting{"enable_hashjoin", "off"},
                              setting{"enable_mergejoin", "off"},
                              setting{"enable_bitmapscan", "off"}};

// Statements that are sent in one go without BEGIN are one transaction, and with this they see one snapshot. An error among them
// ends the transaction at their sync, so nothing of it meets those behind.
constexpr std::array reading_settings{setting{"default_transaction_isolation", "repeatable read"},
                                      setting{"default_transaction_read_only", "on"}};

std::string set_up(use u, std::chrono::milliseconds deadline) {
    const auto part = [deadline](int tenths) {
        return std::to_string(std::max<std::int64_t>(1, deadline.count() * tenths / 10));
    };
    std::string text = "SELECT set_config('synchronous_commit', CASE WHEN now IN ('off', 'local') THEN 'on' ELSE now END, false)";
    const auto add = [&text](std::string_view name, std::string_view value) {
        text += fmt::format(", set_config('{}', '{}', false)", name, value);
    };
    add("statement_timeout", part(9));
    add("idle_in_transaction_session_timeout", part(9));
    add("lock_timeout", part(2));
    for (const auto& [name, value] : settings) add(name, value);
    if (u == use::reading)
        for (const auto& [name, value] : reading_settings) add(name, value);
    return text + " FROM current_setting('synchronous_commit') AS now";
}

// Half of an archive is no database. Who imports leaves a mark and then looks for nodes; a node makes itself seen and then looks
// for that mark.
void refuse_import(PGconn* c, steady_time end) {
    if (run_now(c, "SELECT 1 WHERE to_regclass('meta') IS NOT NULL", end).empty()) return;
    if (!run_now(c, fmt::format("SELECT 1 FROM meta WHERE name = '{}'", archive::progress_name), end).empty())
        throw failure::connection_lost("an import into this database is under way, or was left unfinished");
}

void take_place_in(std::int32_t line, PGconn* c, steady_time end) {
    run_now(c, take_line_mark(line), end);
    if (run_now(c, is_alone_in_line(line), end).front().get<bool>(0)) return;
    run_now(c, end_idle_in_line(line), end);
    throw failure::connection_lost("what the last connection was asked for is still under way");
}

}  // namespace

connector::connector(std::string url, std::chrono::milliseconds deadline)
    : url_(std::move(url)), node_(static_cast<std::int32_t>(std::random_device{}() >> 1)), deadline_(deadline) {}

connection_ptr connector::open_now(use u) const {
    auto c = dial();
    run_now(c.get(), set_up(u, deadline_), std::chrono::steady_clock::now() + deadline_);
    return c;
}

connection_ptr connector::dial() const {
    check_url(url_);
    // Ours first: what the URL says comes later and counts more.
    return dial({{"fallback_application_name", "madang"},
                 {"connect_timeout", "2"},
                 {"keepalives_idle", "10"},
                 {"keepalives_interval", "5"},
                 {"keepalives_count", "3"},
                 {"tcp_user_timeout", std::to_string(deadline_.count())},
                 {"target_session_attrs", "read-write"},
                 {"dbname", url_},
                 {"client_encoding", "UTF8"}});
}

connection_ptr connector::dial(const conninfo& with) {
    std::vector<const char*> keywords;
    std::vector<const char*> values;
    for (const auto& [keyword, value] : with) {
        keywords.push_back(keyword.c_str());
        values.push_back(value.c_str());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);
    connection_ptr c{PQconnectdbParams(keywords.data(), values.data(), 1)};
    if (PQstatus(c.get()) != CONNECTION_OK) throw failure::connection_lost(one_line(PQerrorMessage(c.get())));
    PQsetNoticeProcessor(
        c.get(), [](void*, const char*) {}, nullptr);
    return c;
}

connector::reached connector::reach() {
    const auto look = [this](connection_ptr c) {
        const auto t = timeline_of(c.get(), std::chrono::steady_clock::now() + deadline_);
        newest_.see(t);
        return reached{std::move(c), t};
    };
    auto first = look(dial());
    if (!is_past(first.of)) return first;
    std::string others;
    if (const auto all = one_by_one(first.way.get()); all.size() > 1)
        for (const auto& one : all) try {
                auto next = look(dial(one));
                if (!is_past(next.of)) return next;
            } catch (const failure& e) {
                others = fmt::format("; of the others: {}", e.what());
            }
    throw failure::connection_lost(
        fmt::format("the server has timeline {}, and another one has taken over from it: this node has seen a newer one{}",
                    first.of, others));
}

connector::opened connector::make_ready(reached r, use u, std::int32_t line) {
    auto* const c = r.way.get();
    const auto end = std::chrono::steady_clock::now() + deadline_;
    run_now(c, set_up(u, deadline_), end);
    run_now(c, take_node_mark(node_), end);
    refuse_import(c, end);
    take_place_in(line, c, end);
    // Whoever writes to a server that took over knows of it before its first batch.
    if (u != use::reading) notice_failover(c, end);
    if (PQsetnonblocking(c, 1) != 0 || PQenterPipelineMode(c) != 1) throw failure::connection_lost(one_line(PQerrorMessage(c)));
    return {std::make_shared<libpq_wire>(std::move(r.way)), r.of};
}

async_result<connector::opened> connector::open(use u, std::int32_t line) {
    auto work = [this, u, line]() -> result<opened> {
        try {
            return make_ready(reach(), u, line);
        } catch (const failure& e) {
            return error{errc::unavailable, e.what()};
        }
    };
    return runtime::offload<opened>(threads_, std::move(work));
}

}  // namespace madang::storage::postgres
