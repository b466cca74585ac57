// Writes JSON straight into a string: no tree, one pass. The caller sees to the nesting.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace madang::json {

class writer {
public:
    writer() = default;
    explicit writer(std::size_t expected) { out_.reserve(expected); }
    // Goes on behind what is written already.
    explicit writer(std::string begun) noexcept : out_(std::move(begun)) {}

    writer& begin_object() { return open('{'); }
    writer& end_object() { return put('}'); }
    writer& begin_array() { return open('['); }
    writer& end_array() { return put(']'); }

    // `name` is ours and needs no escaping.
    writer& key(std::string_view name);
    writer& value(std::string_view text);  // valid UTF-8
    writer& value(const char* text) { return value(std::string_view{text}); }
    writer& value(std::integral auto number) {
        if constexpr (std::same_as<decltype(number), bool>)
            return boolean(number);
        else
            return integer(static_cast<std::int64_t>(number));
    }
    // Something that is JSON already.
    writer& raw(std::string_view json);

    template <class T>
    writer& field(std::string_view name, const T& v) {
        key(name);
        if constexpr (std::integral<T>)
            return value(v);
        else
            return value(std::string_view{v});
    }

    [[nodiscard]] const std::string& text() const noexcept { return out_; }
    [[nodiscard]] std::string take() noexcept { return std::move(out_); }

private:
    writer& integer(std::int64_t number);
    writer& boolean(bool flag);
    writer& put(char c) {
        out_.push_back(c);
        return *this;
    }
    writer& open(char c) {
        comma();
        return put(c);
    }
    // A comma, unless this is the first thing in its object or array, or a field's value.
    void comma() {
        if (out_.empty()) return;
        const char last = out_.back();
        if (last != '{' && last != '[' && last != ':') out_.push_back(',');
    }

    std::string out_;
};

}  // namespace madang::json
