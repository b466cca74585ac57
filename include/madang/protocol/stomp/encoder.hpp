// Frames into bytes: LF line ends, escapes as the version has them, nothing after the NUL (some clients lose a frame that
// follows a stray LF).
//
// SEND, MESSAGE and ERROR always carry a content-length, in bytes, that is counted here. No text can break out of its header:
// what the version cannot escape becomes a blank. Names of headers must not be empty. Values in our own frames should keep to
// [A-Za-z0-9._/-]: then clients that do not unescape read them too, and the bytes are the same in every version.
#pragma once

#include "madang/protocol/stomp/frame.hpp"
#include "madang/protocol/stomp/heart_beat.hpp"
#include "madang/protocol/stomp/version.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace madang::stomp {

// Any frame, of a client too: for tests, the load tool and whatever has no function of its own. A content-length among the
// headers is replaced by the true one.
[[nodiscard]] std::string encode(const frame& f, version v);

struct connected_fields {
    std::string_view session;
    std::string_view server;  // "madang/0.1.0"
    heart_beat_offer heart_beat;
};
[[nodiscard]] std::string encode_connected(version v, const connected_fields& fields, std::span<const header> more = {});

[[nodiscard]] std::string encode_receipt(version v, std::string_view receipt_id, std::span<const header> more = {});

struct error_fields {
    std::string_view message;
    std::optional<std::string_view> receipt_id;  // the refused frame's `receipt`
    std::string_view code;                       // "not_a_member"; empty: none
    std::string_view content_type;
    std::string_view body;
};
[[nodiscard]] std::string encode_error(version v, const error_fields& fields);

// The ERROR after a failed negotiation (STOMP 1.2, "Protocol Negotiation").
[[nodiscard]] std::string encode_version_refusal();

// A MESSAGE is a prefix of the subscription's and a tail that its subscribers share: prefix + tail is the frame.
// `ack` is the id to acknowledge by where the subscription asked for that; empty: none.
[[nodiscard]] std::string message_prefix(version v, std::string_view subscription, std::string_view ack = {});

// `headers` are the others: destination, message-id, x-seq ... One tail serves all subscribers of a version; of every version
// where no value needs an escape (`same_in_all_versions`).
[[nodiscard]] std::string message_tail(version v, std::span<const header> headers, std::string_view content_type,
                                       std::string_view body);
[[nodiscard]] bool same_in_all_versions(std::span<const header> headers, std::string_view content_type) noexcept;

}  // namespace madang::stomp
