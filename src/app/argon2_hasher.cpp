#include "argon2_hasher.hpp"

namespace madang::app {
namespace {

struct hashing {
    std::string password;
    crypto::password_cost cost;
    result<std::string> operator()() const { return crypto::hash_password(password, cost); }
};

struct verifying {
    std::string encoded;
    std::string password;
    crypto::password_cost cost;
    bool known;
    result<domain::password_hasher::verdict> operator()() const {
        const auto right = crypto::verify_password(encoded, password);
        if (!right && right.error().code != errc::bad_credentials) return right.error();
        domain::password_hasher::verdict v;
        v.right = known && right.has_value();
        v.stale = v.right && crypto::needs_rehash(encoded, cost);
        return v;
    }
};

}  // namespace

async_result<std::string> argon2_hasher::hash(std::string password) {
    hashing work{std::move(password), cost_};
    return runtime::offload<std::string>(pool_, std::move(work));
}

async_result<domain::password_hasher::verdict> argon2_hasher::verify(std::string encoded, std::string password) {
    const bool known = !encoded.empty();
    if (!known) encoded = decoy_;
    verifying work{std::move(encoded), std::move(password), cost_, known};
    return runtime::offload<verdict>(pool_, std::move(work));
}

}  // namespace madang::app
