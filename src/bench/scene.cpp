#include "scene.hpp"

#include <fmt/format.h>

namespace madang::bench {

std::string new_tag() { return fmt::format("{:09}", steady::now().time_since_epoch().count() % 1'000'000'000); }

person sign_up(const http_client& api, const std::string& name) {
    const auto account = fmt::format(R"({{"username":"{0}","displayName":"{0}","password":"bench-password"}})", name);
    person made;
    made.id = api.post("/api/v1/users", account).at("id").as_int64();
    const auto in = api.post("/api/v1/sessions", fmt::format(R"({{"username":"{}","password":"bench-password"}})", name));
    made.token = in.at("accessToken").as_string();
    return made;
}

scene::scene(const options& o) : api_(o.host, o.port), admin_(o.host, o.admin_port) {
    const auto tag = new_tag();
    friend_ = sign_up(api_, "a" + tag);
    me_ = sign_up(api_, "b" + tag);
    api_.set_token(me_.token);
    (void)api_.post("/api/v1/friends", fmt::format(R"({{"userId":{}}})", friend_.id));
    http_client other{o.host, o.port};
    other.set_token(friend_.token);
    (void)other.post(fmt::format("/api/v1/friends/requests/{}/accept", me_.id), "{}");
}

std::int64_t scene::room() const {
    const auto made = api_.post("/api/v1/rooms", fmt::format(R"({{"kind":"group","memberIds":[{}]}})", friend_.id));
    return made.at("id").as_int64();
}

}  // namespace madang::bench
