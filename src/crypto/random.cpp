#include "madang/crypto/random.hpp"

#include "madang/crypto/digest.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace madang::crypto {

std::string random_bytes(std::size_t n) {
    std::string out(n, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(n)) != 1)
        throw std::runtime_error("the random number generator of OpenSSL has failed");
    return out;
}

std::string random_token(std::size_t n) { return base64url(random_bytes(n)); }

}  // namespace madang::crypto
