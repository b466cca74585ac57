#include "postgres/connector.hpp"

#include "archive/progress.hpp"
#include "postgres/failover.hpp"
#include "postgres/node_mark.hpp"

#include <fmt/format.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace madang::storage::postgres {
namespace {

std::string words(std::string_view said) {
    std::string text{said};
    for (auto& c : text)
        if (c == '\n' || c == '\t') c = ' ';
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

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

// Until the answer is complete, or the connection lost.
void await_answer(PGconn* c, steady_time end) {
    while (PQisBusy(c) == 1) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
        pollfd socket{PQsocket(c), POLLIN, 0};
        const int woken = left <= 0 ? 0 : ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
        if (woken == 0 && std::chrono::steady_clock::now() >= end) throw failure::connection_lost("the server does not answer");
        if (woken > 0 && PQconsumeInput(c) == 0) return;
    }
}

}  // namespace

connector::connector(std::string url, std::chrono::milliseconds deadline)
    : url_(std::move(url)), node_(static_cast<std::int32_t>(std::random_device{}() >> 1)), deadline_(deadline) {}

rows run_now(PGconn* c, const std::string& text, steady_time end) {
    if (PQsendQueryParams(c, text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1) == 1) await_answer(c, end);
    // The last one: rows may have come before the commit failed.
    result_ptr found;
    while (auto* const next = PQgetResult(c)) found.reset(next);
    const auto status = PQresultStatus(found.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows{std::shared_ptr<const PGresult>{std::move(found)}};
    const char* const state = PQresultErrorField(found.get(), PG_DIAG_SQLSTATE);
    throw failure{state != nullptr ? state : "", words(PQerrorMessage(c))};
}

connection_ptr connector::open_now(use u) const {
    auto c = dial();
    run_now(c.get(), set_up(u, deadline_));
    return c;
}

connection_ptr connector::dial() const {
    // Ours first: what the URL says comes later and counts more.
    constexpr std::array keywords{"fallback_application_name", "connect_timeout",
                                  "keepalives_idle",           "keepalives_interval",
                                  "keepalives_count",          "tcp_user_timeout",
                                  "target_session_attrs",      "dbname",
                                  "client_encoding",           static_cast<const char*>(nullptr)};
    const auto patience = std::to_string(deadline_.count());
    const std::array values{"madang",         "2",          "10",         "5",    "3",
                            patience.c_str(), "read-write", url_.c_str(), "UTF8", static_cast<const char*>(nullptr)};
    connection_ptr c{PQconnectdbParams(keywords.data(), values.data(), 1)};
    if (PQstatus(c.get()) != CONNECTION_OK) throw failure::connection_lost(words(PQerrorMessage(c.get())));
    PQsetNoticeProcessor(
        c.get(), [](void*, const char*) {}, nullptr);
    return c;
}

async_result<std::shared_ptr<wire>> connector::open(use u, std::int32_t line) {
    auto work = [this, u, line]() -> result<std::shared_ptr<wire>> {
        try {
            auto c = dial();
            const auto end = std::chrono::steady_clock::now() + deadline_;
            run_now(c.get(), set_up(u, deadline_), end);
            run_now(c.get(), take_node_mark(node_), end);
            refuse_import(c.get(), end);
            take_place_in(line, c.get(), end);
            // Whoever writes to a server that took over knows of it before its first batch.
            if (u != use::reading) notice_failover(c.get(), end);
            if (PQsetnonblocking(c.get(), 1) != 0 || PQenterPipelineMode(c.get()) != 1)
                return error{errc::unavailable, words(PQerrorMessage(c.get()))};
            return std::static_pointer_cast<wire>(std::make_shared<libpq_wire>(std::move(c)));
        } catch (const failure& e) {
            return error{errc::unavailable, e.what()};
        }
    };
    return runtime::offload<std::shared_ptr<wire>>(threads_, std::move(work));
}

}  // namespace madang::storage::postgres
