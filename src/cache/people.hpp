// People by id: what lists that keep ids are completed with.
#pragma once

#include "records.hpp"

#include "madang/domain/ports/account_store.hpp"

#include <unordered_map>

namespace madang::cache {

class people {
public:
    people(const records& kept, domain::account_store& store) : kept_(kept), store_(store) {}

    // Those of them who exist; repeated ids are one.
    using by_id = std::unordered_map<user_id, domain::user>;
    [[nodiscard]] async_result<by_id> find(std::vector<user_id> ids) const;

private:
    const records& kept_;
    domain::account_store& store_;
};

}  // namespace madang::cache
