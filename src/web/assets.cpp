#include "madang/web/assets.hpp"

#include "madang/crypto/digest.hpp"

#include <fmt/format.h>
#include <mustache.hpp>

#include <array>
#include <fstream>
#include <iterator>

namespace madang::web {
namespace {

// Nothing inline, nothing from elsewhere (design, chapter 9).
constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view path) noexcept {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> types{{
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".json", "application/json"},
        {".webmanifest", "application/manifest+json"},
        {".woff2", "font/woff2"},
        {".txt", "text/plain; charset=utf-8"},
        {".html", "text/html; charset=utf-8"},
    }};
    for (const auto& [ending, type] : types)
        if (path.ends_with(ending)) return type;
    return "application/octet-stream";
}

std::string etag_of(std::string_view bytes) {
    return '"' + crypto::base64url(crypto::as_bytes(crypto::sha256(bytes))).substr(0, 22) + '"';
}

}  // namespace

void assets::add(std::string path, std::string_view bytes) {
    entry e{std::make_shared<const std::string>(bytes), etag_of(bytes)};
    constexpr std::string_view folder = "templates/";
    constexpr std::string_view ending = ".mustache";
    if (path.starts_with(folder) && path.ends_with(ending)) {
        const auto name = path.substr(folder.size(), path.size() - folder.size() - ending.size());
        for (const std::string_view language : {"ko", "en"})
            pages_[fmt::format("{}.{}", name, language)] = render(e, name, language);
    }
    files_[std::move(path)] = std::move(e);
}

std::optional<assets::entry> assets::find(std::string_view path) const {
    if (directory_) {
        // The router has decoded the path: no way out of the directory.
        if (path.find("..") != std::string_view::npos || path.find('\0') != std::string_view::npos) return std::nullopt;
        std::ifstream in{*directory_ / path, std::ios::binary};
        if (!in || !std::filesystem::is_regular_file(*directory_ / path)) return std::nullopt;
        std::string bytes{std::istreambuf_iterator<char>{in}, {}};
        const std::string etag = etag_of(bytes);
        return entry{std::make_shared<const std::string>(std::move(bytes)), etag};
    }
    const auto at = files_.find(path);
    if (at == files_.end()) return std::nullopt;
    return at->second;
}

assets::entry assets::render(const entry& source, std::string_view name, std::string_view language) const {
    using kainjow::mustache::data;
    data context;
    context.set("lang", std::string{language});
    context.set("ko", language == "ko" ? data::type::bool_true : data::type::bool_false);
    context.set("en", language == "en" ? data::type::bool_true : data::type::bool_false);
    context.set("page", std::string{name});
    context.set("version", version_);
    kainjow::mustache::mustache shell{*source.body};
    std::string html = shell.render(context);
    const std::string etag = etag_of(html);
    return {std::make_shared<const std::string>(std::move(html)), etag};
}

http::response assets::answer(const entry& e, std::string_view type, const http::request& r) {
    const auto known = r.header("if-none-match");
    const bool same = known && (*known == e.etag || http::has_token(*known, e.etag));
    http::response out{same ? 304 : 200};
    if (!same) {
        out.content_type = type;
        out.shared_body = e.body;
    }
    out.with("ETag", e.etag);
    out.with("X-Content-Type-Options", "nosniff");
    return out;
}

std::optional<http::response> assets::file(std::string_view path, const http::request& r) const {
    const auto e = find(path);
    if (!e) return std::nullopt;
    auto out = answer(*e, type_of(path), r);
    // Only an address with a version may be kept: modules import each other without one.
    const bool versioned = !directory_ && r.parameter("v") == version_;
    out.with("Cache-Control", versioned ? "public, max-age=31536000, immutable" : "no-cache");
    return out;
}

std::optional<http::response> assets::page(std::string_view name, std::string_view language, const http::request& r) const {
    std::optional<entry> e;
    if (directory_) {
        const auto source = find(fmt::format("templates/{}.mustache", name));
        if (source) e = render(*source, name, language);
    } else if (const auto at = pages_.find(fmt::format("{}.{}", name, language)); at != pages_.end()) {
        e = at->second;
    }
    if (!e) return std::nullopt;
    auto out = answer(*e, "text/html; charset=utf-8", r);
    out.with("Content-Security-Policy", std::string{content_security_policy});
    out.with("Referrer-Policy", "same-origin");
    out.with("Cross-Origin-Opener-Policy", "same-origin");
    out.with("Cache-Control", "no-cache");
    out.with("Vary", "Accept-Language, Cookie");
    return out;
}

std::shared_ptr<const std::string> assets::bytes(std::string_view path) const {
    const auto e = find(path);
    return e ? e->body : nullptr;
}

}  // namespace madang::web
