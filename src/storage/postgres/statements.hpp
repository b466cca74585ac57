// Statements that live or die together, sent in one go: one round trip, one sync, and without BEGIN one transaction.
#pragma once

#include "postgres/rows.hpp"

#include <vector>

namespace madang::storage::postgres {

// A statement's text, which must be a literal: it is prepared once for each connection and found again by its address.
class sql {
public:
    consteval sql(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] const char* text() const noexcept { return text_; }

private:
    const char* text_;
};

struct statement {
    sql text;
    parameters values;
};

class statements {
public:
    statements() = default;
    template <class... Args>
    [[nodiscard]] static statements of(sql text, const Args&... args) {
        statements s;
        s.add(text, args...);
        return s;
    }

    template <class... Args>
    void add(sql text, const Args&... args) {
        all_.push_back({text, parameters::of(args...)});
    }

    [[nodiscard]] std::size_t size() const noexcept { return all_.size(); }
    [[nodiscard]] const std::vector<statement>& all() const noexcept { return all_; }

    // These in front of the others.
    void prepend(sql text) { all_.insert(all_.begin(), statement{text, {}}); }

private:
    std::vector<statement> all_;
};

// What each of them found, in order.
using answers = std::vector<rows>;

}  // namespace madang::storage::postgres
