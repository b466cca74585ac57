#include "madang/web/site.hpp"

#include "rest.hpp"

namespace madang::web {
namespace {

// A choice made on the page wins over what the browser asks for.
language language_of_page(const http::request& r) {
    const auto chosen = r.cookie("madang_lang").value_or("");
    if (chosen == "ko") return language::ko;
    if (chosen == "en") return language::en;
    return language_of(r.header("accept-language").value_or(""));
}

http::response redirect(std::string to) {
    http::response r{302};
    r.with("Location", std::move(to));
    r.with("Cache-Control", "no-store");
    return r;
}

bool is_room_page(std::string_view path) {
    constexpr std::string_view rooms = "/rooms/";
    return path.starts_with(rooms) && path.size() > rooms.size() &&
           path.find_first_not_of("0123456789", rooms.size()) == std::string_view::npos;
}

}  // namespace

site::site(parts p, const settings& s) : parts_(p), api_(std::make_unique<api>(s, p.who, p.limits)) {
    add_account_routes(*api_, p.accounts, p.limits);
    add_session_routes(*api_, p.accounts, p.limits, s);
    add_people_routes(*api_, p.contacts);
    add_room_routes(*api_, p.rooms);
    add_history_routes(*api_, {p.rooms, p.who, p.bells, p.time, s.socket_grace});
    add_message_routes(*api_, p.messages, p.rooms, p.limits);
    api_->add(http::method::get, "/openapi.json", access::anyone, [&files = p.files](call&) -> api_answer {
        http::response answer{200};
        answer.content_type = "application/json";
        answer.shared_body = files.bytes("static/openapi.json");
        if (!answer.shared_body) co_return errc::not_found;
        co_return answer;
    });
}

site::~site() = default;

task<http::response> site::serve(std::shared_ptr<http::request> r) {
    if (r->path.starts_with("/api/")) co_return co_await api_->serve(std::move(r));
    auto answer = page(*r);
    co_return answer.with("X-Request-Id", r->id);
}

http::response site::page(const http::request& r) const {
    const language lang = language_of_page(r);
    const auto missing = [&] { return problem(error{errc::not_found}, lang, r.id); };
    if (r.method != http::method::get && r.method != http::method::head) return missing();
    if (r.path == "/.well-known/jwks.json") {
        const auto keys = parts_.keys.get();
        http::response answer{200, "application/json", keys ? keys->believed.jwks_json() : R"({"keys":[]})"};
        return answer.with("Cache-Control", "public, max-age=60");
    }
    if (r.path.starts_with("/static/")) {
        const auto decoded = http::percent_decoded(std::string_view{r.path}.substr(1), false);
        auto file = decoded ? parts_.files.file(*decoded, r) : std::nullopt;
        return file ? std::move(*file) : missing();
    }
    if (r.path == "/") {
        const bool known = r.cookie(access_cookie) || r.cookie(refresh_cookie);
        return redirect(known ? "/chats" : "/login");
    }
    if (r.path == "/ws") return problem(error{errc::invalid_request, "This address takes WebSocket upgrades alone."}, lang, r.id);
    const std::string_view name = r.path == "/login" ? "login" : r.path == "/signup" ? "signup" : "app";
    const bool known = name != "app" || r.path == "/friends" || r.path == "/chats" || r.path == "/more" || is_room_page(r.path);
    auto shell = known ? parts_.files.page(name, to_string(lang), r) : std::nullopt;
    return shell ? std::move(*shell) : missing();
}

task<std::variant<http::response, net::upgrade>> site::open(std::shared_ptr<http::request> r, std::size_t shard) {
    if (r->path != "/ws")
        co_return problem(error{errc::not_found}, language_of(r->header("accept-language").value_or("")), r->id);
    co_return parts_.gateway.open(*r, shard);
}

http::response site::refuse(errc code, std::string detail, const std::string& request_id) {
    auto answer = problem(error{code, std::move(detail)}, language::en, request_id);
    answer.with("X-Request-Id", request_id);
    return answer;
}

}  // namespace madang::web
