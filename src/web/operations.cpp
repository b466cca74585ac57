#include "madang/web/operations.hpp"

#include "problem.hpp"

#include "madang/observe/log.hpp"
#include "madang/protocol/json/writer.hpp"

#include <charconv>

namespace madang::web {

task<http::response> operations::serve(std::shared_ptr<http::request> r) {
    const bool reads = r->method == http::method::get || r->method == http::method::head;
    if (reads && r->path == "/healthz") co_return http::response{200, "text/plain; charset=utf-8", "ok\n"};
    if (reads && r->path == "/readyz") co_return ready();
    if (reads && r->path == "/metrics") co_return http::response{200, std::string{metrics::content_type}, metrics_.text()};
    if (r->path.starts_with("/trace/")) co_return trace(*r);
    co_return problem(error{errc::not_found}, language::en, r->id);
}

http::response operations::ready() const {
    const auto now = readiness_.load();
    json::writer w;
    w.begin_object().field("status", now == readiness::ready ? "ready" : now == readiness::starting ? "starting" : "draining");
    for (const auto& part : parts_) w.field(part.name, part.state());
    w.end_object();
    return {now == readiness::ready ? 200 : 503, "application/json", w.take()};
}

// PUT /trace/{session id} begins, DELETE ends: what this session does is logged whatever the level.
http::response operations::trace(const http::request& r) {
    constexpr std::size_t prefix = 7;  // "/trace/"
    session_id session;
    const auto* end = r.path.data() + r.path.size();
    const auto [at, ec] = std::from_chars(r.path.data() + prefix, end, session.value);
    const bool on = r.method == http::method::put;
    if (ec != std::errc{} || at != end || !session || (!on && r.method != http::method::erase))
        return problem(error{errc::not_found}, language::en, r.id);
    if (!log::trace_session(session, on))
        return problem(error{errc::conflict, "As many sessions are traced as may be."}, language::en, r.id);
    return http::response{204};
}

task<std::variant<http::response, net::upgrade>> operations::open(std::shared_ptr<http::request> r, std::size_t) {
    co_return problem(error{errc::not_found}, language::en, r->id);
}

http::response operations::refuse(errc code, std::string detail, const std::string& request_id) {
    return problem(error{code, std::move(detail)}, language::en, request_id);
}

}  // namespace madang::web
