// A time and a set of keys, as tests of tokens need them.
#pragma once

#include "madang/crypto/jwt.hpp"

#include <chrono>

namespace madang::crypto::test {

inline const timestamp noon{std::chrono::milliseconds{1795336200000}};

inline key_set set_of(const signing_key& key) {
    key_set keys;
    keys.add(key);
    return keys;
}

}  // namespace madang::crypto::test
