// What the pipeline asks of libpq, as an interface: tests put a script in its place. All of it never blocks.
#pragma once

#include "postgres/parameters.hpp"

#include <libpq-fe.h>

#include <memory>
#include <string>

namespace madang::storage::postgres {

struct clear_result {
    void operator()(PGresult* r) const noexcept { PQclear(r); }
};
using result_ptr = std::unique_ptr<PGresult, clear_result>;

class wire {
public:
    enum class flushed { all, some, failed };

    virtual ~wire() = default;
    virtual bool send_prepare(const char* name, const char* text) = 0;
    virtual bool send_execute(const char* name, const parameters& values) = 0;
    virtual bool send_sync() = 0;
    virtual flushed flush() = 0;
    virtual bool consume_input() = 0;
    [[nodiscard]] virtual bool is_busy() = 0;
    // Null between the results of two statements, and when there is nothing to come.
    [[nodiscard]] virtual result_ptr next_result() = 0;
    [[nodiscard]] virtual bool is_connected() = 0;
    [[nodiscard]] virtual std::string last_error() = 0;
    // A descriptor to wait on, which is the caller's to close; -1 when there are none left. It is a second one for the same
    // socket: libpq closes its own as soon as it loses the connection, and then that number may be anybody's.
    [[nodiscard]] virtual int socket() = 0;
};

struct finish_connection {
    void operator()(PGconn* c) const noexcept { PQfinish(c); }
};
using connection_ptr = std::unique_ptr<PGconn, finish_connection>;

// libpq itself, over a connection in pipeline mode.
class libpq_wire final : public wire {
public:
    explicit libpq_wire(connection_ptr c) : c_(std::move(c)) {}
    bool send_prepare(const char* name, const char* text) override;
    bool send_execute(const char* name, const parameters& values) override;
    bool send_sync() override;
    flushed flush() override;
    bool consume_input() override;
    bool is_busy() override;
    result_ptr next_result() override;
    bool is_connected() override;
    std::string last_error() override;
    int socket() override;

private:
    connection_ptr c_;
};

}  // namespace madang::storage::postgres
