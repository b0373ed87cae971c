#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "output/results_file.hpp"
#include "survey_grid.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

using Mode = Hdf5File::Mode;

ResultsMetadata metadata() { return {"0.1.0", "Flood plain", "site.toml", "abc", "1990-01-01", "galena run site.toml"}; }

/// The books after `step` steps: a river that feeds a store, and cadmium that decays.
Ledger ledger_after(int step) {
    Ledger ledger;
    for (int n = 1; n <= step; ++n)
        ledger.book({{"water", "river", "Meuse", 10.0 * n, 4, "m3", 0},
                     {"water", "storage", "", 0, 10.0 * n - 4, "m3", 100.0 * n},
                     {"Cd", "decay", "", 0, 1e-9 * n, "kg", 0}});
    return ledger;
}

void write_head(ResultsFile& results, const Grid& grid, double first) {
    results.append_field("hydraulic_head", "m", "hydraulic head", cell_numbers(grid, first));
}

/// A row of observations whose content is not known at every time.
std::vector<Observed> observed(int n) {
    return {{"well", "hydraulic_head", "m", "m", 20.0 + n},
            {"well", "total_content/Cd", "kg/kg", "mg/kg", n % 2 == 0 ? 1e-6 * n : std::numeric_limits<double>::quiet_NaN()}};
}

/// What is written at one output time, with one step of the budget before it.
void write_time(ResultsFile& results, const Grid& grid, int n) {
    if (n > 0) results.append_budget(100 * n, ledger_after(n));
    results.append_observations(100 * n, observed(n));
    results.begin_time(100 * n, "date " + std::to_string(n));
    write_head(results, grid, 10 + n);
    results.append_field("concentration/Cd", "kg/m3", "dissolved cadmium", cell_numbers(grid, 1e-6 * n));
    results.flush();
}

ResultsFile begin(const std::filesystem::path& path, const Grid& grid) {
    auto results = ResultsFile::create(path, metadata(), grid);
    results.write_static("porosity", "1", "porosity", cell_numbers(grid, 0.3, 0.001));
    return results;
}

/// Paths of all arrays in a file.
std::vector<std::string> arrays(const Hdf5File& file, const std::string& group = "") {
    std::vector<std::string> paths;
    for (const auto& child : file.children(group.empty() ? "/" : group)) {
        const auto path = group + "/" + child;
        if (!file.is_group(path)) {
            paths.push_back(path);
            continue;
        }
        for (auto& inner : arrays(file, path)) paths.push_back(std::move(inner));
    }
    return paths;
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Every array of two files: same paths, shapes and values.
void check_same_content(const std::filesystem::path& a, const std::filesystem::path& b) {
    const Hdf5File first(a, Mode::read), second(b, Mode::read);
    REQUIRE(arrays(first) == arrays(second));
    for (const auto& path : arrays(first)) {
        CAPTURE(path);
        CHECK(first.dims(path) == second.dims(path));
        if (first.is_text(path)) CHECK(first.read_texts(path) == second.read_texts(path));
        else CHECK(same_bits(first.read(path), second.read(path)));  // NaN equals nothing, its bits do
    }
}

}  // namespace

TEST_CASE("results come back as written") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    const Table classes{
        "farmland_classes", "Area per class", {{"class", "", {}, {"priority protection", "safe use"}}, {"area", "m2", {1.5e4, 250}, {}}}};
    {
        auto results = begin(folder / "results.h5", grid);
        for (int n = 0; n < 3; ++n) write_time(results, grid, n);
        results.write_table({"farmland_classes", "old", {{"gone", "m", {1}, {}}}});
        results.write_table(classes);
        results.set("status", "finished");
    }
    const auto results = ResultsFile::open(folder / "results.h5", false);

    const auto meta = results.metadata();
    CHECK(meta.version == "0.1.0");
    CHECK(meta.site_name == "Flood plain");
    CHECK(meta.site_file == "site.toml");
    CHECK(meta.site_text == "abc");
    CHECK(meta.start == "1990-01-01");
    CHECK(meta.command == "galena run site.toml");
    // FIPS 180-2, appendix B.1: the digest of "abc".
    CHECK(results.file().text_attribute("/input/site", "sha256") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(results.file().text_attribute("/", "status") == "finished");

    CHECK(results.time_values() == std::vector<double>{0, 100, 200});
    CHECK(results.dates() == std::vector<std::string>{"date 0", "date 1", "date 2"});
    CHECK(results.field_names() == std::vector<std::string>{"concentration/Cd", "hydraulic_head"});
    CHECK(results.file().text_attribute("/fields/concentration/Cd", "unit") == "kg/m3");
    CHECK(results.file().text_attribute("/fields/concentration/Cd", "meaning") == "dissolved cadmium");
    CHECK(results.field("hydraulic_head", 1) == cell_numbers(grid, 11));
    CHECK(results.field("concentration/Cd", 2) == cell_numbers(grid, 1e-6 * 2));
    CHECK(results.static_names() == std::vector<std::string>{"porosity"});
    CHECK(results.static_field("porosity") == cell_numbers(grid, 0.3, 0.001));

    CHECK(results.table_names() == std::vector<std::string>{"farmland_classes"});
    const auto table = results.table("farmland_classes");
    CHECK(table.title == "Area per class");
    REQUIRE(table.columns.size() == 2);
    CHECK(table.columns[0].name == "class");
    CHECK(table.columns[0].texts == classes.columns[0].texts);
    CHECK(table.columns[1].unit == "m2");
    CHECK(table.columns[1].numbers == classes.columns[1].numbers);
}

