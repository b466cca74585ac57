// Bytes in, replies out (RESP2), over hiredis' reader. No socket. Not thread-safe.
#pragma once

#include "madang/redis/reply.hpp"

#include <memory>
#include <optional>
#include <string_view>

struct redisReader;

namespace madang::redis {

class parser {
public:
    parser();

    // Throws std::runtime_error when what came is no RESP; the parser is of no use then.
    void feed(std::string_view bytes);
    // The next whole reply, if there is one. Throws as feed() does.
    [[nodiscard]] std::optional<reply> next();

private:
    struct free {
        void operator()(redisReader* r) const noexcept;
    };
    std::unique_ptr<redisReader, free> reader_;
};

}  // namespace madang::redis
