#include "madang/domain/event.hpp"

namespace madang::domain {

seq_t event::target() const noexcept {
    return std::visit(
        [](const auto& b) -> seq_t {
            if constexpr (requires { b.target; })
                return b.target;
            else
                return 0;
        },
        body);
}

std::size_t event::weight() const noexcept {
    return std::visit(
        [](const auto& b) -> std::size_t {
            if constexpr (requires { b.text; })
                return b.text.size();
            else if constexpr (requires { b.users; })
                return b.users.size() * sizeof(user_id);
            else
                return 0;
        },
        body);
}

}  // namespace madang::domain
