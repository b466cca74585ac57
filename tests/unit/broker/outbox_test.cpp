#include "madang/broker/outbox.hpp"

#include "catch.hpp"

using namespace madang::broker;

namespace {

shared_text text_of(std::size_t bytes, char with = 'x') { return std::make_shared<const std::string>(bytes, with); }

outbox::offered offer(outbox& box, std::size_t bytes, bool sheddable = false) {
    return box.offer(nullptr, text_of(bytes), sheddable);
}

}  // namespace

TEST_CASE("a session that falls behind is told to come back, and nothing is dropped in silence") {
    const outbox_limits limits{.soft = 200, .hard = 300, .batch = 100};
    outbox box{limits};
    REQUIRE(offer(box, 250) == outbox::offered::queued);
    REQUIRE(offer(box, 51) == outbox::offered::too_slow);
    REQUIRE(box.bytes() == 250);
    REQUIRE(offer(box, 50) == outbox::offered::queued);
}

TEST_CASE("beyond the soft limit only sheddable frames are dropped") {
    const outbox_limits limits{.soft = 100, .hard = 1000, .batch = 100};
    outbox box{limits};
    REQUIRE(offer(box, 100, true) == outbox::offered::queued);
    REQUIRE_FALSE(box.behind());
    REQUIRE(offer(box, 1) == outbox::offered::queued);
    REQUIRE(box.behind());
    REQUIRE(offer(box, 1, true) == outbox::offered::shed);
    REQUIRE(offer(box, 1, false) == outbox::offered::queued);
    REQUIRE(box.bytes() == 102);
}

TEST_CASE("half of the hard limit counts as behind also where the soft limit lies higher") {
    const outbox_limits limits{.soft = 1000, .hard = 100, .batch = 100};
    outbox box{limits};
    REQUIRE(offer(box, 50) == outbox::offered::queued);
    REQUIRE_FALSE(box.behind());
    REQUIRE(offer(box, 1) == outbox::offered::queued);
    REQUIRE(box.behind());
}

TEST_CASE("an empty outbox takes any frame, so that none is undeliverable") {
    const outbox_limits limits{.soft = 10, .hard = 20, .batch = 5};
    outbox box{limits};
    REQUIRE(offer(box, 1000) == outbox::offered::queued);
    REQUIRE(offer(box, 1) == outbox::offered::too_slow);
    std::string bytes;
    REQUIRE(box.take(bytes));
    REQUIRE(bytes.size() == 1000);
    box.written();
    REQUIRE(offer(box, 1000) == outbox::offered::queued);
}

TEST_CASE("a write holds whole frames in order, each with its prefix, up to the batch") {
    const outbox_limits limits{.soft = 1000, .hard = 1000, .batch = 10};
    outbox box{limits};
    const auto prefix = std::make_shared<const std::string>("p:");
    for (const char* tail : {"1;", "22;", "333;", "4;"})
        REQUIRE(box.offer(prefix, std::make_shared<const std::string>(tail), false) == outbox::offered::queued);
    std::string bytes = "head";
    REQUIRE(box.take(bytes));
    REQUIRE(bytes == "headp:1;p:22;");
    box.written();
    bytes.clear();
    REQUIRE(box.take(bytes));
    REQUIRE(bytes == "p:333;p:4;");
    box.written();
    REQUIRE(box.empty());
    REQUIRE(box.bytes() == 0);
}

TEST_CASE("a frame larger than a batch goes alone") {
    const outbox_limits limits{.soft = 1000, .hard = 1000, .batch = 10};
    outbox box{limits};
    for (const std::size_t size : {3U, 50U, 3U}) REQUIRE(offer(box, size) == outbox::offered::queued);
    for (const std::size_t size : {3U, 50U, 3U}) {
        std::string bytes;
        REQUIRE(box.take(bytes));
        REQUIRE(bytes.size() == size);
        box.written();
    }
}

TEST_CASE("one write is in flight at a time, and its bytes count until it is out") {
    const outbox_limits limits{.soft = 1000, .hard = 100, .batch = 60};
    outbox box{limits};
    REQUIRE(offer(box, 60) == outbox::offered::queued);
    std::string bytes;
    REQUIRE(box.take(bytes));
    REQUIRE(box.in_flight());
    REQUIRE(offer(box, 40) == outbox::offered::queued);
    REQUIRE(offer(box, 1) == outbox::offered::too_slow);
    REQUIRE_FALSE(box.take(bytes));
    REQUIRE(bytes.size() == 60);
    box.written();
    REQUIRE(box.bytes() == 40);
    REQUIRE(box.take(bytes));
    REQUIRE(bytes.size() == 100);
    box.written();
    REQUIRE_FALSE(box.take(bytes));
}

TEST_CASE("a frame that was taken is no longer kept, although others wait") {
    const outbox_limits limits{.soft = 1000, .hard = 1000, .batch = 20};
    outbox box{limits};
    const auto frame = text_of(10);
    REQUIRE(box.offer(frame, frame, false) == outbox::offered::queued);
    REQUIRE(offer(box, 10) == outbox::offered::queued);
    REQUIRE(frame.use_count() == 3);
    std::string bytes;
    REQUIRE(box.take(bytes));
    REQUIRE_FALSE(box.empty());
    REQUIRE(frame.use_count() == 1);
}

TEST_CASE("thousands of frames leave in order, however writes and offers take turns") {
    const outbox_limits limits{.soft = 1'000'000, .hard = 1'000'000, .batch = 64};
    outbox box{limits};
    std::string sent;
    std::string expected;
    for (int i = 0; i < 5000; ++i) {
        const auto frame = std::to_string(i) + ";";
        expected += frame;
        REQUIRE(box.offer(nullptr, std::make_shared<const std::string>(frame), false) == outbox::offered::queued);
        if (i % 20 == 0 && box.take(sent)) box.written();
    }
    while (box.take(sent)) box.written();
    REQUIRE(sent == expected);
    REQUIRE(box.bytes() == 0);
}
