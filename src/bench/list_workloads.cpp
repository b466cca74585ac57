// Lists that everybody reads when a page opens, and that a cache of the server may hold.
#include "crowd.hpp"
#include "http_measure.hpp"
#include "workloads.hpp"

#include <fmt/format.h>

#include <random>

namespace madang::bench {
namespace {

constexpr std::size_t people = 60;
constexpr std::size_t entries = 20;

int clients_of(const options& o, int usual) { return o.clients > 0 ? o.clients : usual; }

http_request get(const char* path, const std::string& token) {
    http_request r;
    r.method = "GET";
    r.path = path;
    r.token = token;
    return r;
}

// A profile is in the list of each friend.
http_request patch_profile(std::uint64_t n, const std::string& token) {
    http_request r;
    r.method = "PATCH";
    r.path = "/api/v1/me";
    r.body = fmt::format(R"({{"statusMessage":"{:016}"}})", n);
    r.token = token;
    return r;
}

}  // namespace

void rooms(const options& o, const scene& s) {
    constexpr auto* path = "/api/v1/rooms";
    const crowd all{o, people};
    all.befriend_neighbours(3);
    all.open_groups(entries / 4);
    all.read_lists(path, "rooms", entries);
    const int clients = clients_of(o, 296);
    const auto next = [&](const turn& t) { return get(path, all.token(t.client)); };
    measure(o, s, fmt::format("rooms   of {}, {} clients", entries, clients), clients, 0, next);
}

void friends(const options& o, const scene& s) {
    constexpr auto* path = "/api/v1/friends";
    const crowd all{o, people};
    all.befriend_neighbours(entries / 2);
    all.read_lists(path, "friends", entries);
    const int clients = clients_of(o, 100);
    // Thrown, for clients that take turns would leave all writes to a few of them.
    std::mt19937 dice{42};
    std::uniform_int_distribution<int> percent{0, 99};
    const auto next = [&](const turn& t) {
        const auto& token = all.token(t.client);
        return percent(dice) < o.writes ? patch_profile(t.n, token) : get(path, token);
    };
    measure(o, s, fmt::format("friends of {}, {} clients, {} % writes", entries, clients, o.writes), clients, 0, next);
}

}  // namespace madang::bench
