#include "madang/web/room_audience.hpp"

#include "destinations.hpp"
#include "event_frame.hpp"

#include "madang/domain/encode.hpp"
#include "madang/protocol/json/writer.hpp"

namespace madang::web {

bool room_audience::anyone(room_id room) const { return hub_.has_listeners(room_topic(room)) || bells_.any(room); }
bool room_audience::anyone_reads(room_id room) const { return hub_.has_listeners(reads_topic(room)); }

void room_audience::deliver(std::vector<domain::commit> commits) {
    std::vector<broker::publication> batch;
    batch.reserve(commits.size());
    const auto epoch = epoch_.name();
    for (auto& c : commits) {
        broker::publication p;
        p.topic = room_topic(c.room);
        if (c.event) p.message = to_message(*c.event, epoch);
        p.head = c.head;
        p.joined = std::move(c.joined);
        if (!c.left.empty()) p.left_topics = {typing_topic(c.room), reads_topic(c.room)};
        p.left = std::move(c.left);
        batch.push_back(std::move(p));
    }
    hub_.publish(std::move(batch));
    for (const auto& c : commits) bells_.ring(c.room);
}

broker::message_ptr room_audience::passing(const std::string& destination, std::string body, bool sheddable) {
    const std::string id = "m." + std::to_string(passing_.fetch_add(1, std::memory_order_relaxed));
    return to_message(destination, id, body, sheddable);
}

void room_audience::tell(user_id to, std::string json) {
    broker::publication p;
    p.topic = user_events_topic(to);
    if (!hub_.has_listeners(p.topic)) return;
    p.message = passing(std::string{user_events_destination}, std::move(json), false);
    hub_.publish(std::move(p));
}

void room_audience::typing(room_id room, user_id user) {
    broker::publication p;
    p.topic = typing_topic(room);
    if (!hub_.has_listeners(p.topic)) return;
    json::writer w;
    w.begin_object().field("roomId", room.value).field("userId", user.value).end_object();
    p.message = passing(p.topic, w.take(), true);
    hub_.publish(std::move(p));
}

void room_audience::reads(room_id room, std::span<const domain::read_mark> marks) {
    broker::publication p;
    p.topic = reads_topic(room);
    json::writer w;
    w.begin_object().field("roomId", room.value).key("reads").begin_array();
    for (const auto& mark : marks) w.begin_object().field("userId", mark.user.value).field("ordinal", mark.ordinal).end_object();
    w.end_array().end_object();
    p.message = passing(p.topic, w.take(), true);
    hub_.publish(std::move(p));
}

void room_audience::presence(user_id to, std::span<const domain::presence_state> friends) {
    broker::publication p;
    p.topic = user_presence_topic(to);
    if (!hub_.has_listeners(p.topic)) return;
    json::writer w;
    w.begin_object().key("presence").begin_array();
    for (const auto& one : friends) write(w, one);
    w.end_array().end_object();
    // Never shed: it says what has changed, and is not said again.
    p.message = passing(std::string{user_presence_destination}, w.take(), false);
    hub_.publish(std::move(p));
}

}  // namespace madang::web
