#include "postgres/parameters.hpp"

#include <boost/endian/conversion.hpp>

namespace madang::storage::postgres {

namespace endian = boost::endian;

parameters::pointers parameters::view() const {
    pointers p;
    for (const auto& v : values_) {
        p.values.push_back(v.length < 0 ? nullptr : bytes_.data() + v.begin);
        p.lengths.push_back(v.length < 0 ? 0 : v.length);
        p.formats.push_back(1);
    }
    return p;
}

bool parameters::put(std::string_view v) {
    bytes_.append(v);
    return true;
}

bool parameters::put(bool v) {
    bytes_.push_back(v ? '\1' : '\0');
    return true;
}

bool parameters::put(timestamp v) {
    return put(static_cast<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(v - first_day).count()));
}

bool parameters::put(std::int64_t v) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof v);
    endian::store_big_s64(reinterpret_cast<unsigned char*>(bytes_.data() + at), v);
    return true;
}

std::size_t parameters::open() {
    values_.push_back({bytes_.size(), 0});
    return bytes_.size();
}

void parameters::close(std::size_t mark) { values_.back().length = static_cast<int>(bytes_.size() - mark); }

// array_send() in PostgreSQL's arrayfuncs.c: dimensions, whether NULLs may come, the type, then length and lower bound.
void parameters::put_array_head(std::uint32_t type, std::size_t count) {
    put_int32(count == 0 ? 0 : 1);
    put_int32(1);
    put_int32(static_cast<std::int32_t>(type));
    if (count == 0) return;
    put_int32(static_cast<std::int32_t>(count));
    put_int32(1);
}

std::size_t parameters::put_int32(std::int32_t v) {
    const auto at = bytes_.size();
    bytes_.resize(at + sizeof v);
    set_int32(at, v);
    return at;
}

void parameters::set_int32(std::size_t at, std::int32_t v) {
    endian::store_big_s32(reinterpret_cast<unsigned char*>(bytes_.data() + at), v);
}

}  // namespace madang::storage::postgres
