// Copies of what the database says, which this node keeps: told what other nodes have changed. Thread-safe and quick.
#pragma once

#include "madang/domain/event.hpp"

#include <span>
#include <string_view>

namespace madang::domain {

class copies {
public:
    virtual ~copies() = default;
    virtual void others_committed(std::span<const commit> batch) = 0;
    // What a node's own copies named as void.
    virtual void others_changed(std::string_view what) = 0;
    // Something may not have been heard.
    virtual void missed_something() = 0;
};

}  // namespace madang::domain
