// A private Redis from Debian's package, on a free loopback port. The server is told to end when this thread dies.
#pragma once

#include "madang/redis/options.hpp"

#include <sys/types.h>

#include <string>
#include <vector>

namespace madang::test {

class redis_server {
public:
    // Starts one, which takes some milliseconds. Throws when that cannot be: a missing server is a failure, not a reason to skip.
    explicit redis_server(std::vector<std::string> flags = {});
    ~redis_server();
    redis_server(const redis_server&) = delete;
    redis_server& operator=(const redis_server&) = delete;

    [[nodiscard]] redis::options where() const;

    // Ends it at once, and lets it come back, empty, on the same port.
    void crash();
    void start();
    // Neither answers nor ends, as on a machine that hangs; and goes on where it was.
    void freeze();
    void thaw();

private:
    std::vector<std::string> flags_;
    std::uint16_t port_ = 0;
    pid_t pid_ = 0;
};

}  // namespace madang::test
