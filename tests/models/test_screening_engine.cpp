// The instantaneous solutions of HJ 610 against the engine: a release of two days, seen long after.

#include <numbers>

#include "assessment/screening/hj610.hpp"
#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::hj610;
using verification::report;
using verification::SiteRun;

namespace {

constexpr double m_per_day = 1 / 86400.0, day = 86400;

/// Sand 10 m thick with water at u through it, along x; 2 kg are let go in the first two days at x0, in the first row.
SiteRun released(double days, double u, int nx, int ny, double dx, double x0, double thickness) {
    const double length = nx * dx, drop = u * 0.25 / 10 * length;
    return SiteRun(fmt::format(R"(
[site]
name = "release"
start = 2020-01-01
duration = "{} d"
[grid]
nx = {}
ny = {}
dx = "{} m"
dy = "{} m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "{} m"
[[zone]]
name = "spill"
x_min = "{} m"
x_max = "{} m"
y_max = "{} m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.25
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "{} m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
advection = "tvd"
stepping = "automatic"
longitudinal_dispersivity = "{} m"
transverse_horizontal_dispersivity = "{} m"
[substance.Cd]
[[source]]
type = "mass_loading"
name = "spill"
substance = "Cd"
zone = "spill"
rate = [{{ from = 2020-01-01, value = "1 kg/d" }}, {{ from = 2020-01-03, value = "0 kg/d" }}]
)",
                               days, nx, ny, dx, dx, thickness, x0, x0 + dx, dx, drop, 5 / u, ny > 1 ? 0.5 / u : 0.0));
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("HJ 610 D.1 against the engine") {
        auto run = released(151, 1, 600, 1, 1, 200, 1);
        run.finish();
        const Flow f{m_per_day, 0.25, 5 * m_per_day, 0};
        // Second order in space: (dx/σ)² with σ = √(2 · 5 · 150) = 39 m is 7e-4; the limiter is first order at the top, over one cell.
        double worst = 0, peak = instantaneous_1d(f, 2, 1, 150, 150 * day);
        for (int i = 250; i < 460; ++i) {
            const double x = i + 0.5 - 200.5;
            worst = std::max(worst, std::abs(run.concentration(run.cell(i + 0.5, 0.5, -0.5)) - instantaneous_1d(f, 2, 1, x, 150 * day)));
        }
        report("screen", "HJ 610 D.1/engine:max_abs/peak", 1, 1 + worst / peak, worst / peak, 3e-3, "galena run, 600 cells, second order");
        CHECK(run.closure() < 1e-10);
    }

    TEST_CASE("HJ 610 D.3 against the engine") {
        auto run = released(201, 0.5, 160, 40, 2, 60, 10);
        run.finish();
        const Flow f{0.5 * m_per_day, 0.25, 5 * m_per_day, 0.5 * m_per_day};
        // Half of the plane, and half of the mass. The cell and its mirror image, 4 m wide, add 16/12 m2 to σy² = 200 m2, a third of a per
        // cent of the height; (dx/σy)² is 2 %, of which second differences leave a twelfth.
        const double peak = instantaneous_2d(f, 4, 10, 100, 0, 200 * day);
        double worst = 0;
        for (const double x : {61.0, 101.0, 141.0})
            for (const double y : {1.0, 11.0, 21.0})
                worst =
                    std::max(worst, std::abs(run.concentration(run.cell(60 + x, y, -5)) - instantaneous_2d(f, 4, 10, x - 1, y, 200 * day)));
        report("screen", "HJ 610 D.3/engine:max_abs/peak", 1, 1 + worst / peak, worst / peak, 6e-3,
               "galena run, 160 x 40 cells, second order");
        CHECK(run.closure() < 1e-10);
    }
}
