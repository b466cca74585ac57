#include "madang/protocol/json/writer.hpp"

#include <array>
#include <charconv>
#include <cstring>

namespace madang::json {
namespace {

// What must be escaped inside a string (RFC 8259, 7).
constexpr bool is_plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

// How many characters in front need no escape: eight at a time as long as none of them does. (word - n) & ~word has no byte's
// high bit exactly when no byte is below n (Warren, "Hacker's Delight", 6-1), and a byte is c when it is below 1 after an XOR
// with c.
std::size_t plain_length(std::string_view text) noexcept {
    constexpr std::uint64_t each = 0x0101010101010101;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        const auto quotes = word ^ (each * '"');
        const auto slashes = word ^ (each * '\\');
        const auto found = ((word - each * 0x20) & ~word) | ((quotes - each) & ~quotes) | ((slashes - each) & ~slashes);
        if ((found & (each * 0x80)) != 0) break;
    }
    while (at < text.size() && is_plain(text[at])) ++at;
    return at;
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    static constexpr char digits[] = "0123456789abcdef";
    out += "\\u00";
    out.push_back(digits[(static_cast<unsigned char>(c) >> 4) & 0xf]);
    out.push_back(digits[static_cast<unsigned char>(c) & 0xf]);
}

}  // namespace

writer& writer::key(std::string_view name) {
    comma();
    out_.push_back('"');
    out_ += name;
    out_ += "\":";
    return *this;
}

writer& writer::value(std::string_view text) {
    comma();
    out_.push_back('"');
    auto plain = plain_length(text);
    for (; plain < text.size(); plain = plain_length(text)) {
        out_ += text.substr(0, plain);
        append_escaped(out_, text[plain]);
        text.remove_prefix(plain + 1);
    }
    out_ += text;
    out_.push_back('"');
    return *this;
}

writer& writer::integer(std::int64_t number) {
    comma();
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
    return *this;
}

writer& writer::boolean(bool flag) {
    comma();
    out_ += flag ? "true" : "false";
    return *this;
}

writer& writer::raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
}

}  // namespace madang::json
