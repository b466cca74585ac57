// Bytes in, frames out: an incremental STOMP parser for either direction of a connection. No I/O, and no exception on any input.
//
//     parser.append(bytes);
//     while (const auto next = parser.next()) { ... }
//
// Owner: one session, on that session's shard.
#pragma once

#include "madang/protocol/stomp/frame.hpp"
#include "madang/protocol/stomp/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace madang::stomp {

struct limits {
    std::size_t frame = 1024 * 1024;         // bytes from the command to the NUL, both included
    std::size_t before_connect = 64 * 1024;  // bytes of all that comes before set_version(), EOLs between frames included
    std::size_t headers = 64;
    std::size_t header_line = 8 * 1024;  // bytes without the EOL
};

enum class parse_fault {
    too_large,
    malformed,
    undefined_escape,
    bad_content_length,
    missing_nul,
    too_many_headers,
    line_too_long,
    unknown_command,
};

// "too_large", as a label.
[[nodiscard]] std::string_view to_string(parse_fault fault) noexcept;

struct parse_error {
    parse_fault fault = parse_fault::malformed;
    std::string_view text;  // one English sentence for the client, never its own bytes; a literal
};

// An EOL between frames (STOMP 1.2, "Heart-beating").
struct heart_beat {};

using event = std::variant<frame, heart_beat, parse_error>;

// Every event is decided by the bytes up to its own, so the same bytes give the same events however they are cut.
// Time is linear in the bytes fed, also one by one. A frame that lies whole in one append() is read in place; of an incomplete
// one its bytes are kept, at most `limits.frame` of them. Between frames the parser owns no heap memory.
class parser {
public:
    explicit parser(const limits& limits = {}) noexcept : limits_(limits) {}

    // Views point into the parser and into the bytes fed.
    parser(const parser&) = delete;
    parser& operator=(const parser&) = delete;

    // Shows the next bytes. They are not copied: they must live, unchanged, until next() has answered "nothing", which is also
    // when more may be appended.
    void append(std::string_view bytes) noexcept;

    // The next frame, heart-beat or error. Nothing: all bytes are used, append more. What a frame shows is valid until the next
    // call of append() or next(). An error is the last event: its connection must be closed, and further bytes are ignored.
    [[nodiscard]] std::optional<event> next();

    // The outcome of the negotiation, set when the CONNECT (a client: the CONNECTED) has just come from next(). It decides on
    // escapes and trimming from the next frame on, and ends `limits.before_connect`.
    void set_version(version v) noexcept { version_ = v; }

    // All appended bytes are used; append() may be called.
    [[nodiscard]] bool drained() const noexcept { return input_.empty(); }

    // Bytes on the heap; 0 between frames, once next() has answered "nothing".
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    enum class stage : std::uint8_t { between, command, headers, body, failed };
    enum class progress { more, whole, failed };

    // Between frames.
    [[nodiscard]] std::optional<event> next_eol();
    void begin_frame() noexcept;

    // A frame, in place or in the buffer.
    [[nodiscard]] std::optional<event> next_in_input();
    [[nodiscard]] std::optional<event> next_in_buffer();
    [[nodiscard]] event whole_frame(std::string_view bytes);
    void unescape_headers();

    // These read on from `at_`; `bytes` begins at the frame's first byte.
    [[nodiscard]] progress read(std::string_view bytes);
    [[nodiscard]] progress read_line(std::string_view bytes);
    [[nodiscard]] progress read_body(std::string_view bytes);
    [[nodiscard]] progress end_line(std::string_view line);
    [[nodiscard]] progress end_head();
    [[nodiscard]] progress read_content_length(std::string_view digits);

    // Memory.
    [[nodiscard]] std::size_t bound() const noexcept;
    [[nodiscard]] std::string_view rest_of_part() const noexcept;
    void keep(std::string_view part);
    void release() noexcept;

    progress fail(parse_fault fault, std::string_view text) noexcept;
    [[nodiscard]] event failure() const noexcept { return error_; }

    limits limits_;
    std::optional<version> version_;
    std::size_t before_connect_ = 0;  // bytes used before set_version()
    std::string_view input_;          // appended and not yet used; the caller's

    // The frame at hand. Offsets count from its first byte.
    stage stage_ = stage::between;
    bool after_cr_ = false;   // between frames: a CR that waits for its LF
    std::uint8_t seen_ = 0;   // kinds of bytes in the line at hand
    bool unescapes_ = false;  // some header holds a backslash that starts an escape
    stomp::command command_ = command::send;
    std::size_t most_ = 0;      // bytes that it may have
    std::size_t at_ = 0;        // bytes read
    std::size_t line_ = 0;      // where the line at hand begins
    std::size_t body_ = 0;      // where the body begins
    std::size_t end_ = 0;       // its size where content-length tells it, otherwise 0
    std::vector<char> buffer_;  // its bytes so far, when it began in an earlier append()
    std::vector<header> headers_;
    std::string unescaped_;  // the headers that held an escape
    parse_error error_;
};

}  // namespace madang::stomp
