// The connection URL: its servers, and that what is wrong with it is said without it.
#include "postgres/url.hpp"

#include "node.hpp"

#include <algorithm>
#include <memory>

#include "catch.hpp"
#include "manual_clock.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage::postgres;
using Catch::Matchers::Contains;
using list = std::vector<std::string>;

namespace {

const manual_clock at_no_time;

// Where the connections would go that were each made to one server of a URL. None is made.
list places_of(const std::string& url) {
    const connection_ptr c{PQconnectStart(url.c_str())};
    list all;
    for (const auto& one : one_by_one(c.get())) {
        const auto value = [&one](std::string_view keyword) {
            const auto at = std::ranges::find(one, keyword, &conninfo::value_type::first);
            return at != one.end() ? at->second : "";
        };
        REQUIRE(value("user") == "me");
        REQUIRE(value("password") == "secret");
        REQUIRE(value("dbname") == "db");
        all.push_back(value("host") + "|" + value("hostaddr") + "|" + value("port"));
    }
    return all;
}

}  // namespace

TEST_CASE("each server of a URL is reached alone, with its port and all else that the URL says") {
    REQUIRE(places_of("postgresql://me:secret@one,two:7/db") == list{"one||5432", "two||7"});
    REQUIRE(places_of("postgresql://me:secret@one,two/db") == list{"one||5432", "two||5432"});
    REQUIRE(places_of("postgresql://me:secret@one:1,two:2/db") == list{"one||1", "two||2"});
    REQUIRE(places_of("postgresql://me:secret@/db?host=/a,/b&port=7") == list{"/a||7", "/b||7"});
    REQUIRE(places_of("postgresql://me:secret@/db?host=a,b&hostaddr=127.0.0.1,127.0.0.2") ==
            list{"a|127.0.0.1|5432", "b|127.0.0.2|5432"});
    REQUIRE(places_of("postgresql://me:secret@one/db") == list{"one||5432"});
}

TEST_CASE("a password with a character that has to be written otherwise is not shown, and the line says what to do") {
    const auto* const url = GENERATE("postgresql://me:hush%hush@127.0.0.1:1/db", "postgresql://me:hush@hush@127.0.0.1:1/db",
                                     "postgresql://me:hush/hush@127.0.0.1:1/db", "postgresql://me:7/hush@127.0.0.1:1/db",
                                     "postgresql://me:x@/hush@host/db", "postgresql://me:a?b@hush@127.0.0.1:1/db",
                                     "postgresql://me:x@127.0.0.1:hush/db", "postgresql://me:x@[hush/db");
    INFO(url);
    try {
        const postgres_node node{patient_options(storage::postgres_url{url}), at_no_time};
        FAIL("was reached");
    } catch (const storage::storage_error& e) {
        REQUIRE_THAT(e.what(), Contains("storage.url") && Contains("% is written %25") && !Contains("hush"));
    }
}

TEST_CASE("a URL that libpq reads as it is meant is not refused") {
    for (const auto* url :
         {"postgresql:///db", "postgresql://localhost", "postgresql://me:p%40%2F%25%3A@one,two:7/db?sslmode=disable",
          "postgres://me@%2Fsocket/db", "postgresql://me:a?b@one/db", "postgresql://me@[::1]:7/db", "postgresql://one/a/b"})
        REQUIRE_NOTHROW(check_url(url));
}
