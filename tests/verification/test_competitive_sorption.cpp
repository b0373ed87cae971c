// Two metals that compete for the same sites.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double porosity = 0.35, density = 1600, darcy = 0.1;  // -, kg/m³, m/d
constexpr double most = 100e-6, weak = 1000, strong = 5000;     // capacity [kg/kg], affinities [m³/kg]
constexpr double weak_in = 1e-3, strong_in = 1e-3;              // kg/m³

std::string column(int n, double days, const std::string& substances) {
    return fmt::format(R"(
site = {{ name = "competition", start = 2024-01-01, duration = "{1} d" }}
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.35, bulk_density = "1600 kg/m3" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "inlet", side = "west", head = "0.1 m", concentration = {{ Pb = "1 mg/L", Zn = "1 mg/L" }} }},
            {{ type = "fixed_head", name = "outlet", side = "east", head = "0 m" }}]
transport = {{ courant = 1e6, initial_step = "{2} d", maximum_step = "{2} d" }}
[grid]
nx = {0}
ny = 1
dx = "{3:.17g} m"
dy = "10 cm"
top = "0 m"
layer = [{{ name = "sand", thickness = "10 cm" }}]
{4}
)",
                       n, days, 0.25, 1.0 / n, substances);
}

std::string metal(const std::string& name, double affinity, const std::string& more = "") {
    return fmt::format(R"([substance.{}]
sorption = {{ type = "competitive_langmuir", sites = "oxides", capacity = "100 mg/kg", affinity = "{} L/mg" }}
{}
)",
                       name, affinity * 1e-3, more);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("contents of two metals are parted by the law that both obey") {
        SiteRun run(
            column(4, 1, metal("Pb", strong, "initial_content = \"60 mg/kg\"") + metal("Zn", weak, "initial_content = \"50 mg/kg\"")));
        run.start();
        for (Index c = 0; c < 4; ++c) {
            const double pb = run.concentration(c, 0), zn = run.concentration(c, 1), free = 1 / (1 + strong * pb + weak * zn);
            // Each is found to 1e-13 of itself; the content is mostly sorbed.
            CHECK(porosity * pb / density + most * strong * pb * free == doctest::Approx(60e-6).epsilon(1e-11));
            CHECK(porosity * zn / density + most * weak * zn * free == doctest::Approx(50e-6).epsilon(1e-11));
        }
        run.finish();
        CHECK(run.closure() < 1e-11);
    }

    // Into clean sand two fronts travel: behind the first the weaker metal alone, pushed ahead of the stronger one and therefore above the
    // concentration that enters. Its plateau is a1/ω = 1 + K1 C with ω the smaller root of Σ K_i q_i/(a_i − ω) = 1 of the water that
    // enters, a_i = S_max K_i (Rhee, Aris & Amundson 1989, chapter 2).
    TEST_CASE("the stronger metal drives the weaker one ahead of it, as theory says") {
        SiteRun run(column(200, 60, metal("Pb", strong) + metal("Zn", weak)));
        double highest = 0;
        run.finish([&](const SiteRun& now) {
            for (Index c = 0; c < now.grid().cell_count(); ++c) {
                CHECK(now.concentration(c, 0) >= 0);
                highest = std::max(highest, now.concentration(c, 1));
            }
        });
        const double free = 1 / (1 + strong * strong_in + weak * weak_in), a1 = most * weak, a2 = most * strong;
        const double k1q1 = weak * a1 * weak_in * free, k2q2 = strong * a2 * strong_in * free;
        // (a1 − ω)(a2 − ω) = k1q1 (a2 − ω) + k2q2 (a1 − ω)
        const double b = a1 + a2 - k1q1 - k2q2, c = a1 * a2 - k1q1 * a2 - k2q2 * a1;
        const double omega = 0.5 * (b - std::sqrt(b * b - 4 * c)), plateau = (a1 / omega - 1) / weak;
        REQUIRE(plateau > 1.2 * weak_in);
        // The plateau is reached but for the dispersion of upwind steps at both of its ends: within 1 % with 200 cells.
        report_difference("competitive_plateau", "zinc_ahead_of_lead", plateau, highest, 0.01 * plateau,
                          "Rhee, Aris & Amundson 1989, chapter 2");
        CHECK(run.closure() < 1e-9);
        CHECK(run.entry("Zn", "sorbed").term.stored > 0);
    }
}
