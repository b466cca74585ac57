#include "digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

namespace madang::storage {

void digest::free_context::operator()(EVP_MD_CTX* c) const noexcept { EVP_MD_CTX_free(c); }

digest::digest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }

digest::digest(const digest& other) : context_(EVP_MD_CTX_new()) { EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()); }

void digest::add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string digest::text() const {
    const digest ended{*this};
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    EVP_DigestFinal_ex(ended.context_.get(), bytes.data(), &size);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
}

}  // namespace madang::storage
