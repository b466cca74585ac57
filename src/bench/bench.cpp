#include "madang/bench/bench.hpp"

#include "workloads.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <stdexcept>

namespace madang::bench {

void run(const options& o) {
    struct workload {
        void (*run)(const options&, const scene&);
        const char* to_beat = "";  // what the system that we replace did at its best; its percentiles are over means of intervals
    };
    static const std::map<std::string, workload> all{{"sends", {sends}},
                                                     {"fanout", {fanout}},
                                                     {"idle", {idle}},
                                                     {"post", {post}},
                                                     {"post-one-room", {post_one_room, "29.55 s"}},
                                                     {"post-many-rooms", {post_many_rooms, "29.55 s"}},
                                                     {"post-ramp", {post_ramp, "404/s, mean 456 ms, p99 1131 ms in ten minutes"}},
                                                     {"history", {history, "a page of 1000 in 2 s"}},
                                                     {"rooms", {rooms, "312/s, mean 951 ms; 443/s behind three proxies"}},
                                                     {"friends", {friends, "311/s, p99 472 ms"}}};
    const auto chosen = all.find(o.workload);
    if (chosen == all.end()) throw std::runtime_error("there is no workload " + o.workload + ": see madang bench --help");
    const scene s{o};
    chosen->second.run(o, s);
    if (*chosen->second.to_beat != '\0') fmt::print("  to beat: {}\n", chosen->second.to_beat);
    std::fflush(stdout);
}

}  // namespace madang::bench
