// A room's raw log as server-sent events (HTML Standard, "Server-sent events"): what came after a position, then what comes.
// Each event has `id:<epoch>.<seq>`. A position that means nothing here, of another epoch or from the future, is answered with
// one event `reset`, whose data is {epoch, lastSeq}: the client loads anew, and it goes on live from there.
// Thread: the connection's shard. Ends when its reader is no member any more, its session has ended, its token has expired and
// the grace is over, or another epoch begins; whoever comes back with its Last-Event-ID goes on where it was.
#pragma once

#include "madang/domain/room_service.hpp"
#include "madang/protocol/http/stream.hpp"
#include "madang/web/authenticator.hpp"
#include "madang/web/room_bells.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace madang::web {

struct event_stream_parts {
    domain::room_service& rooms;
    authenticator& who;
    room_bells& bells;
    const clock& time;
    std::chrono::milliseconds grace;  // after the token has expired
};

class event_stream final : public http::body_stream {
public:
    event_stream(const event_stream_parts& p, const caller& me, room_id room, seq_t after, std::shared_ptr<bell> b);

    task<std::string> next() override;
    void end() override;

    // The first piece: the position means nothing.
    void begin_with_reset(seq_t head);

private:
    [[nodiscard]] bool over() const;

    const event_stream_parts parts_;
    const caller me_;
    const room_id room_;
    const std::string epoch_;
    seq_t last_;
    const std::shared_ptr<bell> bell_;
    std::string first_;
    bool ended_ = false;
};

}  // namespace madang::web
