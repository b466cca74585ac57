// Everything that the public listener serves: REST, pages, static files, keys, and the way to STOMP. Thread-safe.
#pragma once

#include "madang/domain/contact_service.hpp"
#include "madang/net/service.hpp"
#include "madang/web/assets.hpp"
#include "madang/web/room_bells.hpp"
#include "madang/web/stomp_gateway.hpp"

#include <memory>

namespace madang::web {

class site final : public net::service {
public:
    struct parts {
        authenticator& who;
        rates& limits;
        domain::account_service& accounts;
        domain::contact_service& contacts;
        domain::room_service& rooms;
        domain::message_service& messages;
        const crypto::key_ring& keys;
        const assets& files;
        stomp_gateway& gateway;
        room_bells& bells;
        const clock& time;
    };

    site(parts p, const settings& s);
    ~site() override;

    task<http::response> serve(std::shared_ptr<http::request> r) override;
    task<std::variant<http::response, net::upgrade>> open(std::shared_ptr<http::request> r, std::size_t shard) override;
    http::response refuse(errc code, std::string detail, const std::string& request_id) override;

private:
    http::response page(const http::request& r) const;

    parts parts_;
    std::unique_ptr<class api> api_;
};

}  // namespace madang::web
