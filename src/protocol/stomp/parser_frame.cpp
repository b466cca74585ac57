// The parser's inside: one frame's lines and body. Every limit is checked at a fixed byte of the frame, wherever the input was
// cut.
#include "madang/protocol/stomp/parser.hpp"

#include "escape.hpp"
#include "madang/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace madang::stomp {
namespace {

constexpr std::size_t eol_size = 2;  // CR LF
constexpr std::size_t longest_command = std::string_view{"UNSUBSCRIBE"}.size();

// Kinds of bytes, of which a line's are gathered while its end is looked for.
enum kind : std::uint8_t { ends = 1, cr = 2, backslash = 4, beyond_ascii = 8 };

constexpr auto kinds = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = 0x80; c < table.size(); ++c) table[c] = beyond_ascii;
    table['\n'] = table['\0'] = ends;
    table['\r'] = cr;
    table['\\'] = backslash;
    return table;
}();

std::string_view trimmed(std::string_view s) noexcept {
    const auto first = std::min(s.find_first_not_of(" \t"), s.size());
    const auto last = s.find_last_not_of(" \t");
    return last == std::string_view::npos ? s.substr(first) : s.substr(first, last - first + 1);
}

// Padding was common in 1.0 and its servers trim; from 1.1 on nobody may (STOMP 1.2, "Value Encoding"). What version a CONNECT
// speaks, it says itself.
bool trims(command c, std::optional<version> v, std::span<const header> headers) noexcept {
    if (c == command::connect || c == command::stomp) return negotiate(find(headers, "accept-version")) == version::v10;
    return v == version::v10;
}

}  // namespace

// How far the part at hand (a line, or the body) may reach.
std::size_t parser::bound() const noexcept {
    if (stage_ == stage::body) return end_ > 0 ? end_ : most_;
    const auto line = (stage_ == stage::command ? longest_command : limits_.header_line);
    return line < most_ - line_ ? std::min(most_, line_ + line + eol_size) : most_;
}

parser::progress parser::read(std::string_view bytes) {
    while (stage_ != stage::body) {
        const auto line = read_line(bytes);
        if (line != progress::whole) return line;
    }
    return read_body(bytes);
}

parser::progress parser::read_line(std::string_view bytes) {
    const auto most = bound();
    const auto end = std::min(most, bytes.size());
    auto at = at_;
    auto seen = seen_;
    std::uint8_t last = 0;
    while (at < end && (last = kinds[static_cast<unsigned char>(bytes[at])]) != ends) {
        seen |= last;
        ++at;
    }
    at_ = at;
    seen_ = seen;
    if (at == most) {
        if (most == most_) return fail(parse_fault::too_large, "The frame is too large.");
        if (stage_ == stage::command) return fail(parse_fault::unknown_command, "The command is not known.");
        return fail(parse_fault::line_too_long, "A header line is too long.");
    }
    if (at == end) return progress::more;
    if (bytes[at] == '\0') return fail(parse_fault::malformed, "The frame ends before the blank line that ends its headers.");
    auto line = bytes.substr(line_, at - line_);
    if (line.ends_with('\r')) line.remove_suffix(1);
    line_ = ++at_;
    return end_line(line);
}

// `line` has no EOL.
parser::progress parser::end_line(std::string_view line) {
    const auto seen = std::exchange(seen_, std::uint8_t{0});
    if (stage_ == stage::command) {
        const auto named = command_named(line);
        if (!named) return fail(parse_fault::unknown_command, "The command is not known.");
        command_ = *named;
        stage_ = stage::headers;
        return progress::whole;
    }
    if (line.empty()) return end_head();
    if (line.size() > limits_.header_line) return fail(parse_fault::line_too_long, "A header line is too long.");
    if (headers_.size() == limits_.headers) return fail(parse_fault::too_many_headers, "The frame has too many headers.");
    // The first colon: clients that do not escape send others in the value.
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail(parse_fault::malformed, "A header line has no colon.");
    if (colon == 0) return fail(parse_fault::malformed, "A header has no name.");
    if ((seen & cr) != 0 && line.find('\r') != std::string_view::npos)
        return fail(parse_fault::malformed, "A carriage return must be followed by a line feed.");
    if ((seen & beyond_ascii) != 0 && !text::is_utf8(line)) return fail(parse_fault::malformed, "A header is not valid UTF-8.");
    const header h{line.substr(0, colon), line.substr(colon + 1)};
    if (const auto how = escaping_of(command_, version_); (seen & backslash) != 0 && how != escaping::none) {
        if (!escapes_are_defined(h.name, how) || !escapes_are_defined(h.value, how))
            return fail(parse_fault::undefined_escape, "A header has an undefined escape sequence.");
        unescapes_ = true;
    }
    if (headers_.capacity() == 0) headers_.reserve(16);  // most frames' need, in one allocation
    headers_.push_back(h);
    return progress::whole;
}

parser::progress parser::end_head() {
    stage_ = stage::body;
    body_ = at_;
    if (trims(command_, version_, headers_)) {
        for (auto& h : headers_) {
            h = {trimmed(h.name), trimmed(h.value)};
            if (h.name.empty()) return fail(parse_fault::malformed, "A header has no name.");
        }
    }
    const auto length = find(headers_, "content-length");
    return length ? read_content_length(*length) : progress::whole;
}

parser::progress parser::read_content_length(std::string_view digits) {
    std::size_t length = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (fault == std::errc::invalid_argument || end != digits.data() + digits.size())
        return fail(parse_fault::bad_content_length, "The content-length is not a number.");
    if (fault == std::errc::result_out_of_range || length >= most_ - at_)
        return fail(parse_fault::too_large, "The frame is too large.");
    if (length > 0 && !may_have_body(command_)) return fail(parse_fault::malformed, "A frame of this command has no body.");
    end_ = at_ + length + 1;
    return progress::whole;
}

parser::progress parser::read_body(std::string_view bytes) {
    // With content-length the body may hold any byte (STOMP 1.2, "Header content-length").
    if (end_ > 0) {
        at_ = std::min(end_, bytes.size());
        if (at_ < end_) return progress::more;
        if (bytes[end_ - 1] != '\0') return fail(parse_fault::missing_nul, "No NUL follows the content-length's last byte.");
        return progress::whole;
    }
    if (at_ == most_) return fail(parse_fault::too_large, "The frame is too large.");
    if (at_ == bytes.size()) return progress::more;
    if (!may_have_body(command_) && bytes[at_] != '\0')
        return fail(parse_fault::malformed, "A frame of this command has no body.");
    const auto nul = bytes.substr(0, most_).find('\0', at_);
    at_ = nul == std::string_view::npos ? std::min(most_, bytes.size()) : nul + 1;
    if (nul != std::string_view::npos) return progress::whole;
    return at_ == most_ ? fail(parse_fault::too_large, "The frame is too large.") : progress::more;
}

}  // namespace madang::stomp
