#include "madang/bench/bench.hpp"

#include "workloads.hpp"

#include <cstdio>
#include <map>
#include <stdexcept>

namespace madang::bench {

void run(const options& o) {
    using workload = void (*)(const options&, const scene&);
    static const std::map<std::string, workload> all{{"sends", sends},
                                                     {"fanout", fanout},
                                                     {"idle", idle},
                                                     {"post", post},
                                                     {"post-one-room", post_one_room},
                                                     {"post-many-rooms", post_many_rooms},
                                                     {"history", history},
                                                     {"rooms", rooms},
                                                     {"friends", friends}};
    const auto chosen = all.find(o.workload);
    if (chosen == all.end()) throw std::runtime_error("there is no workload " + o.workload + ": see madang bench --help");
    const scene s{o};
    chosen->second(o, s);
    std::fflush(stdout);
}

}  // namespace madang::bench
