// The values of a statement's parameters, in PostgreSQL's binary formats (big-endian): integers, ids and enumerations as bigint,
// flags as boolean, times as timestamptz, strings as text (or bytea: the bytes are the same), vectors as arrays of these, an
// empty optional as NULL. Nothing is converted on the way: where a column is a smallint, the statement says `$1::bigint`.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace madang::storage::postgres {

// 2000-01-01, where PostgreSQL's time begins.
inline constexpr timestamp first_day{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};

class parameters {
public:
    parameters() = default;

    template <class... Args>
    [[nodiscard]] static parameters of(const Args&... args) {
        parameters p;
        (p.add(args), ...);
        return p;
    }

    template <class T>
    void add(const T& v) {
        const auto mark = open();
        if (put(v))
            close(mark);
        else
            values_.back().length = -1;
    }

    // An array, element by element: `auto a = p.array<room_id>(rows); for (...) a.add(room);` (see also add(vector)).
    template <class T>
    void add(const std::vector<T>& all) {
        const auto mark = open();
        put_array_head(oid_of<T>(), all.size());
        for (const auto& v : all) {
            const auto at = put_int32(0);
            if (put(v))
                set_int32(at, static_cast<std::int32_t>(bytes_.size() - at - 4));
            else
                set_int32(at, -1);
        }
        close(mark);
    }

    [[nodiscard]] int count() const noexcept { return static_cast<int>(values_.size()); }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_.size(); }

    // As libpq wants them; valid until this changes.
    struct pointers {
        std::vector<const char*> values;
        std::vector<int> lengths;
        std::vector<int> formats;
    };
    [[nodiscard]] pointers view() const;

private:
    struct value {
        std::size_t begin = 0;
        int length = 0;  // -1: NULL
    };

    // put() writes one value and says false for NULL.
    bool put(std::string_view v);
    bool put(const std::string& v) { return put(std::string_view{v}); }
    bool put(const char* v) { return put(std::string_view{v}); }
    bool put(bool v);
    bool put(timestamp v);
    bool put(std::int64_t v);
    template <std::integral T>
    bool put(T v) {
        return put(static_cast<std::int64_t>(v));
    }
    template <class T>
    requires std::is_enum_v<T>
    bool put(T v) { return put(static_cast<std::int64_t>(v)); }
    template <class Tag>
    bool put(id<Tag> v) {
        return put(v.value);
    }
    template <class T>
    bool put(const std::optional<T>& v) {
        return v && put(*v);
    }

    // The type of an array's elements (pg_type.dat).
    template <class T>
    static constexpr std::uint32_t oid_of() {
        if constexpr (std::is_same_v<T, bool>)
            return 16;
        else if constexpr (std::is_same_v<T, timestamp>)
            return 1184;
        else if constexpr (std::is_convertible_v<T, std::string_view>)
            return 25;
        else if constexpr (requires(T t) {
                               *t;
                               t.has_value();
                           })
            return oid_of<typename T::value_type>();
        else
            return 20;
    }

    std::size_t open();
    void close(std::size_t mark);
    void put_array_head(std::uint32_t type, std::size_t count);
    std::size_t put_int32(std::int32_t v);
    void set_int32(std::size_t at, std::int32_t v);

    std::string bytes_;
    std::vector<value> values_;
};

}  // namespace madang::storage::postgres
