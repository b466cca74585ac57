#include "sqlite/contacts.hpp"

#include "sqlite/people.hpp"

namespace madang::storage::sqlite {
namespace {

using domain::contact;
using page = std::vector<contact>;

// Of queries that answer (who, since, incoming).
page contacts_in(database& db, query rows) {
    page found;
    while (rows.step()) found.push_back({*user_of(db, rows.get<user_id>(0)), rows.get<timestamp>(1), rows.get<bool>(2)});
    return found;
}

std::optional<contact> contact_of(database& db, user_id me, user_id other, bool friends) {
    auto row = db.run("SELECT since, incoming FROM contacts WHERE user = ? AND other = ? AND friends = ?", me, other, friends);
    if (!row.step()) return std::nullopt;
    return contact{*user_of(db, other), row.get<timestamp>(0), row.get<bool>(1)};
}

// Friends, or open requests in both directions.
bool has_fewer(database& db, user_id who, bool friends, std::size_t most) {
    auto row = db.run("SELECT count(*) FROM contacts WHERE user = ? AND friends = ?", who, friends);
    return row.step() && row.get<std::size_t>(0) < most;
}

bool both_have_fewer(database& db, user_id a, user_id b, bool friends, std::size_t most) {
    return has_fewer(db, a, friends, most) && has_fewer(db, b, friends, most);
}

error full() { return {errc::conflict, "One of the two has as many friends or requests as a person can have."}; }

void put(writing& w, user_id user, user_id other, bool friends, bool incoming) {
    w.db.change("INSERT OR REPLACE INTO contacts (user, other, friends, incoming, since) VALUES (?, ?, ?, ?, ?)", user, other,
                friends, incoming, w.now);
}

contact become_friends(writing& w, user_id me, user_id asked_by) {
    put(w, me, asked_by, true, true);
    put(w, asked_by, me, true, false);
    return *contact_of(w.db, me, asked_by, true);
}

// Ends whatever there is between the two; whether there was something.
bool part(database& db, user_id a, user_id b) {
    db.change("DELETE FROM contacts WHERE user = ? AND other = ?", b, a);
    return db.change("DELETE FROM contacts WHERE user = ? AND other = ?", a, b) > 0;
}

}  // namespace

async_result<page> contacts::friends(user_id me, user_id after, std::size_t limit) {
    return read<page>(readers_, [me, after, limit](database& db) -> result<page> {
        return contacts_in(db, db.run("SELECT other, since, incoming FROM contacts WHERE user = ? AND friends = 1 AND other > ? "
                                      "ORDER BY other LIMIT ?",
                                      me, after, limit));
    });
}

async_result<page> contacts::requests(user_id me, user_id after, std::size_t limit) {
    return read<page>(readers_, [me, after, limit](database& db) -> result<page> {
        return contacts_in(db, db.run("SELECT other, since, incoming FROM contacts WHERE user = ? AND friends = 0 AND other > ? "
                                      "ORDER BY other LIMIT ?",
                                      me, after, limit));
    });
}

async_result<page> contacts::blocks(user_id me, user_id after, std::size_t limit) {
    return read<page>(readers_, [me, after, limit](database& db) -> result<page> {
        return contacts_in(
            db, db.run("SELECT blocked, since, 0 FROM blocks WHERE user = ? AND blocked > ? ORDER BY blocked LIMIT ?", me, after,
                       limit));
    });
}

async_result<domain::contact_store::friendship> contacts::befriend(user_id me, user_id other, std::size_t most) {
    return write<friendship>(writer_, 0, [me, other, most](writing& w) -> result<friendship> {
        if (me == other) return errc::cannot_befriend_yourself;
        if (!is_alive(w.db, me) || !is_alive(w.db, other)) return errc::not_found;
        if (are_blocked(w.db, me, other)) return errc::blocked;
        if (are_friends(w.db, me, other)) return errc::already_friends;
        const auto asked = contact_of(w.db, me, other, false);
        if (asked && !asked->incoming) return friendship{befriended::still_requested, *asked};
        if (!both_have_fewer(w.db, me, other, true, most)) return full();
        if (asked) return friendship{befriended::friends, become_friends(w, me, other)};
        if (!both_have_fewer(w.db, me, other, false, most)) return full();
        put(w, me, other, false, false);
        put(w, other, me, false, true);
        return friendship{befriended::requested, *contact_of(w.db, me, other, false)};
    });
}

async_result<contact> contacts::accept(user_id me, user_id other, std::size_t most) {
    return write<contact>(writer_, 0, [me, other, most](writing& w) -> result<contact> {
        const auto asked = contact_of(w.db, me, other, false);
        if (!asked || !asked->incoming) return errc::not_found;
        if (!both_have_fewer(w.db, me, other, true, most)) return full();
        return become_friends(w, me, other);
    });
}

async_result<> contacts::decline(user_id me, user_id other) {
    return write(writer_, 0, [me, other](writing& w) -> result<> {
        if (!contact_of(w.db, me, other, false)) return errc::not_found;
        part(w.db, me, other);
        return {};
    });
}

async_result<bool> contacts::unfriend(user_id me, user_id other) {
    return write<bool>(writer_, 0,
                       [me, other](writing& w) -> result<bool> { return are_friends(w.db, me, other) && part(w.db, me, other); });
}

async_result<bool> contacts::block(user_id me, user_id other) {
    return write<bool>(writer_, 0, [me, other](writing& w) -> result<bool> {
        if (me == other) return errc::invalid_request;
        if (!is_alive(w.db, other)) return errc::not_found;
        w.db.change("INSERT OR IGNORE INTO blocks (user, blocked, since) VALUES (?, ?, ?)", me, other, w.now);
        return part(w.db, me, other);
    });
}

async_result<> contacts::unblock(user_id me, user_id other) {
    return write(writer_, 0, [me, other](writing& w) -> result<> {
        w.db.change("DELETE FROM blocks WHERE user = ? AND blocked = ?", me, other);
        return {};
    });
}

}  // namespace madang::storage::sqlite
