#include "postgres/url.hpp"

#include "postgres/blocking.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace madang::storage::postgres {
namespace {

using options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

failure bad_url(std::string_view why) {
    return failure::connection_lost(fmt::format("{} (in a name or a password % is written %25, @ %40, / %2F, : %3A)", why));
}

// libpq puts what it does not understand between quotation marks.
std::string without_quotes(std::string_view said) {
    const auto first = said.find('"');
    if (first == std::string_view::npos) return one_line(said);
    return fmt::format("{}...{}", said.substr(0, first), one_line(said.substr(said.rfind('"') + 1)));
}

std::vector<std::string> parts_of(std::string_view list) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= list.size();) {
        const auto to = std::min(list.find(',', from), list.size());
        parts.emplace_back(list.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

std::string value_of(const PQconninfoOption* all, std::string_view keyword) {
    for (const auto* o = all; o->keyword != nullptr; ++o)
        if (o->keyword == keyword) return o->val != nullptr ? o->val : "";
    return {};
}

}  // namespace

void check_url(const std::string& url) {
    const auto scheme = url.find("://");
    if (const auto at = url.find('@'); at != std::string::npos && scheme != std::string::npos) {
        if (url.find('/', scheme + 3) < at) throw bad_url("there is a / before the @");
        if (url.find('@', at + 1) != std::string::npos) throw bad_url("there is more than one @");
    }
    char* said = nullptr;
    const options read{PQconninfoParse(url.c_str(), &said), &PQconninfoFree};
    const std::unique_ptr<char, decltype(&PQfreemem)> owner{said, &PQfreemem};
    if (!read) throw bad_url(without_quotes(said != nullptr ? said : "there is no memory for it"));
    if (value_of(read.get(), "port").find_first_not_of("0123456789,") != std::string::npos) throw bad_url("a port is a number");
}

std::vector<conninfo> one_by_one(PGconn* c) {
    const options used{PQconninfo(c), &PQconninfoFree};
    if (!used) throw failure::of_ours("there is no memory for it");
    conninfo common;
    for (const auto* o = used.get(); o->keyword != nullptr; ++o) {
        const std::string_view keyword = o->keyword;
        if (o->val != nullptr && keyword != "host" && keyword != "hostaddr" && keyword != "port")
            common.emplace_back(keyword, o->val);
    }
    const auto hosts = parts_of(value_of(used.get(), "host"));
    const auto addresses = parts_of(value_of(used.get(), "hostaddr"));
    const auto ports = parts_of(value_of(used.get(), "port"));
    std::vector<conninfo> all;
    for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
        auto& one = all.emplace_back(common);
        if (i < hosts.size()) one.emplace_back("host", hosts[i]);
        if (i < addresses.size()) one.emplace_back("hostaddr", addresses[i]);
        // One port is that of all; where one is missing among several, libpq takes its own.
        const auto& port = ports.size() == 1 ? ports.front() : ports.at(i);
        one.emplace_back("port", port.empty() ? "5432" : port);
    }
    return all;
}

}  // namespace madang::storage::postgres
