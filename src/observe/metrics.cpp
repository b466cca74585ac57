#include "madang/observe/metrics.hpp"

#include "exposition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <variant>

namespace madang::metrics {

// One metric: a name with one set of labels. A label set is kept as it is written: a="b",c="d".
struct registry::series {
    std::string labels;
    std::variant<std::monostate, counter, gauge, std::unique_ptr<histogram>, source> value;
};

// All metrics of a name. Series stay where they are: references to them have been given away.
struct registry::family {
    std::string name;
    std::string help;
    std::string_view type;
    std::vector<std::unique_ptr<series>> all;
    std::vector<double> bounds;  // of histograms
};

namespace {

template <class... F>
struct overloaded : F... {
    using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;  // clang 14 does not find it by itself

}  // namespace

registry::registry() = default;
registry::~registry() = default;

registry::series& registry::find_or_add(std::string_view name, std::string_view help, std::string_view type, const labels& with) {
    auto text = labels_text(with);  // checks them, too
    auto found = std::find_if(families_.begin(), families_.end(), [&](const auto& f) { return f->name == name; });
    if (found == families_.end()) {
        if (!is_metric_name(name)) throw std::logic_error(fmt::format("{} is no name of a metric", name));
        families_.push_back(std::make_unique<family>(family{std::string(name), std::string(help), type, {}, {}}));
        found = families_.end() - 1;
    }
    family& f = **found;
    if (f.type != type) throw std::logic_error(fmt::format("{} is a {} already, and cannot be a {}", name, f.type, type));
    for (const auto& s : f.all)
        if (s->labels == text) return *s;
    if (f.all.size() == most_series) throw std::logic_error(fmt::format("too many label sets of {}", name));
    return *f.all.emplace_back(new series{std::move(text), {}});
}

void registry::set_source(series& of, source value) {
    // A metric that somebody holds a reference to must not be replaced.
    if (of.value.index() != 0 && !std::holds_alternative<source>(of.value)) throw std::logic_error("counted here already");
    of.value = std::move(value);
}

counter& registry::add_counter(std::string_view name, std::string_view help, const labels& with) {
    const std::lock_guard lock(guard_);
    auto& s = find_or_add(name, help, "counter", with);
    if (std::holds_alternative<std::monostate>(s.value)) s.value.emplace<counter>();
    return std::get<counter>(s.value);
}

gauge& registry::add_gauge(std::string_view name, std::string_view help, const labels& with) {
    const std::lock_guard lock(guard_);
    auto& s = find_or_add(name, help, "gauge", with);
    if (std::holds_alternative<std::monostate>(s.value)) s.value.emplace<gauge>();
    return std::get<gauge>(s.value);
}

histogram& registry::add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds, const labels& with) {
    const std::lock_guard lock(guard_);
    auto& s = find_or_add(name, help, "histogram", with);
    if (std::holds_alternative<std::monostate>(s.value)) {
        const auto found = std::find_if(families_.begin(), families_.end(), [&](const auto& f) { return f->name == name; });
        if ((*found)->all.size() == 1) (*found)->bounds = std::move(bounds);
        s.value = std::make_unique<histogram>((*found)->bounds);
    }
    return *std::get<std::unique_ptr<histogram>>(s.value);
}

void registry::add_counter_from(std::string_view name, std::string_view help, source value, const labels& with) {
    const std::lock_guard lock(guard_);
    set_source(find_or_add(name, help, "counter", with), std::move(value));
}

void registry::add_gauge_from(std::string_view name, std::string_view help, source value, const labels& with) {
    const std::lock_guard lock(guard_);
    set_source(find_or_add(name, help, "gauge", with), std::move(value));
}

std::string registry::text() const {
    const std::lock_guard lock(guard_);
    std::string out;
    for (const auto& f : families_) {
        append_head(out, f->name, f->help, f->type);
        for (const auto& s : f->all)
            std::visit(overloaded{
                           [](const std::monostate&) {},
                           [&](const counter& c) { append_sample(out, f->name, s->labels, std::to_string(c.value())); },
                           [&](const gauge& g) { append_sample(out, f->name, s->labels, std::to_string(g.value())); },
                           [&](const source& ask) { append_sample(out, f->name, s->labels, number_text(ask())); },
                           [&](const std::unique_ptr<histogram>& h) { append_histogram(out, f->name, s->labels, *h); },
                       },
                       s->value);
    }
    return out;
}

}  // namespace madang::metrics
