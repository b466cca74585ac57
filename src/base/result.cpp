#include "madang/base/result.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace madang {

error invalid_field(std::string field, std::string code, std::string message) {
    error e{errc::invalid_request};
    e.fields.push_back({std::move(field), std::move(code), std::move(message)});
    return e;
}

error retry_later(errc code, std::chrono::milliseconds after) {
    error e{code};
    e.retry_after = after;
    return e;
}

void throw_exception_from_error(const error& e, const boost::source_location& where) {
    throw std::logic_error(fmt::format("a result without a value was used at {}:{}: {} {}", where.file_name(), where.line(),
                                       to_string(e.code), e.detail));
}

}  // namespace madang
