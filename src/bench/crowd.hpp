// People in a circle, for workloads that read lists: neighbours are friends and share rooms. All of them have lists of one
// length.
#pragma once

#include "http_load.hpp"
#include "scene.hpp"

#include <boost/json/array.hpp>

#include <string_view>
#include <vector>

namespace madang::bench {

class crowd {
public:
    crowd(const options& o, std::size_t people);

    // Each becomes a friend of the next `reach` people, and so has twice as many friends.
    void befriend_neighbours(std::size_t reach) const;
    // Each opens so many groups with the next three people, who must be friends, and says something: each is in four times as
    // many.
    void open_groups(std::size_t each) const;
    // Reads everybody's list once, which a cache of the server then holds. Throws when one is not of this length.
    void read_lists(std::string_view path, std::string_view key, std::size_t length) const;

    // Of the client's person: clients may be more than people.
    [[nodiscard]] const std::string& token(std::size_t client) const { return at(client).token; }

private:
    [[nodiscard]] const person& at(std::size_t n) const { return people_[n % people_.size()]; }
    [[nodiscard]] boost::json::array list_of(const person& p, std::string_view path, std::string_view key) const;
    void post_all(std::uint64_t requests, const next_request& next) const;

    options options_;
    std::vector<person> people_;
};

}  // namespace madang::bench
