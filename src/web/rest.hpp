// The REST handlers (contract, chapter 3), a file a subject. Each registers its routes once, at start.
#pragma once

#include "api.hpp"
#include "event_stream.hpp"

#include "madang/domain/account_service.hpp"
#include "madang/domain/contact_service.hpp"
#include "madang/domain/message_service.hpp"
#include "madang/domain/room_service.hpp"

namespace madang::web {

void add_account_routes(api& a, domain::account_service& accounts, rates& limits);
void add_session_routes(api& a, domain::account_service& accounts, rates& limits, const settings& s);
void add_people_routes(api& a, domain::contact_service& contacts);
void add_room_routes(api& a, domain::room_service& rooms);
void add_history_routes(api& a, const event_stream_parts& parts);
void add_message_routes(api& a, domain::message_service& messages, domain::room_service& rooms, rates& limits);

}  // namespace madang::web
