#include "reporter.hpp"

namespace madang::storage {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_said = 8;  // different things, in one outage or in ten seconds
constexpr auto say_again = 10s;

}  // namespace

void reporter::failed(std::string_view what) {
    const std::lock_guard hold{lock_};
    say(what);
}

void reporter::fail(part& p, std::string_view what) {
    const std::lock_guard hold{lock_};
    if (p.works_.exchange(false) && ++failing_ == 1) {
        began_ = time_.steady_now();
        stats_.failing = true;
    }
    say(what);
}

void reporter::mend(part& p) {
    const std::lock_guard hold{lock_};
    if (p.works_.exchange(true) || --failing_ > 0) return;
    stats_.failing = false;
    const auto lasted = std::chrono::duration_cast<std::chrono::milliseconds>(time_.steady_now() - began_);
    if (told_ && ears_.recovered) ears_.recovered({lasted, failures_});
    failures_ = 0;
    told_ = false;
}

void reporter::say(std::string_view what) {
    ++stats_.failures;
    if (failing_ > 0) ++failures_;
    const auto now = time_.steady_now();
    std::erase_if(said_, [&](const auto& s) { return !holds_back(s.second, now); });
    if (said_.size() == most_said || !said_.emplace(what, now).second) return;
    told_ = failing_ > 0;
    if (ears_.failed) ears_.failed(what);
}

// In an outage until its end.
bool reporter::holds_back(steady_time said, steady_time now) const {
    return now - said < say_again || (failing_ > 0 && said >= began_);
}

}  // namespace madang::storage
