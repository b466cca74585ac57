// Every statement of the store, once it has been used, explained: each finds its rows by an index.
#include "../ports/world.hpp"
#include "files.hpp"
#include "sqlite/parts.hpp"

#include <set>

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;
using storage::sqlite::database;
using storage::sqlite::parts;

namespace {

// As few rows as there are tables, or keys that an administrator has made; or one.
bool may_scan(const std::string& step) {
    const auto names = [&](const char* what) { return step.find(what) != std::string::npos; };
    return names("sqlite_schema") || names("signing_keys") || names("CONSTANT ROW");
}

std::vector<std::string> plan_of(sqlite3* connection, const std::string& text) {
    std::vector<std::string> steps;
    sqlite3_stmt* raw = nullptr;
    REQUIRE(sqlite3_prepare_v2(connection, ("EXPLAIN QUERY PLAN " + text).c_str(), -1, &raw, nullptr) == SQLITE_OK);
    while (sqlite3_step(raw) == SQLITE_ROW) steps.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(raw, 3)));
    sqlite3_finalize(raw);
    return steps;
}

// A store whose parts stay visible.
class open_store final : public store_under_test, private storage::store {
public:
    open_store(const std::filesystem::path& file, const madang::clock& clock) : parts_(prepared(file, clock), clock) {}
    storage::store& store() override { return *this; }

    domain::account_store& accounts() noexcept override { return parts_.account_store; }
    domain::login_store& logins() noexcept override { return parts_.login_store; }
    domain::key_store& keys() noexcept override { return parts_.key_store; }
    domain::contact_store& contacts() noexcept override { return parts_.contact_store; }
    domain::room_store& rooms() noexcept override { return parts_.room_store; }
    domain::room_log& log() noexcept override { return parts_.room_log; }
    void set_listener(domain::commit_listener* listener) noexcept override { parts_.writes.set_listener(listener); }
    const storage::store_stats& stats() const noexcept override { return parts_.stats; }
    void stop() override {}

    std::set<std::string> statements() {
        parts_.writes.stop();
        parts_.reads.stop();
        std::set<std::string> all;
        for (auto& text : parts_.writes.connection().prepared()) all.insert(text);
        for (const auto& connection : parts_.reads.connections())
            for (auto& text : connection->prepared()) all.insert(text);
        return all;
    }

private:
    static storage::sqlite_options prepared(const std::filesystem::path& file, const madang::clock& clock) {
        storage::migrate(file, source_migrations(), clock);
        storage::sqlite_options options;
        options.file = file;
        return options;
    }

    parts parts_;
};

// Uses everything that a port offers.
void use_everything(world& w) {
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    w.get(w.accounts().find_credentials("sora"));
    w.get(w.accounts().credentials_of(sora));
    w.get(w.accounts().find_user_by_name("sora"));
    w.get(w.accounts().search_users("so", "", 10));
    w.get(w.accounts().list_users({}, 10));
    w.get(w.accounts().update_profile(sora, {}));
    w.get(w.accounts().renew_password_hash(sora, "x"));
    w.get(w.accounts().set_role(sora, "admin"));
    domain::new_login login{sora, "hash", "device", "address", w.clock.now() + 1h};
    const auto session = w.get(w.logins().open(login, 1)).session.id;
    w.get(w.logins().rotate("hash", "next", "", 30s, w.clock.now() + 1h));
    w.get(w.logins().rotate("hash", "other", "", 30s, w.clock.now() + 1h));
    w.get(w.logins().logins_of(sora));
    w.get(w.logins().end(sora, session));
    w.get(w.logins().end_all(sora));
    w.get(w.logins().ended_since(w.clock.now()));
    w.get(w.logins().sweep(w.clock.now()));
    w.get(w.accounts().set_password(sora, "x", {}));
    w.get(w.accounts().set_disabled(mina, true));
    w.get(w.keys().add_key({"kid", "seed", w.clock.now(), false}, true, true));
    w.get(w.keys().keys());

    w.get(w.contacts().befriend(mina, sora, 10));
    w.get(w.contacts().decline(sora, mina));
    w.get(w.contacts().requests(sora, {}, 10));
    w.get(w.contacts().block(mina, sora));
    w.get(w.contacts().blocks(mina, {}, 10));
    w.get(w.contacts().unblock(mina, sora));

    const auto direct = w.direct(sora, jun);
    const auto group = w.create(domain::room_kind::group, sora, {jun}, "key").room;
    w.create(domain::room_kind::group, sora, {jun}, "key");
    w.join(group, sora, mina);
    const auto seq = w.say(group, sora, "text").seq;
    w.say(group, sora, "reply", {}, seq);
    w.say(direct, sora, "text");
    w.get(w.log().edit(group, seq, sora, "new"));
    w.get(w.log().react(group, seq, jun, "👍", true));
    w.get(w.log().react(group, seq, jun, "👍", false));
    w.get(w.log().erase(group, seq, sora));
    w.get(w.log().rename(group, sora, "name"));
    w.get(w.log().mark_read(group, jun, 1));
    w.get(w.log().set_muted(group, jun, true));
    w.get(w.log().set_role(group, sora, jun, domain::member_role::admin));
    w.get(w.log().remove_member(direct, sora, sora));
    w.create(domain::room_kind::direct, sora, {jun});

    w.get(w.rooms().epoch());
    w.get(w.rooms().rooms_of(sora, {}, 10));
    w.get(w.rooms().seat_of(sora, group));
    w.get(w.rooms().seats_of(sora));
    w.get(w.rooms().members(group, sora, 10));
    w.get(w.rooms().member_count(group));
    w.get(w.rooms().member_ids(group));
    w.timeline(sora, group);
    w.timeline(sora, group, {.before = 0, .after = {}, .around = 2, .limit = 5});
    w.events(group);
    w.get(w.accounts().erase_user(sora));
    w.get(w.contacts().unfriend(jun, mina));
}

}  // namespace

TEST_CASE("no statement scans a table, and none sorts but the list of rooms") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    std::set<std::string> statements;
    {
        open_store* store = nullptr;
        world w{{"sqlite", [&](const domain::room_limits&, const madang::clock& clock) {
                     auto made = std::make_unique<open_store>(file, clock);
                     store = made.get();
                     return made;
                 }}};
        use_everything(w);
        statements = store->statements();
    }
    REQUIRE(statements.size() > 80);

    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
    int sorts = 0;
    for (const auto& text : statements) {
        if (text.starts_with("PRAGMA")) continue;
        for (const auto& step : plan_of(connection, text)) {
            INFO(text << "\n  " << step);
            const bool scans = step.starts_with("SCAN") && !may_scan(step);
            CHECK_FALSE(scans);
            if (step.find("TEMP B-TREE") == std::string::npos || text.find("signing_keys") != std::string::npos) continue;
            ++sorts;
            const bool is_rooms_of = text.find("ORDER BY r.last_at") != std::string::npos;
            const bool counts_emoji = step.find("count(DISTINCT)") != std::string::npos;
            CHECK((is_rooms_of || counts_emoji));
        }
    }
    REQUIRE(sorts <= 2);
    sqlite3_close(connection);
}
