#include "archive/tables.hpp"

#include <fmt/format.h>

namespace madang::storage::archive {
namespace {

using enum column_type;

// A column that has one name everywhere, and one that PostgreSQL calls otherwise.
constexpr column same(std::string_view name, column_type type) { return {name, type, name, name}; }
constexpr column id_of(std::string_view name, std::string_view postgres) { return {name, integer, name, postgres}; }
constexpr column optional(column c) {
    c.nullable = true;
    return c;
}

constexpr column users[] = {
    same("id", integer),
    same("username", text),
    same("display_name", text),
    same("status_message", text),
    same("password_hash", text),
    same("email", text),
    same("locale", text),
    same("role", text),
    same("disabled", boolean),
    same("created_at", time),
    optional(same("deleted_at", time)),
};

constexpr column sessions[] = {
    same("id", integer),         id_of("user", "user_id"),   same("device", text),     same("address", text),
    same("created_at", time),    same("last_used_at", time), same("expires_at", time), optional(same("ended_at", time)),
    same("generation", integer), same("rotated_at", time),
};

constexpr column refresh_tokens[] = {
    same("hash", bytes),
    id_of("session", "session_id"),
    same("generation", integer),
};

constexpr column signing_keys[] = {
    same("kid", text),
    same("seed", bytes),
    same("created_at", time),
    same("revoked", boolean),
};

constexpr column contacts[] = {
    id_of("user", "user_id"),  id_of("other", "other_id"), same("friends", boolean),
    same("incoming", boolean), same("since", time),
};

constexpr column blocks[] = {
    id_of("user", "user_id"),
    id_of("blocked", "blocked_id"),
    same("since", time),
};

constexpr column rooms[] = {
    same("id", integer),
    same("kind", integer),
    same("name", text),
    optional(same("direct_key", text)),
    same("created_by", integer),
    optional(same("create_key", text)),
    same("created_at", time),
    same("last_at", time),
    same("last_seq", integer),
    same("last_ordinal", integer),
    same("last_message_seq", integer),
    same("member_count", integer),
};

constexpr column members[] = {
    id_of("room", "room_id"),      id_of("user", "user_id"),      same("role", integer),  same("joined_at", time),
    same("visible_from", integer), same("read_ordinal", integer), same("muted", boolean), same("hidden", boolean),
};

constexpr column events[] = {
    id_of("room", "room_id"),
    same("seq", integer),
    same("kind", integer),
    id_of("author", "author_id"),
    same("created_at", time),
    optional(same("ordinal", integer)),
    optional(same("key", text)),
    optional(same("body", text)),
    optional(same("target", integer)),
    optional(same("subject", integer)),
    optional(same("value", integer)),
    optional(same("edited_at", time)),
    optional(same("deleted_at", time)),
};

constexpr column reactions[] = {
    id_of("room", "room_id"),
    same("seq", integer),
    same("emoji", text),
    id_of("user", "user_id"),
};

constexpr table all[] = {
    {"users", users, 1, true},      {"sessions", sessions, 1, true}, {"refresh_tokens", refresh_tokens},
    {"signing_keys", signing_keys}, {"contacts", contacts, 2},       {"blocks", blocks, 2},
    {"rooms", rooms, 1, true},      {"members", members, 2},         {"events", events, 2},
    {"reactions", reactions, 4},
};

}  // namespace

std::span<const table> tables() noexcept { return all; }

std::string names_of(const table& t, std::string_view column::*which, std::size_t count) {
    std::string all_names;
    for (const auto& c : t.columns.first(count)) all_names += fmt::format("{}\"{}\"", all_names.empty() ? "" : ", ", c.*which);
    return all_names;
}

}  // namespace madang::storage::archive
