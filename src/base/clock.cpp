#include "madang/base/clock.hpp"

namespace madang {

timestamp system_clock::now() const {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

steady_time system_clock::steady_now() const { return std::chrono::steady_clock::now(); }

// By hand: every event and every person that is shown carries one, and a general formatter takes ten times as long.
std::string to_rfc3339(timestamp t) {
    const auto day = std::chrono::floor<std::chrono::days>(t);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss time{t - day};
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&text](std::size_t last, std::int64_t n) {
        for (; n > 0; n /= 10) text[last--] = static_cast<char>('0' + n % 10);
    };
    put(3, static_cast<int>(date.year()));
    put(6, static_cast<unsigned>(date.month()));
    put(9, static_cast<unsigned>(date.day()));
    put(12, time.hours().count());
    put(15, time.minutes().count());
    put(18, time.seconds().count());
    put(22, time.subseconds().count());
    return text;
}

}  // namespace madang
