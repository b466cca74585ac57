#include "madang/redis/commands.hpp"

#include <hiredis/hiredis.h>

#include <new>
#include <vector>

namespace madang::redis {

commands& commands::add_all(std::span<const std::string_view> arguments) {
    std::vector<const char*> texts;
    std::vector<std::size_t> lengths;
    for (const auto argument : arguments) {
        texts.push_back(argument.data());
        lengths.push_back(argument.size());
    }
    char* formatted = nullptr;
    const auto size = redisFormatCommandArgv(&formatted, static_cast<int>(texts.size()), texts.data(), lengths.data());
    if (size < 0) throw std::bad_alloc{};
    bytes_.append(formatted, static_cast<std::size_t>(size));
    redisFreeCommand(formatted);
    ++count_;
    return *this;
}

}  // namespace madang::redis
