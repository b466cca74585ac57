#include "note.hpp"

#include <fmt/format.h>

#include <charconv>

namespace madang::bus {
namespace {

constexpr std::string_view version = "1";

std::string_view take_word(std::string_view& rest) {
    const auto end = rest.find(' ');
    const auto word = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return word;
}

std::optional<std::uint64_t> take_number(std::string_view& rest) {
    const auto word = take_word(rest);
    std::uint64_t n = 0;
    const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), n);
    if (ec != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return n;
}

}  // namespace

std::string encode(const note& n) {
    return fmt::format("{} {} {} {} {} {}", version, n.epoch, n.node, n.number, n.about, n.body);
}

std::optional<note> decode_note(std::string_view text) {
    if (take_word(text) != version) return std::nullopt;
    note n;
    n.epoch = take_word(text);
    const auto node = take_number(text);
    const auto number = node ? take_number(text) : std::nullopt;
    const auto about = take_word(text);
    if (!number || about.size() != 1) return std::nullopt;
    n.node = *node;
    n.number = *number;
    n.about = about.front();
    n.body = text;
    return n;
}

}  // namespace madang::bus
