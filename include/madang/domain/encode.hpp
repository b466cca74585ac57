// Entities as the wire shows them (contract, chapter 3, "Shapes"): the same object over REST, STOMP and every node.
#pragma once

#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/presence_board.hpp"
#include "madang/domain/room.hpp"
#include "madang/domain/user.hpp"
#include "madang/protocol/json/writer.hpp"

#include <string>

namespace madang::domain {

void write(json::writer& w, const user& u);
void write_self(json::writer& w, const user& u);  // with locale and role
void write(json::writer& w, const login& l, session_id current);
void write(json::writer& w, const contact& c);  // {user, createdAt} and the caller may add fields: leaves the object open
void write(json::writer& w, const presence_state& p);
void write(json::writer& w, const member& m);
void write(json::writer& w, const room_view& r);
// `concealed`: without content, for who may not see its target.
void write(json::writer& w, const event& e, bool concealed = false);
void write(json::writer& w, const timeline_item& item);

[[nodiscard]] std::string_view to_string(member_role role) noexcept;
[[nodiscard]] std::string to_json(const event& e, bool concealed = false);

}  // namespace madang::domain
