// STOMP over WebSocket: who may open one, and what all sessions share. Thread-safe; each session lives on its shard.
#pragma once

#include "madang/broker/hub.hpp"
#include "madang/domain/account_service.hpp"
#include "madang/domain/message_service.hpp"
#include "madang/domain/presence.hpp"
#include "madang/domain/room_service.hpp"
#include "madang/net/service.hpp"
#include "madang/observe/metrics.hpp"
#include "madang/runtime/shards.hpp"
#include "madang/runtime/task_group.hpp"
#include "madang/web/authenticator.hpp"
#include "madang/web/rates.hpp"
#include "madang/web/settings.hpp"

#include <atomic>
#include <memory>
#include <variant>

namespace madang::web {

struct stomp_counters {
    explicit stomp_counters(metrics::registry& m);

    metrics::counter& connected;
    metrics::counter& frames;
    metrics::counter& sends;
    metrics::counter& receipts;
    metrics::counter& refusals;
    metrics::counter& errors;
    metrics::counter& silent;   // closed after too long a silence
    metrics::counter& stuck;    // closed because a write did not get out
    metrics::counter& expired;  // closed because the token expired
};

class stomp_gateway {
public:
    struct parts {
        broker::hub& hub;
        const runtime::shards& shards;
        runtime::task_group& tasks;
        authenticator& who;
        domain::account_service& accounts;
        domain::room_service& rooms;
        domain::message_service& messages;
        domain::presence& presence;
        rates& limits;
        const clock& time;
    };

    stomp_gateway(parts p, const settings& s, metrics::registry& m) : parts_(p), settings_(s), counters_(m) {}

    // For GET /ws: the subprotocol, the Origin and the token are judged here, CONNECT later.
    std::variant<http::response, net::upgrade> open(const http::request& r, std::size_t shard);

    // New sockets are refused from now on; sessions are told by hub::restart.
    void drain() noexcept { draining_ = true; }

private:
    friend class stomp_session;

    parts parts_;
    const settings& settings_;
    stomp_counters counters_;
    std::atomic<bool> draining_{false};
    std::atomic<std::uint64_t> connections_{0};
};

}  // namespace madang::web
