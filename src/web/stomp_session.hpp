// One STOMP connection: frames in, calls to the services, frames out. Thread: its shard.
//
// Bytes are borrowed from the WebSocket until they are used up: while CONNECT is being checked, while too many sends are in
// flight, or while the outbox is behind, nothing more is parsed and nothing more is read (contract, chapter 5).
#pragma once

#include "destinations.hpp"
#include "problem.hpp"

#include "madang/broker/session.hpp"
#include "madang/protocol/stomp/encoder.hpp"
#include "madang/protocol/stomp/parser.hpp"
#include "madang/web/stomp_gateway.hpp"

#include <initializer_list>
#include <optional>
#include <string>

namespace madang::web {

// What the upgrade request already said.
struct upgrade_facts {
    std::optional<caller> who;
    errc why_not = errc::unauthenticated;  // without `who`
    language lang = language::en;
    std::string address;
    std::string agent;
};

class stomp_session final : public net::websocket_handler,
                            public broker::endpoint,
                            public std::enable_shared_from_this<stomp_session> {
public:
    stomp_session(stomp_gateway& g, std::size_t shard, upgrade_facts facts);

    // From the WebSocket.
    void opened(net::websocket& ws) override;
    bool received(std::span<const char> bytes) override;
    void oversized() override;
    void pong() override;
    void drained() override;
    void closed() override;

    // From the broker.
    bool write(std::string& bytes) override;
    void too_slow() override;
    void has_room() override { go_on(); }
    void login_ended() override;
    void restart() override;
    void tick(steady_time now) override;

private:
    enum class stage { fresh, connecting, open, leaving, closing };
    using headers = std::initializer_list<stomp::header>;

    // Parsing (stomp_session.cpp).
    bool process();
    [[nodiscard]] bool blocked() const;
    void go_on();
    void on_frame(const stomp::frame& f);

    // CONNECT (stomp_connect.cpp).
    void on_connect(const stomp::frame& f);
    void authenticate(const stomp::frame& f);
    task<> sign_in(std::string name, std::string password);
    void connected(const caller& who);

    // SUBSCRIBE and UNSUBSCRIBE (stomp_subscribe.cpp).
    void on_subscribe(const stomp::frame& f);
    void on_unsubscribe(const stomp::frame& f);
    task<> subscribe_room(std::string id, broker::subscription_ptr s, broker::listener_ptr l, room_id room, std::string since,
                          std::string receipt);
    task<> subscribe_hint(std::string id, broker::subscription_ptr s, broker::listener_ptr l, room_id room, std::string receipt);
    task<> follow_rooms(std::string id, broker::subscription_ptr s, std::string receipt);
    bool settle(const std::string& id, const broker::subscription_ptr& s, const broker::listener& l,
                const result<domain::seat>& seat, const std::string& receipt);

    // SEND (stomp_send.cpp).
    void on_send(const stomp::frame& f);
    void send_message(const stomp::frame& f, room_id room);
    void send_read(const stomp::frame& f, room_id room);
    void refresh(const stomp::frame& f);
    task<> post(domain::new_message m, std::string receipt);
    task<> typing(room_id room, std::string receipt);
    task<> mark_read(room_id room, ordinal_t ordinal, std::string receipt);

    // Leaving.
    void on_disconnect(const stomp::frame& f);
    void leave_when_done();
    void fatal(const error& e, std::uint16_t code, std::string_view reason, std::string_view receipt = {});
    void protocol_fault(std::string detail, std::string_view receipt = {});
    void close_when_flushed(std::uint16_t code, std::string_view reason);
    void close_if_flushed();

    // Answers.
    void receipt(std::string_view id, headers more = {});
    // Goes to /user/queue/errors where that is subscribed, otherwise it is an ERROR and the end.
    void refuse(const error& e, std::string_view receipt);
    // Names a refusal in its problem object, as X-Request-Id does over REST.
    [[nodiscard]] std::string next_problem_id();
    [[nodiscard]] std::string_view receipt_of(const stomp::frame& f) const {
        return f.find("receipt").value_or(std::string_view{});
    }

    void spawn(task<> work);
    // An asynchronous frame is done; false if the connection is gone.
    bool finished();

    stomp_gateway& gateway_;
    const std::size_t shard_;
    upgrade_facts facts_;
    net::websocket* ws_ = nullptr;  // null once it is closed
    std::shared_ptr<broker::session> session_;
    stomp::parser parser_;
    stomp::version version_ = stomp::version::v12;
    stage stage_ = stage::fresh;
    caller me_;
    std::uint64_t number_ = 0;  // of this connection, in message ids
    std::uint64_t refused_ = 0;
    std::size_t in_flight_ = 0;
    bool parsing_ = false;
    bool paused_ = false;  // bytes are kept back in the parser

    stomp::heart_beat_plan beats_;
    steady_time opened_at_{};
    steady_time heard_at_{};
    steady_time sent_at_{};
    steady_time pinged_at_{};
    std::optional<timestamp> expires_;  // a socket opened with a token
    bool login_is_ours_ = false;        // the login session ends with this socket

    std::string leave_receipt_;
    std::uint16_t leave_code_ = 1000;
    std::string_view leave_reason_ = "bye";
    std::uint16_t close_code_ = 0;  // 0: not closing
    std::string_view close_reason_;
};

}  // namespace madang::web
