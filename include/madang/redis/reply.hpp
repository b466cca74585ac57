// What Redis answered to one command (RESP2).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace madang::redis {

struct reply {
    enum class kind { nothing, integer, text, list, refusal };

    kind what = kind::nothing;
    std::int64_t integer = 0;
    std::string text;          // also of a refusal: "WRONGTYPE …"
    std::vector<reply> items;  // of a list

    [[nodiscard]] bool is_nothing() const noexcept { return what == kind::nothing; }
    [[nodiscard]] bool is_refusal() const noexcept { return what == kind::refusal; }
};

}  // namespace madang::redis
