// Messages and read marks of many rooms as one transaction in one round trip: the hot path (design, chapter 5). Knows the
// statements and what their rows mean; does not send them. Thread: the lane's strand.
#pragma once

#include "postgres/unit.hpp"

#include <memory>
#include <span>
#include <vector>

namespace madang::storage::postgres {

class message_batch {
public:
    // `units`: messages and marks, in the order in which they came. Borrowed.
    message_batch(std::span<const std::unique_ptr<unit>> units, timestamp now);

    // All rooms are locked in the order of their ids; then messages are judged and written (0005_posting.sql), then marks.
    [[nodiscard]] statements to_send() const;

    struct outcome {
        std::vector<domain::commit> commits;  // in the order of their seqs in each room
        std::vector<std::size_t> slowly;      // which units need statements of their own: not done yet
    };
    // Takes what the statements found. Afterwards answer() is ready.
    [[nodiscard]] outcome take(const answers& found);
    // Answers every unit but those that are to be done slowly.
    void answer();

private:
    struct message {
        message_unit* unit = nullptr;
        std::size_t position = 0;  // among the units
        std::size_t same_as = 0;   // the message whose key it repeats; itself where it is a row of the statement
        result<domain::posted> found = errc::internal;
        bool slow = false;
    };
    struct mark {
        mark_unit* unit = nullptr;
        result<bool> found = errc::internal;
    };

    [[nodiscard]] bool is_sent(std::size_t at) const { return messages_[at].same_as == at; }
    void ask_to_post(statements& all) const;
    void take_messages(const rows& found, outcome& o);
    void take_message(message& m, const row& found, outcome& o) const;
    void take_marks(const rows& found);

    const timestamp now_;
    std::vector<room_id> rooms_;  // each once, in the order of their ids
    std::vector<message> messages_;
    std::vector<mark> marks_;
};

}  // namespace madang::storage::postgres
