// Ground with a water table, against closed forms: Dupuit's parabola with and without recharge, water that drains and comes back.

#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A strip of one layer, 200 m long, between two held heads [m]; recharge in mm/d. The layer reaches from 0 to 30 m.
std::string strip(int cells, double west, double east, double recharge) {
    return fmt::format(R"(
[site]
name = "strip"
start = 2020-01-01
duration = "1 d"
[grid]
nx = {0}
ny = 1
dx = "{1} m"
dy = "10 m"
top = "30 m"
[[grid.layer]]
name = "sand"
thickness = "30 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
[flow]
formulation = "water_table"
initial_head = "12 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "{2} m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "{3} m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "{4} mm/d"
)",
                       cells, 200.0 / cells, west, east, recharge);
}

/// Largest difference from Dupuit's h² = west² + (east² − west²) x/L + N/K x (L − x), at the cell centres [m].
double dupuit_error(int cells, double west, double east, double recharge) {
    const auto run = std::move(SiteRun(strip(cells, west, east, recharge)).start());
    double worst = 0;
    for (int i = 0; i < cells; ++i) {
        const double x = (i + 0.5) * 200.0 / cells;
        const double square = west * west + (east * east - west * west) * x / 200 + recharge / 1000 / 5 * x * (200 - x);
        worst = std::max(worst, std::abs(run.head(i) - std::sqrt(square)));
    }
    return worst;
}

}  // namespace

TEST_CASE("the water table between two canals is Dupuit's parabola") {
    // Upstream weighting takes the thickness of the higher cell: first order. 1/50 of the strip is 4 m; heads fall by 8 m over 200 m, and
    // the flux error of dx/2 · |dh/dx| / h ~ 1 % moves the head by a few centimetres.
    const double coarse = dupuit_error(50, 12, 4, 0), fine = dupuit_error(100, 12, 4, 0);
    report("dupuit", "head:max_abs", 0, fine, fine, 0.02, "Dupuit 1863; Bear 1972, eq. 8.2.5");
    CHECK(observed_order(coarse, fine) > 0.8);
    const double rain = dupuit_error(100, 12, 4, 2);
    report("dupuit_recharge", "head:max_abs", 0, rain, rain, 0.02, "Dupuit 1863; Bear 1972, eq. 8.2.14");
}
