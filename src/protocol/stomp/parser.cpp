// The parser's outside: which bytes are at hand, who keeps them, and what comes between frames. parser_frame.cpp reads a frame.
#include "madang/protocol/stomp/parser.hpp"

#include "escape.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace madang::stomp {

std::string_view to_string(parse_fault fault) noexcept {
    // In the order of the enumeration.
    static constexpr std::array<std::string_view, 8> names{"too_large",          "malformed",      "undefined_escape",
                                                           "bad_content_length", "missing_nul",    "too_many_headers",
                                                           "line_too_long",      "unknown_command"};
    static_assert(names.size() == static_cast<std::size_t>(parse_fault::unknown_command) + 1);
    return names[static_cast<std::size_t>(fault)];
}

void parser::append(std::string_view bytes) noexcept {
    if (stage_ == stage::failed) return;
    assert(drained());  // or the rest of the earlier bytes would be lost
    input_ = bytes;
}

std::optional<event> parser::next() {
    if (stage_ == stage::failed) return std::nullopt;
    if (stage_ == stage::between) {
        if (auto eol = next_eol()) return eol;
        if (input_.empty()) {
            release();
            return std::nullopt;
        }
        begin_frame();
    }
    return buffer_.empty() ? next_in_input() : next_in_buffer();
}

// LF or CR LF; any number of them may follow a frame (STOMP 1.2, "Augmented BNF").
std::optional<event> parser::next_eol() {
    while (!input_.empty()) {
        const char c = input_.front();
        if (c != '\n' && c != '\r' && !after_cr_) return std::nullopt;
        input_.remove_prefix(1);
        if (!version_ && ++before_connect_ > limits_.before_connect) {
            fail(parse_fault::too_large, "Too many bytes came before CONNECT.");
            return failure();
        }
        if (c == '\n') {
            after_cr_ = false;
            return heart_beat{};
        }
        if (after_cr_) {
            fail(parse_fault::malformed, "A carriage return must be followed by a line feed.");
            return failure();
        }
        after_cr_ = true;
    }
    return std::nullopt;
}

void parser::begin_frame() noexcept {
    // What the last frame showed is no longer valid. The headers' memory serves the next one.
    headers_.clear();
    unescaped_.clear();
    if (buffer_.capacity() > 0) std::vector<char>{}.swap(buffer_);
    stage_ = stage::command;
    seen_ = 0;
    unescapes_ = false;
    at_ = line_ = body_ = end_ = 0;
    most_ = version_ ? limits_.frame : std::min(limits_.frame, limits_.before_connect - before_connect_);
}

std::optional<event> parser::next_in_input() {
    switch (read(input_)) {
        case progress::failed:
            return failure();
        case progress::more:
            keep(input_);
            input_ = {};
            return std::nullopt;
        case progress::whole:
            break;
    }
    const auto bytes = input_.substr(0, at_);
    input_.remove_prefix(at_);
    return whole_frame(bytes);
}

std::optional<event> parser::next_in_buffer() {
    while (!input_.empty()) {
        const auto part = rest_of_part();
        keep(part);
        input_.remove_prefix(part.size());
        const std::string_view bytes{buffer_.data(), buffer_.size()};
        switch (read(bytes)) {
            case progress::failed:
                return failure();
            case progress::more:
                break;
            case progress::whole:
                return whole_frame(bytes);
        }
    }
    return std::nullopt;
}

event parser::whole_frame(std::string_view bytes) {
    stage_ = stage::between;
    if (!version_) before_connect_ += bytes.size();
    if (unescapes_) unescape_headers();
    return frame{command_, headers_, bytes.substr(body_, bytes.size() - 1 - body_)};
}

void parser::unescape_headers() {
    // Reserved at once, because the views must not move: what is unescaped only gets shorter.
    std::size_t most = 0;
    for (const auto& h : headers_) most += h.name.size() + h.value.size();
    unescaped_.reserve(most);
    const auto unescape = [this](std::string_view& s) {
        if (s.find('\\') == std::string_view::npos) return;
        const auto from = unescaped_.size();
        append_unescaped(unescaped_, s);
        s = std::string_view{unescaped_}.substr(from);
    };
    for (auto& h : headers_) {
        unescape(h.name);
        unescape(h.value);
    }
}

// Of the input only what is the frame's for certain, so that the buffer never holds the beginning of another.
std::string_view parser::rest_of_part() const noexcept {
    const auto part = input_.substr(0, bound() - at_);
    if (stage_ == stage::body && end_ > 0) return part;
    const auto last = part.find(stage_ == stage::body ? '\0' : '\n');
    return last == std::string_view::npos ? part : part.substr(0, last + 1);
}

void parser::keep(std::string_view part) {
    const auto needed = buffer_.size() + part.size();
    if (needed > buffer_.capacity()) {
        constexpr std::size_t least = 256;
        std::vector<char> larger;
        larger.reserve(std::max(needed, std::min(std::max(least, 2 * buffer_.capacity()), end_ > 0 ? end_ : most_)));
        larger.assign(buffer_.begin(), buffer_.end());
        // The headers read so far move along; until now they were in the input or in the smaller buffer.
        const char* const from = buffer_.empty() ? part.data() : buffer_.data();
        const auto moved = [&](std::string_view s) { return std::string_view{larger.data() + (s.data() - from), s.size()}; };
        for (auto& h : headers_) h = {moved(h.name), moved(h.value)};
        buffer_.swap(larger);
    }
    buffer_.insert(buffer_.end(), part.begin(), part.end());
}

void parser::release() noexcept {
    // Not `= {}`, which empties a vector but keeps its memory.
    if (buffer_.capacity() > 0) std::vector<char>{}.swap(buffer_);
    if (headers_.capacity() > 0) std::vector<header>{}.swap(headers_);
    if (unescaped_.capacity() > std::string{}.capacity()) std::string{}.swap(unescaped_);
}

std::size_t parser::memory() const noexcept {
    const auto text = unescaped_.capacity() > std::string{}.capacity() ? unescaped_.capacity() + 1 : 0;
    return buffer_.capacity() + headers_.capacity() * sizeof(header) + text;
}

parser::progress parser::fail(parse_fault fault, std::string_view text) noexcept {
    error_ = {fault, text};
    stage_ = stage::failed;
    input_ = {};
    release();
    return progress::failed;
}

}  // namespace madang::stomp
