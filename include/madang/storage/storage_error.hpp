// Why the database cannot be used: a failed start, said in one line that tells an administrator what to do.
#pragma once

#include <stdexcept>

namespace madang::storage {

class storage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace madang::storage
