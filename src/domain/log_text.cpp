#include "madang/domain/log_text.hpp"

#include "madang/domain/encode.hpp"

#include <algorithm>
#include <utility>

namespace madang::domain {

log_text::log_text(std::span<const event> log, seq_t visible_from) {
    constexpr std::size_t usual_size = 256;
    reserve(log.size(), log.size() * usual_size);
    for (const auto& e : log) add(e, e.concealed_from(visible_from));
}

void log_text::add(const event& e, bool concealed) {
    if (empty()) first_ = e.seq;
    json::writer w{std::move(json_)};
    write(w, e, concealed);  // a comma stands between two objects
    json_ = w.take();
    lines_.push_back({static_cast<std::uint32_t>(json_.size()), static_cast<std::uint32_t>(e.weight())});
    weight_ += e.weight();
}

void log_text::add(const log_text& other, seq_t after, seq_t until, std::size_t most) {
    after = std::max(after, other.first_ - 1);
    until = std::min(until, other.last());
    if (after >= until || weight_ >= most) return;
    if (empty()) first_ = after + 1;
    if (!json_.empty()) json_ += ',';
    const auto from = static_cast<std::size_t>(after + 1 - other.first_);
    const auto shift = json_.size() - other.begin_of(from);
    seq_t last = after;
    for (auto at = from; last < until && weight_ < most; ++at, ++last) {
        const auto& l = other.lines_[at];
        lines_.push_back({static_cast<std::uint32_t>(l.end + shift), l.weight});
        weight_ += l.weight;
    }
    json_ += other.json(after, last);
}

std::string_view log_text::json(seq_t after, seq_t until) const {
    after = std::max(after, first_ - 1);
    until = std::min(until, last());
    if (after >= until) return {};
    const auto begin = begin_of(static_cast<std::size_t>(after + 1 - first_));
    return std::string_view{json_}.substr(begin, lines_[static_cast<std::size_t>(until - first_)].end - begin);
}

void log_text::reserve(std::size_t events, std::size_t bytes) {
    lines_.reserve(events);
    json_.reserve(bytes);
}

void log_text::shrink() {
    json_.shrink_to_fit();
    lines_.shrink_to_fit();
}

}  // namespace madang::domain
