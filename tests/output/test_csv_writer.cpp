#include <doctest/doctest.h>

#include <limits>

#include "core/csv.hpp"
#include "output/csv_writer.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

const std::vector<std::string> header{"time", "name", "value"};

}  // namespace

TEST_CASE("rows are quoted where they must be, and numbers keep their bits") {
    const TemporaryFolder folder;
    CsvWriter csv(folder / "a.csv", header);
    csv.row({0.1, "plain", 1e-300});
    csv.row({3.0, "a, \"b\"", 1.0 / 3});
    csv.row({-2.0, " blank", std::numeric_limits<double>::quiet_NaN()});
    csv.row({2.0, "two\nlines", 1e22});
    csv.row({"#1", "", 0.0});
    const auto bytes = csv.flush();
    CHECK(file_text(folder / "a.csv") ==
          "time,name,value\n"
          "0.1,plain,1e-300\n"
          "3,\"a, \"\"b\"\"\",0.3333333333333333\n"
          "-2,\" blank\",\n"
          "2,\"two\nlines\",1e+22\n"
          "\"#1\",,0\n");
    CHECK(bytes == file_text(folder / "a.csv").size());
}

TEST_CASE("our own reader understands what is written") {
    const TemporaryFolder folder;
    const double third = 1.0 / 3;
    {
        CsvWriter csv(folder / "a.csv", header);
        csv.row({third, "a, \"b\"", -0.0});
        csv.flush();
    }
    Diagnostics diagnostics;
    const auto table = read_csv((folder / "a.csv").string(), {}, diagnostics);
    REQUIRE(table.row_count() == 1);
    CHECK(table.number(0, 0, diagnostics).value() == third);
    CHECK(table.text(0, 1) == "a, \"b\"");
    CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("a resumed file equals an uninterrupted one") {
    const TemporaryFolder folder;
    const auto rows = [](CsvWriter& csv, int first, int last) {
        for (int n = first; n <= last; ++n) csv.row({static_cast<double>(n), "row", 0.1 * n});
    };
    {
        CsvWriter whole(folder / "whole.csv", header);
        rows(whole, 0, 5);
    }
    std::uint64_t checkpoint = 0;
    {
        CsvWriter stopped(folder / "resumed.csv", header);
        rows(stopped, 0, 1);
        checkpoint = stopped.flush();
        rows(stopped, 98, 99);  // to be forgotten
    }
    {
        CsvWriter resumed(folder / "resumed.csv", checkpoint);
        CHECK(resumed.flush() == checkpoint);  // a checkpoint before any new row
        rows(resumed, 2, 3);
        checkpoint = resumed.flush();
        rows(resumed, 97, 97);
    }
    {
        CsvWriter again(folder / "resumed.csv", checkpoint);
        rows(again, 4, 5);
    }
    CHECK(file_text(folder / "resumed.csv") == file_text(folder / "whole.csv"));
}

TEST_CASE("what cannot be written or continued is said with the file's name") {
    const TemporaryFolder folder;
    const auto missing = folder / "missing/a.csv", is_short = folder / "short.csv";
    CHECK_THROWS_WITH(CsvWriter(missing, header), (missing.string() + " cannot be written").c_str());
    CHECK_THROWS_WITH(CsvWriter(missing, 10), (missing.string() + " cannot be continued: No such file or directory").c_str());
    { CsvWriter csv(is_short, header); }
    CHECK_THROWS_WITH(CsvWriter(is_short, 1000), (is_short.string() + " cannot be continued after 1000 bytes: it has only 16").c_str());
    CHECK(file_text(is_short) == "time,name,value\n");
}
