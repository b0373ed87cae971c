#include <doctest/doctest.h>

#include "core/csv.hpp"
#include "temporary_file.hpp"

using namespace galena;

namespace {

struct Reading {
    explicit Reading(const std::string& content) : file(content), table(read_csv(file.path, {"site.toml", 3, 8}, diagnostics)) {}
    [[nodiscard]] bool complains(const std::string& words) const { return diagnostics.text().find(words) != std::string::npos; }
    TemporaryFile file;
    Diagnostics diagnostics;
    CsvTable table;
};

}  // namespace

TEST_CASE("a csv table gives its fields and their places") {
    Reading r("\xEF\xBB\xBFx,y,\"name, long\"\r\n1,2,\"a \"\"b\"\"\"\r\n# a remark\r\n\r\n 3 , ,c\r\n");
    REQUIRE_FALSE(r.diagnostics.has_errors());
    CHECK(r.table.columns() == std::vector<std::string>{"x", "y", "name, long"});
    REQUIRE(r.table.row_count() == 2);
    CHECK(r.table.text(0, 2) == "a \"b\"");
    CHECK(r.table.text(1, 0) == "3");
    CHECK(r.table.text(1, 1).empty());
    CHECK(r.table.text(1, 2) == "c");
    CHECK(r.table.place(1, 2).line == 5);
    CHECK(r.table.place(1, 2).column == 7);
    CHECK(r.table.place(0, 1).text() == r.file.path + ":2:3");
    CHECK_FALSE(r.table.follows_blank_line(0));
    CHECK(r.table.follows_blank_line(1));
    CHECK(r.table.find_column("y") == 1);
    CHECK_FALSE(r.table.find_column("z").has_value());
}

TEST_CASE("semicolons and tabs separate fields when the header uses them") {
    Reading semicolon("x;y\n1,5;2\n");
    CHECK(semicolon.table.text(0, 1) == "2");
    CHECK_FALSE(semicolon.table.number(0, 0, semicolon.diagnostics).has_value());
    CHECK(semicolon.complains("write decimals with a point"));
    Reading tab("x\ty\n\t2\n");
    CHECK(tab.table.text(0, 0).empty());
    CHECK(tab.table.text(0, 1) == "2");
}

TEST_CASE("a quoted field may hold line breaks") {
    Reading r("a,b\n\"one\n\ntwo\"\"\",2\n3,4\n");
    REQUIRE(r.table.row_count() == 2);
    CHECK(r.table.text(0, 0) == "one\n\ntwo\"");
    CHECK(r.table.place(0, 1).line == 4);
    CHECK(r.table.place(0, 1).column == 8);
    CHECK(r.table.place(1, 0).line == 5);
}

TEST_CASE("every mistake of a csv file is told in one pass") {
    Reading r("x,y,y,\n1,2,3,4\n1,2,3\n# remark\n1,2,3,4,5\n1,\"2\"3,4,5\n");
    CHECK(r.diagnostics.error_count() == 5);
    CHECK(r.complains("two columns are named 'y'"));
    CHECK(r.complains("column 4 has no name"));
    CHECK(r.complains(":3: error: row 2 (line 3) has 3 fields, the header has 4"));
    CHECK(r.complains(":5: error: row 3 (line 5) has 5 fields, the header has 4"));
    CHECK(r.complains(":6:3: error: text follows the closing quote"));
    CHECK(r.table.row_count() == 1);
}

TEST_CASE("an open quote, an empty file and a file without a header are told") {
    Reading open("x,y\n1,\"2\n3,4\n");
    CHECK(open.complains(":2:3: error: a quote is opened here and never closed"));
    Reading empty("# nothing\n\n");
    CHECK(empty.complains("site.toml:3:8: error: "));
    CHECK(empty.complains("is empty"));
    Reading numbers("1,2\n3,4\n");
    CHECK(numbers.complains("the column names are missing"));
    Reading utf16("\xFF\xFEx");
    CHECK(utf16.complains("save it as UTF-8"));
}

TEST_CASE("a missing file is told where it was asked for, with the nearest name") {
    TemporaryFile file("x\n1\n", "samples.csv");
    Diagnostics diagnostics;
    const auto table = read_csv((file.folder / "sample.csv").string(), {"site.toml", 3, 8}, diagnostics);
    CHECK(table.row_count() == 0);
    CHECK(diagnostics.text().find("site.toml:3:8: error: there is no file '") != std::string::npos);
    CHECK(diagnostics.text().find("did you mean 'samples.csv'?") != std::string::npos);
}

TEST_CASE("a million wrong rows give a readable number of messages") {
    std::string text = "x,y\n";
    for (int i = 0; i < 1000; ++i) text += "1\n";
    Reading ragged(text);
    CHECK(ragged.diagnostics.error_count() == 21);
    CHECK(ragged.complains("980 more rows have a wrong number of fields"));
    text = "x,y\n";
    for (int i = 0; i < 1000; ++i) text += "1,clay\n";
    Reading words(text);
    const auto values = words.table.numbers(1, words.diagnostics);
    CHECK(values.size() == 1000);
    CHECK(words.complains("column 'y' has 980 more fields that are not numbers"));
}

TEST_CASE("numbers are finite, empty means not measured") {
    Reading r("x,Cd\n1,\n2,NA\n3,nan\n4,inf\n5,1e999\n6,+2.5e1\n7,0x10\n");
    const auto column = *r.table.require_column("Cd", {"site.toml", 4, 1}, r.diagnostics);
    CHECK_FALSE(r.table.number(0, column, r.diagnostics).has_value());
    CHECK_FALSE(r.diagnostics.has_errors());
    for (std::size_t row : {1, 2, 3, 4, 6}) CHECK_FALSE(r.table.number(row, column, r.diagnostics).has_value());
    CHECK(r.diagnostics.error_count() == 5);
    CHECK(r.complains(":3:3: error: 'NA' is not a number (row 2, column 'Cd')"));
    CHECK(r.table.number(5, column, r.diagnostics) == 25.0);
    CHECK_FALSE(r.table.required_number(0, column, r.diagnostics).has_value());
    CHECK(r.complains("a number is missing (row 1, column 'Cd')"));
    CHECK_FALSE(r.table.require_column("Cdd", {"site.toml", 4, 1}, r.diagnostics).has_value());
    CHECK(r.complains("has no column 'Cdd'"));
    CHECK(r.complains("did you mean 'Cd'?"));
}

TEST_CASE("a value below its detection limit is a measurement") {
    CHECK(parse_measurement("<0.05")->below_detection);
    CHECK(parse_measurement(" < 0.05 ")->value == 0.05);
    CHECK_FALSE(parse_measurement("0.05")->below_detection);
    CHECK_FALSE(parse_measurement("<").has_value());
    CHECK_FALSE(parse_measurement("<-1").has_value());
    CHECK_FALSE(parse_measurement("<<1").has_value());
    Reading r("Cd\n<0.1\n>5\n");
    CHECK(r.table.measurement(0, 0, r.diagnostics)->below_detection);
    CHECK_FALSE(r.table.measurement(1, 0, r.diagnostics).has_value());
    CHECK(r.complains("'>5' is not a measured value (row 2, column 'Cd')"));
}
