// Whatever the bytes: no crash, the same events however they are cut, and what was parsed survives encoding.
// The first two bytes of an input choose version, limits and cuts.
#include "madang/protocol/stomp/encoder.hpp"

#include "stomp_outcome.hpp"

#include <cstdint>
#include <cstdlib>

using namespace madang::stomp;
using namespace madang::stomp::testing;

namespace {

void require(bool promise) {
    if (!promise) std::abort();
}

setting chosen(std::uint8_t by) {
    setting how;
    if (by % 4 != 0) how.version = static_cast<version>(by % 4 - 1);
    // Small ones, so that inputs of a fuzzer's size reach them.
    if ((by & 4) != 0) how.limits.frame = 64;
    if ((by & 8) != 0) how.limits.header_line = 12;
    if ((by & 16) != 0) how.limits.headers = 3;
    if ((by & 32) != 0) how.limits.before_connect = 48;
    return how;
}

// Pieces of 1 to 16 bytes, from a small generator.
outcome parsed_at_random(std::string_view bytes, std::uint32_t seed, const setting& how) {
    reader r{how};
    while (!bytes.empty()) {
        seed = seed * 1664525 + 1013904223;
        const auto piece = bytes.substr(0, 1 + (seed >> 28));
        r.feed(piece);
        bytes.remove_prefix(piece.size());
    }
    return r.seen();
}

// The headers less content-length, which the encoder counts itself.
std::string without_length(const frame& f) {
    std::vector<header> headers;
    for (const auto& h : f.headers)
        if (h.name != "content-length") headers.push_back(h);
    return written({f.command, headers, f.body});
}

void survives_encoding(std::string_view bytes, version v) {
    parser first;
    first.set_version(v);
    first.append(bytes);
    while (const auto next = first.next()) {
        const auto* f = std::get_if<frame>(&*next);
        if (f == nullptr) continue;
        const auto again = encode(*f, v);
        // Written out it may be longer, and has a content-length, if it had none.
        parser second{{.frame = again.size(), .headers = f->headers.size() + 1, .header_line = again.size()}};
        second.set_version(v);
        second.append(again);
        const auto same = second.next();
        require(same && std::holds_alternative<frame>(*same));
        require(without_length(std::get<frame>(*same)) == without_length(*f));
        require(!second.next());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const setting how = chosen(data[0]);
    const std::string_view bytes{reinterpret_cast<const char*>(data) + 2, size - 2};
    const auto whole = parsed_whole(bytes, how);
    require(parsed_in_pieces(bytes, 1, how) == whole);
    require(parsed_split(bytes, data[1] % (bytes.size() + 1), how) == whole);
    require(parsed_at_random(bytes, data[1], how) == whole);
    survives_encoding(bytes, static_cast<version>(data[1] % 3));
    return 0;
}
