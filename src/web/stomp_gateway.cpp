#include "madang/web/stomp_gateway.hpp"

#include "origins.hpp"
#include "stomp_session.hpp"

#include "madang/base/text.hpp"

namespace madang::web {

stomp_counters::stomp_counters(metrics::registry& m)
    : connected(m.add_counter("madang_stomp_connected_total", "CONNECT frames that were accepted.")),
      frames(m.add_counter("madang_stomp_frames_total", "Frames from clients.")),
      sends(m.add_counter("madang_stomp_sends_total", "SEND frames with a message.")),
      receipts(m.add_counter("madang_stomp_receipts_total", "RECEIPT frames.")),
      refusals(m.add_counter("madang_stomp_refusals_total", "Frames refused without ending the connection, or with it.")),
      errors(m.add_counter("madang_stomp_errors_total", "ERROR frames.")),
      silent(m.add_counter("madang_stomp_closed_total", "Connections that the server closed.", {{"why", "silence"}})),
      stuck(m.add_counter("madang_stomp_closed_total", "Connections that the server closed.", {{"why", "write_timeout"}})),
      expired(m.add_counter("madang_stomp_closed_total", "Connections that the server closed.", {{"why", "token_expired"}})) {}

std::variant<http::response, net::upgrade> stomp_gateway::open(const http::request& r, std::size_t shard) {
    upgrade_facts facts;
    facts.lang = language_of(r.header("accept-language").value_or(""));
    const auto refuse = [&](const error& e) { return problem(e, facts.lang, r.id); };
    if (draining_) return refuse(retry_later(errc::too_busy, std::chrono::seconds{1}));
    if (!origins{settings_}.acceptable(r)) return refuse(error{errc::forbidden, "This Origin is not allowed."});

    net::upgrade up;
    if (r.header("sec-websocket-protocol")) {
        const auto version = stomp::choose_subprotocol(r.list("sec-websocket-protocol"));
        if (!version)
            return refuse(
                error{errc::invalid_request, "None of the offered subprotocols is served: v12.stomp, v11.stomp, v10.stomp."});
        up.subprotocol = stomp::subprotocol(*version);
    }
    const auto who = parts_.who.check(r);
    if (who)
        facts.who = *who;
    else if (r.header("authorization"))
        return refuse(who.error());
    else
        facts.why_not = who.error().code;
    facts.address = r.address;
    const auto agent = r.header("user-agent").value_or("");
    if (text::is_utf8(agent)) facts.agent = text::cut(agent, 200);
    up.handler = std::make_shared<stomp_session>(*this, shard, std::move(facts));
    return up;
}

}  // namespace madang::web
