// People who do everything at once in several rooms, and what each of them must be answered.
// What is asked in one round is in flight together, and a room does it in the order in which it was asked: one thread asks.
#pragma once

#include "room_model.hpp"
#include "world.hpp"

#include <fmt/format.h>

#include <functional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace madang::test {

// Answers, written out.
inline std::string said(const error& e) { return std::string{to_string(e.code)}; }
inline std::string said(const result<>& answer) { return answer ? "done" : said(answer.error()); }
inline std::string said(const result<bool>& answer) {
    if (!answer) return said(answer.error());
    return *answer ? "yes" : "no";
}
inline std::string said(const result<domain::posted>& answer) {
    if (!answer) return said(answer.error());
    if (answer->duplicate) return fmt::format("again seq {} ordinal {}", answer->seq, answer->ordinal);
    return fmt::format("seq {} ordinal {} to {} members", answer->seq, answer->ordinal, answer->members);
}
inline std::string said(const result<std::vector<user_id>>& answer) {
    if (!answer) return said(answer.error());
    std::string all = "added";
    for (const auto user : *answer) all += fmt::format(" {}", user.value);
    return all;
}

class traffic {
public:
    // `spoils`: now and then something is bad, and the database refuses to write it.
    traffic(world& w, std::mt19937& dice, bool spoils) : w_(w), dice_(dice), spoils_(spoils) {
        for (int i = 0; i < 7; ++i) people.push_back(w.person(fmt::format("person{}", i)));
        // The first one owns the rooms. The last one is nobody's friend, and never a member.
        for (std::size_t i = 1; i < 6; ++i) w.befriend(people[0], people[i]);
        const std::vector others{people[1], people[2], people[3]};
        for (int i = 0; i < 4; ++i)
            rooms.emplace_back(w.create(domain::room_kind::group, people[0], others).room, domain::room_kind::group, people[0],
                               others, w.clock.now());
        for (std::size_t i = 1; i < 3; ++i)
            rooms.emplace_back(w.direct(people[0], people[i]), domain::room_kind::direct, people[0], std::vector{people[i]},
                               w.clock.now());
    }

    void round(int count) {
        for (auto& r : rooms) {
            if (r.kind == domain::room_kind::direct) open_again(r);
            r.begin_round();
        }
        for (int i = 0; i < count; ++i) {
            auto& r = rooms[dice_() % rooms.size()];
            ask_something(r, r.kind == domain::room_kind::direct && die(5) > 0 ? one_of(r) : somebody());
        }
        for (const auto& one : std::exchange(asked_, {})) {
            INFO(one.what);
            REQUIRE(one.answer() == one.expected);
        }
    }

    std::vector<user_id> people;
    std::vector<room_model> rooms;

private:
    struct question {
        std::string what;
        std::string expected;
        std::function<std::string()> answer;
    };

    // The answer as the model has it: result<T>, or result<> where it does not say more.
    template <class Expected, class T>
    void ask(std::string what, const Expected& expected, async_result<T> asked) {
        auto answer = w_.io().start(std::move(asked)).share();
        asked_.push_back({std::move(what), said(expected), [answer]() -> std::string {
                              const auto& found = answer.get();
                              if constexpr (std::is_same_v<Expected, result<T>>) return said(found);
                              return found ? said(result<>{}) : said(found.error());
                          }});
    }

    void ask_something(room_model& r, user_id who) {
        const auto what = fmt::format("{} in room {}: ", who.value, r.id.value);
        if (spoils_ && die(15) == 0) return spoil(r, who, what);
        const bool is_group = r.kind == domain::room_kind::group;
        switch (die(16)) {
            case 0:
            case 1:
            case 2:
                return repeat_a_key(r, who, what);
            case 3:
                return reply(r, who, what);
            case 4:
                return edit(r, who, what);
            case 5:
                return erase(r, who, what);
            case 6:
            case 7:
                return react(r, who, what);
            case 8:
            case 9:
                return is_group ? add(r, who, what) : hide(r, who, what);
            case 10:
                return is_group ? remove(r, who, who, what) : hide(r, who, what);
            case 11:
                if (is_group) return remove(r, who, somebody(), what);
                break;
            case 12:
                if (is_group) return rename(r, who, what);
                break;
            case 13:
            case 14:
                // In a direct room a mark may pass the message that brings its reader back: they have not seen that yet.
                if (is_group) return mark_read(r, who, what);
                break;
            default:
                break;
        }
        post(r, who, fmt::format("~{}", ++given_), 0, what);
    }

