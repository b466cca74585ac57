#include "madang/domain/encode.hpp"

#include <array>

namespace madang::domain {
namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;  // clang 14 does not deduce it

void fields_of(json::writer& w, const user& u) {
    w.field("id", u.id.value);
    if (u.deleted) {
        w.field("deleted", true);
        return;
    }
    w.field("username", u.username).field("displayName", u.display_name).field("statusMessage", u.status_message);
    w.field("createdAt", to_rfc3339(u.created_at));
}

void message_fields(json::writer& w, const message_posted& m, bool timeline) {
    w.field("ordinal", m.ordinal);
    if (m.deleted_at)
        w.field("deletedAt", to_rfc3339(*m.deleted_at));
    else
        w.field("text", m.text);
    if (m.reply_to != 0) w.field("replyTo", m.reply_to);
    if (!m.key.empty() && m.key.front() != '~') w.field("key", m.key);
    if (timeline && m.edited_at && !m.deleted_at) w.field("editedAt", to_rfc3339(*m.edited_at));
}

constexpr std::array<std::string_view, 8> kinds{"message", "join", "leave", "rename", "role", "edit", "delete", "reaction"};

// Opens the object; the caller closes it.
void open_event(json::writer& w, const event& e, bool concealed, bool timeline) {
    w.begin_object().field("roomId", e.room.value).field("seq", e.seq).field("kind", kinds[e.body.index()]);
    w.field("authorId", e.author.value).field("createdAt", to_rfc3339(e.created_at));
    std::visit(overloaded{
                   [&](const message_posted& m) { message_fields(w, m, timeline); },
                   [&](const members_joined& j) {
                       w.key("userIds").begin_array();
                       for (const auto user : j.users) w.value(user.value);
                       w.end_array();
                   },
                   [&](const member_left& l) { w.field("userId", l.user.value); },
                   [&](const room_renamed& r) { w.field("name", r.name); },
                   [&](const role_changed& r) { w.field("userId", r.user.value).field("role", to_string(r.role)); },
                   [&](const message_edited& m) {
                       w.field("targetSeq", m.target);
                       if (concealed) return;
                       if (m.deleted_at)
                           w.field("deletedAt", to_rfc3339(*m.deleted_at));
                       else
                           w.field("text", m.text);
                   },
                   [&](const message_deleted& m) { w.field("targetSeq", m.target); },
                   [&](const reaction_set& r) {
                       w.field("targetSeq", r.target);
                       if (!concealed) w.field("emoji", r.emoji).field("on", r.on);
                   },
               },
               e.body);
}

}  // namespace

std::string_view to_string(member_role role) noexcept {
    switch (role) {
        case member_role::owner:
            return "owner";
        case member_role::admin:
            return "admin";
        default:
            return "member";
    }
}

void write(json::writer& w, const user& u) {
    w.begin_object();
    fields_of(w, u);
    w.end_object();
}

void write_self(json::writer& w, const user& u) {
    w.begin_object();
    fields_of(w, u);
    w.field("locale", u.locale).field("role", u.role).end_object();
}

void write(json::writer& w, const login& l, session_id current) {
    w.begin_object().field("id", l.id.value).field("device", l.device).field("address", l.address);
    w.field("createdAt", to_rfc3339(l.created_at)).field("lastUsedAt", to_rfc3339(l.last_used_at));
    w.field("expiresAt", to_rfc3339(l.expires_at)).field("current", l.id == current).end_object();
}

void write(json::writer& w, const contact& c) {
    w.begin_object().key("user");
    write(w, c.who);
    w.field("createdAt", to_rfc3339(c.since));
}

void write(json::writer& w, const presence_state& p) {
    w.begin_object().field("userId", p.user.value).field("state", p.online ? "online" : "offline");
    if (p.last_seen && !p.online) w.field("lastSeenAt", to_rfc3339(*p.last_seen));
    w.end_object();
}

void write(json::writer& w, const member& m) {
    w.begin_object().key("user");
    write(w, m.user);
    w.field("role", to_string(m.role))
        .field("joinedAt", to_rfc3339(m.joined_at))
        .field("readOrdinal", m.read_ordinal)
        .end_object();
}

void write(json::writer& w, const room_view& r) {
    w.begin_object().field("id", r.id.value).field("kind", r.kind == room_kind::direct ? "direct" : "group");
    if (!r.name.empty()) w.field("name", r.name);
    w.key("members").begin_array();
    for (const auto& m : r.members) write(w, m);
    w.end_array().field("memberCount", r.member_count).field("lastSeq", r.last_seq).field("lastOrdinal", r.last_ordinal);
    w.field("readOrdinal", r.read_ordinal).field("unread", r.last_ordinal - r.read_ordinal);
    if (r.last_message) {
        w.key("lastMessage");
        write(w, *r.last_message);
    }
    w.field("muted", r.muted).field("role", to_string(r.role)).field("createdAt", to_rfc3339(r.created_at)).end_object();
}

void write(json::writer& w, const event& e, bool concealed) {
    open_event(w, e, concealed, false);
    w.end_object();
}

void write(json::writer& w, const timeline_item& item) {
    open_event(w, item.event, false, true);
    if (item.event.kind() == event_kind::message) {
        w.key("reactions").begin_array();
        for (const auto& r : item.reactions)
            w.begin_object().field("emoji", r.emoji).field("count", r.count).field("mine", r.mine).end_object();
        w.end_array().field("unreadBy", item.unread_by);
    }
    w.end_object();
}

std::string to_json(const event& e, bool concealed) {
    json::writer w{256};
    write(w, e, concealed);
    return w.take();
}

}  // namespace madang::domain
