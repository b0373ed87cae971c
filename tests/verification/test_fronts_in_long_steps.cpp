// Fronts on grids that are fine for their dispersivity: implicit steps then spread solute over many cells, and still may not smear.

#include "column_solutions.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Largest difference from Ogata and Banks along a column of n cells, over 80 cm of a metre, in steps of the Courant number given.
double front_error(int n, double courant) {
    SiteRun run(fmt::format(R"(
site = {{ name = "column", start = 2024-01-01, duration = "5 d" }}
zone = [{{ name = "inlet", x_max = "{0:.17g} m" }}]
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.35 }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "in", side = "west", head = "0.05 m" }},
            {{ type = "fixed_head", name = "out", side = "east", head = "0 m" }}]
transport = {{ advection = "tvd", longitudinal_dispersivity = "2 cm", courant = {1}, initial_step = "1 d" }}
source = [{{ type = "fixed_concentration", name = "held", substance = "A", zone = "inlet", concentration = "1 mg/L" }}]
[grid]
nx = {2}
ny = 1
dx = "{0:.17g} m"
dy = "10 cm"
top = "0 m"
layer = [{{ name = "sand", thickness = "10 cm" }}]
[substance.A]
)",
                            1.0 / n, courant, n));
    double highest = 0;
    run.finish([&](const SiteRun& now) {
        for (Index c = 0; c < n; ++c) highest = std::max(highest, now.concentration(c) / 1e-3);
    });
    CHECK(highest <= 1 + 1e-9);
    CHECK(run.closure() < 1e-9);
    const double v = 0.05 / 0.35;
    double worst = 0;
    for (Index c = 1; c < 0.8 * n; ++c)
        worst =
            std::max(worst, std::abs(run.concentration(c) / 1e-3 - first_type({v, v * 0.02, 1, 0}, run.grid().centre(c).x - 0.5 / n, 5)));
    return worst;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("implicit steps that spread over many cells do not smear the front") {
        // Dispersion alone renews a cell of 5 mm eight times in a step of Courant number 1. Implicit advection would add v² Δt / 2, a dispersivity
        // of 2.5 mm to one of 20 mm: a twelfth of the front's slope, or 0.02 at its steepest: half of that is allowed.
        const double error = front_error(200, 1);
        report("long_steps", "front:max_abs", 0, error, error, 0.01, "Ogata & Banks 1961, eq. 15");
        CHECK(front_error(200, 0.5) < error);
        CHECK(front_error(400, 1) < error);
    }
}