    void post(room_model& r, user_id who, const std::string& key, seq_t reply_to, const std::string& what) {
        const auto text = fmt::format("text {}", ++given_);  // another one each time: the key's first one counts
        post_text(r, who, key, text, reply_to, what);
    }
    void post_text(room_model& r, user_id who, const std::string& key, const std::string& text, seq_t reply_to,
                   const std::string& what) {
        const auto expected = r.post(who, key, text, reply_to);
        ask(what + fmt::format("post {} to {}", key, reply_to), expected, w_.log().post({r.id, who, key, text, reply_to}));
    }
    // Of earlier rounds, of this one, and at once.
    void repeat_a_key(room_model& r, user_id who, const std::string& what) {
        const auto key = fmt::format("k{}", die(40 + r.ordinal_at_begin / 4));
        for (auto times = 1 + die(2); times > 0; --times) post(r, who, key, 0, what);
    }
    // To what was there when the round began: nobody knows a seq before it is told. The key is a new one, because a refusal holds
    // for all that come with one key at once.
    void reply(room_model& r, user_id who, const std::string& what) {
        const seq_t to = die(10) == 0 ? 1'000'000 : 1 + die(r.seq_at_begin);
        post(r, who, fmt::format("r{}", ++given_), to, what);
    }
    void spoil(room_model& r, user_id who, const std::string& what) {
        switch (die(4)) {
            case 0:
                if (r.kind == domain::room_kind::group) return rename_to(r, r.owner, bad_text, what);
                [[fallthrough]];
            case 1:
                return edit_to(r, who, bad_text, what);
            default:
                return post_text(r, who, fmt::format("b{}", ++given_), bad_text, 0, what);
        }
    }
    void edit(room_model& r, user_id who, const std::string& what) { edit_to(r, who, fmt::format("edit {}", die(4)), what); }
    void edit_to(room_model& r, user_id who, const std::string& text, const std::string& what) {
        const auto seq = some_seq(r);
        ask(what + fmt::format("edit {}", seq), r.edit(who, seq, text), w_.log().edit(r.id, seq, who, text));
    }
    void erase(room_model& r, user_id who, const std::string& what) {
        const auto seq = some_seq(r);
        ask(what + fmt::format("erase {}", seq), r.erase(who, seq), w_.log().erase(r.id, seq, who));
    }
    void react(room_model& r, user_id who, const std::string& what) {
        const auto seq = some_seq(r);
        const std::string emoji = die(2) == 0 ? "👍" : "🎉";
        const bool on = die(3) != 0;
        ask(what + fmt::format("react {} {} {}", seq, emoji, on), r.react(who, seq, emoji, on),
            w_.log().react(r.id, seq, who, emoji, on));
    }
    void add(room_model& r, user_id who, const std::string& what) {
        const auto by = die(4) == 0 ? who : r.owner;
        const auto guest = somebody();
        const bool are_friends = by == r.owner && guest != people.back();
        ask(what + fmt::format("{} adds {}", by.value, guest.value), r.join(by, guest, are_friends),
            w_.log().add_members(r.id, by, {guest}));
    }
    void remove(room_model& r, user_id who, user_id target, const std::string& what) {
        if (target == r.owner) return;  // an heir would follow
        ask(what + fmt::format("remove {}", target.value), r.leave(who, target), w_.log().remove_member(r.id, who, target));
    }
    void hide(room_model& r, user_id who, const std::string& what) {
        ask(what + "hide", r.hide(who), w_.log().remove_member(r.id, who, who));
    }
    // Where both have hidden it nothing more would happen.
    void open_again(room_model& r) {
        const auto& [one, mine] = *r.seats.begin();
        const auto& [other, theirs] = *r.seats.rbegin();
        if (!mine.hidden || !theirs.hidden) return;
        REQUIRE(w_.direct(one, other) == r.id);
        r.seats[one].hidden = false;
    }
    user_id one_of(const room_model& r) {
        return std::next(r.seats.begin(), die(static_cast<std::int64_t>(r.seats.size())))->first;
    }
    void rename(room_model& r, user_id who, const std::string& what) { rename_to(r, who, fmt::format("name {}", die(3)), what); }
    void rename_to(room_model& r, user_id who, const std::string& name, const std::string& what) {
        ask(what + name, r.rename(who, name), w_.log().rename(r.id, who, name));
    }
    void mark_read(room_model& r, user_id who, const std::string& what) {
        for (auto times = 1 + die(3); times > 0; --times) {
            const ordinal_t ordinal = die(10) == 0 ? 1'000'000 : die(r.ordinal_at_begin + 1);
            ask(what + fmt::format("mark {}", ordinal), r.mark_read(who, ordinal), w_.log().mark_read(r.id, who, ordinal));
        }
    }

    std::int64_t die(std::int64_t sides) { return static_cast<std::int64_t>(dice_() % static_cast<std::uint64_t>(sides)); }
    user_id somebody() { return people[dice_() % people.size()]; }
    // Of an event, mostly of a late one, or of none.
    seq_t some_seq(const room_model& r) {
        return die(3) == 0 ? 1 + die(r.last_seq() + 2) : std::max<seq_t>(1, r.last_seq() - die(20));
    }

    world& w_;
    std::mt19937& dice_;
    const bool spoils_;
    std::vector<question> asked_;
    int given_ = 0;
};

}  // namespace madang::test
