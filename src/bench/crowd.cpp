#include "crowd.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>
#include <utility>

namespace madang::bench {
namespace {

http_request post(std::string path, std::string body, const person& who) {
    http_request r;
    r.method = "POST";
    r.path = std::move(path);
    r.body = std::move(body);
    r.token = who.token;
    return r;
}

}  // namespace

crowd::crowd(const options& o, std::size_t people) : options_(o) {
    options_.rate = 0;  // the scene is set at once
    const http_client api{o.host, o.port};
    const auto tag = new_tag();
    people_.reserve(people);
    for (std::size_t i = 0; i < people; ++i) people_.push_back(sign_up(api, fmt::format("c{}.{:03}", tag, i)));
}

void crowd::befriend_neighbours(std::size_t reach) const {
    const auto pairs = people_.size() * reach;
    const auto other = [&](std::size_t n) -> const person& { return at(n / reach + 1 + n % reach); };
    post_all(pairs, [&](const turn& t) {
        return post("/api/v1/friends", fmt::format(R"({{"userId":{}}})", other(t.n).id), at(t.n / reach));
    });
    post_all(pairs, [&](const turn& t) {
        return post(fmt::format("/api/v1/friends/requests/{}/accept", at(t.n / reach).id), "{}", other(t.n));
    });
}

void crowd::open_groups(std::size_t each) const {
    post_all(people_.size() * each, [&](const turn& t) {
        const auto i = t.n / each;
        return post("/api/v1/rooms",
                    fmt::format(R"({{"kind":"group","name":"Group {:03}","memberIds":[{},{},{}]}})", t.n, at(i + 1).id,
                                at(i + 2).id, at(i + 3).id),
                    at(i));
    });
    std::map<std::int64_t, const person*> speakers;  // by room
    for (const auto& one : people_)
        for (const auto& room : list_of(one, "/api/v1/rooms", "rooms")) speakers.try_emplace(room.at("id").as_int64(), &one);
    const auto message = fmt::format(R"({{"text":"{}"}})", std::string(static_cast<std::size_t>(options_.body), 'x'));
    auto next = speakers.begin();
    post_all(speakers.size(), [&](const turn&) {
        const auto& [room, speaker] = *next++;
        return post(fmt::format("/api/v1/rooms/{}/messages", room), message, *speaker);
    });
}

void crowd::read_lists(std::string_view path, std::string_view key, std::size_t length) const {
    for (const auto& one : people_) {
        const auto found = list_of(one, path, key).size();
        if (found != length) throw std::runtime_error(fmt::format("GET {} lists {} {} and not {}", path, found, key, length));
    }
}

boost::json::array crowd::list_of(const person& p, std::string_view path, std::string_view key) const {
    http_client api{options_.host, options_.port};
    api.set_token(p.token);
    const auto answer = api.request("GET", path);
    if (answer.status != 200) throw std::runtime_error(fmt::format("GET {} was answered with {}", path, answer.status));
    return answer.json().at(key).as_array();
}

// Side by side, so that commits are shared.
void crowd::post_all(std::uint64_t requests, const next_request& next) const {
    const auto failed = run_http_load(options_, 32, requests, next).failed;
    if (failed > 0) throw std::runtime_error(fmt::format("{} of {} requests failed while the scene was set", failed, requests));
}

}  // namespace madang::bench
