#include "commit_codec.hpp"

#include "madang/domain/encode.hpp"

#include <boost/json/parse.hpp>

namespace madang::bus {

using namespace domain;
namespace json = boost::json;

namespace {

void write_ids(madang::json::writer& w, std::string_view name, const std::vector<user_id>& users) {
    if (users.empty()) return;
    w.key(name).begin_array();
    for (const auto user : users) w.value(user.value);
    w.end_array();
}

// All of these throw where the text is not what encode() writes.
std::int64_t number(const json::object& o, std::string_view name) { return o.at(name).to_number<std::int64_t>(); }
std::int64_t number_or_0(const json::object& o, std::string_view name) { return o.contains(name) ? number(o, name) : 0; }
std::string text(const json::object& o, std::string_view name) { return std::string{o.at(name).as_string()}; }
user_id user(const json::object& o, std::string_view name) { return user_id{number(o, name)}; }

std::vector<user_id> users(const json::object& o, std::string_view name) {
    std::vector<user_id> all;
    if (!o.contains(name)) return all;
    for (const auto& v : o.at(name).as_array()) all.emplace_back(user_id{v.to_number<std::int64_t>()});
    return all;
}

message_posted message_of(const json::object& o) {
    message_posted m;
    m.ordinal = number(o, "ordinal");
    m.text = text(o, "text");
    m.reply_to = number_or_0(o, "replyTo");
    if (o.contains("key")) m.key = text(o, "key");
    return m;
}

role_changed role_of(const json::object& o) {
    const auto name = text(o, "role");
    role_changed r{user(o, "userId"), member_role::member};
    for (const auto role : {member_role::admin, member_role::owner})
        if (to_string(role) == name) r.role = role;
    return r;
}

std::optional<event_body> body_of(const json::object& o) {
    const auto kind = text(o, "kind");
    if (kind == "message") return message_of(o);
    if (kind == "join") return members_joined{users(o, "userIds")};
    if (kind == "leave") return member_left{user(o, "userId")};
    if (kind == "rename") return room_renamed{text(o, "name")};
    if (kind == "role") return role_of(o);
    if (kind == "edit") return message_edited{number(o, "targetSeq"), text(o, "text"), std::nullopt};
    if (kind == "delete") return message_deleted{number(o, "targetSeq")};
    if (kind == "reaction") return reaction_set{number(o, "targetSeq"), text(o, "emoji"), o.at("on").as_bool()};
    return std::nullopt;
}

std::optional<commit> commit_of(const json::object& o) {
    commit c;
    c.room = room_id{number(o, "room")};
    c.head = number(o, "head");
    c.joined = users(o, "joined");
    c.left = users(o, "left");
    if (!o.contains("event")) return c;
    const auto& in = o.at("event").as_object();
    auto body = body_of(in);
    if (!body) return std::nullopt;
    event e;
    e.room = c.room;
    e.seq = number(in, "seq");
    e.author = user(in, "authorId");
    e.created_at = timestamp{std::chrono::milliseconds{number(o, "at")}};
    e.body = std::move(*body);
    c.event = std::make_shared<const event>(std::move(e));
    return c;
}

}  // namespace

std::string encode(std::span<const commit> commits) {
    madang::json::writer w{512};
    w.begin_array();
    for (const auto& c : commits) {
        w.begin_object().field("room", c.room.value).field("head", c.head);
        if (c.event) {
            w.field("at", c.event->created_at.time_since_epoch().count()).key("event");
            write(w, *c.event);
        }
        write_ids(w, "joined", c.joined);
        write_ids(w, "left", c.left);
        w.end_object();
    }
    return w.end_array().take();
}

std::vector<commit> decode_commits(std::string_view text) {
    std::vector<commit> all;
    boost::system::error_code ec;
    const auto parsed = json::parse(text, ec);
    if (ec || !parsed.is_array()) return all;
    for (const auto& v : parsed.get_array()) {
        try {
            if (auto c = commit_of(v.as_object())) all.push_back(std::move(*c));
        } catch (const std::exception&) {  // not ours
        }
    }
    return all;
}

}  // namespace madang::bus
