// What must hold between keys, and what only the whole value of a key tells.
#include "loader.hpp"

#include <string_view>

namespace madang::config {
namespace {

void check_tls(loader& all, const tls_settings& tls) {
    if (!tls.certificate.empty() && tls.key.empty()) all.complain_together({"tls.certificate", "tls.key"}, "needs tls.key too");
    if (!tls.key.empty() && tls.certificate.empty())
        all.complain_together({"tls.key", "tls.certificate"}, "needs tls.certificate too");
}

void check_storage(loader& all, std::string_view url) {
    constexpr std::string_view sqlite = "sqlite://";
    // The value is a secret: nothing of it is repeated.
    const bool postgres = url.starts_with("postgresql://") || url.starts_with("postgres://");
    if (!url.starts_with(sqlite) && !postgres)
        all.complain_together({"storage.url"}, "must begin with sqlite:// or postgresql://");
    else if (url.size() == sqlite.size())
        all.complain_together({"storage.url"}, "must name a file: sqlite:// and its path");
}

void check_limits(loader& all, const settings& s) {
    if (s.limits.outbox_soft > s.limits.outbox)
        all.complain_together({"limits.outbox_soft", "limits.outbox"}, "must not be larger than limits.outbox");
    if (s.limits.frame_line > s.limits.frame)
        all.complain_together({"limits.frame_line", "limits.frame"}, "must not be larger than limits.frame");
    if (s.storage.batch_rows > s.storage.queue_rows)
        all.complain_together({"storage.batch_rows", "storage.queue_rows"}, "must not be larger than storage.queue_rows");
    if (s.storage.batch_bytes > s.storage.queue_bytes)
        all.complain_together({"storage.batch_bytes", "storage.queue_bytes"}, "must not be larger than storage.queue_bytes");
}

}  // namespace

void check_together(loader& all) {
    const settings& s = all.values();
    check_tls(all, s.tls);
    check_storage(all, s.storage.url);
    check_limits(all, s);
    if (s.auth.refresh_ttl < s.auth.access_ttl)
        all.complain_together({"auth.refresh_ttl", "auth.access_ttl"}, "must not be shorter than auth.access_ttl");
    if (s.server.drain_wait >= s.server.shutdown_deadline)
        all.complain_together({"server.drain_wait", "server.shutdown_deadline"}, "must be shorter than server.shutdown_deadline");
}

}  // namespace madang::config
