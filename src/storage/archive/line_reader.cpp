#include "archive/line_reader.hpp"

#include "archive/line_values.hpp"
#include "archive/text_values.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <fmt/format.h>

namespace madang::storage::archive {
namespace {

namespace json = boost::json;

constexpr std::size_t space_size = 32 * 1024;

// The first of a row's members that is no column.
std::string_view stranger_in(const table& t, const json::object& line) {
    for (const auto& field : line) {
        const std::string_view name{field.key().data(), field.key().size()};
        if (name != "table" && std::ranges::find(t.columns, name, &column::name) == t.columns.end()) return name;
    }
    return "?";
}

}  // namespace

line_reader::line_reader() : space_(std::make_unique<unsigned char[]>(space_size)), rows_(tables().size()) {}

line_reader::kind line_reader::take(std::string_view text) {
    if (complete_) throw bad_line("something follows the last line of the archive");
    json::monotonic_resource values{space_.get(), space_size};
    parser_.reset(&values);
    boost::system::error_code ec;
    parser_.write(text.data(), text.size(), ec);
    if (ec) throw bad_line(fmt::format("is no JSON: {}", ec.message()));
    const auto parsed = parser_.release();
    const auto* line = parsed.if_object();
    if (line == nullptr) throw bad_line("is no JSON object");
    if (!began_) {
        read_header(*line);
        began_ = true;
        return kind::header;
    }
    if (line->contains("end")) {
        read_end(*line);
        complete_ = true;
        return kind::end;
    }
    read_row(*line);
    contents_.add(text);
    contents_.add("\n");
    return kind::row;
}

void line_reader::read_header(const json::object& line) {
    const auto* format = line.if_contains("format");
    if (format == nullptr || *format != json::string_view{format_name.data(), format_name.size()})
        throw bad_line("is not the beginning of an archive that madang export or backup wrote");
    const auto* version = member(line, "version").if_int64();
    head_.version = text_of(line, "madang");
    if (version == nullptr || *version != format_version)
        throw bad_line(
            fmt::format("the archive's format is not version {}, the one that is known here: use madang {} or a later one",
                        format_version, head_.version));
    head_.epoch = text_of(line, "epoch");
    const auto time = from_rfc3339(text_of(line, "time"));
    if (!time) throw bad_line("\"time\" is no time");
    head_.time = *time;
    head_.rows = counts_of(line, "rows");
    head_.greatest = counts_of(line, "greatest");
}

void line_reader::read_row(const json::object& line) {
    const auto name = text_of(line, "table");
    const auto found = std::ranges::find(tables(), name, &table::name);
    if (found == tables().end()) throw bad_line(fmt::format("there is no table \"{}\"", name));
    row_.clear();
    for (const auto& c : found->columns) {
        const auto* v = line.if_contains({c.name.data(), c.name.size()});
        if (v == nullptr) throw bad_line(fmt::format("the column {} of {} is missing", c.name, name));
        row_.push_back(value_in(*found, c, *v));
    }
    if (line.size() != found->columns.size() + 1)
        throw bad_line(fmt::format("{} has no column \"{}\"", name, stranger_in(*found, line)));
    check_order(static_cast<std::size_t>(found - tables().begin()));
    ++rows_[at_];
}

void line_reader::check_order(std::size_t at) {
    const auto& t = tables()[at];
    if (at < at_) throw bad_line(fmt::format("a row of {} stands after those of {}", t.name, tables()[at_].name));
    const auto length = static_cast<record::difference_type>(t.key);
    if (at == at_ && !key_.empty()) {
        const std::span key{row_.data(), t.key};
        if (std::ranges::equal(key_, key)) throw bad_line(fmt::format("the row of {} stands here a second time", t.name));
        if (std::ranges::lexicographical_compare(key, key_))
            throw bad_line(fmt::format("the row of {} stands behind its place in the order of keys", t.name));
    }
    key_.assign(row_.begin(), row_.begin() + length);
    at_ = at;
}

void line_reader::read_end(const json::object& line) {
    if (text_of(line, "end") != format_name) throw bad_line("is not the end of this archive");
    const auto promised = counts_of(line, "rows");
    for (std::size_t i = 0; i < promised.size(); ++i)
        if (promised[i] != rows_[i])
            throw bad_line(
                fmt::format("there should be {} rows of {}, and there are {}", promised[i], tables()[i].name, rows_[i]));
    // The first archives had none.
    if (line.contains("sha256") && text_of(line, "sha256") != contents_.text())
        throw bad_line("the rows are not those that were written (their checksum differs): take another copy of the archive");
}

}  // namespace madang::storage::archive
