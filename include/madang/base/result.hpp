// Errors as values: what a service or a store answers instead of throwing.
#pragma once

#include "madang/base/errc.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace madang {

struct field_error {
    std::string field;    // as the client named it: "text"
    std::string code;     // required unknown wrong_type too_short too_long invalid out_of_range
    std::string message;  // for a developer of clients, in English

    friend bool operator==(const field_error&, const field_error&) = default;
};

struct error {
    errc code = errc::internal;
    std::string detail;                        // one sentence for the client, never internal text
    std::vector<field_error> fields;           // which fields were wrong
    std::chrono::milliseconds retry_after{0};  // 0: not said

    error() = default;
    error(errc c) : code(c) {}  // NOLINT(google-explicit-constructor): `return errc::not_found;` reads as meant
    error(errc c, std::string what) : code(c), detail(std::move(what)) {}
};

// An `invalid_request` that names one field.
[[nodiscard]] error invalid_field(std::string field, std::string code, std::string message);

// A `too_busy` or `rate_limited` or `unavailable` that says when to come back.
[[nodiscard]] error retry_later(errc code, std::chrono::milliseconds after);

[[noreturn]] void throw_exception_from_error(const error& e, const boost::source_location& where);

template <class T = void>
using result = boost::system::result<T, error>;

}  // namespace madang
