#include "translate.hpp"

#include "madang/runtime/io_threads.hpp"

#include <algorithm>

namespace madang::app {
namespace {

// Files that are not connections: the database, logs, timers, and room to refuse politely.
constexpr std::size_t other_files = 256;

net::http_limits http_limits_of(const config::limit_settings& l) {
    net::http_limits out;
    out.head = l.http_head;
    out.head_timeout = l.http_head_timeout;
    out.body = l.http_body;
    out.keep_alive = l.http_keep_alive;
    out.write_timeout = l.write_timeout;
    out.message = l.frame;
    const std::size_t files = runtime::raise_file_limit();
    const std::size_t possible = files > 2 * other_files ? files - other_files : files / 2;
    out.connections = l.connections == 0 ? possible : std::min(possible, static_cast<std::size_t>(l.connections));
    return out;
}

}  // namespace

web::settings web_settings_of(const config::settings& s) {
    web::settings w;
    w.public_origin = s.server.public_url;
    w.allowed_origins = s.server.allowed_origins;
    w.secure_cookies = s.server.public_url.starts_with("https:");
    w.version = MADANG_VERSION;
    w.sends_per_second = s.limits.sends_per_second;
    w.sends_burst = s.limits.sends_burst;
    w.failed_logins = s.limits.failed_logins;
    w.signups_per_hour = s.limits.signups_per_hour;
    w.frames.frame = s.limits.frame;
    w.frames.before_connect = s.limits.frame_before_connect;
    w.frames.headers = static_cast<std::size_t>(s.limits.frame_headers);
    w.frames.header_line = s.limits.frame_line;
    w.connect_timeout = s.limits.connect_timeout;
    w.heart_beat = s.stomp.heart_beat;
    w.silence = s.limits.silence;
    w.write_timeout = s.limits.write_timeout;
    w.socket_grace = s.auth.socket_grace;
    w.subscriptions = static_cast<std::size_t>(s.limits.subscriptions);
    w.sends_in_flight = static_cast<std::size_t>(s.limits.sends_in_flight);
    w.replay = s.limits.replay;
    return w;
}

broker::limits broker_limits_of(const config::settings& s) {
    broker::limits l;
    l.outbox.hard = s.limits.outbox;
    l.outbox.soft = s.limits.outbox_soft;
    return l;
}

redis::options redis_options_of(const config::redis_server& r, std::chrono::milliseconds answer_timeout) {
    redis::options o;
    o.host = r.where.host;
    o.port = r.where.port;
    o.user = r.user;
    o.password = r.password;
    o.database = r.database;
    o.answer_timeout = answer_timeout;
    return o;
}

domain::account_policy account_policy_of(const config::settings& s) {
    domain::account_policy p;
    p.signup_open = s.auth.signup == config::signup_policy::open;
    p.access_ttl = s.auth.access_ttl;
    p.refresh_ttl = s.auth.refresh_ttl;
    p.refresh_grace = s.auth.refresh_grace;
    p.sessions = s.limits.sessions == 0 ? SIZE_MAX : static_cast<std::size_t>(s.limits.sessions);
    return p;
}

crypto::password_cost password_cost_of(const config::settings& s) {
    return {static_cast<std::uint32_t>(s.auth.hash_memory / 1024), static_cast<std::uint32_t>(s.auth.hash_passes)};
}

net::server_options public_server_of(const config::settings& s) {
    net::server_options o;
    o.name = "http";
    o.host = s.server.listen.host;
    o.port = s.server.listen.port;
    o.certificate = s.tls.certificate;
    o.key = s.tls.key;
    o.limits = http_limits_of(s.limits);
    o.trusted_proxy = [trusted = s.server.trusted_proxies](const asio::ip::address& peer) {
        return std::any_of(trusted.begin(), trusted.end(), [&](const auto& network) { return network.contains(peer); });
    };
    return o;
}

net::server_options admin_server_of(const config::settings& s) {
    net::server_options o;
    o.name = "admin";
    o.host = s.admin.listen.host;
    o.port = s.admin.listen.port;
    o.limits = http_limits_of(s.limits);
    o.limits.connections = 64;
    return o;
}

}  // namespace madang::app
