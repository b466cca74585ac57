#include "scene.hpp"

#include <fmt/format.h>

namespace madang::bench {

scene::scene(const options& o) : api_(o.host, o.port), admin_(o.host, o.admin_port) {
    const auto tag = std::to_string(steady::now().time_since_epoch().count() % 1'000'000'000);
    std::int64_t me = 0;
    http_client other{o.host, o.port};
    other.set_token(sign_up("a" + tag, friend_));
    token_ = sign_up("b" + tag, me);
    api_.set_token(token_);
    (void)api_.post("/api/v1/friends", fmt::format(R"({{"username":"a{}"}})", tag));
    (void)other.post(fmt::format("/api/v1/friends/requests/{}/accept", me), "{}");
}

std::int64_t scene::room() const {
    const auto made = api_.post("/api/v1/rooms", fmt::format(R"({{"kind":"group","memberIds":[{}]}})", friend_));
    return made.at("id").as_int64();
}

std::string scene::sign_up(const std::string& name, std::int64_t& id) {
    const auto account = fmt::format(R"({{"username":"{0}","displayName":"{0}","password":"bench-password"}})", name);
    id = api_.post("/api/v1/users", account).at("id").as_int64();
    const auto in = api_.post("/api/v1/sessions", fmt::format(R"({{"username":"{}","password":"bench-password"}})", name));
    return std::string{in.at("accessToken").as_string()};
}

}  // namespace madang::bench
