#include "delivery.hpp"

#include "commit_codec.hpp"

#include <charconv>
#include <optional>
#include <string>

namespace madang::bus {

using namespace domain;

namespace {

// The next number of a text like "7 12:3"; nothing at its end, or where it is none.
std::optional<std::int64_t> next_number(std::string_view& rest) {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':')) rest.remove_prefix(1);
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (ec != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return n;
}

}  // namespace

void delivery::take(const note& n) {
    auto body = n.body;
    switch (static_cast<subject>(n.about)) {
        case subject::commits:
            return take_commits(body);
        case subject::typing:
            return take_typing(body);
        case subject::reads:
            return take_reads(body);
        case subject::person:
            return take_person(body);
        case subject::sessions:
            return take_sessions(body);
        case subject::presence:
            if (const auto user = next_number(body); user && presence_) presence_->heard_of_change(user_id{*user});
            return;
        case subject::friends:
            if (const auto user = next_number(body); user && presence_) presence_->heard_of_friends(user_id{*user});
            return;
        case subject::copies:
            if (copies_ != nullptr) copies_->others_changed(body);
            return;
        case subject::pulse:  // its number was all
            return;
    }
}

void delivery::missed_something() {
    if (copies_ != nullptr) copies_->missed_something();
}

// Whoever hears of an event and asks for more finds no copy from before it.
void delivery::take_commits(std::string_view body) {
    auto commits = decode_commits(body);
    if (copies_ != nullptr) copies_->others_committed(commits);
    parts_.feeds.committed(std::move(commits));
}

void delivery::take_typing(std::string_view body) {
    const auto room = next_number(body);
    if (const auto user = next_number(body)) parts_.here.typing(room_id{*room}, user_id{*user});
}

void delivery::take_reads(std::string_view body) {
    const auto room = next_number(body);
    std::vector<read_mark> marks;
    while (const auto user = next_number(body)) {
        const auto ordinal = next_number(body);
        if (!ordinal) return;
        marks.push_back({user_id{*user}, *ordinal});
    }
    if (room) parts_.reads.hear(room_id{*room}, std::move(marks));
}

void delivery::take_person(std::string_view body) {
    const auto user = next_number(body);
    if (user && !body.empty()) parts_.here.tell(user_id{*user}, std::string{body.substr(1)});
}

void delivery::take_sessions(std::string_view body) {
    std::vector<session_id> ended;
    while (const auto session = next_number(body)) ended.push_back(session_id{*session});
    parts_.here.end(parts_.ended.add(ended, parts_.time.now()));
}

}  // namespace madang::bus
