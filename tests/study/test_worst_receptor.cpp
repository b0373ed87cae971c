// galena compare: which receptor a plan is judged by, and receptors by which none is.

#include <doctest/doctest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

/// A source in the middle, with a point in it; a side that water leaves through.
std::string box(const std::string& of_the_point, const std::string& more = "") {
    return R"([site]
name = "box"
start = 2020-01-01
duration = "1 a"
[grid]
nx = 10
ny = 2
dx = "5 m"
dy = "5 m"
top = "4 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
[[zone]]
name = "spot"
x_min = "10 m"
x_max = "20 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
[flow]
initial_head = "4 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "3.8 m"
[transport]
maximum_step = "30 d"
[substance.CrVI]
[[source]]
type = "fixed_concentration"
name = "slag"
zone = "spot"
substance = "CrVI"
concentration = "10 mg/L"
[[receptor]]
name = "river"
boundary = "east"
limit.CrVI = "0.05 mg/L"
[[receptor]]
name = "slag itself"
x = "15 m"
y = "5 m"
limit.CrVI = "0.05 mg/L"
)" + of_the_point +
           "[[scenario]]\nname = \"nothing\"\n[output]\nvtk = false\n" + more;
}

nlohmann::json compared(const std::string& text) {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << text;
    const auto result =
        galena_program("compare " + (folder / "site.toml").string() + " --format json --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    CHECK(file_text(folder / "out" / "comparison.csv")
              .starts_with("scenario,status,exit_code,pareto,worst_receptor,longest_exceeded_receptor,"));
    return nlohmann::json::parse(result.output)["scenarios"][0];
}

}  // namespace

TEST_CASE("compare names the receptor that fares worst, and leaves out those that do not count") {
    const auto all = compared(box("")), river_only = compared(box("counts = false\n"));
    CHECK(all["worst_receptor"] == "slag itself/CrVI");
    CHECK(all["figures"]["worst_final_over_limit"].get<double>() == doctest::Approx(200).epsilon(1e-9));  // 10 over 0.05 mg/L
    CHECK(river_only["worst_receptor"] == "river/CrVI");
    CHECK(river_only["longest_exceeded_receptor"] == "river/CrVI");
    const auto& figures = river_only["figures"];
    CHECK(figures["worst_final_over_limit"].get<double>() ==
          doctest::Approx(figures["final/river/CrVI [mg/L]"].get<double>() / 0.05).epsilon(1e-9));
    CHECK(figures["peak/slag itself/CrVI [mg/L]"].get<double>() == doctest::Approx(10));  // still reported
}

TEST_CASE("a line on the map that ends outside the grid is warned of") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << box("[[receptor]]\nname = \"line\"\nalong = [[\"30 m\", \"-1 m\"], [\"30 m\", \"900 m\"]]\n");
    const auto result = galena_program("check " + (folder / "site.toml").string());
    INFO(result.output);
    CHECK(result.code == 0);
    CHECK(result.output.find("warning: receptor 'line': the corner at x = 30 m, y = 900 m lies 8") != std::string::npos);
    CHECK(result.output.find("y = -1 m") == std::string::npos);  // just beyond the edge
}
