#include "madang/protocol/stomp/heart_beat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace madang::stomp {
namespace {

using std::chrono::milliseconds;

std::optional<milliseconds> interval(std::string_view digits) noexcept {
    std::uint64_t n = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
    if (fault != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    if (n > static_cast<std::uint64_t>(longest_heart_beat.count())) return std::nullopt;
    return milliseconds{n};
}

milliseconds direction(milliseconds sender, milliseconds receiver) noexcept {
    return sender.count() == 0 || receiver.count() == 0 ? milliseconds{0} : std::max(sender, receiver);
}

}  // namespace

std::optional<heart_beat_offer> parse_heart_beat(std::optional<std::string_view> value) noexcept {
    if (!value) return heart_beat_offer{};
    const auto comma = value->find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    const auto can_send = interval(value->substr(0, comma));
    const auto wants = interval(value->substr(comma + 1));
    if (!can_send || !wants) return std::nullopt;
    return heart_beat_offer{*can_send, *wants};
}

std::string to_string(const heart_beat_offer& offer) { return fmt::format("{},{}", offer.can_send.count(), offer.wants.count()); }

heart_beat_plan agree(const heart_beat_offer& ours, const heart_beat_offer& theirs) noexcept {
    return {.send_every = direction(ours.can_send, theirs.wants), .expect_every = direction(theirs.can_send, ours.wants)};
}

}  // namespace madang::stomp
