// Consecutive events of a room's log as the wire shows them (encode.hpp), to be sent, kept and cut without being encoded again.
// Not thread-safe.
#pragma once

#include "madang/domain/event.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace madang::domain {

class log_text {
public:
    log_text() = default;
    // As who sees what came after `visible_from` is shown them.
    explicit log_text(std::span<const event> log, seq_t visible_from = 0);

    // The next event of the log.
    void add(const event& e, bool concealed = false);
    // The next events, of another text: those after `after` and up to `until` that it has, until all weighs `most`.
    void add(const log_text& other, seq_t after, seq_t until, std::size_t most);

    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }
    [[nodiscard]] seq_t first() const noexcept { return first_; }  // 0: empty, and so is the next
    [[nodiscard]] seq_t last() const noexcept { return empty() ? 0 : first_ + static_cast<seq_t>(size()) - 1; }
    [[nodiscard]] std::size_t weight() const noexcept { return weight_; }  // event::weight() of all

    // All of them, with commas in between.
    [[nodiscard]] const std::string& json() const noexcept { return json_; }
    // One of them, from first() to last(); and those after `after` and up to `until` that are there.
    [[nodiscard]] std::string_view json(seq_t seq) const { return json(seq - 1, seq); }
    [[nodiscard]] std::string_view json(seq_t after, seq_t until) const;

    // What it takes of memory beside itself; what it will take; and that it takes no more than it needs.
    [[nodiscard]] std::size_t bytes() const noexcept { return json_.capacity() + lines_.capacity() * sizeof(line); }
    void reserve(std::size_t events, std::size_t bytes);
    void shrink();

private:
    struct line {
        std::uint32_t end = 0;     // in the text
        std::uint32_t weight = 0;  // event::weight()
    };

    [[nodiscard]] std::size_t begin_of(std::size_t at) const { return at == 0 ? 0 : lines_[at - 1].end + 1; }

    seq_t first_ = 0;
    std::string json_;
    std::vector<line> lines_;
    std::size_t weight_ = 0;
};

}  // namespace madang::domain
