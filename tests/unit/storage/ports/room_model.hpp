// A room as it must be when all that was asked of it has been done one after the other: the rules of the ports in their simplest
// form, with the answers that follow from them. A group's owner stays, everybody else is an ordinary member. A direct room has no
// owner, and nobody is blocked.
#pragma once

#include "madang/domain/ports/room_log.hpp"

#include "shown.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace madang::test {

// A text that the database refuses to write, where a test has told it to.
inline constexpr const char* bad_text = "bad";

class room_model {
public:
    struct seat {
        seq_t visible_from = 0;
        ordinal_t read_ordinal = 0;
        bool hidden = false;  // of a direct room
    };

    room_model(room_id id, domain::room_kind kind, user_id founder, const std::vector<user_id>& others, timestamp now)
        : id(id), kind(kind), owner(kind == domain::room_kind::group ? founder : user_id{}), now_(now) {
        domain::members_joined founders{{founder}};
        founders.users.insert(founders.users.end(), others.begin(), others.end());
        for (const auto user : founders.users) seats[user];
        append(founder, founders);
    }
    [[nodiscard]] bool has(user_id user) const { return seats.contains(user) && !seats.at(user).hidden; }

    result<domain::posted> post(user_id author, const std::string& key, std::string text, seq_t reply_to) {
        if (const auto first = firsts_.find({author, key}); first != firsts_.end()) return first->second;
        if (!has(author)) return errc::not_a_member;
        if (reply_to != 0 && message_seen_by(author, reply_to) == nullptr) return errc::invalid_request;
        if (text == bad_text) return errc::internal;
        domain::message_posted m;
        m.ordinal = ++last_ordinal;
        m.text = std::move(text);
        m.key = key;
        m.reply_to = reply_to;
        domain::posted done;
        done.seq = append(author, std::move(m));
        done.ordinal = last_ordinal;
        done.members = static_cast<std::int64_t>(seats.size());
        for (auto& [user, one] : seats) one.hidden = false;  // the other one sees it again
        seats[author].read_ordinal = last_ordinal;
        auto& first = firsts_[{author, key}] = done;
        first.duplicate = true;
        return done;
    }
    result<> edit(user_id actor, seq_t seq, const std::string& text) {
        if (!has(actor)) return errc::not_a_member;
        auto* const m = message_seen_by(actor, seq);
        if (m == nullptr || m->deleted_at) return errc::not_found;
        if (author_of(seq) != actor) return errc::forbidden;
        if (m->text == text) return {};
        if (text == bad_text) return errc::internal;
        m->text = text;
        m->edited_at = now_;
        append(actor, domain::message_edited{seq, text, {}});
        show_present_text(seq);
        return {};
    }
    result<> erase(user_id actor, seq_t seq) {
        if (!has(actor)) return errc::not_a_member;
        auto* const m = message_seen_by(actor, seq);
        if (m == nullptr) return errc::not_found;
        if (author_of(seq) != actor && actor != owner) return errc::forbidden;
        if (m->deleted_at) return {};
        m->text.clear();
        m->deleted_at = now_;
        reactions.erase(seq);
        show_present_text(seq);
        append(actor, domain::message_deleted{seq});
        return {};
    }
    result<> react(user_id actor, seq_t seq, const std::string& emoji, bool on) {
        if (!has(actor)) return errc::not_a_member;
        const auto* const m = message_seen_by(actor, seq);
        if (m == nullptr || m->deleted_at) return errc::not_found;
        auto& there = reactions[seq][emoji];
        if (there.contains(actor) == on) return {};
        on ? (void)there.insert(actor) : (void)there.erase(actor);
        append(actor, domain::reaction_set{seq, emoji, on});
        return {};
    }
    result<> rename(user_id actor, const std::string& to) {
        if (!has(actor)) return errc::not_a_member;
        if (actor != owner) return errc::forbidden;
        if (to == bad_text) return errc::internal;
        if (to != std::exchange(name, to)) append(actor, domain::room_renamed{to});
        return {};
    }
    result<std::vector<user_id>> join(user_id actor, user_id guest, bool are_friends) {
        if (!has(actor)) return errc::not_a_member;
        if (seats.contains(guest)) return std::vector<user_id>{};
        if (!are_friends) return errc::not_friends;
        seats[guest] = {last_seq(), last_ordinal, false};
        append(actor, domain::members_joined{{guest}});
        return std::vector{guest};
    }
    // A direct room: until the other one says something, or who has hidden it opens it again.
    result<bool> hide(user_id actor) {
        if (!has(actor)) return errc::not_a_member;
        seats[actor] = {last_seq(), last_ordinal, true};
        return true;
    }
    result<bool> leave(user_id actor, user_id target) {
        if (!has(actor)) return errc::not_a_member;
        if (!seats.contains(target)) return false;
        if (actor != target && actor != owner) return errc::forbidden;
        seats.erase(target);
        append(actor, domain::member_left{target});
        return true;
    }
    // Whether it moves depends on what else is in its batch. Where it ends does not.
    result<> mark_read(user_id user, ordinal_t ordinal) {
        if (!has(user)) return errc::not_a_member;
        if (ordinal > last_ordinal) return errc::invalid_request;
        seats[user].read_ordinal = std::max(seats[user].read_ordinal, ordinal);
        return {};
    }

    void begin_round() {
        seq_at_begin = last_seq();
        ordinal_at_begin = last_ordinal;
    }
    [[nodiscard]] seq_t last_seq() const { return static_cast<seq_t>(log.size()); }

    const room_id id;
    const domain::room_kind kind;
    const user_id owner;
    std::string name;
    ordinal_t last_ordinal = 0;
    seq_t seq_at_begin = 0;
    ordinal_t ordinal_at_begin = 0;
    std::vector<domain::event> log;  // as it reads now
    std::vector<std::string> told;   // as it was told when it was written
    std::map<user_id, seat> seats;
    std::map<seq_t, std::map<std::string, std::set<user_id>>> reactions;

private:
    seq_t append(user_id author, domain::event_body body) {
        domain::event e;
        e.room = id;
        e.seq = last_seq() + 1;
        e.author = author;
        e.created_at = now_;
        e.body = std::move(body);
        told.push_back(shown(e));
        log.push_back(std::move(e));
        return last_seq();
    }
    user_id author_of(seq_t seq) const { return log[static_cast<std::size_t>(seq) - 1].author; }
    domain::message_posted* message_seen_by(user_id user, seq_t seq) {
        if (seq <= seats.at(user).visible_from || seq > last_seq()) return nullptr;
        return std::get_if<domain::message_posted>(&log[static_cast<std::size_t>(seq) - 1].body);
    }
    // In all edits of the message.
    void show_present_text(seq_t seq) {
        const auto& m = std::get<domain::message_posted>(log[static_cast<std::size_t>(seq) - 1].body);
        for (auto& e : log) {
            auto* const edit = std::get_if<domain::message_edited>(&e.body);
            if (edit == nullptr || edit->target != seq) continue;
            edit->text = m.text;
            edit->deleted_at = m.deleted_at;
        }
    }

    const timestamp now_;
    std::map<std::pair<user_id, std::string>, domain::posted> firsts_;
};

}  // namespace madang::test
