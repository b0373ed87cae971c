// Steady water that is perched on a clay lens in sand: thin sheets of water, dry cells under them, and columns that hang on one another by
// what runs off the rim.

#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

struct Lens {
    int columns;
    double clay, sand;           ///< conductivities [m/s]
    double rain;                 ///< [mm/d]
    int above, within, beneath;  ///< cells of the layers
};

/// 100 m of sand, 10 m thick, with a lens between 5 and 6 m from x = 30 m to 70 m; rain, and a ditch at the western side whose water stands
/// at 2 m.
std::string section(const Lens& lens) {
    return fmt::format(R"(
[site]
name = "perched"
start = 2024-01-01
duration = "1 d"
[grid]
nx = {0}
ny = 1
dx = "{1} m"
dy = "1 m"
top = "10 m"
[[grid.layer]]
name = "upper"
bottom = "6 m"
cells = {5}
[[grid.layer]]
name = "middle"
bottom = "5 m"
cells = {6}
[[grid.layer]]
name = "lower"
bottom = "0 m"
cells = {7}
[[zone]]
name = "lens"
layers = ["middle"]
x_min = "30 m"
x_max = "70 m"
[[medium]]
hydraulic_conductivity = "{3} m/s"
porosity = 0.3
[[medium]]
zone = "lens"
hydraulic_conductivity = "{2} m/s"
[flow]
formulation = "water_table"
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "ditch"
side = "west"
head = "2 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "{4} mm/d"
)",
                       lens.columns, 100.0 / lens.columns, lens.clay, lens.sand, lens.rain, lens.above, lens.within, lens.beneath);
}

/// Height of the water table above the lens in its middle [m].
double mound(const SiteRun& run, const Lens& lens) { return run.head(run.cell(50 + 25.0 / lens.columns, 0.5, 6 + 2.0 / lens.above)) - 6; }

}  // namespace

TEST_CASE("water that is perched on a clay lens finds its steady state on any number of columns") {
    // Columns beside the rim get a sheet of water that one cell alone decides about; the more columns, the longer such chains. All of these
    // failed, or needed hundreds of steps in pseudo-time, before the laws of drying were approached from softer ones.
    for (const auto& lens : std::vector<Lens>{{100, 1e-9, 1e-4, 5, 10, 2, 10},
                                              {100, 1e-8, 1e-4, 5, 10, 2, 10},
                                              {200, 1e-9, 1e-4, 1, 4, 1, 5},
                                              {200, 1e-9, 1e-4, 5, 20, 5, 25},
                                              {200, 1e-9, 1e-5, 0.3, 2, 1, 3},
                                              {400, 1e-9, 1e-4, 2, 8, 2, 10},
                                              {400, 1e-9, 1e-4, 5, 2, 1, 3}}) {
        CAPTURE(lens.columns);
        CAPTURE(lens.above);
        SiteRun run(section(lens));
        run.start();
        CHECK(run.inflow("ditch") == doctest::Approx(-0.1 * lens.rain).epsilon(1e-6));  // 100 m² of rain
        const auto statistics = run.simulation().equations().front()->statistics();
        for (const auto& note : statistics.notes) CHECK(note.find("pseudo-time") == std::string::npos);
        CHECK(statistics.solves < 300);
    }
}

TEST_CASE("the mound on a lens that lets nothing through is Dupuit's") {
    // N (a² − x²) = K h² with a = 20 m, for the water falls freely from the rim. N = 5 mm/d, K = 1e-4 m/s: 0.4811 m in the middle. The thickness
    // is that of the upstream cell and the rim half a cell nearer: of first order in the width of a column, on 400 of them 1/80 of a.
    const Lens coarse{100, 1e-14, 1e-4, 5, 4, 1, 5}, fine{400, 1e-14, 1e-4, 5, 4, 1, 5};
    const double exact = 20 * std::sqrt(5e-3 / 86400 / 1e-4);
    SiteRun first(section(coarse)), second(section(fine));
    const double wide = mound(first.start(), coarse), narrow = mound(second.start(), fine);
    CHECK(std::abs(narrow - exact) < std::abs(wide - exact));
    report("perched_mound", "height:relative", exact, narrow, std::abs(narrow / exact - 1), 0.03, "Dupuit 1863; Bear 1972, eq. 8.2.14");
}
