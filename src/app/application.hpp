// The composition root: the one place that names concrete services, built from the bottom up and stopped from the top down.
#pragma once

#include "argon2_hasher.hpp"
#include "caching.hpp"
#include "jwt_mint.hpp"
#include "nodes.hpp"
#include "watch.hpp"

#include "madang/broker/hub.hpp"
#include "madang/config/settings.hpp"
#include "madang/domain/account_service.hpp"
#include "madang/domain/contact_service.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/local_presence.hpp"
#include "madang/domain/message_service.hpp"
#include "madang/domain/presence.hpp"
#include "madang/domain/read_digest.hpp"
#include "madang/domain/room_feeds.hpp"
#include "madang/domain/room_service.hpp"
#include "madang/net/server.hpp"
#include "madang/observe/metrics.hpp"
#include "madang/runtime/io_threads.hpp"
#include "madang/runtime/shards.hpp"
#include "madang/runtime/task_group.hpp"
#include "madang/storage/database_lock.hpp"
#include "madang/storage/store.hpp"
#include "madang/web/assets.hpp"
#include "madang/web/listening.hpp"
#include "madang/web/operations.hpp"
#include "madang/web/rates.hpp"
#include "madang/web/room_audience.hpp"
#include "madang/web/room_history.hpp"
#include "madang/web/site.hpp"
#include "madang/web/stomp_gateway.hpp"

#include <filesystem>
#include <optional>

namespace madang::app {

class application {
public:
    // Opens everything; throws with one line that says what to do. Nothing is served yet.
    application(const config::settings& s, std::optional<std::filesystem::path> assets_directory);
    ~application();

    // Serves until SIGTERM or SIGINT, then drains (engineering notes, chapter 7). Answers the exit code.
    int run();

private:
    task<> stop_when_told();
    task<> drain();
    void begin_epoch(std::string name);
    domain::presence::parts presence_parts();
    void listen_to_commits();
    // Waits until `done`, at most until `deadline`; looks again every few milliseconds.
    template <class Condition>
    task<> wait_until(Condition done, steady_time deadline);

    const config::settings settings_;
    const web::settings web_settings_;
    const system_clock clock_;
    metrics::registry metrics_;
    web::assets assets_;

    const std::optional<storage::database_lock> lock_;
    runtime::io_threads io_;
    const std::unique_ptr<storage::store> store_;
    runtime::shards shards_;
    runtime::task_group tasks_;
    argon2_hasher hasher_;
    crypto::key_ring keys_;
    jwt_mint mint_;
    domain::epoch epoch_;

    web::room_history history_;
    broker::hub hub_;
    web::listening listening_;
    web::room_bells bells_;
    web::room_audience audience_;

    domain::revocations revocations_;
    domain::read_digest reads_;
    domain::room_feeds feeds_;
    const std::unique_ptr<nodes> nodes_;  // null: this one is alone on its database
    caching caching_;
    domain::audience& everybody_;
    domain::local_presence local_board_;
    domain::presence_board& board_;
    domain::presence presence_;
    domain::account_service accounts_;
    domain::contact_service contacts_;
    domain::room_service rooms_;
    domain::message_service messages_;

    web::authenticator authenticator_;
    web::rates rates_;
    web::stomp_gateway gateway_;
    web::site site_;
    web::operations operations_;
    watch watch_;

    net::server admin_;
    net::server public_;
};

}  // namespace madang::app
