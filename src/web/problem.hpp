// The one problem object (RFC 9457; contract, chapter 1): for REST answers, STOMP ERROR bodies and /user/queue/errors.
#pragma once

#include "madang/base/result.hpp"
#include "madang/protocol/http/message.hpp"

#include <string>
#include <string_view>

namespace madang::web {

enum class language { ko, en };

// The first of `ko` and `en` that an Accept-Language header prefers (RFC 9110, 12.5.4); English without one.
[[nodiscard]] language language_of(std::string_view accept_language) noexcept;
[[nodiscard]] std::string_view to_string(language l) noexcept;

inline constexpr std::string_view problem_type = "application/problem+json";

[[nodiscard]] std::string_view title_of(errc code, language l) noexcept;
[[nodiscard]] std::string problem_json(const error& e, language l, std::string_view request_id);
// With Retry-After and WWW-Authenticate where they belong.
[[nodiscard]] http::response problem(const error& e, language l, std::string_view request_id);

}  // namespace madang::web
