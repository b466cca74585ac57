// What a statement found: rows of columns in PostgreSQL's binary formats. Immutable and cheap to copy.
#pragma once

#include "postgres/parameters.hpp"

#include <libpq-fe.h>

#include <memory>

namespace madang::storage::postgres {

// One row, borrowed from its `rows`.
class row {
public:
    row(const PGresult* all, int at) : all_(all), at_(at) {}

    // A column, from 0, as T: an integer, id, enumeration, bool, timestamp, std::string, std::string_view (borrowed), or an
    // optional of these. NULL reads as 0 or as empty.
    template <class T>
    [[nodiscard]] T get(int column) const {
        if constexpr (requires(T t) { t.has_value(); }) {
            if (is_null(column)) return std::nullopt;
            return get<typename T::value_type>(column);
        } else if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, std::string>) {
            return T{bytes(column)};
        } else if constexpr (std::is_same_v<T, timestamp>) {
            return first_day + std::chrono::floor<std::chrono::milliseconds>(std::chrono::microseconds{number(column)});
        } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
            return static_cast<T>(number(column));
        } else {
            return T{number(column)};  // an id
        }
    }

    [[nodiscard]] bool is_null(int column) const { return PQgetisnull(all_, at_, column) != 0; }

private:
    [[nodiscard]] std::string_view bytes(int column) const;
    // Of any width, and a boolean as 0 or 1.
    [[nodiscard]] std::int64_t number(int column) const;

    const PGresult* all_;
    int at_;
};

class rows {
public:
    rows() = default;
    explicit rows(std::shared_ptr<const PGresult> found) : found_(std::move(found)) {}

    [[nodiscard]] std::size_t size() const { return found_ ? static_cast<std::size_t>(PQntuples(found_.get())) : 0; }
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] row operator[](std::size_t at) const { return {found_.get(), static_cast<int>(at)}; }
    [[nodiscard]] row front() const { return (*this)[0]; }

    // How many rows an INSERT, UPDATE or DELETE touched.
    [[nodiscard]] std::int64_t affected() const;

    class iterator {
    public:
        iterator(const PGresult* all, int at) : all_(all), at_(at) {}
        row operator*() const { return {all_, at_}; }
        iterator& operator++() {
            ++at_;
            return *this;
        }
        friend bool operator==(const iterator&, const iterator&) = default;

    private:
        const PGresult* all_;
        int at_;
    };
    [[nodiscard]] iterator begin() const { return {found_.get(), 0}; }
    [[nodiscard]] iterator end() const { return {found_.get(), static_cast<int>(size())}; }

private:
    std::shared_ptr<const PGresult> found_;
};

}  // namespace madang::storage::postgres
