// Reads an archive line by line, without I/O, and holds each against the format: the first line, the columns of every row, the
// order of tables and keys (so that a row that stands twice is noticed), the counts and the checksum of the last line.
#pragma once

#include "archive/line_values.hpp"
#include "archive/lines.hpp"
#include "digest.hpp"

#include <boost/json/parser.hpp>

#include <memory>

namespace madang::storage::archive {

class line_reader {
public:
    enum class kind { header, row, end };

    line_reader();

    // The next line, without its end. Throws bad_line; the reader is of no use afterwards.
    kind take(std::string_view line);

    [[nodiscard]] bool began() const noexcept { return began_; }
    // The last line has been read.
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    [[nodiscard]] const header& head() const noexcept { return head_; }
    // Of all rows so far.
    [[nodiscard]] const counts& rows() const noexcept { return rows_; }
    // The same rows' lines.
    [[nodiscard]] const digest& contents() const noexcept { return contents_; }

    // Where the last row belongs (an index of tables()), its values, which may be moved from, and its key, which stays.
    [[nodiscard]] std::size_t at() const noexcept { return at_; }
    [[nodiscard]] record& row() noexcept { return row_; }
    [[nodiscard]] const record& key() const noexcept { return key_; }

private:
    void read_header(const boost::json::object& line);
    void read_row(const boost::json::object& line);
    void read_end(const boost::json::object& line);
    void check_order(std::size_t at);

    boost::json::parser parser_;
    std::unique_ptr<unsigned char[]> space_;  // for the values of one line; longer ones go to the heap
    bool began_ = false;
    bool complete_ = false;
    header head_;
    counts rows_;
    digest contents_;
    std::size_t at_ = 0;
    record row_;
    record key_;
};

}  // namespace madang::storage::archive
