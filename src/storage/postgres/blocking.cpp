#include "postgres/blocking.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>

namespace madang::storage::postgres {
namespace {

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

rows rows_of(result_ptr found, PGconn* c) {
    const auto status = PQresultStatus(found.get());
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
        return rows{std::shared_ptr<const PGresult>{std::move(found)}};
    const char* const state = PQresultErrorField(found.get(), PG_DIAG_SQLSTATE);
    const char* const message = PQresultErrorField(found.get(), PG_DIAG_MESSAGE_PRIMARY);
    const char* const detail = PQresultErrorField(found.get(), PG_DIAG_MESSAGE_DETAIL);
    std::string text = message != nullptr ? message : PQerrorMessage(c);
    if (detail != nullptr) text += fmt::format(": {}", detail);
    throw failure{state != nullptr ? state : "", one_line(text)};
}

}  // namespace

rows run_now(PGconn* c, const std::string& text, steady_time end) { return run_now(c, text, parameters{}, end); }

rows run_now(PGconn* c, const std::string& text, const parameters& values, steady_time end) {
    const auto p = values.view();
    if (PQsendQueryParams(c, text.c_str(), values.count(), nullptr, p.values.data(), p.lengths.data(), p.formats.data(), 1) == 1)
        await_answer(c, end);
    // The last one: rows may have come before the commit failed.
    result_ptr found;
    while (auto* const next = PQgetResult(c)) found.reset(next);
    return rows_of(std::move(found), c);
}

void run_script(PGconn* c, std::string_view text) { (void)rows_of(result_ptr{PQexec(c, std::string{text}.c_str())}, c); }

void take_time(PGconn* c) {
    run_script(c, "SET statement_timeout = 0; SET lock_timeout = '60s'; SET idle_in_transaction_session_timeout = 0");
    run_now(c, "SELECT set_config(name, '2s', false) FROM pg_settings WHERE name = 'client_connection_check_interval'");
}

std::string one_line(std::string_view said) {
    std::string text{said};
    for (auto& c : text)
        if (c == '\n' || c == '\t') c = ' ';
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

}  // namespace madang::storage::postgres
