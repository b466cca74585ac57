// Values on their way to a real server and back. The server says as text what it understood, so that two mistakes of ours cannot
// make up for each other.
#include "postgres/connector.hpp"
#include "server.hpp"

#include <fmt/format.h>

#include <limits>
#include <numeric>

#include "catch.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage::postgres;
using namespace std::chrono_literals;

namespace {

enum class colour { red = 1, green, blue };

constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
constexpr auto largest = std::numeric_limits<std::int64_t>::max();

class conversation {
public:
    template <class... Args>
    rows ask(const std::string& text, const Args&... args) {
        auto found = send(text, args...);
        INFO(text << ": " << PQresultErrorMessage(found.get()));
        const auto status = PQresultStatus(found.get());
        REQUIRE((status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK));
        return rows{std::shared_ptr<const PGresult>{std::move(found)}};
    }
    // The SQLSTATE of a refusal.
    template <class... Args>
    std::string refused(const std::string& text, const Args&... args) {
        const auto found = send(text, args...);
        REQUIRE(PQresultStatus(found.get()) == PGRES_FATAL_ERROR);
        return PQresultErrorField(found.get(), PG_DIAG_SQLSTATE);
    }

private:
    template <class... Args>
    result_ptr send(const std::string& text, const Args&... args) {
        const auto values = parameters::of(args...);
        const auto p = values.view();
        return result_ptr{PQexecParams(c_.get(), text.c_str(), values.count(), nullptr, p.values.data(), p.lengths.data(),
                                       p.formats.data(), 1)};
    }

    connection_ptr c_ = connector{postgres_server::shared().database("postgres").text, 20s}.open_now(use::writing);
};

// What the server took a value for, and the value as it comes back.
template <class T>
std::pair<std::string, T> there_and_back(conversation& c, const std::string& type, const T& value) {
    const rows found = c.ask(fmt::format("SELECT ($1::{0})::text, $1::{0}", type), value);
    return {found.front().get<std::string>(0), found.front().get<T>(1)};
}

std::string all_bytes() {
    std::string bytes(256, '\0');
    std::iota(bytes.begin(), bytes.end(), '\0');
    return bytes + bytes;
}

}  // namespace

