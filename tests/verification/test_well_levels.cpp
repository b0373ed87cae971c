// Wells with one level in them: what each aquifer gives, and what happens when one dries.

#include <cmath>
#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr int n = 41;
constexpr double cell_size = 10, half = 200;  // the outermost cells hold their head at their centres, 200 m from the well
constexpr double lower_head = 2, upper_head = 5, lower_transmissivity = 100, upper_transmissivity = 50;

std::string frame(const std::string& name, double head, double z_min, double z_max) {
    struct Strip {
        const char* side;
        double x_min, x_max, y_min, y_max;
    };
    const double end = n * cell_size;
    const Strip strips[] = {
        {"west", 0, 10, 0, end}, {"east", end - 10, end, 0, end}, {"south", 10, end - 10, 0, 10}, {"north", 10, end - 10, end - 10, end}};
    std::string text;
    for (const auto& s : strips)
        text += fmt::format(
            "[[zone]]\nname = \"{0} {1}\"\nx_min = \"{2} m\"\nx_max = \"{3} m\"\ny_min = \"{4} m\"\ny_max = \"{5} m\"\n"
            "z_min = \"{6} m\"\nz_max = \"{7} m\"\n[[boundary]]\ntype = \"fixed_head\"\nname = \"{0} {1}\"\nzone = \"{0} {1}\"\n"
            "head = \"{8} m\"\n",
            name, s.side, s.x_min, s.x_max, s.y_min, s.y_max, z_min, z_max, head);
    return text;
}

/// Two aquifers of 10 m with a tight layer of 10 m between them; a well through all three in the middle.
std::string two_aquifers(double rate) {
    return fmt::format(R"(
[site]
name = "two aquifers"
start = 2024-01-01
duration = "1 d"
[grid]
nx = {0}
ny = {0}
dx = "{1} m"
dy = "{1} m"
top = "0 m"
[[grid.layer]]
name = "upper"
thickness = "10 m"
[[grid.layer]]
name = "clay"
thickness = "10 m"
[[grid.layer]]
name = "lower"
thickness = "10 m"
[[zone]]
name = "upper"
z_min = "-10 m"
[[zone]]
name = "lower"
z_max = "-20 m"
[[medium]]
hydraulic_conductivity = "1e-9 m/d"
porosity = 0.2
[[medium]]
zone = "upper"
hydraulic_conductivity = "{2} m/d"
[[medium]]
zone = "lower"
hydraulic_conductivity = "{3} m/d"
[flow]
initial_head = "0 m"
[[boundary]]
type = "well"
name = "well"
x = "{4} m"
y = "{4} m"
rate = "{5} m3/d"
sharing = "level"
)",
                       n, cell_size, upper_transmissivity / 10, lower_transmissivity / 10, 0.5 * n * cell_size, rate) +
           frame("upper head", upper_head, -10, 0) + frame("lower head", lower_head, -30, -20);
}

const WaterExchange& well_of(const SiteRun& run) {
    for (const auto& exchange : run.state().water_exchanges)
        if (exchange.name == "well") return exchange;
    FAIL("no well");
    return run.state().water_exchanges.front();
}

}  // namespace

