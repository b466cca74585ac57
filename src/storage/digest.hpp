// SHA-256 of bytes that come piece by piece; a copy goes on by itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace madang::storage {

class digest {
public:
    digest();
    digest(const digest& other);
    digest(digest&&) noexcept = default;
    digest& operator=(digest&&) noexcept = default;
    digest& operator=(const digest&) = delete;
    ~digest() = default;

    void add(std::string_view bytes);
    // Of all that was added so far, in hexadecimal.
    [[nodiscard]] std::string text() const;

private:
    struct free_context {
        void operator()(evp_md_ctx_st* c) const noexcept;
    };
    std::unique_ptr<evp_md_ctx_st, free_context> context_;
};

}  // namespace madang::storage
