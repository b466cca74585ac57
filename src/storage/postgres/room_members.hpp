// Members as others see them.
#pragma once

#include "madang/domain/room.hpp"
#include "postgres/people.hpp"

#include <cstddef>

// The columns of `members m` and `users u`, as member_at() reads them.
#define MEMBER_COLUMNS USER_COLUMNS ", m.role, m.joined_at, m.read_ordinal"

namespace madang::storage::postgres {

// They come first; what else a statement selects begins here.
inline constexpr int after_member = after_user + 3;
[[nodiscard]] domain::member member_at(const row& r);

[[nodiscard]] statements member_in(room_id room, user_id user);

// By joining. The second answer has a row when `after` is a member (still).
[[nodiscard]] statements members_after(room_id room, user_id after, std::size_t limit);

}  // namespace madang::storage::postgres
