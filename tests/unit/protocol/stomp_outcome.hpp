// What a parser makes of some bytes, written down as text, so that two ways of feeding it can be compared. Also used by
// tests/fuzz.
#pragma once

#include "madang/protocol/stomp/parser.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::stomp::testing {

// How to parse. Without a version it is negotiated from the CONNECT in the bytes, as a server does.
struct setting {
    std::optional<stomp::version> version;
    stomp::limits limits;
};

// "SEND|destination=/x|body", "heart-beat", "error too_large"
using outcome = std::vector<std::string>;

inline std::string written(const frame& f) {
    std::string out{to_string(f.command)};
    for (const auto& h : f.headers) out.append("|").append(h.name).append("=").append(h.value);
    return out.append("|").append(f.body);
}

// One connection's parser, fed from memory that dies as soon as the parser said that it is used: a sanitizer sees every view
// that outlives it.
class reader {
public:
    explicit reader(const setting& how) : parser_(how.limits) {
        if (how.version) parser_.set_version(*how.version);
        negotiates_ = !how.version;
    }

    void feed(std::string_view bytes) {
        const auto copy = std::make_unique<char[]>(bytes.size());
        bytes.copy(copy.get(), bytes.size());
        parser_.append({copy.get(), bytes.size()});
        while (const auto next = parser_.next()) take(*next);
    }

    [[nodiscard]] const outcome& seen() const noexcept { return seen_; }
    [[nodiscard]] std::size_t memory() const noexcept { return parser_.memory(); }

private:
    void take(const event& e) {
        if (const auto* f = std::get_if<frame>(&e)) {
            seen_.push_back(written(*f));
            const bool connects = f->command == command::connect || f->command == command::stomp;
            if (const auto v = negotiate(f->find("accept-version")); negotiates_ && connects && v) parser_.set_version(*v);
        } else if (const auto* fault = std::get_if<parse_error>(&e)) {
            seen_.push_back("error " + std::string{to_string(fault->fault)} + ": " + std::string{fault->text});
        } else {
            seen_.emplace_back("heart-beat");
        }
    }

    parser parser_;
    bool negotiates_ = false;
    outcome seen_;
};

inline outcome parsed_whole(std::string_view bytes, const setting& how) {
    reader r{how};
    r.feed(bytes);
    return r.seen();
}

inline outcome parsed_split(std::string_view bytes, std::size_t at, const setting& how) {
    reader r{how};
    r.feed(bytes.substr(0, at));
    r.feed(bytes.substr(at));
    return r.seen();
}

inline outcome parsed_in_pieces(std::string_view bytes, std::size_t size, const setting& how) {
    reader r{how};
    for (std::size_t at = 0; at < bytes.size(); at += size) r.feed(bytes.substr(at, size));
    return r.seen();
}

}  // namespace madang::stomp::testing
