// The domain's password hasher: Argon2id on a bounded CPU pool. Thread-safe.
#pragma once

#include "madang/crypto/password.hpp"
#include "madang/domain/ports/security.hpp"
#include "madang/runtime/worker_pool.hpp"

#include <string>

namespace madang::app {

class argon2_hasher final : public domain::password_hasher {
public:
    argon2_hasher(crypto::password_cost cost, std::size_t threads, std::size_t queue)
        : cost_(cost), decoy_(crypto::decoy_hash(cost).value()), pool_(threads, queue) {}

    async_result<std::string> hash(std::string password) override;
    async_result<verdict> verify(std::string encoded, std::string password) override;

    [[nodiscard]] std::size_t waiting() const noexcept { return pool_.waiting(); }
    void stop() { pool_.join(); }

private:
    const crypto::password_cost cost_;
    const std::string decoy_;  // what an unknown name's password is held against, for the same time
    runtime::worker_pool pool_;
};

}  // namespace madang::app