TEST_CASE("the budget has a row per step and a column per term") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    auto results = begin(folder / "results.h5", grid);
    results.append_budget(100, ledger_after(1));
    results.append_budget(200, ledger_after(2));
    CHECK(results.budget_rows() == 2);
    const auto& file = results.file();
    CHECK(file.read_texts("/budget/component") == std::vector<std::string>{"water", "water", "Cd"});
    CHECK(file.read_texts("/budget/term") == std::vector<std::string>{"river", "storage", "decay"});
    CHECK(file.read_texts("/budget/name") == std::vector<std::string>{"Meuse", "", ""});
    CHECK(file.read_texts("/budget/unit") == std::vector<std::string>{"m3", "m3", "kg"});
    CHECK(file.read("/budget/time") == std::vector<double>{100, 200});
    CHECK(file.dims("/budget/in") == std::vector<std::uint64_t>{2, 3});
    CHECK(file.read("/budget/in") == std::vector<double>{10, 0, 0, 20, 0, 0});
    CHECK(file.read("/budget/out") == std::vector<double>{4, 6, 1e-9, 4, 16, 2e-9});
    CHECK(file.read("/budget/cumulative_in") == std::vector<double>{10, 0, 0, 30, 0, 0});
    CHECK(file.read("/budget/cumulative_out") == std::vector<double>{4, 6, 1e-9, 8, 22, 1e-9 + 2e-9});
    CHECK(file.read("/budget/stored") == std::vector<double>{0, 100, 0, 0, 200, 0});
    CHECK(file.dims("/budget/closure") == std::vector<std::uint64_t>{2, file.read_texts("/budget/closure_component").size()});
}

TEST_CASE("observations have a row per step and a column per quantity, zones are masks") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    {
        auto results = begin(folder / "a.h5", grid);
        for (int n = 0; n < 3; ++n) write_time(results, grid, n);
        results.write_zone("field", std::vector<Index>{1, 7});
        CHECK_THROWS_WITH(results.truncate_observations(4), doctest::Contains("fewer than the checkpoint's 4"));
    }
    const auto results = ResultsFile::open(folder / "a.h5", false);
    const auto& file = results.file();
    CHECK(file.read_texts("/observations/name") == std::vector<std::string>{"well", "well"});
    CHECK(file.read_texts("/observations/quantity") == std::vector<std::string>{"hydraulic_head", "total_content/Cd"});
    CHECK(file.read_texts("/observations/unit") == std::vector<std::string>{"m", "kg/kg"});
    CHECK(file.read("/observations/time") == std::vector<double>{0, 100, 200});
    const auto values = file.read("/observations/value");
    REQUIRE(values.size() == 6);
    CHECK(values[0] == 20);
    CHECK(values[1] == 0);
    CHECK(values[2] == 21);
    CHECK(std::isnan(values[3]));
    CHECK(values[5] == 2e-6);
    const auto mask = file.read("/zones/field");
    REQUIRE(mask.size() == static_cast<std::size_t>(grid.cell_count()));
    for (std::size_t c = 0; c < mask.size(); ++c) CHECK(mask[c] == (c == 1 || c == 7 ? 1 : 0));
}

TEST_CASE("the grid comes back as written") {
    const TemporaryFolder folder;
    auto grid = survey_grid();
    begin(folder / "results.h5", grid);
    const auto back = ResultsFile::open(folder / "results.h5", false).grid();
    CHECK(back.dx() == grid.dx());
    CHECK(back.dy() == grid.dy());
    CHECK(back.surfaces() == grid.surfaces());
    CHECK(back.statuses() == grid.statuses());
    CHECK(back.georeference().crs == "EPSG:28992");
    CHECK(back.georeference().vertical_datum == "NAP");
    CHECK(back.georeference().origin_x == grid.georeference().origin_x);
    CHECK(back.georeference().origin_y == grid.georeference().origin_y);
    CHECK(back.georeference().rotation == grid.georeference().rotation);
    REQUIRE(back.layers().size() == 2);
    CHECK(back.layers()[0].name == "loam");
    CHECK(back.layers()[0].first_k == 1);
    CHECK(back.layers()[1].last_k == 0);

    // A site without crs and datum is as good.
    const Grid nowhere({1}, {1}, {0, 1});
    begin(folder / "nowhere.h5", nowhere);
    CHECK(ResultsFile::open(folder / "nowhere.h5", false).grid().georeference().crs.empty());
}

