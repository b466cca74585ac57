// What is published: a MESSAGE frame, encoded once and shared by everybody who gets it.
#pragma once

#include "madang/base/ids.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace madang::broker {

struct message {
    // Position in its topic; 0: not stored, delivered to who is there.
    seq_t seq = 0;
    // The earlier position whose content this message carries; 0: none. Who may not see that one gets `concealed` instead of
    // `tail`.
    seq_t about = 0;
    // Who may hear nothing that comes after this message; 0: nobody.
    user_id leaver;
    std::string tail;        // the frame after `MESSAGE\nsubscription:<id>\n`
    std::string concealed;   // empty where `about` is 0
    bool sheddable = false;  // may be dropped for who is behind (typing, presence)
};
using message_ptr = std::shared_ptr<const message>;

// One step of a topic: its audience and its message change together, in one turn of each shard.
struct publication {
    std::string topic;
    message_ptr message;                   // null: only the audience changes
    seq_t head = 0;                        // without a message: where the topic stands; who is behind reads the history
    std::vector<user_id> joined;           // their followers (subscriptions to everything of theirs) listen from here on
    std::vector<user_id> left;             // get this message as the last one
    std::vector<std::string> left_topics;  // further topics that who left must not hear any more
};

}  // namespace madang::broker
