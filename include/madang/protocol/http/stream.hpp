// A body that comes in pieces while it is being made, and ends with its connection (RFC 9112, 6.3, case 8).
#pragma once

#include "madang/base/async.hpp"

#include <string>

namespace madang::http {

// Thread: the connection's shard.
class body_stream {
public:
    virtual ~body_stream() = default;
    // The next piece; empty at the end. Called again when the piece is written, so a slow reader is waited for. Comes within a
    // quarter of a minute, so that a connection that is gone is noticed.
    virtual task<std::string> next() = 0;
    // It is to end: next() answers soon, and for the last time.
    virtual void end() = 0;
};

}  // namespace madang::http
