// Prometheus' text format 0.0.4, piece by piece (prometheus.io, "Exposition formats").
#pragma once

#include "madang/observe/metrics.hpp"

#include <string>
#include <string_view>

namespace madang::metrics {

[[nodiscard]] bool is_metric_name(std::string_view name) noexcept;  // [a-zA-Z_:][a-zA-Z0-9_:]*

// a="b",c="d", values escaped. A wrong label name ("le" is the histogram's own) is a bug: std::logic_error.
[[nodiscard]] std::string labels_text(const labels& with);

[[nodiscard]] std::string number_text(double value);  // with +Inf, -Inf and NaN

void append_head(std::string& to, std::string_view name, std::string_view help, std::string_view type);
void append_sample(std::string& to, std::string_view name, std::string_view labels, std::string_view value);
void append_histogram(std::string& to, std::string_view name, std::string_view labels, const histogram& h);

}  // namespace madang::metrics
