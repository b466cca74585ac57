#include "exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <stdexcept>

namespace madang::metrics {
namespace {

bool is_word(std::string_view name, bool colon) noexcept {
    if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return false;
    return std::all_of(name.begin(), name.end(),
                       [colon](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || (colon && c == ':'); });
}

// Help texts escape \ and line feed, label values the quote as well.
std::string escaped(std::string_view text, bool quote) {
    std::string out;
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\\' || (quote && c == '"'))
            out.append({'\\', c});
        else
            out += c;
    }
    return out;
}

}  // namespace

bool is_metric_name(std::string_view name) noexcept { return is_word(name, true); }

std::string labels_text(const labels& with) {
    std::string out;
    for (const auto& [name, value] : with) {
        if (!is_word(name, false) || name == "le" || name.starts_with("__"))
            throw std::logic_error(fmt::format("{} is no name of a label", name));
        fmt::format_to(std::back_inserter(out), R"({}{}="{}")", out.empty() ? "" : ",", name, escaped(value, true));
    }
    return out;
}

std::string number_text(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    return fmt::format("{}", value);
}

void append_head(std::string& to, std::string_view name, std::string_view help, std::string_view type) {
    fmt::format_to(std::back_inserter(to), "# HELP {} {}\n# TYPE {} {}\n", name, escaped(help, false), name, type);
}

void append_sample(std::string& to, std::string_view name, std::string_view labels, std::string_view value) {
    if (labels.empty())
        fmt::format_to(std::back_inserter(to), "{} {}\n", name, value);
    else
        fmt::format_to(std::back_inserter(to), "{}{{{}}} {}\n", name, labels, value);
}

void append_histogram(std::string& to, std::string_view name, std::string_view labels, const histogram& h) {
    const auto bucket_name = fmt::format("{}_bucket", name);
    const auto* comma = labels.empty() ? "" : ",";
    std::uint64_t count = 0;  // cumulative, and so the last bucket and _count agree while others observe
    for (std::size_t i = 0; i <= h.bounds().size(); ++i) {
        count += h.in_bucket(i);
        const auto bound = i < h.bounds().size() ? number_text(h.bounds()[i]) : "+Inf";
        append_sample(to, bucket_name, fmt::format(R"({}{}le="{}")", labels, comma, bound), std::to_string(count));
    }
    append_sample(to, fmt::format("{}_sum", name), labels, number_text(h.sum()));
    append_sample(to, fmt::format("{}_count", name), labels, std::to_string(count));
}

}  // namespace madang::metrics
