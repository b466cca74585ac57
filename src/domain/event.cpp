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

}  // namespace madang::domain
