// Ground with a water table, against closed forms: Dupuit's parabola with and without recharge, water that drains and comes back.

#include <cstdio>

#include "temporary_folder.hpp"
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

// ---- MODFLOW's water table --------------------------------------------------------------------------------------------------------

namespace {

constexpr int mf_n = 100, mf_layers = 20;
constexpr Index mf_cells = mf_n * mf_n * mf_layers;

/// The floats of a file that gzip made; empty when it is not there.
std::vector<float> gzip_floats(const std::filesystem::path& file) {
    std::vector<float> values;
    if (!std::filesystem::exists(file)) return values;
    FILE* pipe = popen(("gzip -dc '" + file.string() + "'").c_str(), "r");
    REQUIRE(pipe != nullptr);
    values.resize(static_cast<std::size_t>(mf_cells));
    values.resize(fread(values.data(), sizeof(float), values.size(), pipe));
    pclose(pipe);
    return values;
}

/// From MODFLOW's order (layer from the top, row, column) to the cell of the same place; rows count along y.
Index cell_of(std::size_t n) {
    const auto in_layer = static_cast<Index>(n) % (mf_n * mf_n), layer = static_cast<Index>(n) / (mf_n * mf_n);
    return (mf_layers - 1 - layer) * mf_n * mf_n + in_layer;
}

}  // namespace

TEST_CASE("the water table over a lognormal aquifer is MODFLOW's" * doctest::test_suite("long")) {
    const auto folder = std::filesystem::path(GALENA_SOURCE_DIR) / "../shared/reference/modflow6/lognormal_200k";
    const auto conductivity = gzip_floats(folder / "conductivity.f32.gz"), heads = gzip_floats(folder / "head_water_table.f32.gz");
    if (conductivity.empty()) {
        MESSAGE("skipped: the reference results are not beside the source");
        return;
    }
    REQUIRE(std::ssize(heads) == mf_cells);
    std::vector<double> k(conductivity.size());
    for (std::size_t n = 0; n < k.size(); ++n) k[static_cast<std::size_t>(cell_of(n))] = std::pow(conductivity[n] / 10.0, 2.0 / 3);
    const TemporaryFile file(one_column(k), "k.csv");
    SiteRun run(file_text(GALENA_SOURCE_DIR "/tests/verification/modflow6/water_table.toml"), file.folder);
    run.finish();
    CHECK(run.state().step == 20);
    CHECK(run.closure() < 1e-9);
    double worst = 0, low = infinite, high = -infinite;
    Index wet = 0;
    for (std::size_t n = 0; n < heads.size(); ++n) {
        const Index c = cell_of(n);
        // A cell whose head stands near its bottom is dry for one of the two: wet cells are those wetted by a tenth of a metre.
        if (heads[n] < run.grid().bottom(c) + 0.1) continue;
        ++wet;
        low = std::min(low, static_cast<double>(heads[n]));
        high = std::max(high, static_cast<double>(heads[n]));
        worst = std::max(worst, std::abs(run.head(c) - heads[n]));
    }
    CHECK(wet > mf_cells / 3);
    report("modflow6/lognormal_200k", "water_table_over_range:max_abs", 0, worst / (high - low), worst / (high - low), 0.005,
           "MODFLOW 6 (Newton), the same 20 steps; wet cells");
}
