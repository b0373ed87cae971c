#include <doctest/doctest.h>

#include <cmath>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "study/calibration.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

/// Recharge on an aquifer between two ditches at 0 m, 100 m wide: the head in the middle is w L²/(8 K b), so only w/K can be known from heads.
std::string ditches(const std::string& conductivity, const std::string& more) {
    return fmt::format(R"(
[site]
name = "ditches"
start = 2024-01-01
duration = "10 d"
[grid]
nx = 20
ny = 1
dx = "5 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = {}
porosity = 0.3
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "2 mm/d"
[output]
vtk = false
[[observation]]
name = "middle"
x = "52.5 m"
y = "0.5 m"
[[observation]]
name = "edge"
x = "12.5 m"
y = "0.5 m"
{})",
                       conductivity, more);
}

/// What K = 3 m/d makes: w x (L − x)/(2 K b), at the centres of cells w (x (L − x) + dx²/4)/(2 K b).
std::string measured(double conductivity) {
    const auto head = [&](double x) { return 2e-3 * (x * (100 - x) + 25.0 / 4) / (2 * conductivity * 10); };
    return fmt::format(R"([[observed]]
point = "middle"
heads = [ {{ from = 2024-01-02, value = "{0:.12g} m" }}, {{ from = 2024-01-08, value = "{0:.12g} m" }} ]
[[observed]]
point = "edge"
heads = [ {{ from = 2024-01-02, value = "{1:.12g} m" }}, {{ from = 2024-01-08, value = "{1:.12g} m" }} ]
)",
                       head(52.5), head(12.5));
}

}  // namespace

TEST_CASE("calibration finds the conductivity that made the heads") {
    const TemporaryFolder folder;
    const auto site = write_file(folder / "site.toml", ditches(R"({ loguniform = ["0.5 m/d", "50 m/d"], name = "K" })",
                                                               measured(3) + "[calibration]\nparameters = [\"K\"]\ntolerance = 1e-5\n"));
    REQUIRE(calibrate({site, folder / "out", {}, true, {}}) == done);
    Diagnostics diagnostics;
    const auto best = read_csv((folder / "out" / "calibrated.csv").string(), {}, diagnostics);
    const auto history = read_csv((folder / "out" / "calibration.csv").string(), {}, diagnostics);
    REQUIRE_FALSE(diagnostics.has_errors());
    const double fitted = *parse_number(best.text(0, *best.find_column("fitted")));
    // The range spans ln 100 = 4.6; a step of 1e-5 of the probabilities is 5e-5 of K, and the objective is flat at its bottom.
    CHECK(fitted == doctest::Approx(3).epsilon(2e-3));
    REQUIRE(history.row_count() > 10);
    const auto so_far = *history.find_column("best_so_far");
    double before = 1e300;
    for (std::size_t r = 0; r < history.row_count(); ++r) {
        const double now = *parse_number(history.text(r, so_far));
        CHECK(now <= before);
        before = now;
    }
    CHECK(before < 1e-5);
}

TEST_CASE("calibration without measurements or without anything uncertain is refused") {
    const TemporaryFolder folder;
    const auto nothing_measured = write_file(folder / "a.toml", ditches(R"({ uniform = ["1 m/d", "9 m/d"], name = "K" })", ""));
    CHECK_THROWS_AS(calibrate({nothing_measured, folder / "a", {}, true, {}}), ScenarioError);
    const auto nothing_uncertain = write_file(folder / "b.toml", ditches("\"3 m/d\"", measured(3)));
    CHECK_THROWS_AS(calibrate({nothing_uncertain, folder / "b", {}, true, {}}), ScenarioError);
    const auto unknown = write_file(folder / "c.toml", ditches(R"({ uniform = ["1 m/d", "9 m/d"], name = "K" })",
                                                               measured(3) + "[calibration]\nparameters = [\"Kd\"]\n"));
    CHECK_THROWS_AS(calibrate({unknown, folder / "c", {}, true, {}}), ScenarioError);
    CHECK_FALSE(std::filesystem::exists(folder / "c"));
}

TEST_CASE("a calibration that is stopped keeps its history and best so far, and goes on to what it would have found") {
    const TemporaryFolder folder;
    const auto text =
        ditches(R"({ loguniform = ["0.5 m/d", "50 m/d"], name = "K" })",
                measured(3) + "[calibration]\nparameters = [\"K\"]\ntolerance = 1e-4\nglobal_trials = 12\nlocal_trials = 9\n");
    const auto site = write_file(folder / "site.toml", text);
    REQUIRE(calibrate({site, folder / "whole", {}, true, {}}) == done);
    REQUIRE(calibrate({site, folder / "parts", {}, true, 5}) == interrupted);
    const auto rows = [](const std::filesystem::path& file) {
        Diagnostics diagnostics;
        auto csv = read_csv(file.string(), {}, diagnostics);
        REQUIRE_FALSE(diagnostics.has_errors());
        return csv;
    };
    const auto so_far = rows(folder / "parts" / "calibration.csv"), best = rows(folder / "parts" / "calibrated.csv");
    REQUIRE(so_far.row_count() == 5);
    double least = 1e300, value = 0;
    for (std::size_t r = 0; r < 5; ++r)
        if (const double misfit = *parse_number(so_far.text(r, *so_far.find_column("objective"))); misfit < least)
            least = misfit, value = *parse_number(so_far.text(r, 4));
    CHECK(*parse_number(best.text(0, *best.find_column("fitted"))) == value);
    // Another five, and the rest: the same file as without interruption.
    REQUIRE(calibrate({site, {}, folder / "parts", true, 5}) == interrupted);
    CHECK(rows(folder / "parts" / "calibration.csv").row_count() == 10);
    REQUIRE(calibrate({site, {}, folder / "parts", true, {}}) == done);
    for (const char* file : {"calibration.csv", "calibrated.csv"})
        CHECK(file_text(folder / "whole" / file) == file_text(folder / "parts" / file));
    // Of another site it is not taken up.
    const auto other = write_file(folder / "other.toml", text + "# another\n");
    CHECK_THROWS_AS(calibrate({other, {}, folder / "parts", true, {}}), ScenarioError);
}
