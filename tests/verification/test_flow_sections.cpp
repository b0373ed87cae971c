// Variably saturated flow in vertical sections: published problems without a closed form, held to exact integrals and to refinement.

#include <functional>

#include "effort.hpp"
#include "verification/soil_column.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

// ---- Vauclin 1979: rain on the middle of a slab raises its water table ----------------------------------------------------------------

/// Sand of Vauclin, Khanji & Vachaud (1979) as van Genuchten's curve (Clement, Wise & Molz 1994); ks in m/d.
constexpr SoilLaw vauclin_sand{0.01, 0.30, 3.3, 4.1, 8.40};
constexpr double rain_half_width = 0.5, half_width = 3, height = 2, ditch = 0.65, rain = 3.552;  // m, m/d

/// Half of the slab, with the middle of the rain at x = 0; ditches at 0.65 m.
std::string vauclin_site(int cells_per_metre, const std::string& flow) {
    return fmt::format(R"(
[site]
name = "slab"
start = 2020-01-01
duration = "8 h"
[grid]
nx = {0}
ny = 1
dx = "{1:.17g} m"
dy = "1 m"
top = "2 m"
[[grid.layer]]
name = "sand"
thickness = "2 m"
cells = {2}
[[zone]]
name = "under the rain"
x_max = "50 cm"
{3}
[flow]
formulation = "variably_saturated"
initial_head = "0.65 m"
{4}
[[boundary]]
type = "recharge"
name = "rain"
zone = "under the rain"
rate = "14.8 cm/h"
[[boundary]]
type = "seepage_face"
name = "ditch"
side = "east"
water_level = "0.65 m"
)",
                       3 * cells_per_metre, 1.0 / cells_per_metre, 2 * cells_per_metre, vauclin_sand.tables(), flow);
}

/// Height of the water table in the column of cells over x [m]: where the pressure head, linear between centres, passes 0.
double water_table(const SiteRun& run, double x) {
    const auto& grid = run.grid();
    double below = 0, z_below = 0;
    for (Index k = 0; k < grid.nz(); ++k) {
        const Index c = run.cell(x, 0.5, (k + 0.5) * height / static_cast<double>(grid.nz()));
        const double z = grid.elevation(c), psi = run.head(c) - z;
        if (psi < 0) return k == 0 ? 0 : z_below + (z - z_below) * below / (below - psi);
        below = psi, z_below = z;
    }
    return height;
}

/// ∫ over the height of ∫ K dψ from the driest up to the pressure head: its fall along x is the flux through the section.
double discharge_potential(const SiteRun& run, double x) {
    // ∫ K dψ from -∞ to 0, by the trapezoidal rule over equal parts of the suction; K at -10 m is 1e-16 of Ks.
    const auto potential = [](double psi) {
        constexpr int parts = 2000;
        const double from = -10, to = std::min(psi, 0.0), h = (to - from) / parts;
        double sum = 0.5 * (vauclin_sand.conductivity(from) + vauclin_sand.conductivity(to));
        for (int n = 1; n < parts; ++n) sum += vauclin_sand.conductivity(from + n * h);
        return sum * h + vauclin_sand.ks * std::max(0.0, psi);
    };
    const auto& grid = run.grid();
    const double dz = height / static_cast<double>(grid.nz());
    double sum = 0;
    for (Index k = 0; k < grid.nz(); ++k) {
        const Index c = run.cell(x, 0.5, (static_cast<double>(k) + 0.5) * dz);
        sum += potential(run.head(c) - grid.elevation(c)) * dz;
    }
    return sum;
}

/// In the steady state: error of the fall of that potential between two places, over what the rain that passes between them demands.
double steady_error(int cells_per_metre) {
    SiteRun run(vauclin_site(cells_per_metre, "weighting = \"central\"\ntolerance = 1e-9\n"));
    run.start();
    // Centres of cells; the flux is rain · min(x, 0.5 m), integrated between them.
    const double half = 0.5 / cells_per_metre, left = 0.2 + half, right = 2.8 + half;
    const double demanded = rain * (0.5 * (0.25 - left * left) + rain_half_width * (right - rain_half_width));
    return (discharge_potential(run, left) - discharge_potential(run, right)) / demanded - 1;
}

double mound(int cells_per_metre, const std::string& step, double hours, double x) {
    auto text = vauclin_site(
        cells_per_metre,
        "regime = \"transient\"\nweighting = \"central\"\nwater_content_error = 1\ninitial_step = \"10 s\"\nmaximum_step = \"" + step +
            "\"\n");
    text.replace(text.find("8 h"), 3, fmt::format("{} h", hours));
    SiteRun run(text);
    run.finish();
    CHECK(run.closure() < 1e-11);
    return water_table(run, x);
}

}  // namespace