TEST_CASE("every array says its unit and meaning") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    {
        auto results = begin(folder / "results.h5", grid);
        for (int n = 0; n < 2; ++n) write_time(results, grid, n);
        results.write_table({"lengths", "Lengths", {{"a", "m", {1}, {}}, {"b", "", {}, {"x"}}}});
    }
    const Hdf5File file(folder / "results.h5", Mode::read);
    for (const auto& path : arrays(file)) {
        CAPTURE(path);
        CHECK(file.has_attribute(path, "unit"));
        CHECK((file.has_attribute(path, "meaning") && !file.text_attribute(path, "meaning").empty()));
    }
    // input 1, time and date 2, grid 4 and layers 3, static 1, fields 2, budget 12, observations 5, table 2: none was overlooked by the loop above.
    CHECK(arrays(file).size() == 32);
}

TEST_CASE("a resumed file holds what an uninterrupted one does") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    {
        auto whole = begin(folder / "whole.h5", grid);
        for (int n = 0; n < 4; ++n) write_time(whole, grid, n);
    }
    std::uint64_t times = 0, rows = 0, observed_rows = 0;
    {
        auto stopped = begin(folder / "resumed.h5", grid);
        for (int n = 0; n < 2; ++n) write_time(stopped, grid, n);
        times = stopped.times();
        rows = stopped.budget_rows();
        observed_rows = stopped.observation_rows();
        // Steps after the checkpoint, which the resumed run must forget.
        stopped.append_budget(-1, ledger_after(3));
        stopped.append_observations(-1, observed(9));
        stopped.begin_time(-1, "forgotten");
        write_head(stopped, grid, -1);
    }
    CHECK(times == 2);
    CHECK(rows == 1);
    CHECK(observed_rows == 2);
    {
        auto resumed = ResultsFile::open(folder / "resumed.h5", true);
        resumed.truncate(times, rows);
        resumed.truncate_observations(observed_rows);
        for (int n = 2; n < 4; ++n) write_time(resumed, grid, n);
    }
    check_same_content(folder / "whole.h5", folder / "resumed.h5");
}

TEST_CASE("a field that skips a time holds NaN there") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    auto results = begin(folder / "results.h5", grid);
    write_time(results, grid, 0);
    results.begin_time(1, "");
    results.begin_time(2, "");
    write_head(results, grid, 30);
    for (const double value : results.field("hydraulic_head", 1)) CHECK(std::isnan(value));
    for (const double value : results.field("concentration/Cd", 2)) CHECK(std::isnan(value));
    CHECK(results.field("hydraulic_head", 2) == cell_numbers(grid, 30));
    CHECK_THROWS_AS((void)results.field("hydraulic_head", 3), std::runtime_error);
}

TEST_CASE("wrong use and foreign files are refused with the reason") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    auto results = begin(folder / "results.h5", grid);
    CHECK_THROWS_WITH(write_head(results, grid, 0), "the field 'hydraulic_head' cannot be written: no output time has begun");
    results.begin_time(0, "");
    write_head(results, grid, 0);
    CHECK_THROWS_WITH(write_head(results, grid, 0), "the field 'hydraulic_head' cannot be written: it was written at this time already");
    const std::vector<double> few(5);
    CHECK_THROWS_AS(results.append_field("pH", "1", "pH", few), std::runtime_error);
    CHECK_THROWS_WITH(results.truncate(2, 0),
                      "the results hold 1 output times and 0 steps of the budget, fewer than the checkpoint's 2 and 0");

    { Hdf5File foreign(folder / "foreign.h5", Mode::create); }
    CHECK_THROWS_WITH((void)ResultsFile::open(folder / "foreign.h5", false),
                      ((folder / "foreign.h5").string() + " is no results file of galena").c_str());
    {
        Hdf5File future(folder / "future.h5", Mode::create);
        future.set("/", "format", "galena results");
        future.set("/", "format_version", 99.0);
    }
    CHECK_THROWS_WITH((void)ResultsFile::open(folder / "future.h5", true),
                      ((folder / "future.h5").string() + " has version 99 of the results format; this galena reads version 1").c_str());
}
