#include <doctest/doctest.h>

#include <cmath>

#include "output/results_file.hpp"
#include "study/observed_data.hpp"
#include "study/run.hpp"
#include "temporary_folder.hpp"

using namespace galena;

TEST_CASE("the fit is that of its definitions") {
    const auto fit = fit_of({1, 2, 3, 4}, {1, 2, 3, 6});
    CHECK(fit.bias == doctest::Approx(0.5));
    CHECK(fit.rmse == doctest::Approx(1));
    CHECK(fit.nash_sutcliffe == doctest::Approx(1 - 4.0 / 5));
    CHECK(std::isnan(fit_of({2, 2}, {1, 3}).nash_sutcliffe));
}

TEST_CASE("the time to a limit follows the trend line") {
    const auto rising = mann_kendall({0, 1, 2, 3}, {1, 2, 3, 4});  // 1 + t
    CHECK(time_to_limit(rising, 3, 10) == doctest::Approx(6));
    CHECK(time_to_limit(rising, 3, 2) == 0);
    CHECK(std::isinf(time_to_limit(mann_kendall({0, 1, 2, 3}, {4, 3, 2, 1}), 3, 10)));
}

namespace {

/// Steady flow between 1 m and 0 m over four cells: the heads at the centres are 0.875, 0.625, 0.375, 0.125 m.
constexpr auto site_text = R"(
[site]
name = "observed"
start = 2024-01-01
duration = "20 d"
[grid]
nx = 4
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.3
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "1 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "1 m"
maximum_step = "1 d"
[substance.Cd]
[output]
vtk = false
[[observation]]
name = "well"
x = "1.5 m"
y = "0.5 m"
[[observed]]
point = "well"
heads = { file = "heads.csv", column = "head", unit = "cm" }
[[observed]]
point = "well"
substance = "Cd"
concentrations = [ { from = 2024-01-02, value = "0.1 mg/L" }, { from = 2024-01-03, value = "0.2 mg/L" }, { from = 2024-01-04, value = "0.3 mg/L" } ]
limit = "0.5 mg/L"
)";

const Table::Column& column(const Table& table, const std::string& name) {
    for (const auto& c : table.columns)
        if (c.name == name) return c;
    throw std::runtime_error("no column " + name);
}

}  // namespace

TEST_CASE("a run says how well it meets what was measured") {
    const TemporaryFolder folder;
    write_file(folder / "heads.csv", "date,head\n2023-12-01,60\n2024-01-02,60\n2024-01-10T12:00:00,65\n2025-01-01,60\n");
    RunOptions options;
    options.site = write_file(folder / "site.toml", site_text);
    options.output = folder / "out";
    options.quiet = true;
    REQUIRE(run(options) == done);
    const auto results = ResultsFile::open(folder / "out" / "results.h5", false);
    const auto fit = results.table("observed_fit");
    CHECK(column(fit, "count").numbers[0] == 2);  // two of the four dates lie within the run
    CHECK(column(fit, "bias").numbers[0] == doctest::Approx(0).epsilon(1e-6));
    CHECK(column(fit, "rmse").numbers[0] == doctest::Approx(0.025).epsilon(1e-5));
    CHECK(column(fit, "nash_sutcliffe").numbers[0] == doctest::Approx(0).epsilon(1e-6));
    const auto scatter = results.table("observed");
    CHECK(std::isnan(column(scatter, "simulated").numbers[0]));
    CHECK(column(scatter, "simulated").numbers[1] == doctest::Approx(0.625).epsilon(1e-6));
    // 0.1 mg/L more each day, the last value 0.3: two days to 0.5.
    const auto trend = results.table("observed_trend");
    CHECK(column(trend, "kendall_tau").numbers[0] == 1);
    CHECK(column(trend, "months_to_limit").numbers[0] == doctest::Approx(2 / (365.25 / 12)));
    CHECK(file_text(folder / "out" / "tables" / "observed_fit.csv").find("hydraulic_head") != std::string::npos);

    // Interrupted and continued it says the same.
    auto part = options;
    part.output = folder / "part";
    part.stop_after = 5;
    REQUIRE(run(part) == interrupted);
    RunOptions rest;
    rest.site = options.site;
    rest.resume = folder / "part";
    rest.quiet = true;
    REQUIRE(run(rest) == done);
    CHECK(file_text(folder / "part" / "tables" / "observed.csv") == file_text(folder / "out" / "tables" / "observed.csv"));
}
