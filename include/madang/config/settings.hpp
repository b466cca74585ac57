// What the whole configuration says, typed. Defaults stand in the table of keys alone (src/config/table.cpp): use
// `defaults()` or `load()`, never a bare `settings{}`, which is all zeros.
// A member has the name of its key: `storage.url` is `settings.storage.url`. Sizes are bytes unless said otherwise.
// In the table: what each key means, its range and unit.
#pragma once

#include "madang/config/values.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace madang::config {

using duration = std::chrono::milliseconds;

enum class signup_policy { open, closed };
enum class migrate_policy { automatic, check };
enum class log_level { trace, debug, info, warn, error };
enum class log_format { text, json };

struct server_settings {
    address listen;
    std::string public_url;  // an origin, or empty: not said
    int threads{};           // 0: as many as cores
    std::vector<network> trusted_proxies;
    std::vector<std::string> allowed_origins;
    duration drain_wait{};
    duration shutdown_deadline{};

    friend bool operator==(const server_settings&, const server_settings&) = default;
};

struct admin_settings {
    address listen;

    friend bool operator==(const admin_settings&, const admin_settings&) = default;
};

// Paths of PEM files; both or none.
struct tls_settings {
    std::string certificate;
    std::string key;

    friend bool operator==(const tls_settings&, const tls_settings&) = default;
};

struct storage_settings {
    std::string url;  // may hold a password
    migrate_policy migrate{};
    int lanes{};
    int readers{};
    int writers{};
    duration timeout{};
    int batch_rows{};
    std::size_t batch_bytes{};
    int queue_rows{};
    std::size_t queue_bytes{};
    std::int64_t max_size{};  // MiB; 0: unlimited

    friend bool operator==(const storage_settings&, const storage_settings&) = default;
};

struct cache_settings {
    std::optional<redis_server> url;  // may hold a password; nothing: no Redis
    duration ttl{};                   // 0: no cache
    std::size_t bytes{};
    std::size_t log_bytes{};

    friend bool operator==(const cache_settings&, const cache_settings&) = default;
};

struct bus_settings {
    std::vector<redis_server> urls;  // may hold passwords; empty: no bus
    int channels{};

    friend bool operator==(const bus_settings&, const bus_settings&) = default;
};

struct auth_settings {
    duration access_ttl{};
    duration refresh_ttl{};
    duration refresh_grace{};
    duration socket_grace{};
    signup_policy signup{};
    std::size_t hash_memory{};
    int hash_passes{};
    int hash_threads{};  // 0: as many as cores
    int hash_queue{};
    duration revocation_poll{};

    friend bool operator==(const auth_settings&, const auth_settings&) = default;
};

struct log_settings {
    log_level level{};
    log_format format{};

    friend bool operator==(const log_settings&, const log_settings&) = default;
};

struct stomp_settings {
    duration heart_beat{};  // 0: none

    friend bool operator==(const stomp_settings&, const stomp_settings&) = default;
};

// Where the table allows 0, it switches the limit off.
struct limit_settings {
    int connections{};
    std::size_t http_head{};
    duration http_head_timeout{};
    std::size_t http_body{};
    duration http_keep_alive{};
    duration connect_timeout{};
    std::size_t frame_before_connect{};
    std::size_t frame{};
    int frame_headers{};
    std::size_t frame_line{};
    int subscriptions{};
    std::size_t outbox{};
    std::size_t outbox_soft{};
    int sends_in_flight{};
    duration write_timeout{};
    duration silence{};
    int replay{};
    int sends_per_second{};
    int sends_burst{};
    int failed_logins{};
    int signups_per_hour{};
    int members{};
    int friends{};
    int rooms{};
    int sessions{};

    friend bool operator==(const limit_settings&, const limit_settings&) = default;
};

struct settings {
    server_settings server;
    admin_settings admin;
    tls_settings tls;
    storage_settings storage;
    cache_settings cache;
    bus_settings bus;
    auth_settings auth;
    log_settings log;
    stomp_settings stomp;
    limit_settings limits;

    friend bool operator==(const settings&, const settings&) = default;
};

}  // namespace madang::config
