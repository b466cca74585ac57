// What other nodes said, to those here whom it concerns. Thread: the cluster's strand.
#pragma once

#include "madang/bus/cluster.hpp"
#include "note.hpp"

#include <string_view>
#include <vector>

namespace madang::bus {

class delivery {
public:
    explicit delivery(const cluster::parts& p) : parts_(p) {}

    void tell(domain::presence& watched) { presence_ = &watched; }
    void tell(domain::copies& kept) { copies_ = &kept; }

    // What this release does not understand is nothing.
    void take(const note& n);
    // Something was said that is not known here.
    void missed_something();

private:
    void take_commits(std::string_view body);
    void take_typing(std::string_view body);
    void take_reads(std::string_view body);
    void take_person(std::string_view body);
    void take_sessions(std::string_view body);

    const cluster::parts parts_;
    domain::presence* presence_ = nullptr;
    domain::copies* copies_ = nullptr;
};

}  // namespace madang::bus
