#include "madang/protocol/stomp/encoder.hpp"

#include "escape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace madang::stomp {
namespace {

// Writes one frame from its command to its NUL, or the part of it that the caller asks for.
class writer {
public:
    writer(command c, version v, std::size_t expected) : how_(escaping_of(c, v)) { out_.reserve(expected + 128); }

    void command_line(command c) {
        out_ += to_string(c);
        out_ += '\n';
    }

    void put(std::string_view name, std::string_view value) {
        append_escaped_name(out_, name, how_);
        out_ += ':';
        append_escaped_value(out_, value, how_);
        out_ += '\n';
    }

    void put_unless_empty(std::string_view name, std::string_view value) {
        if (!value.empty()) put(name, value);
    }

    void put_all(std::span<const header> headers) {
        for (const auto& h : headers) put(h.name, h.value);
    }

    void put_length(std::string_view body) { out_ += fmt::format(FMT_STRING("content-length:{}\n"), body.size()); }

    [[nodiscard]] std::string take(std::string_view body = {}) && {
        out_ += '\n';
        out_ += body;
        out_ += '\0';
        return std::move(out_);
    }

    [[nodiscard]] std::string take_unfinished() && { return std::move(out_); }

private:
    escaping how_;
    std::string out_;
};

std::size_t size_of(std::span<const header> headers) noexcept {
    std::size_t n = 0;
    for (const auto& h : headers) n += h.name.size() + h.value.size() + 2;
    return n;
}

}  // namespace

std::string encode(const frame& f, version v) {
    writer out{f.command, v, size_of(f.headers) + f.body.size()};
    out.command_line(f.command);
    for (const auto& h : f.headers)
        if (h.name != "content-length") out.put(h.name, h.value);
    if (!may_have_body(f.command)) return std::move(out).take();
    out.put_length(f.body);
    return std::move(out).take(f.body);
}

std::string encode_connected(version v, const connected_fields& fields, std::span<const header> more) {
    writer out{command::connected, v, size_of(more)};
    out.command_line(command::connected);
    out.put("version", to_string(v));
    out.put("session", fields.session);
    out.put("server", fields.server);
    out.put("heart-beat", to_string(fields.heart_beat));
    out.put_all(more);
    return std::move(out).take();
}

std::string encode_receipt(version v, std::string_view receipt_id, std::span<const header> more) {
    writer out{command::receipt, v, receipt_id.size() + size_of(more)};
    out.command_line(command::receipt);
    out.put("receipt-id", receipt_id);
    out.put_all(more);
    return std::move(out).take();
}

std::string encode_error(version v, const error_fields& fields) {
    writer out{command::error, v, fields.message.size() + fields.body.size()};
    out.command_line(command::error);
    out.put("message", fields.message);
    if (fields.receipt_id) out.put("receipt-id", *fields.receipt_id);
    out.put_unless_empty("code", fields.code);
    out.put_unless_empty("content-type", fields.content_type);
    out.put_length(fields.body);
    return std::move(out).take(fields.body);
}

std::string encode_version_refusal() {
    constexpr std::string_view body = "Supported protocol versions are 1.0, 1.1 and 1.2.";
    // Readable in any version, as none is agreed.
    writer out{command::error, version::v10, body.size()};
    out.command_line(command::error);
    out.put("version", supported_versions);
    out.put("content-type", "text/plain");
    out.put("message", "No common version");
    out.put_length(body);
    return std::move(out).take(body);
}

std::string message_prefix(version v, std::string_view subscription, std::string_view ack) {
    writer out{command::message, v, subscription.size() + ack.size()};
    out.command_line(command::message);
    out.put("subscription", subscription);
    out.put_unless_empty("ack", ack);
    return std::move(out).take_unfinished();
}

std::string message_tail(version v, std::span<const header> headers, std::string_view content_type, std::string_view body) {
    writer out{command::message, v, size_of(headers) + content_type.size() + body.size()};
    out.put_all(headers);
    out.put_unless_empty("content-type", content_type);
    out.put_length(body);
    return std::move(out).take(body);
}

bool same_in_all_versions(std::span<const header> headers, std::string_view content_type) noexcept {
    const auto plain = [](std::string_view s) { return s.find_first_of(":\\\r\n") == std::string_view::npos; };
    return plain(content_type) &&
           std::all_of(headers.begin(), headers.end(), [&](const header& h) { return plain(h.name) && plain(h.value); });
}

}  // namespace madang::stomp
