#include "parse.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace madang::config {
namespace {

// A plain decimal at the start of `text`, and the unit behind it. No sign, no exponent, no "inf".
std::optional<std::pair<double, std::string_view>> number_and_unit(std::string_view text) {
    const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto digits = text.substr(0, end);
    double number = 0;
    const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (failed != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    return std::pair{number, trimmed(text.substr(end))};
}

struct unit {
    std::string_view name;
    std::int64_t size;
};

constexpr std::array<unit, 5> time_units{{{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<unit, 5> size_units{
    {{"TiB", std::int64_t{1} << 40}, {"GiB", std::int64_t{1} << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}};

template <std::size_t N>
const unit* find_unit(const std::array<unit, N>& units, std::string_view name) {
    for (const unit& u : units)
        if (u.name == name) return &u;
    return nullptr;
}

// Beyond this a double no longer counts in ones.
constexpr double largest = 9e15;

}  // namespace

std::optional<bool> parse_flag(std::string_view text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return std::nullopt;
}

std::optional<std::int64_t> parse_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::size_t> parse_bytes(std::string_view text) {
    const auto parts = number_and_unit(text);
    if (!parts) return std::nullopt;
    const unit* scale = find_unit(size_units, parts->second.empty() ? "B" : parts->second);
    if (scale == nullptr) return std::nullopt;
    const double bytes = parts->first * static_cast<double>(scale->size);
    if (bytes > largest || bytes != std::floor(bytes)) return std::nullopt;
    return static_cast<std::size_t>(bytes);
}

std::string bytes_text(std::size_t bytes) {
    for (const unit& u : size_units) {
        const auto size = static_cast<std::size_t>(u.size);
        if (size > 1 && bytes >= size && bytes % size == 0) return fmt::format("{}{}", bytes / size, u.name);
    }
    return std::to_string(bytes);
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto parts = number_and_unit(text);
    if (!parts) return std::nullopt;
    const unit* scale = find_unit(time_units, parts->second.empty() ? "s" : parts->second);
    if (scale == nullptr) return std::nullopt;
    const double milliseconds = std::round(parts->first * static_cast<double>(scale->size));
    if (milliseconds > largest) return std::nullopt;
    return std::chrono::milliseconds{static_cast<std::int64_t>(milliseconds)};
}

std::string duration_text(std::chrono::milliseconds d) {
    for (const unit& u : time_units)
        if (d.count() >= u.size && d.count() % u.size == 0) return fmt::format("{}{}", d.count() / u.size, u.name);
    return "0s";
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::vector<std::string> comma_separated(std::string_view text) {
    std::vector<std::string> items;
    if (trimmed(text).empty()) return items;
    for (std::size_t start = 0;;) {
        const auto comma = text.find(',', start);
        items.emplace_back(trimmed(text.substr(start, comma == std::string_view::npos ? comma : comma - start)));
        if (comma == std::string_view::npos) return items;
        start = comma + 1;
    }
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out.append({'\\', c});
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out += '"';
}

}  // namespace madang::config
