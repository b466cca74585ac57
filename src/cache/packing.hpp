// Values as bytes: numbers in as few as they need (zigzag, seven bits a byte, the low ones first), texts and lists after their
// length. What a type consists of is said once, by its fields(archive, value), for both ways (records.hpp).
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace madang::cache {

class packer {
public:
    template <class... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

private:
    void number(std::int64_t n) {
        auto left = (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
        for (; left >= 0x80; left >>= 7) bytes_.push_back(static_cast<char>(left | 0x80));
        bytes_.push_back(static_cast<char>(left));
    }

    template <class T>
    requires std::integral<T> || std::is_enum_v<T>
    void put(T n) { number(static_cast<std::int64_t>(n)); }
    template <class Tag>
    void put(id<Tag> of) {
        number(of.value);
    }
    void put(timestamp t) { number(t.time_since_epoch().count()); }
    void put(const std::string& text) {
        number(static_cast<std::int64_t>(text.size()));
        bytes_ += text;
    }
    template <class T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <class T>
    void put(const std::vector<T>& values) {
        number(static_cast<std::int64_t>(values.size()));
        for (const auto& value : values) put(value);
    }
    template <class... T>
    void put(const std::variant<T...>& one) {
        put(one.index());
        std::visit([this](const auto& value) { this->put(value); }, one);
    }
    template <class T>
    requires std::is_class_v<T>
    void put(const T& value) {
        fields(*this, const_cast<T&>(value));  // one fields() for both ways; this way changes nothing
    }

    std::string bytes_;
};

class unpacker {
public:
    explicit unpacker(std::string_view bytes) : left_(bytes) {}

    template <class... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    // What was asked for was there, and nothing else.
    [[nodiscard]] bool fits() const noexcept { return !broken_ && left_.empty(); }

private:
    std::int64_t number() {
        std::uint64_t n = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (left_.empty()) break;
            const auto byte = static_cast<unsigned char>(left_.front());
            left_.remove_prefix(1);
            n |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (byte < 0x80) return static_cast<std::int64_t>(n >> 1) ^ -static_cast<std::int64_t>(n & 1);
        }
        broken_ = true;
        return 0;
    }
    // A length of things that take a byte each at least.
    std::size_t length() {
        const auto n = number();
        if (n >= 0 && static_cast<std::uint64_t>(n) <= left_.size()) return static_cast<std::size_t>(n);
        broken_ = true;
        return 0;
    }

    template <class T>
    requires std::integral<T> || std::is_enum_v<T>
    void get(T& n) { n = static_cast<T>(number()); }
    template <class Tag>
    void get(id<Tag>& of) {
        of.value = number();
    }
    void get(timestamp& t) { t = timestamp{std::chrono::milliseconds{number()}}; }
    void get(std::string& text) {
        const auto size = length();
        text = left_.substr(0, size);
        left_.remove_prefix(size);
    }
    template <class T>
    void get(std::optional<T>& value) {
        bool there = false;
        get(there);
        if (there) get(value.emplace());
    }
    template <class T>
    void get(std::vector<T>& values) {
        values.resize(length());
        for (auto& value : values) get(value);
    }
    template <class... T>
    void get(std::variant<T...>& one) {
        std::size_t index = 0;
        get(index);
        if (index >= sizeof...(T)) {
            broken_ = true;
            return;
        }
        get_alternative(one, index, std::index_sequence_for<T...>{});
    }
    template <class V, std::size_t... I>
    void get_alternative(V& one, std::size_t index, std::index_sequence<I...>) {
        ((I == index ? get(one.template emplace<I>()) : void()), ...);
    }
    template <class T>
    requires std::is_class_v<T>
    void get(T& value) { fields(*this, value); }

    std::string_view left_;
    bool broken_ = false;
};

template <class T>
[[nodiscard]] std::string packed(const T& value) {
    packer p;
    p(value);
    return p.take();
}
// Nothing where the bytes are no such value.
template <class T>
[[nodiscard]] std::optional<T> unpacked(std::string_view bytes) {
    T value{};
    unpacker u{bytes};
    u(value);
    if (!u.fits()) return std::nullopt;
    return value;
}

}  // namespace madang::cache
