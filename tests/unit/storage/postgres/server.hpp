// A private PostgreSQL from Debian's package for one test program: started when first asked for, on a socket in a directory of
// its own, and ended with the program. Each test has a database of its own.
#pragma once

#include "madang/storage/migrations.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace madang::test {

class postgres_server {
public:
    // Starts it. Throws when that cannot be: a missing server is a failure, not a reason to skip.
    [[nodiscard]] static postgres_server& shared();

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

private:
    postgres_server();
    storage::postgres_url copy_of(const std::string& origin);
    void wait_until_ready() const;

    std::filesystem::path directory_;
    pid_t pid_ = 0;
    int databases_ = 0;
};

}  // namespace madang::test
