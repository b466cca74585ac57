#include "event_columns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::storage {
namespace {

using namespace domain;

std::string to_json(const std::vector<user_id>& users) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(users.size());
    for (const auto user : users) numbers.push_back(user.value);
    return fmt::format("[{}]", fmt::join(numbers, ","));
}

// Of what to_json() wrote.
std::vector<user_id> from_json(std::string_view text) {
    std::vector<user_id> users;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        std::int64_t number = 0;
        const auto [rest, failed] = std::from_chars(at, end, number);
        if (failed == std::errc{}) users.push_back(user_id{number});
        at = failed == std::errc{} ? rest : at + 1;
    }
    return users;
}

struct to_columns {
    event_columns operator()(const message_posted& m) const {
        event_columns c;
        c.ordinal = m.ordinal;
        c.key = m.key;
        c.body = m.text;
        if (m.reply_to != 0) c.target = m.reply_to;
        return c;
    }
    event_columns operator()(const members_joined& j) const { return with_body(to_json(j.users)); }
    event_columns operator()(const member_left& l) const {
        event_columns c;
        c.subject = l.user;
        return c;
    }
    event_columns operator()(const room_renamed& r) const { return with_body(r.name); }
    event_columns operator()(const role_changed& r) const {
        event_columns c;
        c.subject = r.user;
        c.value = static_cast<std::int64_t>(r.role);
        return c;
    }
    event_columns operator()(const message_edited& e) const { return with_target(e.target); }
    event_columns operator()(const message_deleted& e) const { return with_target(e.target); }
    event_columns operator()(const reaction_set& r) const {
        event_columns c = with_target(r.target);
        c.body = r.emoji;
        c.value = r.on;
        return c;
    }

private:
    static event_columns with_body(std::string body) {
        event_columns c;
        c.body = std::move(body);
        return c;
    }
    static event_columns with_target(seq_t target) {
        event_columns c;
        c.target = target;
        return c;
    }
};

}  // namespace

event_columns columns_of(const event_body& body) { return std::visit(to_columns{}, body); }

event_body body_from(event_kind kind, event_columns c, std::optional<timestamp> edited_at, std::optional<timestamp> deleted_at) {
    auto body = std::move(c.body).value_or(std::string{});
    const auto target = c.target.value_or(0);
    const auto subject = c.subject.value_or(user_id{});
    const auto value = c.value.value_or(0);
    switch (kind) {
        case event_kind::message:
            return message_posted{
                c.ordinal.value_or(0), std::move(body), target, std::move(c.key).value_or(std::string{}), edited_at, deleted_at};
        case event_kind::join:
            return members_joined{from_json(body)};
        case event_kind::leave:
            return member_left{subject};
        case event_kind::rename:
            return room_renamed{std::move(body)};
        case event_kind::role:
            return role_changed{subject, static_cast<member_role>(value)};
        case event_kind::edit:
            return message_edited{target, std::move(body), deleted_at};
        case event_kind::erase:
            return message_deleted{target};
        case event_kind::reaction:
            return reaction_set{target, std::move(body), value != 0};
    }
    throw std::logic_error(fmt::format("a stored event has the unknown kind {}", static_cast<int>(kind)));
}

}  // namespace madang::storage
