#include "madang/config/load.hpp"

#include <array>

namespace madang::config {
namespace {

constexpr std::string_view mask = "***";

// postgresql://host/db?user=a&password=b: libpq takes passwords here, too.
void mask_parameters(std::string& url) {
    for (const std::string_view name : {std::string_view("password="), std::string_view("sslpassword=")}) {
        for (auto at = url.find(name); at != std::string::npos; at = url.find(name, at + name.size())) {
            const auto begin = at + name.size();
            const auto end = std::min(url.find('&', begin), url.size());
            url.replace(begin, end - begin, mask);
        }
    }
}

}  // namespace

std::string masked_url(std::string_view url) {
    const auto scheme = url.find("://");
    if (url.empty()) return {};
    if (scheme == std::string_view::npos) return std::string(mask);
    std::string out(url);
    const auto begin = scheme + 3;
    // The last @ before the path, for a password that somebody forgot to encode; beyond the path when in doubt.
    const auto at = out.rfind('@');
    const auto colon = out.find(':', begin);
    if (at != std::string::npos && colon < at) out.replace(colon + 1, at - colon - 1, mask);
    mask_parameters(out);
    return out;
}

}  // namespace madang::config
