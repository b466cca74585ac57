#include "parser.hpp"

#include <hiredis/hiredis.h>

#include <stdexcept>

namespace madang::redis {
namespace {

struct free_reply {
    void operator()(void* r) const noexcept { freeReplyObject(r); }
};

reply copy_of(const redisReply& r) {
    reply copy;
    switch (r.type) {
        case REDIS_REPLY_INTEGER:
            copy.what = reply::kind::integer;
            copy.integer = r.integer;
            break;
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            copy.what = reply::kind::text;
            copy.text.assign(r.str, static_cast<std::size_t>(r.len));
            break;
        case REDIS_REPLY_ERROR:
            copy.what = reply::kind::refusal;
            copy.text.assign(r.str, static_cast<std::size_t>(r.len));
            break;
        case REDIS_REPLY_ARRAY:
            copy.what = reply::kind::list;
            for (std::size_t i = 0; i < r.elements; ++i) copy.items.push_back(copy_of(*r.element[i]));
            break;
        default:  // nil, and what RESP3 alone knows: never asked for
            break;
    }
    return copy;
}

}  // namespace

void parser::free::operator()(redisReader* r) const noexcept { redisReaderFree(r); }

parser::parser() : reader_(redisReaderCreate()) {
    if (!reader_) throw std::bad_alloc{};
}

void parser::feed(std::string_view bytes) {
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) throw std::runtime_error(reader_->errstr);
}

std::optional<reply> parser::next() {
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) throw std::runtime_error(reader_->errstr);
    if (found == nullptr) return std::nullopt;
    const std::unique_ptr<void, free_reply> owned{found};
    return copy_of(*static_cast<const redisReply*>(found));
}

}  // namespace madang::redis