TEST_CASE("rain on a slab of sand: the steady section passes what an exact integral demands") {
    // q_x = -∂/∂x ∫ K dψ, whatever the state of the ground: integrated over the height no assumption is left (Charny's argument, carried
    // over to ground that is not full; Bear 1972, section 8.1). Cells of 5 cm, second order: (0.05 m / 0.65 m)² / 12 = 5e-4, doubled.
    const double coarse = steady_error(10), fine = steady_error(20);
    report("vauclin_1979", "steady_discharge_potential:relative", 1, 1 + fine, std::abs(fine), 0.001,
           "soil and slab of Vauclin, Khanji & Vachaud 1979; integral of Darcy's law");
    CHECK(std::abs(fine) < std::abs(coarse));
}

TEST_CASE("rain on a slab of sand raises its water table as on a finer grid" * doctest::test_suite("long")) {
    // Halving cells and steps: the differences have to shrink, and what is left by Richardson's rule is the error of the finest.
    constexpr int finest = 20;  // four seconds: run in full everywhere, coarser grids do not show the trend
    for (const double hours : {2.0, 8.0}) {
        const double coarse = mound(finest / 4, "16 min", hours, 0.01), middle = mound(finest / 2, "8 min", hours, 0.01),
                     fine = mound(finest, "4 min", hours, 0.01);
        INFO(hours, " h: ", coarse, " ", middle, " ", fine);
        report("vauclin_1979", fmt::format("water_table_{:.0f}h [m]:abs", hours), 2 * fine - middle, fine, std::abs(fine - middle), 0.02,
               "soil and slab of Vauclin, Khanji & Vachaud 1979; own solution, extrapolated");
        CHECK(std::abs(middle - coarse) > std::abs(fine - middle));
        CHECK(fine > ditch);
    }
}

namespace {

/// A point of a published water table: distance from the middle of the rain, depth below the slab's top [m].
struct Published {
    double x, depth;
};
/// Read from the figure of Vauclin, Khanji & Vachaud (1979) with a digitiser by the SHUD project (Model-Intercomparison-Datasets/Vauclin1979,
/// Ref/v2.csv and Ref/Vauclin_SimTime.csv, where the curves of 3 and 4 h are called 4 and 6 h).
struct Curves {
    double hours;
    std::vector<Published> measured, computed;
};
const Curves published[] = {
    {2,
     {{0.010, 1.214}, {0.283, 1.215}, {0.489, 1.230}, {0.702, 1.249}, {0.999, 1.280}, {1.302, 1.319}, {1.601, 1.336}},
     {{0.022, 1.216}, {0.282, 1.234}, {0.567, 1.263}, {0.911, 1.310}, {1.175, 1.328}, {1.572, 1.346}}},
    {3,
     {{0.025, 0.973}, {0.287, 0.996}, {0.491, 1.027}, {0.702, 1.062}, {0.999, 1.141}, {1.304, 1.201}, {1.599, 1.238}},
     {{0.018, 1.015}, {0.281, 1.033}, {0.492, 1.065}, {0.739, 1.116}, {1.017, 1.170}, {1.347, 1.220}, {1.818, 1.267}, {2.290, 1.299}}},
    {4,
     {{0.025, 0.879}, {0.287, 0.898}, {0.491, 0.927}, {0.700, 0.962}, {0.995, 1.030}, {1.302, 1.098}, {1.599, 1.164}},
     {{0.017, 0.911}, {0.274, 0.932}, {0.453, 0.958}, {0.738, 1.015}, {0.992, 1.073}, {1.329, 1.134}, {1.695, 1.188}, {2.209, 1.249}}},
    {8,
     {{0.019, 0.789}, {0.289, 0.804}, {0.496, 0.825}, {0.698, 0.854}, {0.993, 0.903}, {1.301, 0.971}, {1.601, 1.042}},
     {{0.024, 0.785}, {0.274, 0.803}, {0.562, 0.850}, {0.805, 0.907}, {0.988, 0.954}, {1.326, 1.026}, {1.720, 1.094}, {2.205, 1.184}}}};

}  // namespace

TEST_CASE("rain on a slab of sand raises its water table as it was measured and computed in 1979") {
    constexpr int cells = 20;  // per metre
    for (const auto& curves : published) {
        auto text =
            vauclin_site(cells, "regime = \"transient\"\nweighting = \"central\"\ninitial_step = \"10 s\"\nmaximum_step = \"4 min\"\n");
        text.replace(text.find("8 h"), 3, fmt::format("{} h", curves.hours));
        SiteRun run(text);
        run.finish();
        const auto deviation = [&](const std::vector<Published>& points) {
            double sum = 0;
            for (const auto& p : points) {
                const double column = std::floor(p.x * cells - 0.5), left = std::max(0.5, column + 0.5) / cells;
                const double share = std::clamp((p.x - left) * cells, 0.0, 1.0);
                const double table = water_table(run, left) + share * (water_table(run, left + 1.0 / cells) - water_table(run, left));
                sum += std::pow(table - (height - p.depth), 2);
            }
            return std::sqrt(sum / static_cast<double>(points.size()));
        };
        const double computed = deviation(curves.computed), measured = deviation(curves.measured);
        const std::string source = "Vauclin, Khanji & Vachaud 1979, figure read by the SHUD project";
        // A figure is read to about 1 cm: twice that for what they computed. That misses what they measured by 3 cm at 3 h: a little more.
        report("vauclin_1979", fmt::format("computed_{}h [m]:rms", curves.hours), 0, computed, computed, 0.02, source);
        report("vauclin_1979", fmt::format("measured_{}h [m]:rms", curves.hours), 0, measured, measured, 0.04, source);
    }
}

