#include "random_text.hpp"

#include <openssl/rand.h>

#include <stdexcept>
#include <string_view>

namespace madang::storage {

std::string random_text(std::size_t length) {
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    constexpr unsigned fair = 256 - 256 % alphabet.size();  // bytes from here on would favour the first letters
    std::string text;
    while (text.size() < length) {
        unsigned char byte = 0;
        if (RAND_bytes(&byte, 1) != 1) throw std::runtime_error("the system's random generator failed");
        if (byte < fair) text += alphabet[byte % alphabet.size()];
    }
    return text;
}

}  // namespace madang::storage
