// The admin listener: /healthz, /readyz, /metrics, and the trace of one session. Thread-safe. No sign-in: it listens on loopback
// unless configured otherwise.
#pragma once

#include "madang/net/service.hpp"
#include "madang/observe/metrics.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace madang::web {

enum class readiness { starting, ready, draining };

class operations final : public net::service {
public:
    // What the server stands on, each "ok" or what is wrong with it in one word; shown, never a reason for 503 (design, chapter
    // 12).
    struct part {
        std::string name;
        std::function<std::string()> state;
    };
    operations(const metrics::registry& m, std::vector<part> parts) : metrics_(m), parts_(std::move(parts)) {}

    void set(readiness r) noexcept { readiness_ = r; }

    task<http::response> serve(std::shared_ptr<http::request> r) override;
    task<std::variant<http::response, net::upgrade>> open(std::shared_ptr<http::request> r, std::size_t shard) override;
    http::response refuse(errc code, std::string detail, const std::string& request_id) override;

private:
    [[nodiscard]] http::response ready() const;
    [[nodiscard]] static http::response trace(const http::request& r);

    const metrics::registry& metrics_;
    const std::vector<part> parts_;
    std::atomic<readiness> readiness_{readiness::starting};
};

}  // namespace madang::web
