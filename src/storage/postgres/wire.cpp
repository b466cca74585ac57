#include "postgres/wire.hpp"

#include <fcntl.h>

namespace madang::storage::postgres {

bool libpq_wire::send_prepare(const char* name, const char* text) { return PQsendPrepare(c_.get(), name, text, 0, nullptr) == 1; }

bool libpq_wire::send_execute(const char* name, const parameters& values) {
    const auto p = values.view();
    return PQsendQueryPrepared(c_.get(), name, values.count(), p.values.data(), p.lengths.data(), p.formats.data(), 1) == 1;
}

bool libpq_wire::send_sync() { return PQpipelineSync(c_.get()) == 1; }

wire::flushed libpq_wire::flush() {
    const int left = PQflush(c_.get());
    return left == 0 ? flushed::all : left == 1 ? flushed::some : flushed::failed;
}

bool libpq_wire::consume_input() { return PQconsumeInput(c_.get()) == 1; }

bool libpq_wire::is_busy() { return PQisBusy(c_.get()) == 1; }

result_ptr libpq_wire::next_result() { return result_ptr{PQgetResult(c_.get())}; }

bool libpq_wire::is_connected() { return PQstatus(c_.get()) == CONNECTION_OK; }

std::string libpq_wire::last_error() {
    std::string text = PQerrorMessage(c_.get());
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
}

int libpq_wire::socket() { return ::fcntl(PQsocket(c_.get()), F_DUPFD_CLOEXEC, 0); }

}  // namespace madang::storage::postgres
