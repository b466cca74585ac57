// A release is rolled out node by node, and back: its binary and the one before it work with one schema (src/storage/README.md).
#include "shown.hpp"
#include "use_everything.hpp"

using namespace madang;
using namespace madang::test;
using list = std::vector<std::string>;

namespace {

// All that a step may do, in words that both databases understand. Some of the new columns have names that other tables have.
constexpr const char* later_step = R"(
ALTER TABLE users ADD COLUMN time_zone TEXT NOT NULL DEFAULT 'UTC';
ALTER TABLE users ADD COLUMN muted INTEGER NOT NULL DEFAULT 7;
ALTER TABLE sessions ADD COLUMN role TEXT NOT NULL DEFAULT 'x';
ALTER TABLE refresh_tokens ADD COLUMN created_at INTEGER;
ALTER TABLE signing_keys ADD COLUMN name TEXT DEFAULT 'x';
ALTER TABLE contacts ADD COLUMN name TEXT NOT NULL DEFAULT 'x';
ALTER TABLE blocks ADD COLUMN until INTEGER;
ALTER TABLE rooms ADD COLUMN topic TEXT NOT NULL DEFAULT 'x';
ALTER TABLE rooms ADD COLUMN deleted_at INTEGER DEFAULT 7;
ALTER TABLE rooms ADD COLUMN muted INTEGER NOT NULL DEFAULT 7;
ALTER TABLE rooms ADD COLUMN my_role INTEGER NOT NULL DEFAULT 7;
ALTER TABLE members ADD COLUMN place INTEGER NOT NULL DEFAULT 7;
ALTER TABLE events ADD COLUMN text_before INTEGER NOT NULL DEFAULT 7;
ALTER TABLE members ADD COLUMN pinned INTEGER NOT NULL DEFAULT 7;
ALTER TABLE members ADD COLUMN name TEXT NOT NULL DEFAULT 'x';
ALTER TABLE events ADD COLUMN language TEXT NOT NULL DEFAULT 'x';
ALTER TABLE events ADD COLUMN expires_at INTEGER;
ALTER TABLE events ADD COLUMN role INTEGER NOT NULL DEFAULT 7;
ALTER TABLE reactions ADD COLUMN created_at INTEGER NOT NULL DEFAULT 7;
CREATE TABLE drafts (owner INTEGER NOT NULL PRIMARY KEY REFERENCES users (id), body TEXT NOT NULL DEFAULT '');
CREATE INDEX events_by_language ON events (language, created_at);
CREATE INDEX users_by_time_zone ON users (time_zone) WHERE time_zone <> 'UTC';
)";

// What there is to see after everything was done once.
list after_everything(const store_wishes& wishes, std::size_t which) {
    world w{kinds_of_store(wishes).at(which)};
    use_everything(w);
    list all;
    for (const auto& one : w.get(w.accounts().list_users({}, 10))) {
        all.push_back(shown(one));
        for (const auto& place : w.get(w.rooms().places_of(one.id, 1000))) {
            for (auto& line : shown(w.events(place.room))) all.push_back(std::move(line));
            all.push_back(shown(w.timeline(one.id, place.room)));
            all.push_back(shown(w.get(w.rooms().room_of(one.id, place.room))));
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a schema that is one step newer is worked with as if it were ours") {
    const auto which = GENERATE(range(std::size_t{0}, kinds_of_store().size()));
    const auto usual = after_everything({}, which);
    REQUIRE(usual.size() > 20);
    REQUIRE(after_everything({.batch_rows = {}, .later_step = later_step}, which) == usual);
}
