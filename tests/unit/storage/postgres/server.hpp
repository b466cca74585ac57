// A private PostgreSQL from Debian's package, on a socket in a directory of its own. Each test has a database of its own.
// Thread: the one that made it. The server is told to end when that thread dies.
#pragma once

#include "madang/storage/migrations.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace madang::test {

class postgres_server {
public:
    // The one of the test program: started when first asked for, and ended with the program.
    [[nodiscard]] static postgres_server& shared();

    // Starts one more, which takes a second or two. Throws when that cannot be: a missing server is a failure, not a reason to
    // skip.
    postgres_server();
    ~postgres_server();
    postgres_server(const postgres_server&) = delete;
    postgres_server& operator=(const postgres_server&) = delete;

    // A new database: empty, or with the schema.
    [[nodiscard]] storage::postgres_url empty_database();
    [[nodiscard]] storage::postgres_url migrated_database();

    [[nodiscard]] storage::postgres_url database(const std::string& name) const;

    // Ends it at once, as kill -9 of all of it would; and lets it come back.
    void crash();
    void start();

    // Neither answers nor ends, as on a machine that hangs; and goes on where it was.
    void freeze();
    void thaw();

    // What it has said since it was made. Long: a test that looks for something remembers the size from before.
    [[nodiscard]] std::string log() const;

private:
    void signal_all(int number) const;
    storage::postgres_url copy_of(const std::string& origin);
    void wait_until_ready() const;

    std::filesystem::path directory_;
    pid_t pid_ = 0;
    int databases_ = 0;
};

}  // namespace madang::test
