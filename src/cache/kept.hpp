// What is kept of the domain's values, and in which order of fields. A change of any of them takes another number in
// redis_table::version.
#pragma once

#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_store.hpp"

namespace madang::cache {

// Lists keep ids, and people apart: who changes their name would otherwise be in thousands of them.
struct kept_friend {
    user_id user;
    timestamp since{};
};
// The beginning of a list that is too long to be kept whole.
template <class T>
struct beginning {
    std::vector<T> items;
    bool whole = false;
};

}  // namespace madang::cache

// Where the types are, so that the archives find them.
namespace madang::domain {

template <class Archive>
void fields(Archive& a, user& u) {
    a(u.id, u.username, u.display_name, u.status_message, u.locale, u.role, u.created_at, u.deleted, u.disabled);
}

template <class Archive>
void fields(Archive& a, message_posted& m) {
    a(m.ordinal, m.text, m.reply_to, m.key, m.edited_at, m.deleted_at);
}
template <class Archive>
void fields(Archive& a, members_joined& m) {
    a(m.users);
}
template <class Archive>
void fields(Archive& a, member_left& m) {
    a(m.user);
}
template <class Archive>
void fields(Archive& a, room_renamed& r) {
    a(r.name);
}
template <class Archive>
void fields(Archive& a, role_changed& r) {
    a(r.user, r.role);
}
template <class Archive>
void fields(Archive& a, message_edited& m) {
    a(m.target, m.text, m.deleted_at);
}
template <class Archive>
void fields(Archive& a, message_deleted& m) {
    a(m.target);
}
template <class Archive>
void fields(Archive& a, reaction_set& r) {
    a(r.target, r.emoji, r.on);
}
template <class Archive>
void fields(Archive& a, event& e) {
    a(e.room, e.seq, e.author, e.created_at, e.body);
}
template <class Archive>
void fields(Archive& a, reaction_count& r) {
    a(r.emoji, r.count, r.mine);
}
template <class Archive>
void fields(Archive& a, timeline_item& i) {
    a(i.event, i.reactions, i.unread_by);
}
template <class Archive>
void fields(Archive& a, timeline_page& p) {
    a(p.items, p.last_seq, p.has_more);
}

template <class Archive>
void fields(Archive& a, room_face::shown& m) {
    a(m.user, m.role, m.joined_at, m.read_ordinal);
}
template <class Archive>
void fields(Archive& a, room_face& r) {
    a(r.id, r.kind, r.name, r.members, r.member_count, r.last_seq, r.last_ordinal, r.created_at, r.last_at, r.last_message);
}
template <class Archive>
void fields(Archive& a, place& p) {
    a(p.room, p.visible_from, p.role, p.read_ordinal, p.muted);
}

}  // namespace madang::domain

namespace madang::cache {

template <class Archive>
void fields(Archive& a, kept_friend& f) {
    a(f.user, f.since);
}
template <class Archive, class T>
void fields(Archive& a, beginning<T>& b) {
    a(b.items, b.whole);
}

}  // namespace madang::cache
