// What a server does by itself, once in a while: hears of sessions that other processes ended, of new keys and of a new epoch,
// and tidies up. Thread: one strand.
#pragma once

#include "madang/crypto/key_ring.hpp"
#include "madang/domain/account_service.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace madang::app {

class watch {
public:
    struct parts {
        domain::account_service& accounts;
        domain::login_store& logins;
        domain::key_store& keys;
        domain::room_store& rooms;
        crypto::key_ring& ring;
        const domain::epoch& epoch;
        std::function<void(std::string)> new_epoch;  // told, on the strand, that the database's epoch is another one now
        const clock& time;
    };

    watch(executor strand, parts p, std::chrono::milliseconds every)
        : strand_(std::move(strand)), parts_(std::move(p)), every_(every), timer_(strand_) {}

    // Before the server is ready: all sessions that ended within a token's lifetime.
    async_result<> load();
    void start();
    void stop();

private:
    task<> poll();
    task<> tidy();
    async_result<> hear_of_epoch();
    async_result<> hear_of_ended_sessions(timestamp since);

    const executor strand_;
    parts parts_;
    const std::chrono::milliseconds every_;
    timer timer_;
    bool stopped_ = false;
};

}  // namespace madang::app
