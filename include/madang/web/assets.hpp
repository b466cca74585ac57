// What browsers load: static files and rendered page shells. Filled at start, then constant and thread-safe; with a directory
// (`--assets-dir`, for developers of Madang) every request reads the file anew.
#pragma once

#include "madang/protocol/http/message.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace madang::web {

class assets {
public:
    // `version`: stands in the pages' addresses of css and js.
    explicit assets(std::string version) : version_(std::move(version)) {}

    // An embedded file: "static/css/base.css", "templates/app.mustache".
    void add(std::string path, std::string_view bytes);
    // From now on files come from here instead.
    void use_directory(std::filesystem::path directory) { directory_ = std::move(directory); }

    // "static/…"; nothing if there is none. Answers 304 where the client has it already.
    [[nodiscard]] std::optional<http::response> file(std::string_view path, const http::request& r) const;
    // templates/<name>.mustache for this language, as a page with its security headers.
    [[nodiscard]] std::optional<http::response> page(std::string_view name, std::string_view language,
                                                     const http::request& r) const;
    // The bytes alone; null if there is no such file.
    [[nodiscard]] std::shared_ptr<const std::string> bytes(std::string_view path) const;

private:
    struct entry {
        std::shared_ptr<const std::string> body;
        std::string etag;
    };
    [[nodiscard]] std::optional<entry> find(std::string_view path) const;
    [[nodiscard]] entry render(const entry& source, std::string_view name, std::string_view language) const;
    [[nodiscard]] static http::response answer(const entry& e, std::string_view type, const http::request& r);

    const std::string version_;
    std::optional<std::filesystem::path> directory_;
    std::map<std::string, entry, std::less<>> files_;
    std::map<std::string, entry, std::less<>> pages_;  // "app.ko"
};

}  // namespace madang::web
