// The values of one line of an archive. What is not as the format says is a bad_line.
#pragma once

#include "archive/tables.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>

namespace madang::storage::archive {

// What is wrong with a line: the end of a sentence that begins with file and number.
class bad_line : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

[[nodiscard]] const boost::json::value& member(const boost::json::object& line, std::string_view name);
[[nodiscard]] std::string text_of(const boost::json::object& line, std::string_view name);
[[nodiscard]] counts counts_of(const boost::json::object& line, std::string_view name);

// What stands in a column.
[[nodiscard]] value value_in(const table& t, const column& c, const boost::json::value& v);

}  // namespace madang::storage::archive
