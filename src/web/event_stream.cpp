#include "event_stream.hpp"

#include "madang/protocol/json/writer.hpp"

#include <fmt/format.h>

namespace madang::web {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t page = 100;
constexpr auto look = 1s;      // at whether the session has ended
constexpr auto silence = 15s;  // then a comment, so that both ends see that the other is there

}  // namespace

event_stream::event_stream(const event_stream_parts& p, const caller& me, room_id room, seq_t after, std::shared_ptr<bell> b)
    : parts_(p), me_(me), room_(room), epoch_(p.rooms.epoch()), last_(after), bell_(std::move(b)), first_(": go\n\n") {}

void event_stream::begin_with_reset(seq_t head) {
    last_ = head;
    json::writer w;
    w.begin_object().field("epoch", epoch_).field("lastSeq", head).end_object();
    first_ = fmt::format("event: reset\nid: {}.{}\ndata: {}\n\n", epoch_, head, w.text());
}

bool event_stream::over() const {
    return ended_ || parts_.who.ended(me_.session) || parts_.time.now() > me_.expires + parts_.grace ||
           parts_.rooms.epoch() != epoch_;
}

task<std::string> event_stream::next() {
    if (!first_.empty()) co_return std::exchange(first_, {});
    const auto until = std::chrono::steady_clock::now() + silence;
    while (!over()) {
        const auto found = co_await parts_.rooms.log(me_.user, room_, last_, page);
        if (over()) break;
        if (!found && found.error().code == errc::not_a_member) break;
        if (found && !found->log.empty()) {
            const auto& log = found->log;
            std::string piece;
            for (seq_t seq = log.first(); seq <= log.last(); ++seq)
                piece += fmt::format("id: {}.{}\ndata: {}\n\n", epoch_, seq, log.json(seq));
            last_ = log.last();
            co_return piece;
        }
        // Until it rings; what only time can tell is looked at now and then, and a database that does not answer asked again.
        bool rung = false;
        while (!rung && !over()) {
            const auto now = std::chrono::steady_clock::now();
            if (now >= until) co_return ":\n\n";
            rung = co_await bell_->wait(std::min<steady_time>(until, now + look)) || !found;
        }
    }
    co_return std::string{};
}

void event_stream::end() {
    ended_ = true;
    bell_->ring();
}

}  // namespace madang::web
