// What the ports answer, written out field by field: answers that show the same read the same, and Catch says where they do not.
#pragma once

#include "madang/domain/ports/room_store.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace madang::test {

inline std::string shown(timestamp t) { return std::to_string(t.time_since_epoch().count()); }
inline std::string shown(const std::optional<timestamp>& t) { return t ? shown(*t) : "-"; }

inline std::string shown(const domain::user& u) {
    return fmt::format("{} {} '{}' '{}' {} {} {} {} {}", u.id.value, u.username, u.display_name, u.status_message, u.locale,
                       u.role, shown(u.created_at), u.deleted, u.disabled);
}

inline std::string shown(const domain::event& e) {
    struct body {
        std::string operator()(const domain::message_posted& m) const {
            return fmt::format("{} '{}' to {} by {} edited {} deleted {}", m.ordinal, m.text, m.reply_to, m.key,
                               shown(m.edited_at), shown(m.deleted_at));
        }
        std::string operator()(const domain::members_joined& j) const {
            std::string all;
            for (const auto user : j.users) all += fmt::format(" {}", user.value);
            return all;
        }
        std::string operator()(const domain::member_left& l) const { return std::to_string(l.user.value); }
        std::string operator()(const domain::room_renamed& r) const { return r.name; }
        std::string operator()(const domain::role_changed& r) const {
            return fmt::format("{} {}", r.user.value, static_cast<int>(r.role));
        }
        std::string operator()(const domain::message_edited& m) const { return fmt::format("{} '{}'", m.target, m.text); }
        std::string operator()(const domain::message_deleted& m) const { return std::to_string(m.target); }
        std::string operator()(const domain::reaction_set& r) const { return fmt::format("{} {} {}", r.target, r.emoji, r.on); }
    };
    return fmt::format("room {} seq {} kind {} author {} at {}: {}", e.room.value, e.seq, static_cast<int>(e.kind()),
                       e.author.value, shown(e.created_at), std::visit(body{}, e.body));
}

inline std::string shown(const domain::room_view& v) {
    auto all = fmt::format("room {} kind {} '{}' count {} at {} {} made {} last {} me {} {} {}\n", v.id.value,
                           static_cast<int>(v.kind), v.name, v.member_count, v.last_seq, v.last_ordinal, shown(v.created_at),
                           shown(v.last_at), static_cast<int>(v.role), v.read_ordinal, v.muted);
    for (const auto& m : v.members)
        all += fmt::format("  {} role {} joined {} read {}\n", shown(m.user), static_cast<int>(m.role), shown(m.joined_at),
                           m.read_ordinal);
    return all + "  " + (v.last_message ? shown(*v.last_message) : "no message");
}

inline std::string shown(const domain::timeline_page& page) {
    auto all = fmt::format("at {}, more {}\n", page.last_seq, page.has_more);
    for (const auto& item : page.items) {
        all += fmt::format("  {} unread {}", shown(item.event), item.unread_by);
        for (const auto& r : item.reactions) all += fmt::format(" {} {} {}", r.emoji, r.count, r.mine);
        all += "\n";
    }
    return all;
}

template <class T>
std::vector<std::string> shown(const std::vector<T>& all) {
    std::vector<std::string> lines;
    lines.reserve(all.size());
    for (const auto& one : all) lines.push_back(shown(one));
    return lines;
}

}  // namespace madang::test
