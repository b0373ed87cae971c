// Waste piles: their water, and what it takes along.

#include <cmath>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25 * day;

std::string site(const std::string& duration, const std::string& pile) {
    return R"([site]
name = "pile"
start = 2020-01-01
duration = ")" +
           duration + R"("
[grid]
nx = 2
ny = 1
dx = "50 m"
dy = "100 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 2
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "deep"
side = "bottom"
head = "2 m"
[transport]
maximum_step = "60 d"
courant = 1000
[substance.CrVI]
[substance.SO4]
[[boundary]]
type = "waste_pile"
name = "heap"
zone = "all"
height = "8 m"
rain = "2 mm/d"
runoff = 0.25
evaporating = 0.6
passage_time = "3 a"
)" + pile;
}

double pile_closure(const SiteRun& run) {
    double in = 0, out = 0;
    for (const auto& e : run.ledger().entries())
        if (e.term.component == "water of heap") in += e.cumulative_in, out += e.cumulative_out;
    return std::abs(in - out) / in;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("rain passes a pile as a linear reservoir and leaches it") {
        SiteRun run(site("12 a", R"(liner = { type = "none" }
leaching.CrVI = { type = "liquid_solid_ratio", concentration = "60 mg/L", kappa = "2 kg/L" }
leaching.SO4 = { type = "constant", concentration = "1500 mg/L" }
)"));
        run.finish();
        const double area = 1e4, t = 12 * year, tau = 3 * year, fed = 2e-3 / day * 0.75 * 0.4 * area;
        const double seeped = fed * (t - tau * (1 - std::exp(-t / tau)));
        const double found = run.entry("water of heap", "seepage").cumulative_out;
        report("waste_pile", "seepage in 12 a [m3]:relative", seeped, found, std::abs(found / seeped - 1), 1e-10, "linear reservoir");
        const double solids = 1500 * 8 * area, leached = 60e-3 / 2000 * solids * (1 - std::exp(-2000 * seeped / solids));
        const double chromium = run.entry("CrVI", "heap").cumulative_in;
        report("waste_pile", "Cr(VI) leached in 12 a [kg]:relative", leached, chromium, std::abs(chromium / leached - 1), 1e-9,
               "C0 exp(-kappa L/S)");
        CHECK(run.entry("SO4", "heap").cumulative_in == doctest::Approx(1.5 * seeped).epsilon(1e-9));
        CHECK(pile_closure(run) < 1e-12);
        CHECK(run.closure() < 1e-9);
        CHECK(run.entry("water", "heap").cumulative_in == doctest::Approx(found).epsilon(1e-12));
    }

    TEST_CASE("a liner turns seepage into water at the toe, a cover keeps it out, removal ends it") {
        const auto seepage = [](const std::string& more) {
            SiteRun run(site("40 a", more));
            run.finish();
            CHECK(pile_closure(run) < 1e-12);
            return run.entry("water of heap", "seepage").cumulative_out;
        };
        const double open = seepage("liner = { type = \"none\" }\n");
        SiteRun lined(
            site("40 a", R"(liner = { type = "composite", clay_thickness = "0.75 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" }
)"));
        lined.finish();
        CHECK(pile_closure(lined) < 1e-12);
        CHECK(lined.entry("water of heap", "seepage").cumulative_out < 0.02 * open);
        CHECK(lined.entry("water of heap", "toe").cumulative_out > 0.4 * open);
        CHECK(seepage("liner = { type = \"none\" }\ncover = { type = \"membrane\", leakage = \"2 mm/a\" }\n") ==
              doctest::Approx(2e-3 * 1e4 * (40 - 3 * (1 - std::exp(-40 / 3.0)))).epsilon(1e-9));
        CHECK(seepage("liner = { type = \"none\" }\nremoval = 2030-01-01\n") < 0.25 * open);
    }

    TEST_CASE("sulfide in a pile gives the sulfate that oxygen makes") {
        SiteRun run(site("20 a", R"(liner = { type = "none" }
sulfide = { sulfur = "20000 mg/kg", depth = "8 m", bulk_density = "1500 kg/m3", porosity = 0.4, saturation = 0.5, rate = "20 1/a", carbonate = "500 mg/kg" }
leaching.SO4 = { type = "oxidation", per_sulfur = 2.996 }
leaching.CrVI = { type = "oxidation", per_sulfur = 0.001, mobile_when_buffered = 0.1 }
)"));
        std::vector<double> chromium;
        run.finish([&](const SiteRun& r) { chromium.push_back(r.entry("CrVI", "heap").term.in / r.entry("SO4", "heap").term.in); });
        // Everything that came free has left with the water; in the column nothing is lost.
        const double sulfate = run.entry("SO4", "heap").cumulative_in, metal = run.entry("CrVI", "heap").cumulative_in;
        CHECK(sulfate > 0);
        CHECK(metal == doctest::Approx(0.001 / 2.996 * sulfate).epsilon(1e-9));  // once acid, also what had waited
        CHECK(chromium.front() == doctest::Approx(0.1 * 0.001 / 2.996).epsilon(1e-9));
        CHECK(*std::max_element(chromium.begin(), chromium.end()) > 0.001 / 2.996);
        CHECK(chromium.back() == doctest::Approx(0.001 / 2.996).epsilon(1e-9));
    }
}
