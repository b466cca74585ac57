#include "speaker.hpp"

namespace madang::bus {

void speaker::say(channel c, subject about, std::string_view body) {
    ++said_[c].last;
    said_[c].pulses_due = pulses;
    send(c, about, body);
}

void speaker::pulse() {
    for (channel c = 0; c < said_.size(); ++c)
        if (said_[c].pulses_due > 0) {
            --said_[c].pulses_due;
            send(c, subject::pulse, {});
        }
}

void speaker::send(channel c, subject about, std::string_view body) {
    const auto epoch = epoch_.name();
    note n;
    n.epoch = epoch;
    n.node = node_;
    n.number = said_[c].last;
    n.about = static_cast<char>(about);
    n.body = body;
    to_.publish(c, encode(n));
}

}  // namespace madang::bus
