// Water that goes into the air leaves its solute behind; plants may take a share of it along.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A closed box of sand, n × 1 cells of 10 m in `layers` layers, from which only the boundary given takes water; for 60 days.
std::string closed_box(int n, int layers, double step, const std::string& boundary) {
    return fmt::format(R"(
[site]
name = "closed box"
start = 2024-01-01
duration = "60 d"
[grid]
nx = {0}
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
cells = {1}
[[medium]]
hydraulic_conductivity = "2 m/d"
specific_storage = "1e-5 1/m"
specific_yield = 0.2
porosity = 0.32
bulk_density = "1700 kg/m3"
[[zone]]
name = "eastern half"
x_min = "{3} m"
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "-2.6 m"
initial_step = "{2:.17g} d"
maximum_step = "{2:.17g} d"
[transport]
courant = 1e9
initial_step = "{2:.17g} d"
[substance.Cl]
initial_concentration = "100 mg/L"
[substance.Na]
initial_concentration = "100 mg/L"
[substance.Zn]
initial_concentration = "100 mg/L"
sorption = {{ type = "linear", distribution_coefficient = "0.1 L/kg" }}
{4})",
                       n, layers, step, 5 * n, boundary);
}

constexpr const char* meadow = R"(
[[boundary]]
type = "evapotranspiration"
name = "plants"
rate = "6 mm/d"
extinction_depth = "4 m"
solute_uptake = { Na = 0.6, Zn = 1 }
)";
constexpr const char* maize = R"(
[[boundary]]
type = "root_uptake"
name = "plants"
transpiration = "4 mm/d"
root_depth = "4 m"
solute_uptake = { Na = 0.6, Zn = 1 }
)";

/// One cell: V falls by what is taken, E, and the amount (V + K) C by a E C: C = C0 ((V + K) / (V0 + K))^(a − 1).
struct OneCell {
    double water, water_before, chloride, sodium, zinc, capacity;
    [[nodiscard]] double expected(double share, double held) const { return std::pow((water + held) / (water_before + held), share - 1); }
};

OneCell dry_one_cell(const char* boundary, double step) {
    SiteRun run(closed_box(1, 1, step, boundary));
    run.start();
    const double before = run.state().mobile_water[0];
    run.finish();
    for (const auto& c : run.ledger().closures()) CHECK(c.cumulative < 1e-9);
    const double unit = 0.1;  // kg/m³
    return {run.state().mobile_water[0],    before,           run.concentration(0, 0) / unit, run.concentration(0, 1) / unit,
            run.concentration(0, 2) / unit, 1700 * 1e-4 * 400};
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a cell that dries concentrates what stays, and plants take their share") {
        for (const char* boundary : {meadow, maize}) {
            const auto coarse = dry_one_cell(boundary, 2), fine = dry_one_cell(boundary, 1);
            INFO("water ", fine.water, " of ", fine.water_before);
            CHECK(fine.water < 0.9 * fine.water_before);
            // Nothing of chloride goes: exact but for the balance of the water.
            CHECK(fine.chloride == doctest::Approx(fine.expected(0, 0)).epsilon(1e-8));
            // All that its water holds goes with zinc: its concentration stays, however it sorbs.
            CHECK(fine.zinc == doctest::Approx(1).epsilon(1e-9));
            // Between them, implicit steps are of first order in time.
            const double error = std::abs(fine.sodium - fine.expected(0.6, 0)), before = std::abs(coarse.sodium - coarse.expected(0.6, 0));
            INFO("errors ", before, " ", error);
            CHECK(observed_order(before, error) > 0.9);
            // (1 − a) a ΔV²/2V² of each of 60 steps, of relative volume ΔV/V = ln(V0/V)/60, and as much again for what they make of each other.
            const double logarithm = std::log(fine.water_before / fine.water);
            report("evapo_concentration", boundary == meadow ? "meadow:concentration" : "maize:concentration", fine.expected(0.6, 0),
                   fine.sodium, error, logarithm * logarithm / 60, "d(VC)/dt = a C dV/dt: C = C0 (V/V0)^(a-1); a: Briggs et al. 1982");
        }
    }

    TEST_CASE("in a closed balance water leaves and solute stays, wherever it is carried") {
        // Evaporation in the eastern half draws water, and chloride with it, through a falling water table.
        SiteRun run(closed_box(12, 1, 1, R"(
[[boundary]]
type = "evapotranspiration"
name = "sky"
zone = "eastern half"
rate = "8 mm/d"
extinction_depth = "4 m"
[[boundary]]
type = "root_uptake"
name = "willows"
zone = "eastern half"
transpiration = "3 mm/d"
root_depth = "4 m"
solute_uptake = { Na = 1, Zn = 0.3 }
)"));
        run.start();
        const auto amount = [&](Index s) {
            double sum = 0;
            for (Index c = 0; c < run.grid().cell_count(); ++c)
                sum += run.concentration(c, s) * (run.state().mobile_water[c] + (s == 2 ? 1700 * 1e-4 * run.grid().volume(c) : 0.0));
            return sum;
        };
        const double start[] = {amount(0), amount(1), amount(2)};
        double water = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c) water += run.state().mobile_water[c];
        run.finish();
        double water_now = 0, highest = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c) {
            water_now += run.state().mobile_water[c];
            highest = std::max(highest, run.concentration(c, 0));
        }
        CHECK(run.entry("water", "sky").cumulative_out > 0.02 * water);
        CHECK(run.entry("water", "willows").cumulative_out > 0.01 * water);
        CHECK(
            water_now ==
            doctest::Approx(water - run.entry("water", "sky").cumulative_out - run.entry("water", "willows").cumulative_out).epsilon(1e-6));
        // Rounding, and the water's own balance, 1e-10 of what flows.
        CHECK(amount(0) == doctest::Approx(start[0]).epsilon(1e-9));
        CHECK(highest > 0.12);  // 100 mg/L at the start
        for (const Index s : {1, 2}) {
            const auto& taken = run.entry(s == 1 ? "Na" : "Zn", "willows");
            CHECK(taken.cumulative_out > 0.002 * start[s]);
            CHECK(amount(s) + taken.cumulative_out == doctest::Approx(start[s]).epsilon(1e-9));
            CHECK(run.entry(s == 1 ? "Na" : "Zn", "sky").cumulative_out == 0);
        }
        CHECK(run.entry("Cl", "willows").cumulative_out == 0);
        CHECK(run.closure() < 1e-9);
    }
}
