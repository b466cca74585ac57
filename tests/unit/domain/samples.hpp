// A person, a room, an event and a commit, as tests need them; and how a fake answers.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/event.hpp"
#include "madang/domain/user.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace madang::domain::test {

inline constexpr user_id me{1};
inline constexpr room_id the_room{5};

template <class T>
async_result<T> answer(result<T> r) {
    co_return r;
}

inline user person(std::int64_t n, std::string name = "ann") {
    user u;
    u.id = user_id{n};
    u.username = std::move(name);
    u.display_name = "Ann";
    u.created_at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
    return u;
}

inline event said(std::int64_t room, seq_t seq, std::string text = "hello") {
    event e;
    e.room = room_id{room};
    e.seq = seq;
    e.author = user_id{1};
    e.created_at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
    message_posted m;
    m.ordinal = seq;
    m.text = std::move(text);
    e.body = std::move(m);
    return e;
}

inline commit committed(std::int64_t room, seq_t seq) {
    commit c;
    c.room = room_id{room};
    if (seq != 0) c.event = std::make_shared<const event>(said(room, seq));
    return c;
}

}  // namespace madang::domain::test
