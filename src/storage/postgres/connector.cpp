#include "postgres/connector.hpp"

#include "postgres/failover.hpp"
#include "postgres/node_mark.hpp"

#include <fmt/format.h>

#include <array>
#include <random>

namespace madang::storage::postgres {
namespace {

std::string words(std::string_view said) {
    std::string text{said};
    for (auto& c : text)
        if (c == '\n') c = ' ';
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

// The server gives up before we do, so that its word is what we hear. Every statement finds its rows by an index: a plan that was
// made while the tables were empty would otherwise scan or hash all of them later. An administrator's synchronous_commit stays
// when it waits for more than our disk; what would lose acknowledged messages does not.
constexpr std::string_view session_settings =
    "SET statement_timeout = {0}; SET lock_timeout = {0}; SET idle_in_transaction_session_timeout = '10s'; SET jit = off; "
    "SET timezone = 'UTC'; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; "
    "SET enable_mergejoin = off; SET enable_bitmapscan = off; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')";

// Statements that are sent in one go without BEGIN are one transaction, and with this they see one snapshot. An error among them
// ends the transaction at their sync, so nothing of it meets those behind.
constexpr std::string_view reading_settings =
    "; SET default_transaction_isolation = 'repeatable read'; SET default_transaction_read_only = on";

}  // namespace

connector::connector(std::string url, std::chrono::milliseconds deadline)
    : url_(std::move(url)), node_(static_cast<std::int32_t>(std::random_device{}() >> 1)), deadline_(deadline) {}

rows run_now(PGconn* c, const std::string& text) {
    result_ptr found{PQexecParams(c, text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 1)};
    const auto status = PQresultStatus(found.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return rows{std::shared_ptr<const PGresult>{std::move(found)}};
    const char* const state = PQresultErrorField(found.get(), PG_DIAG_SQLSTATE);
    throw failure{state != nullptr ? state : "", words(PQerrorMessage(c))};
}

connection_ptr connector::open_now(use u) const {
    // Ours first: what the URL says comes later and counts more.
    constexpr std::array keywords{"fallback_application_name",
                                  "connect_timeout",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "target_session_attrs",
                                  "dbname",
                                  "client_encoding",
                                  static_cast<const char*>(nullptr)};
    const std::array values{"madang", "2", "10", "5", "3", "read-write", url_.c_str(), "UTF8", static_cast<const char*>(nullptr)};
    connection_ptr c{PQconnectdbParams(keywords.data(), values.data(), 1)};
    if (PQstatus(c.get()) != CONNECTION_OK) throw failure::connection_lost(words(PQerrorMessage(c.get())));
    PQsetNoticeProcessor(
        c.get(), [](void*, const char*) {}, nullptr);
    const auto server_gives_up = std::max<std::int64_t>(1, deadline_.count() * 9 / 10);
    auto settings = fmt::format(fmt::runtime(session_settings), server_gives_up);
    if (u == use::reading) settings += reading_settings;
    if (u == use::lane) settings += "; " + take_node_mark(node_);
    const result_ptr done{PQexec(c.get(), settings.c_str())};
    const auto status = PQresultStatus(done.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        throw failure::connection_lost(fmt::format("cannot set the session up: {}", words(PQerrorMessage(c.get()))));
    // Whoever writes to a server that took over knows of it before its first batch.
    if (u == use::lane) notice_failover(c.get());
    return c;
}

async_result<std::shared_ptr<wire>> connector::open(use u) {
    auto work = [this, u]() -> result<std::shared_ptr<wire>> {
        try {
            auto c = open_now(u);
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
