// Commands for Redis, in RESP (redis.io, "Redis serialization protocol specification"). One or several, sent in one go.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace madang::redis {

class commands {
public:
    // Each argument is sent as it is: any bytes.
    template <class... Arguments>
    commands& add(const Arguments&... arguments) {
        const std::array<std::string_view, sizeof...(Arguments)> all{std::string_view{arguments}...};
        return add_all(all);
    }
    commands& add_all(std::span<const std::string_view> arguments);

    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
    std::size_t count_ = 0;
};

}  // namespace madang::redis
