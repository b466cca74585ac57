#include "problem.hpp"

#include "madang/protocol/json/writer.hpp"

#include <algorithm>
#include <array>

namespace madang::web {
namespace {

struct titles {
    std::string_view ko;
    std::string_view en;
};

// In the order of errc.
constexpr std::array<titles, 20> all_titles{{
    {"잘못된 요청입니다", "The request is not valid"},
    {"JSON 형식이 올바르지 않습니다", "The body is not valid JSON"},
    {"로그인이 필요합니다", "You are not signed in"},
    {"로그인 유효 시간이 지났습니다", "The access token has expired"},
    {"이름 또는 비밀번호가 맞지 않습니다", "Wrong name or password"},
    {"권한이 없습니다", "You may not do this"},
    {"이 대화방의 참여자가 아닙니다", "You are not a member of this room"},
    {"이 사람과 대화할 수 없습니다", "You cannot talk to this person"},
    {"친구가 아닙니다", "You are not friends"},
    {"찾을 수 없습니다", "There is no such thing"},
    {"지금 상태에서는 할 수 없습니다", "This does not fit the present state"},
    {"이미 사용 중인 이름입니다", "The username is taken"},
    {"이미 친구입니다", "You are friends already"},
    {"자신을 친구로 추가할 수 없습니다", "You cannot befriend yourself"},
    {"너무 큽니다", "This is too large"},
    {"지원하지 않는 형식입니다", "The media type is not supported"},
    {"잠시 후 다시 시도해 주세요", "Too many requests"},
    {"서버 오류가 발생했습니다", "Something went wrong here"},
    {"지금은 처리할 수 없습니다. 같은 키로 다시 시도해 주세요", "Not available: repeat with the same key"},
    {"서버가 바쁩니다. 잠시 후 다시 시도해 주세요", "The server is busy, come back in a moment"},
}};
static_assert(all_titles.size() == static_cast<std::size_t>(errc::too_busy) + 1);

std::string type_of(errc code) {
    std::string type = "/problems/";
    type += to_string(code);
    std::replace(type.begin(), type.end(), '_', '-');
    return type;
}

}  // namespace

language language_of(std::string_view accept) noexcept {
    language best = language::en;
    double best_weight = 0;
    while (!accept.empty()) {
        const auto comma = accept.find(',');
        auto range = http::trimmed(accept.substr(0, comma));
        accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
        double weight = 1;
        if (const auto semicolon = range.find(';'); semicolon != std::string_view::npos) {
            const auto q = http::trimmed(range.substr(semicolon + 1));
            weight = q.starts_with("q=1") ? 1 : 0;
            if (q.starts_with("q=0."))
                for (double place = 0.1; const char digit : q.substr(4)) {
                    if (digit < '0' || digit > '9') break;
                    weight += place * (digit - '0');
                    place /= 10;
                }
            range = http::trimmed(range.substr(0, semicolon));
        }
        const auto primary = range.substr(0, range.find('-'));
        if (weight <= best_weight) continue;
        if (http::iequals(primary, "ko")) {
            best = language::ko;
            best_weight = weight;
        } else if (http::iequals(primary, "en")) {
            best = language::en;
            best_weight = weight;
        }
    }
    return best;
}

std::string_view to_string(language l) noexcept { return l == language::ko ? "ko" : "en"; }

std::string_view title_of(errc code, language l) noexcept {
    const auto& t = all_titles[static_cast<std::size_t>(code)];
    return l == language::ko ? t.ko : t.en;
}

std::string problem_json(const error& e, language l, std::string_view request_id) {
    json::writer w{256};
    w.begin_object().field("type", type_of(e.code)).field("title", title_of(e.code, l)).field("status", http_status(e.code));
    w.field("code", to_string(e.code));
    if (!e.detail.empty()) w.field("detail", e.detail);
    if (!request_id.empty()) w.field("requestId", request_id);
    if (!e.fields.empty()) {
        w.key("errors").begin_array();
        for (const auto& f : e.fields)
            w.begin_object().field("field", f.field).field("code", f.code).field("message", f.message).end_object();
        w.end_array();
    }
    return w.end_object().take();
}

http::response problem(const error& e, language l, std::string_view request_id) {
    http::response r{http_status(e.code), std::string{problem_type}, problem_json(e, l, request_id)};
    if (r.status == 401) r.with("WWW-Authenticate", "Bearer realm=\"madang\"");
    if (r.status == 429 || r.status == 503) {
        const auto seconds = std::max<std::int64_t>(1, (e.retry_after.count() + 999) / 1000);
        r.with("Retry-After", std::to_string(seconds));
    }
    return r;
}

}  // namespace madang::web
