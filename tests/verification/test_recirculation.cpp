// Water that a well takes and another gives back: nothing is lost on the way but what treatment takes out.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Ten cells of 1 m³ of sand; a well takes 0.5 m³/d from the cell at x = `from`, another gives them to the one at x = `into`. The head is
/// held in the middle, where nothing passes: what is taken is given.
std::string row(double from, double into, double step, const std::string& rest) {
    return fmt::format(R"(
[site]
name = "dipole"
start = 2024-01-01
duration = "40 d"
[grid]
nx = 10
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[zone]]
name = "middle"
x_min = "4 m"
x_max = "5 m"
[[zone]]
name = "first"
x_max = "1 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.25
bulk_density = "1600 kg/m3"
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "level"
zone = "middle"
head = "0 m"
[[boundary]]
type = "well"
name = "taking"
x = "{0} m"
y = "0.5 m"
rate = "-0.5 m3/d"
[[boundary]]
type = "well"
name = "giving"
x = "{1} m"
y = "0.5 m"
rate = "0.5 m3/d"
[transport]
advection = "tvd"
courant = 1e9
initial_step = "{2} d"
maximum_step = "{2} d"
{3})",
                       from, into, step, rest);
}

constexpr const char* pulse = R"(
[substance.Cl]
initial_concentration = { cells = "pulse.csv", column = "value", unit = "mg/L" }
[substance.Zn]
initial_concentration = { cells = "pulse.csv", column = "value", unit = "mg/L" }
sorption = { type = "freundlich", sorbed_at_reference = "0.1 mg/kg", reference_concentration = "1 mg/L", exponent = 0.8 }
)";

std::string pulse_cells() {
    std::vector<double> values(10, 0.0);
    values[7] = values[8] = 10;
    return one_column(values);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("what is pumped comes back: amounts stay, and the ground becomes uniform") {
        const TemporaryFile file(pulse_cells(), "pulse.csv");
        SiteRun run(row(9.5, 0.5, 0.5, std::string(pulse) + "[[recirculation]]\nfrom = \"taking\"\ninto = \"giving\"\n"), file.folder);
        run.start();
        double before = 0, worst = 0;
        for (Index c = 0; c < 10; ++c) before += 0.25 * run.concentration(c, 0);
        run.finish([&](const SiteRun& now) {
            double amount = 0;
            for (Index c = 0; c < 10; ++c) amount += 0.25 * now.concentration(c, 0);
            worst = std::max(worst, std::abs(amount - before) / before);
        });
        // In and out agree to the bound of the iteration in every one of 80 steps, 1e-8 of the largest concentration.
        CHECK(worst < 80 * 1e-8);
        for (const char* id : {"Cl", "Zn"})
            CHECK(run.entry(id, "giving").cumulative_in == doctest::Approx(run.entry(id, "taking").cumulative_out).epsilon(1e-6));
        CHECK(run.entry("Cl", "taking").cumulative_out > before);  // it went round more than once
        CHECK(run.closure() < 1e-9);
        // A row through which water goes round eight times is mixed by what advection smears, slowly.
        const double mean = before / 2.5;
        for (Index c = 0; c < 10; ++c) CHECK(run.concentration(c, 0) == doctest::Approx(mean).epsilon(0.3));
    }

    TEST_CASE("treatment on the way takes its share") {
        // Both wells in one cell: V dC/dt = -Q r C, in implicit steps exactly.
        const auto site = row(0.5, 0.5, 0.5, R"(
[substance.Cl]
initial_concentration = "10 mg/L"
[[recirculation]]
from = "taking"
into = "giving"
removed = { Cl = 0.4 }
)");
        SiteRun run(site);
        run.finish();
        const double expected = std::pow(1 + 0.5 * 0.4 * 0.5 / 0.25, -80), found = run.concentration(0) / 0.01;
        CHECK(std::abs(found - expected) < 1e-8);
        report_difference(
            "recirculation", "treated:share_left_after_a_day", 1 / std::pow(1.4, 2),
            [&] {
                SiteRun day(site);
                day.start();
                double share = 0;
                day.finish([&](const SiteRun& now) {
                    if (std::abs(now.days() - 1) < 1e-9) share = now.concentration(0) / 0.01;
                });
                return share;
            }(),
            1e-7, "V dC/dt = -Q r C in implicit steps");
        CHECK(run.concentration(5) / 0.01 == doctest::Approx(1).epsilon(1e-9));
        CHECK(run.entry("Cl", "giving").cumulative_in == doctest::Approx(0.6 * run.entry("Cl", "taking").cumulative_out).epsilon(1e-6));
        CHECK(run.closure() < 1e-9);
    }
}
