// What a server does by itself, once in a while: hears of sessions that other processes ended and of new keys, and tidies up.
// Thread: one strand.
#pragma once

#include "madang/crypto/key_ring.hpp"
#include "madang/domain/account_service.hpp"
#include "madang/domain/ports/account_store.hpp"

#include <chrono>

namespace madang::app {

class watch {
public:
    struct parts {
        domain::account_service& accounts;
        domain::login_store& logins;
        domain::key_store& keys;
        crypto::key_ring& ring;
        const clock& time;
    };

    watch(executor strand, parts p, std::chrono::milliseconds every)
        : strand_(std::move(strand)), parts_(p), every_(every), timer_(strand_) {}

    // Before the server is ready: all sessions that ended within a token's lifetime.
    async_result<> load();
    void start();
    void stop();

private:
    task<> poll();
    task<> tidy();
    async_result<> hear_of_ended_sessions(timestamp since);

    const executor strand_;
    parts parts_;
    const std::chrono::milliseconds every_;
    timer timer_;
    bool stopped_ = false;
};

}  // namespace madang::app