TEST_CASE("integers of any size arrive and come back") {
    conversation c;
    for (const auto n :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{255}, std::int64_t{256}, std::int64_t{-32'769},
          std::int64_t{1} << 31, -(std::int64_t{1} << 31) - 1, max_json_integer, largest, smallest})
        REQUIRE(there_and_back(c, "bigint", n) == std::pair{std::to_string(n), n});
    REQUIRE(there_and_back(c, "bigint", std::size_t{5'000'000'000}).first == "5000000000");
    REQUIRE(there_and_back(c, "bigint", -7).first == "-7");
}

TEST_CASE("columns of any width are read, signs and all") {
    conversation c;
    const auto found = c.ask("SELECT (-2)::smallint, 32767::smallint, (-70000)::integer, 2147483647::integer, 1::bigint");
    const auto row = found.front();
    REQUIRE(row.get<int>(0) == -2);
    REQUIRE(row.get<std::int64_t>(1) == 32'767);
    REQUIRE(row.get<std::int64_t>(2) == -70'000);
    REQUIRE(row.get<std::size_t>(3) == 2'147'483'647);
    REQUIRE(row.get<std::int64_t>(4) == 1);
}

TEST_CASE("ids, enumerations and flags arrive and come back") {
    conversation c;
    REQUIRE(there_and_back(c, "bigint", user_id{max_json_integer}) ==
            std::pair{std::string{"9007199254740991"}, user_id{max_json_integer}});
    REQUIRE(there_and_back(c, "bigint", colour::blue) == std::pair{std::string{"3"}, colour::blue});
    REQUIRE(there_and_back(c, "boolean", true) == std::pair{std::string{"true"}, true});
    REQUIRE(there_and_back(c, "boolean", false) == std::pair{std::string{"false"}, false});
}

TEST_CASE("times arrive and come back to the millisecond, long before 1970 too") {
    conversation c;
    const auto utc = [&](timestamp t) {
        const auto found =
            c.ask(R"(SELECT to_char($1::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), $1::timestamptz)", t);
        REQUIRE(found.front().get<timestamp>(1) == t);
        return found.front().get<std::string>(0);
    };
    for (const auto t : {timestamp{}, timestamp{-1ms}, timestamp{1ms}, timestamp{999ms}, timestamp{-12'219'292'800'001ms},
                         timestamp{946'684'799'999ms}, timestamp{946'684'800'000ms}, timestamp{1'795'336'200'123ms},
                         timestamp{253'402'300'799'999ms}})
        REQUIRE(utc(t) == to_rfc3339(t));
    REQUIRE(utc(timestamp{-1ms}) == "1969-12-31T23:59:59.999Z");
}

TEST_CASE("a time between two milliseconds is read as the earlier one, on both sides of any epoch") {
    conversation c;
    const auto found = c.ask(
        "SELECT '1969-12-31 23:59:59.9995+00'::timestamptz, '1999-12-31 23:59:59.9999+00'::timestamptz, "
        "'2026-11-22 08:30:00.1239+00'::timestamptz");
    REQUIRE(to_rfc3339(found.front().get<timestamp>(0)) == "1969-12-31T23:59:59.999Z");
    REQUIRE(to_rfc3339(found.front().get<timestamp>(1)) == "1999-12-31T23:59:59.999Z");
    REQUIRE(to_rfc3339(found.front().get<timestamp>(2)) == "2026-11-22T08:30:00.123Z");
}

TEST_CASE("text arrives and comes back: none, of any script, with anything in it, long") {
    conversation c;
    for (const auto& text : {std::string{}, std::string{"plain"}, std::string{"안녕하세요 👍🏽 ñ"},
                             std::string{"'\\\"{},$1\n\t%"}, std::string(1 << 20, 'x')}) {
        const auto found = c.ask("SELECT $1::text, octet_length($1), char_length($1)", text);
        REQUIRE(found.front().get<std::string>(0) == text);
        REQUIRE(found.front().get<std::string_view>(0) == text);
        REQUIRE(found.front().get<std::size_t>(1) == text.size());
    }
    REQUIRE(c.ask("SELECT char_length($1)", "안녕").front().get<int>(0) == 2);
    REQUIRE(c.ask("SELECT $1::text", std::string_view{"cut short", 3}).front().get<std::string>(0) == "cut");
}

TEST_CASE("bytes arrive and come back, NUL among them; as text they are refused") {
    conversation c;
    const auto found = c.ask("SELECT $1::bytea, octet_length($1::bytea), encode($1::bytea, 'hex')", all_bytes());
    REQUIRE(found.front().get<std::string>(0) == all_bytes());
    REQUIRE(found.front().get<int>(1) == 512);
    REQUIRE(found.front().get<std::string>(2).starts_with("000102"));
    REQUIRE(c.ask("SELECT $1::bytea", std::string{}).front().get<std::optional<std::string>>(0) == "");
    REQUIRE(c.refused("SELECT $1::text", std::string{"a\0b", 3}) == "22021");
    REQUIRE(c.refused("SELECT $1::text", std::string{"\xff"}) == "22021");
}

TEST_CASE("an empty optional is NULL, and an optional that has something is that") {
    conversation c;
    const auto found =
        c.ask("SELECT $1::bigint IS NULL, $2::text IS NULL, $3::timestamptz IS NULL, $4::boolean IS NULL, $5::bigint, $6::text",
              std::optional<std::int64_t>{}, std::optional<std::string>{}, std::optional<timestamp>{}, std::optional<bool>{},
              std::optional<user_id>{user_id{-3}}, std::optional<std::string>{""});
    const auto row = found.front();
    for (int column = 0; column < 4; ++column) REQUIRE(row.get<bool>(column));
    REQUIRE(row.get<std::optional<user_id>>(4) == user_id{-3});
    REQUIRE(row.get<std::optional<std::string>>(5) == "");
    REQUIRE_FALSE(row.is_null(5));
}

TEST_CASE("NULL is read as an empty optional, otherwise as 0 or as empty") {
    conversation c;
    const auto found = c.ask("SELECT NULL::bigint, NULL::text, NULL::timestamptz, NULL::boolean, NULL::smallint");
    const auto row = found.front();
    for (int column = 0; column < 5; ++column) REQUIRE(row.is_null(column));
    REQUIRE_FALSE(row.get<std::optional<std::int64_t>>(0).has_value());
    REQUIRE_FALSE(row.get<std::optional<std::string>>(1).has_value());
    REQUIRE_FALSE(row.get<std::optional<timestamp>>(2).has_value());
    REQUIRE_FALSE(row.get<std::optional<bool>>(3).has_value());
    REQUIRE(row.get<std::int64_t>(0) == 0);
    REQUIRE(row.get<std::string>(1).empty());
    REQUIRE_FALSE(row.get<bool>(3));
    REQUIRE_FALSE(row.get<user_id>(4));
}

TEST_CASE("an array arrives element by element, in order") {
    conversation c;
    const auto as_text = [&](const char* type, const auto& values) {
        return c.ask(fmt::format("SELECT $1::{}[]::text", type), values).front().template get<std::string>(0);
    };
    REQUIRE(as_text("bigint", std::vector<std::int64_t>{3, smallest, 0}) == "{3,-9223372036854775808,0}");
    REQUIRE(as_text("bigint", std::vector<room_id>{room_id{7}, room_id{max_json_integer}}) == "{7,9007199254740991}");
    REQUIRE(as_text("bigint", std::vector<colour>{colour::green, colour::red}) == "{2,1}");
    REQUIRE(as_text("bigint", std::vector<int>{-1}) == "{-1}");
    REQUIRE(as_text("boolean", std::vector<bool>{true, false, true}) == "{t,f,t}");
    REQUIRE(as_text("timestamptz", std::vector<timestamp>{timestamp{-1ms}, timestamp{1'795'336'200'123ms}}) ==
            R"({"1969-12-31 23:59:59.999+00","2026-11-22 08:30:00.123+00"})");
}

TEST_CASE("an array of texts keeps each of them, whatever is in it") {
    conversation c;
    const std::vector<std::string> texts{"", "NULL", "a,b", "{x}", "\"q\\\"", "안녕 👍", std::string(100'000, 'y')};
    const auto found = c.ask("SELECT t, i FROM unnest($1::text[]) WITH ORDINALITY AS n(t, i) ORDER BY i", texts);
    REQUIRE(found.size() == texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) {
        REQUIRE(found[i].get<std::string>(0) == texts[i]);
        REQUIRE_FALSE(found[i].is_null(0));
        REQUIRE(found[i].get<std::size_t>(1) == i + 1);
    }
    const std::vector<std::string_view> views{texts.begin(), texts.end()};
    REQUIRE(c.ask("SELECT $1::text[] = $2::text[]", texts, views).front().get<bool>(0));
}

TEST_CASE("an empty array is empty and not NULL, and an array may hold NULLs") {
    conversation c;
    const auto empty = c.ask("SELECT cardinality($1::bigint[]), $1 IS NULL, cardinality($2::text[])", std::vector<user_id>{},
                             std::vector<std::string>{});
    REQUIRE(empty.front().get<int>(0) == 0);
    REQUIRE_FALSE(empty.front().get<bool>(1));
    REQUIRE(empty.front().get<int>(2) == 0);
    const std::vector<std::optional<std::int64_t>> numbers{std::nullopt, 5, std::nullopt};
    const std::vector<std::optional<std::string>> texts{"", std::nullopt, "z"};
    const auto some = c.ask("SELECT $1::bigint[]::text, $2::text[]::text", numbers, texts);
    REQUIRE(some.front().get<std::string>(0) == "{NULL,5,NULL}");
    REQUIRE(some.front().get<std::string>(1) == "{\"\",NULL,z}");
}

TEST_CASE("a smallint column takes a bigint where the statement says so, and refuses what does not fit") {
    conversation c;
    c.ask("CREATE TEMPORARY TABLE small (kind smallint NOT NULL, value smallint)");
    constexpr auto insert = "INSERT INTO small (kind, value) VALUES ($1::bigint, $2::bigint)";
    REQUIRE(c.ask(insert, colour::green, std::optional<std::int64_t>{}).affected() == 1);
    REQUIRE(c.ask(insert, colour::blue, std::optional<std::int64_t>{-32'768}).affected() == 1);
    REQUIRE(c.refused(insert, 32'768, std::optional<std::int64_t>{}) == "22003");
    const auto found = c.ask("SELECT kind, value FROM small WHERE kind = ANY($1::bigint[]) ORDER BY kind",
                             std::vector<colour>{colour::blue, colour::green});
    REQUIRE(found.size() == 2);
    REQUIRE(found[0].get<colour>(0) == colour::green);
    REQUIRE_FALSE(found[0].get<std::optional<std::int64_t>>(1).has_value());
    REQUIRE(found[1].get<std::optional<std::int64_t>>(1) == -32'768);
}

TEST_CASE("parameters of every kind keep their places beside each other") {
    conversation c;
    const auto found =
        c.ask("SELECT $1::text, $2::bigint, $3::bigint[], $4::boolean, $5::text, $6::bytea, $7::timestamptz, $8::bigint", "", -1,
              std::vector<room_id>{}, true, std::optional<std::string>{}, all_bytes(), timestamp{1ms}, user_id{9});
    const auto row = found.front();
    REQUIRE(row.get<std::optional<std::string>>(0) == "");
    REQUIRE(row.get<int>(1) == -1);
    REQUIRE_FALSE(row.is_null(2));
    REQUIRE(row.get<bool>(3));
    REQUIRE(row.is_null(4));
    REQUIRE(row.get<std::string>(5) == all_bytes());
    REQUIRE(row.get<timestamp>(6) == timestamp{1ms});
    REQUIRE(row.get<user_id>(7) == user_id{9});
}

TEST_CASE("rows are counted and gone through, and a change says how many it touched") {
    conversation c;
    const auto found = c.ask("SELECT n FROM generate_series(1, 3) n");
    std::int64_t sum = 0;
    for (const auto r : found) sum += r.get<std::int64_t>(0);
    REQUIRE(sum == 6);
    REQUIRE(c.ask("SELECT 1 WHERE false").empty());
    REQUIRE(rows{}.empty());
    REQUIRE(rows{}.begin() == rows{}.end());
    c.ask("CREATE TEMPORARY TABLE counted AS SELECT n FROM generate_series(1, 1234) n");
    REQUIRE(c.ask("UPDATE counted SET n = -n WHERE n > 1000").affected() == 234);
    REQUIRE(c.ask("DELETE FROM counted WHERE n > 5000").affected() == 0);
}
