#include "flights.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

namespace madang::cache {

task<flight::answer> flight::wait(std::shared_ptr<flight> of, steady_time until) {
    if (auto landed = of->known()) co_return landed;
    const executor here = co_await asio::this_coro::executor;
    const auto a = std::make_shared<timer>(here, until);
    // Set on this strand, and unset on it by a post: so after the wait has begun.
    if (auto landed = of->answer_or_set(a)) co_return landed;
    boost::system::error_code ignored;
    co_await a->async_wait(asio::redirect_error(use_task, ignored));
    co_return of->answer_or_unset(a);
}

void flight::land(result<std::string> with) {
    std::set<alarm> all;
    {
        const std::lock_guard hold{lock_};
        answer_ = std::make_shared<const result<std::string>>(std::move(with));
        all.swap(waiting_);
    }
    while (!all.empty()) {
        auto a = std::move(all.extract(all.begin()).value());
        const auto there = a->get_executor();
        asio::post(there, [a = std::move(a)] { a->cancel(); });
    }
}

flight::answer flight::known() const {
    const std::lock_guard hold{lock_};
    return answer_;
}

flight::answer flight::answer_or_set(const alarm& a) {
    const std::lock_guard hold{lock_};
    if (!answer_) waiting_.insert(a);
    return answer_;
}

flight::answer flight::answer_or_unset(const alarm& a) {
    const std::lock_guard hold{lock_};
    waiting_.erase(a);
    return answer_;
}

flights::joined flights::join(const std::string& key) {
    part& p = part_of(key);
    const std::lock_guard hold{p.lock};
    auto& f = p.by_key[key];
    if (f) return {f, false};
    f = std::make_shared<flight>();
    return {f, true};
}

void flights::land(const std::string& key, const std::shared_ptr<flight>& f, result<std::string> with) {
    detach(key, f);
    f->land(std::move(with));
}

void flights::detach(const std::string& key) {
    part& p = part_of(key);
    const std::lock_guard hold{p.lock};
    p.by_key.erase(key);
}

void flights::detach(const std::string& key, const std::shared_ptr<flight>& f) {
    part& p = part_of(key);
    const std::lock_guard hold{p.lock};
    if (const auto at = p.by_key.find(key); at != p.by_key.end() && at->second == f) p.by_key.erase(at);
}

void flights::detach_all() {
    for (auto& p : parts_) {
        const std::lock_guard hold{p.lock};
        p.by_key.clear();
    }
}

}  // namespace madang::cache
