// All of it is a turn of the strand, where the desk does it.
#include "madang/bus/cluster.hpp"

#include "desk.hpp"

#include <fmt/format.h>

namespace madang::bus {

using namespace domain;

cluster::cluster(executor strand, parts p, cluster_options o, metrics::registry& m)
    : desk_(std::make_shared<desk>(std::move(strand), p, o, m)), feeds_(p.feeds) {
    p.reads.tell_others([this](room_id room, std::vector<read_mark> marks) { read(room, std::move(marks)); });
}
cluster::~cluster() = default;

void cluster::start() {
    desk_->later([this](desk& d) { d.start(*this); });
}
void cluster::stop() {
    desk_->later([](desk& d) { d.stop(); });
}

void cluster::committed(std::vector<commit> batch) {
    desk_->later([batch](desk& d) { d.publish(batch); });
    feeds_.committed(std::move(batch));
}
void cluster::in_room(room_id room, bool here) {
    desk_->later([room, here](desk& d) { d.in_room(room, here); });
}
void cluster::in_user(user_id user, bool here) {
    desk_->later([user, here](desk& d) { d.in_user(user, here); });
}

void cluster::tell(user_id to, std::string json) {
    desk_->later([to, json = std::move(json)](desk& d) { d.say(to, subject::person, fmt::format("{} {}", to.value, json)); });
}
void cluster::typing(room_id room, user_id user) {
    desk_->later([room, user](desk& d) { d.say(room, subject::typing, fmt::format("{} {}", room.value, user.value)); });
}
void cluster::read(room_id room, std::vector<read_mark> marks) {
    auto body = std::to_string(room.value);
    for (const auto& mark : marks) body += fmt::format(" {}:{}", mark.user.value, mark.ordinal);
    desk_->later([room, body = std::move(body)](desk& d) { d.say(room, subject::reads, body); });
}
void cluster::sessions_ended(std::span<const session_id> sessions) {
    std::string body;
    for (const auto session : sessions) body += fmt::format("{} ", session.value);
    desk_->later([body = std::move(body)](desk& d) { d.say_to_all(subject::sessions, body); });
}

void cluster::came_or_went(user_id user) {
    desk_->later([user](desk& d) { d.say(user, subject::presence, std::to_string(user.value)); });
}
void cluster::friends_changed(user_id user) {
    desk_->later([user](desk& d) { d.say(user, subject::friends, std::to_string(user.value)); });
}
void cluster::copies_changed(std::string what) {
    desk_->later([what = std::move(what)](desk& d) { d.say_to_all(subject::copies, what); });
}
void cluster::tell(domain::presence& watched) { desk_->to_those_here().tell(watched); }
void cluster::tell(domain::copies& kept) { desk_->to_those_here().tell(kept); }

void cluster::message(channel c, std::string_view text) {
    desk_->later([c, text = std::string{text}](desk& d) { d.hear(c, text); });
}
void cluster::heard(channel c) {
    desk_->later([c](desk& d) { d.heard(c); });
}
void cluster::lost(channel c) {
    desk_->later([c](desk& d) { d.lost(c); });
}
void cluster::unsaid(channel c) {
    desk_->later([c](desk& d) { d.unsaid(c); });
}

}  // namespace madang::bus