// ---- Forsyth, Wu & Pruess 1995: rain on a trench's four soils, dry at first -----------------------------------------------------------

namespace {

/// Conductivity of water at 20 °C [m/d] from permeability [m²]: ρ g / μ.
constexpr double from_permeability(double k) { return k * 998.2 * 9.81 / 1.002e-3 * 86400; }

/// Soils 1 to 4 (table 3): residual saturation times porosity.
constexpr SoilLaw trench[4]{{0.2771 * 0.3680, 0.3680, 3.34, 1.982, from_permeability(9.33e-12)},
                            {0.2806 * 0.3510, 0.3510, 3.63, 1.632, from_permeability(5.55e-12)},
                            {0.2643 * 0.3250, 0.3250, 3.45, 1.573, from_permeability(4.898e-12)},
                            {0.2643 * 0.3250, 0.3250, 3.45, 1.573, from_permeability(4.898e-11)}};

/// 8 m × 6.5 m; 2 cm/d over the left 2.25 m; -7.34 m everywhere at first.
std::string trench_site(int refinement, const std::string& rate) {
    std::string soils = trench[0].tables();
    for (const int n : {2, 3, 4}) soils += trench[n - 1].tables(fmt::format("soil {}", n));
    return fmt::format(R"(
[site]
name = "trench"
start = 2020-01-01
duration = "30 d"
[grid]
nx = {0}
ny = 1
dx = "{1:.17g} m"
dy = "1 m"
top = "6.5 m"
[[grid.layer]]
name = "sections"
thickness = "6.5 m"
cells = {2}
[[zone]]
name = "soil 2"
z_min = "5 m"
z_max = "6 m"
[[zone]]
name = "soil 3"
z_max = "5 m"
[[zone]]
name = "soil 4"
x_min = "1 m"
x_max = "3 m"
z_min = "4 m"
z_max = "5 m"
[[zone]]
name = "under the rain"
x_max = "2.25 m"
{3}
[flow]
formulation = "variably_saturated"
weighting = "upstream"
regime = "transient"
initial_head = {{ cells = "heads.csv", column = "value", unit = "m" }}
initial_step = "1 min"
maximum_step = "1 d"
[[boundary]]
type = "recharge"
name = "rain"
zone = "under the rain"
rate = "{4}"
)",
                       32 * refinement, 0.25 / refinement, 13 * refinement, soils, rate);
}

/// The run to its end, with the water that passed 2.5 m below the surface [m²].
SiteRun wet_trench(int refinement, double& passed, const std::string& rate = "2 cm/d") {
    std::vector<double> heads;
    for (int k = 0; k < 13 * refinement; ++k)
        for (int i = 0; i < 32 * refinement; ++i) heads.push_back((k + 0.5) * 0.5 / refinement - 7.34);
    const TemporaryFile file(one_column(heads), "heads.csv");
    SiteRun run(trench_site(refinement, rate), file.folder);
    run.start();
    const auto water_below = [&] {
        double sum = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c)
            if (run.grid().elevation(c) < 4) sum += run.state().mobile_water[c];
        return sum;
    };
    const double before = water_below();
    run.finish();
    CHECK(run.closure() < 1e-9);
    passed = water_below() - before;
    return run;
}

}  // namespace

TEST_CASE("rain on four dry soils: all of it is held, it dries nothing, and refinement agrees" * doctest::test_suite("long")) {
    double coarse = 0, middle = 0, fine = 0, without = 0;
    const auto wet = wet_trench(1, coarse);
    wet_trench(2, middle);
    wet_trench(reduced_effort() ? 3 : 4, fine);
    report("forsyth_1995", "water_below_2.5_m [m2]:abs", 2 * fine - middle, fine, std::abs(fine - middle), 0.05,
           "Forsyth, Wu & Pruess 1995, problem of four soils; own solution, extrapolated");
    CHECK(std::abs(middle - coarse) > std::abs(fine - middle));
    CHECK(wet.entry("water", "pores").cumulative_out - wet.entry("water", "pores").cumulative_in ==
          doctest::Approx(0.02 * 2.25 * 30).epsilon(1e-9));
    // Upstream weighting is monotone (Forsyth & Kropinski 1997): where rain falls nothing gets drier than where none falls, however sharp
    // the front. Newton stops at 1e-7 of the water that passes; where it is dry that is far less than 0.1 mm of pressure head.
    const auto dry = wet_trench(1, without, "0 cm/d");
    double drier = 0;
    for (Index c = 0; c < wet.grid().cell_count(); ++c) drier = std::max(drier, dry.head(c) - wet.head(c));
    CHECK(drier < 1e-4);
    CHECK(coarse > 100 * without);
}
