// The little REST that a bench needs: one blocking request a connection.
#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace madang::bench {

struct http_answer {
    int status = 0;
    std::string body;
    [[nodiscard]] boost::json::value json() const;
};

class http_client {
public:
    http_client(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

    void set_token(std::string token) { token_ = std::move(token); }
    [[nodiscard]] http_answer request(std::string_view method, std::string_view path, std::string_view body = {}) const;
    // The same, but any status of 400 and above is thrown.
    [[nodiscard]] boost::json::value post(std::string_view path, std::string_view body) const;

private:
    std::string host_;
    std::uint16_t port_;
    std::string token_;
};

// One value of the server's /metrics.
[[nodiscard]] double metric(const http_client& admin, std::string_view name);

}  // namespace madang::bench
