#include "table.hpp"

#include <algorithm>
#include <array>

namespace madang::config {
namespace {

constexpr std::array<section, 10> all_sections{{
    {"server", "Where people connect."},
    {"admin", "Health, readiness and metrics: for operators and their tools, never for the internet."},
    {"tls", "Without these the server speaks plain HTTP, for a proxy in front of it that ends TLS."},
    {"storage", "The database, and how writes are gathered into commits."},
    {"cache", "What is read often is kept for a while, in each process and, shared by the nodes, in Redis."},
    {"bus", "How several nodes on one database tell each other what happens."},
    {"auth", "Passwords, tokens and sessions."},
    {"log", "What goes to standard error."},
    {"stomp", "The message protocol over WebSocket."},
    {"limits", "What one client may take. Where a range begins with 0, 0 switches the limit off. Rates count on each node."},
}};

// Name and place of a key in one, so that they cannot differ.
#define AT(path) \
#path, [](settings & s) -> auto& { return s.path; }

std::vector<key> server_keys() {
    return {
        socket_address(AT(server.listen), "127.0.0.1:8080", "Address to listen on. Port 0 picks a free one."),
        origin(AT(server.public_url), "",
               "Origin under which people reach the server. Empty: the Host of each request. With https, cookies are Secure."),
        number(AT(server.threads), "0", {0, 256}, "Threads that serve connections. 0: as many as cores."),
        networks(AT(server.trusted_proxies), "Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."),
        origins(AT(server.allowed_origins), "Other origins whose pages may use this server, besides its own."),
        time(AT(server.drain_wait), "0s", {"0s", "5m"},
             "Time between \"not ready\" and closing the listeners, so that balancers notice. 5s behind Kubernetes."),
        time(AT(server.shutdown_deadline), "25s", {"100ms", "10m"},
             "Time for an orderly stop; then the process ends anyway. Keep it below the supervisor's own (30s in Kubernetes)."),
    };
}

std::vector<key> admin_keys() {
    return {
        socket_address(AT(admin.listen), "127.0.0.1:9080",
                       "Address for /healthz, /readyz and /metrics. Port 0 picks a free one."),
    };
}

std::vector<key> tls_keys() {
    return {
        text(AT(tls.certificate), "", "Path of the certificate chain (PEM). Needs tls.key too."),
        text(AT(tls.key), "", "Path of the private key (PEM). Needs tls.certificate too."),
    };
}

std::vector<key> storage_keys() {
    return {
        secret(
            AT(storage.url), "sqlite://./data/madang.db",
            "The database: sqlite:// and a path, relative to the working directory or absolute (sqlite:///var/lib/madang.db); or "
            "postgresql:// as libpq reads it, with several hosts and sslmode if wanted."),
        choice<migrate_policy>(
            AT(storage.migrate), {"auto", "check"}, "auto",
            "Whether the start brings the schema up to date, or refuses an older one (then run madang migrate)."),
        number(AT(storage.lanes), "2", {1, 16}, "PostgreSQL: connections that write messages, one batch each at a time."),
        number(AT(storage.readers), "2", {1, 64}, "Connections that read."),
        number(AT(storage.writers), "4", {1, 64}, "PostgreSQL: connections for sign-in, friends and whatever else writes."),
        time(AT(storage.timeout), "2s", {"100ms", "1m"},
             "PostgreSQL: time for an answer; afterwards what was asked is refused as unavailable and the connection closed."),
        number(AT(storage.batch_rows), "250", {1, 10'000}, "Rows in one commit at most."),
        bytes(AT(storage.batch_bytes), "1MiB", {"1KiB", "64MiB"}, "Bytes in one commit at most."),
        number(AT(storage.queue_rows), "10000", {1, 1'000'000},
               "Rows that wait for a commit at most; more are refused as too_busy."),
        bytes(AT(storage.queue_bytes), "64MiB", {"1KiB", "4GiB"},
              "Bytes that wait for a commit at most; more are refused as too_busy."),
        big_number(AT(storage.max_size), "0", {0, 64 << 20},
                   "Size of the database in MiB at which writes are refused. 0: unlimited."),
    };
}

std::vector<key> cache_keys() {
    return {
        redis_url(AT(cache.url), "Redis that the nodes keep it in together. Empty: each process keeps its own."),
        time(AT(cache.ttl), "10s", {"0s", "1h"},
             "For how long anything is kept: how old a list may be that a node was not told to forget. 0s: nothing is kept."),
        bytes(AT(cache.bytes), "64MiB", {"1MiB", "64GiB"}, "Memory for it in this process."),
        bytes(AT(cache.log_bytes), "64MiB", {"1MiB", "64GiB"},
              "Memory for parts of rooms' logs in this process, beside the above: a million short messages take some 300 MiB."),
    };
}

std::vector<key> bus_keys() {
    return {
        redis_servers(
            AT(bus.urls),
            "Redis servers that nodes tell each other by; the channels are spread over them. The same list on each node. "
            "Empty: nodes ask the database every few seconds, which is right for one node alone."),
        number(AT(bus.channels), "256", {1, 4096}, "Channels that rooms and people are spread over. The same on each node."),
    };
}

std::vector<key> auth_keys() {
    return {
        time(AT(auth.access_ttl), "5m", {"1s", "1d"}, "Life of an access token. Its verification is remembered as long."),
        time(AT(auth.refresh_ttl), "14d", {"1s", "3650d"}, "Life of a refresh token: how long somebody may stay away."),
        time(AT(auth.refresh_grace), "30s", {"0s", "1h"},
             "Time in which the previous refresh token is still accepted, for two tabs and lost answers."),
        time(AT(auth.socket_grace), "60s", {"0s", "1h"},
             "Time that a socket opened with a bearer token lives on after the token has expired."),
        choice<signup_policy>(AT(auth.signup), {"open", "closed"}, "open", "Whether people may create accounts themselves."),
        bytes(AT(auth.hash_memory), "19MiB", {"8KiB", "1GiB"}, "Memory of one password hash (Argon2id)."),
        number(AT(auth.hash_passes), "2", {1, 100}, "Passes of one password hash."),
        number(AT(auth.hash_threads), "0", {0, 256}, "Threads that hash passwords. 0: as many as cores."),
        number(AT(auth.hash_queue), "256", {1, 100'000}, "Hashes that wait at most; more are refused as too_busy."),
        time(AT(auth.revocation_poll), "2s", {"10ms", "5m"},
             "Time between looks for sessions that were ended elsewhere, as by `madang user disable`."),
    };
}

std::vector<key> log_keys() {
    return {
        choice<log_level>(AT(log.level), {"trace", "debug", "info", "warn", "error"}, "info", "The least level that is written."),
        choice<log_format>(AT(log.format), {"text", "json"}, "text",
                           "Text for people, or one JSON object a line for collectors."),
    };
}

std::vector<key> stomp_keys() {
    return {
        time(AT(stomp.heart_beat), "10s", {"0s", "5m"}, "Interval of heart-beats, offered and asked for. 0: none."),
    };
}

std::vector<key> http_limit_keys() {
    return {
        number(AT(limits.connections), "20000", {0, 1'000'000},
               "Open connections. The system's limit of open files, less 256, applies in any case."),
        // What Beast keeps of a field has 16-bit lengths.
        bytes(AT(limits.http_head), "16KiB", {"1KiB", "60KiB"}, "Request line and headers."),
        time(AT(limits.http_head_timeout), "10s", {"10ms", "1h"}, "Time to send a complete head."),
        bytes(AT(limits.http_body), "1MiB", {"1KiB", "64MiB"}, "Body of a request, other than a file."),
        time(AT(limits.http_keep_alive), "60s", {"10ms", "1h"}, "Time that an idle HTTP connection stays open."),
    };
}

std::vector<key> socket_limit_keys() {
    return {
        time(AT(limits.connect_timeout), "10s", {"10ms", "1h"}, "Time from opening a WebSocket to its CONNECT."),
        bytes(AT(limits.frame_before_connect), "64KiB", {"1KiB", "64MiB"}, "All that a WebSocket may send up to its CONNECT."),
        bytes(AT(limits.frame), "1MiB", {"1KiB", "64MiB"}, "One STOMP frame or WebSocket message."),
        number(AT(limits.frame_headers), "64", {8, 10'000}, "Headers of a frame."),
        bytes(AT(limits.frame_line), "8KiB", {"256", "1MiB"}, "One header line of a frame."),
        number(AT(limits.subscriptions), "1000", {1, 100'000}, "Subscriptions of a connection."),
        bytes(AT(limits.outbox), "1MiB", {"4KiB", "1GiB"},
              "Unsent bytes of a connection; beyond it the client is told to come back (too_slow)."),
        bytes(AT(limits.outbox_soft), "256KiB", {"1KiB", "1GiB"},
              "Unsent bytes of a connection beyond which what may be dropped (typing, presence) is dropped."),
        number(AT(limits.sends_in_flight), "256", {1, 100'000},
               "Unanswered sends of a connection; beyond it the connection is not read."),
        time(AT(limits.write_timeout), "10s", {"10ms", "1h"},
             "Time in which a client must take at least some of what waits for it."),
        time(AT(limits.silence), "60s", {"10ms", "1d"}, "Silence of a client that counts as its death, at least."),
        number(AT(limits.replay), "10000", {1, 10'000'000},
               "Events that a subscription may be behind and still be replayed; further back, the client reloads."),
    };
}

std::vector<key> people_limit_keys() {
    return {
        number(AT(limits.sends_per_second), "20", {0, 1'000'000}, "Messages of a person in a second, in the long run."),
        number(AT(limits.sends_burst), "40", {0, 1'000'000},
               "Messages of a person at once. 0 here or in sends_per_second: no limit."),
        number(AT(limits.failed_logins), "10", {0, 1'000'000}, "Failed logins in 15 minutes, of an account and of an address."),
        number(AT(limits.signups_per_hour), "20", {0, 1'000'000}, "Accounts made from one address in an hour."),
        number(AT(limits.members), "5000", {0, 1'000'000}, "Members of a room."),
        number(AT(limits.friends), "2000", {0, 1'000'000}, "Friends of a person."),
        number(AT(limits.rooms), "1000", {0, 1'000'000}, "Rooms of a person."),
        number(AT(limits.sessions), "20", {0, 1'000'000}, "Sessions of a person; the oldest one goes."),
    };
}

#undef AT

std::vector<key> all_keys() {
    std::vector<key> all;
    for (auto* part : {server_keys, admin_keys, tls_keys, storage_keys, cache_keys, bus_keys, auth_keys, log_keys, stomp_keys,
                       http_limit_keys, socket_limit_keys, people_limit_keys})
        for (key& k : part()) all.push_back(std::move(k));
    return all;
}

}  // namespace

std::span<const section> sections() { return all_sections; }

std::span<const key> table() {
    static const std::vector<key> keys = all_keys();
    return keys;
}

const key* find_key(std::string_view name) {
    const auto keys = table();
    const auto found = std::find_if(keys.begin(), keys.end(), [name](const key& k) { return k.name == name; });
    return found == keys.end() ? nullptr : &*found;
}

}  // namespace madang::config
