#include "madang/web/rates.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace madang::web {
namespace {

using namespace std::chrono_literals;
using limiter = runtime::rate_limiter;

limiter::rate logins_of(const settings& s, int times) {
    const double count = double(s.failed_logins) * times;
    return {.count = count, .per = 15min, .burst = count};
}

std::string pair_of(const std::string& account, const std::string& network) { return fmt::format("{} {}", account, network); }

// What counts as one address: of IPv6 the first 64 bits (RFC 4291, 2.5.4), of what is no IPv6 all of it.
std::string network_of(const std::string& address) {
    in6_addr bits{};
    const std::string plain = address.substr(0, address.find('%'));  // without the zone
    if (inet_pton(AF_INET6, plain.c_str(), &bits) != 1) return address;
    char text[INET6_ADDRSTRLEN]{};
    if (IN6_IS_ADDR_V4MAPPED(&bits)) {
        inet_ntop(AF_INET, &bits.s6_addr[12], text, sizeof text);
    } else {
        std::fill_n(&bits.s6_addr[8], 8, std::uint8_t{0});
        inet_ntop(AF_INET6, &bits, text, sizeof text);
    }
    return text;
}

}  // namespace

rates::rates(const settings& s, const clock& time, metrics::registry& m)
    : clock_(time),
      logins_(logins_of(s, 1)),
      login_accounts_(logins_of(s, 10)),
      login_addresses_(logins_of(s, 10)),
      signups_({.count = double(s.signups_per_hour), .per = 1h, .burst = double(s.signups_per_hour)}),
      sends_({.count = s.sends_burst > 0 ? double(s.sends_per_second) : 0.0, .per = 1s, .burst = double(s.sends_burst)}),
      typing_({.count = 1, .per = 2900ms, .burst = 1}),
      logins_refused_(m.add_counter("madang_rate_limited_total", "Requests refused by a rate.", {{"rate", "logins"}})),
      signups_refused_(m.add_counter("madang_rate_limited_total", "Requests refused by a rate.", {{"rate", "signups"}})),
      sends_refused_(m.add_counter("madang_rate_limited_total", "Requests refused by a rate.", {{"rate", "sends"}})) {}

result<> rates::judge(const limiter::verdict& v, metrics::counter& refused) const {
    if (v.allowed) return {};
    refused.add();
    return retry_later(errc::rate_limited, v.retry_after);
}

result<> rates::begin_login(const std::string& account, const std::string& address) {
    const auto now = clock_.steady_now();
    const auto network = network_of(address);
    const auto pair = pair_of(account, network);
    if (auto by_both = judge(logins_.take(pair, now), logins_refused_); !by_both) return by_both;
    if (auto by_account = judge(login_accounts_.take(account, now), logins_refused_); !by_account) {
        logins_.give_back(pair);
        return by_account;
    }
    auto by_address = judge(login_addresses_.take(network, now), logins_refused_);
    if (!by_address) {
        logins_.give_back(pair);
        login_accounts_.give_back(account);
    }
    return by_address;
}

void rates::end_login(const std::string& account, const std::string& address, login_outcome how) {
    if (how == login_outcome::wrong) return;
    const auto network = network_of(address);
    login_accounts_.give_back(account);
    login_addresses_.give_back(network);
    if (how == login_outcome::right)
        logins_.forget(pair_of(account, network));
    else
        logins_.give_back(pair_of(account, network));
}

result<> rates::sign_up(const std::string& address) {
    return judge(signups_.take(network_of(address), clock_.steady_now()), signups_refused_);
}

result<> rates::send(user_id user) { return judge(sends_.take(user.value, clock_.steady_now()), sends_refused_); }

bool rates::typing(user_id user, room_id room) {
    return typing_.take(fmt::format("{}.{}", user.value, room.value), clock_.steady_now()).allowed;
}

void rates::explain(const error& e, http::response& answer, std::string_view path) const {
    if (e.code != errc::rate_limited) return;
    // What is limited on these paths is known; everything else that is limited is a send.
    const bool logins = path.find("/sessions") != std::string_view::npos || path == "/api/v1/me" || path == "/api/v1/me/password";
    const limiter& which = path == "/api/v1/users" ? signups_ : logins ? logins_ : sends_;
    const auto& rate = which.limit();
    answer.with("RateLimit",
                fmt::format("\"default\";r=0;t={}", std::max<std::int64_t>(1, (e.retry_after.count() + 999) / 1000)));
    answer.with("RateLimit-Policy",
                fmt::format("\"default\";q={};w={}", static_cast<std::int64_t>(std::max(rate.burst, rate.count)),
                            std::max<std::int64_t>(1, rate.per.count() / 1000)));
}

}  // namespace madang::web
