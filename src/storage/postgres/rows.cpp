#include "postgres/rows.hpp"

#include <boost/endian/conversion.hpp>

#include <charconv>

namespace madang::storage::postgres {

std::string_view row::bytes(int column) const {
    return {PQgetvalue(all_, at_, column), static_cast<std::size_t>(PQgetlength(all_, at_, column))};
}

std::int64_t row::number(int column) const {
    const auto text = bytes(column);
    const auto* at = reinterpret_cast<const unsigned char*>(text.data());
    switch (text.size()) {
        case 1:
            return *at;
        case 2:
            return boost::endian::load_big_s16(at);
        case 4:
            return boost::endian::load_big_s32(at);
        case 8:
            return boost::endian::load_big_s64(at);
        default:
            return 0;  // NULL
    }
}

std::int64_t rows::affected() const {
    const std::string_view text = PQcmdTuples(const_cast<PGresult*>(found_.get()));  // it only reads
    std::int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

}  // namespace madang::storage::postgres