TEST_CASE("a well through two aquifers takes from each what one level in it asks for") {
    // Thiem in each: Q_i = T_i (h_w − H_i) / F, F = ln(R / r_w) / 2π, R the conformal radius of the square, 1.0787 times its half width.
    // With Σ Q_i = Q: Q_i = T_i / ΣT (Q + Σ_j T_j (H_j − H_i) / F). The grid's own resistance between the square and the cell agrees
    // with Peaceman's radius to ln(0.1403 / 0.14) and O(1 / n²): 1e-3 of F = 1.22.
    const double f = std::log(1.0787 * half / 0.1) / (2 * std::numbers::pi), sum = lower_transmissivity + upper_transmissivity;
    for (const double rate : {0.0, -400.0, 250.0}) {
        const auto run = std::move(SiteRun(two_aquifers(rate)).start());
        const auto& rates = well_of(run).rate;
        REQUIRE(rates.size() == 3);
        const double lower = lower_transmissivity / sum * (rate + upper_transmissivity * (upper_head - lower_head) / f);
        const double upper = upper_transmissivity / sum * (rate + lower_transmissivity * (lower_head - upper_head) / f);
        const double scale = std::max(std::abs(lower), std::abs(upper));
        const double error = std::max(std::abs(rates[0] * day - lower), std::abs(rates[2] * day - upper)) / scale;
        report(fmt::format("well_level/{}", rate), "rate:max_relative", 0, error, error, 3e-3, "Sokol 1963; Papadopulos 1966; Thiem 1906");
        CHECK((rates[0] + rates[1] + rates[2]) * day == doctest::Approx(rate).epsilon(1e-9).scale(scale));
    }
}

namespace {

/// An unconfined aquifer of two layers of 5 m, its water table at 7 m on the sides; a well in the middle.
std::string drying(double rate, const std::string& more) {
    const double end = n * cell_size;
    return fmt::format(R"(
[site]
name = "drying"
start = 2024-01-01
duration = "400 d"
[grid]
nx = {0}
ny = {0}
dx = "{1} m"
dy = "{1} m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 2
[[medium]]
hydraulic_conductivity = "10 m/d"
specific_yield = 0.2
specific_storage = "1e-5 1/m"
porosity = 0.3
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "7 m"
initial_step = "0.1 d"
growth = 2
[[boundary]]
type = "well"
name = "well"
x = "{2} m"
y = "{2} m"
rate = "{3} m3/d"
sharing = "level"
{4}
)",
                       n, cell_size, 0.5 * end, rate, more) +
           frame("sides", 7, 0, 10);
}

}  // namespace

TEST_CASE("when a cell of a well dries the others give its share, and the rate gives way when they cannot") {
    auto run = std::move(SiteRun(drying(-200, "")).finish());
    const auto& rates = well_of(run).rate;
    const Index upper = well_of(run).cells[1];
    REQUIRE(rates.size() == 2);
    CHECK(run.head(upper) < 5);  // dry: nothing comes from it
    CHECK(std::abs(rates[1] * day) < 0.01 * 200);
    CHECK((rates[0] + rates[1]) * day == doctest::Approx(-200).epsilon(1e-9));
    CHECK(run.closure() < 1e-9);

    // No more than the head above the base drives to the well. Dupuit between square and cell, K π (H² − h²) / ln(R / r_e), then Thiem
    // through the thickness wet in the cell, 2 π K h² / ln(r_e / r_w): Q = H² / (R_out + R_in). Upstream thickness is first order: a tenth.
    auto most = std::move(SiteRun(drying(-5000, "")).finish());
    const double equivalent = 0.14 * std::hypot(cell_size, cell_size), k = 10 * std::numbers::pi;
    const double greatest = 7 * 7 / (std::log(1.0787 * half / equivalent) / k + std::log(equivalent / 0.1) / (2 * k));
    const double taken = -(well_of(most).rate[0] + well_of(most).rate[1]) * day;
    CHECK(taken == doctest::Approx(greatest).epsilon(0.1));
    CHECK(most.closure() < 1e-9);

    // A level that is not gone below, and one that stands above the water table: the well stands still.
    auto limited = std::move(SiteRun(drying(-5000, "lowest_level = \"4 m\"")).finish());
    const double less = -(well_of(limited).rate[0] + well_of(limited).rate[1]) * day;
    CHECK(less < taken);
    CHECK(less > 0);
    auto still = std::move(SiteRun(drying(-5000, "lowest_level = \"8 m\"")).finish());
    CHECK(std::abs(well_of(still).rate[0] + well_of(still).rate[1]) * day < 1e-9);
}
