#include "madang/protocol/json/writer.hpp"

#include <array>
#include <charconv>

namespace madang::json {
namespace {

// What must be escaped inside a string (RFC 8259, 7).
constexpr bool is_plain(char c) noexcept { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

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
    std::size_t start = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_plain(text[i])) continue;
        out_ += text.substr(start, i - start);
        append_escaped(out_, text[i]);
        start = i + 1;
    }
    out_ += text.substr(start);
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
