#include "madang/crypto/password.hpp"

#include "madang/crypto/random.hpp"

#include <argon2.h>
#include <fmt/format.h>

namespace madang::crypto {
namespace {

constexpr std::uint32_t parallelism = 1;  // logins run beside each other; one need not be split
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t tag_bytes = 32;

std::string prefix_of(password_cost cost) {
    return fmt::format("$argon2id$v={}$m={},t={},p={}$", static_cast<int>(ARGON2_VERSION_NUMBER), cost.memory_kib, cost.passes,
                       parallelism);
}

// libargon2 says how long the text is with the final zero.
std::size_t encoded_length(password_cost cost) {
    return argon2_encodedlen(cost.passes, cost.memory_kib, parallelism, salt_bytes, tag_bytes, Argon2_id) - 1;
}

}  // namespace

result<std::string> hash_password(std::string_view password, password_cost cost) {
    const auto salt = random_bytes(salt_bytes);
    std::string encoded(encoded_length(cost), '\0');
    const int failed = argon2id_hash_encoded(cost.passes, cost.memory_kib, parallelism, password.data(), password.size(),
                                             salt.data(), salt.size(), tag_bytes, encoded.data(), encoded.size() + 1);
    if (failed == ARGON2_MEMORY_ALLOCATION_ERROR) return errc::too_busy;
    if (failed != ARGON2_OK) return errc::internal;
    return encoded;
}

result<> verify_password(std::string_view encoded, std::string_view password) {
    const std::string text(encoded);  // libargon2 wants a final zero
    const int failed = argon2id_verify(text.c_str(), password.data(), password.size());
    if (failed == ARGON2_MEMORY_ALLOCATION_ERROR) return errc::too_busy;
    if (failed != ARGON2_OK) return errc::bad_credentials;
    return {};
}

bool needs_rehash(std::string_view encoded, password_cost cost) {
    return !encoded.starts_with(prefix_of(cost)) || encoded.size() != encoded_length(cost);
}

result<std::string> decoy_hash(password_cost cost) { return hash_password(random_bytes(tag_bytes), cost); }

}  // namespace madang::crypto
