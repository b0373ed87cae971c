// Ground with a water table, against closed forms: Dupuit's parabola with and without recharge, water that drains and comes back.

#include <array>
#include <cstdio>
#include <map>
#include <numbers>

#include "paths.hpp"
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
    const auto folder = std::filesystem::path(source_folder()) / "../shared/reference/modflow6/lognormal_200k";
    const auto conductivity = gzip_floats(folder / "conductivity.f32.gz"), heads = gzip_floats(folder / "head_water_table.f32.gz");
    if (conductivity.empty()) {
        MESSAGE("skipped: the reference results are not beside the source");
        return;
    }
    REQUIRE(std::ssize(heads) == mf_cells);
    std::vector<double> k(conductivity.size());
    for (std::size_t n = 0; n < k.size(); ++n) k[static_cast<std::size_t>(cell_of(n))] = std::pow(conductivity[n] / 10.0, 2.0 / 3);
    const TemporaryFile file(one_column(k), "k.csv");
    SiteRun run(file_text(source_folder() + "/tests/verification/modflow6/water_table.toml"), file.folder);
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

// ---- delayed yield: Neuman 1972 -----------------------------------------------------------------------------------------------------

namespace {

/// An unconfined aquifer, 10 m thick, with a well over all of it.
struct Unconfined {
    static constexpr double thickness = 10, horizontal = 10, vertical = 1, storage = 1e-4, yield = 0.1, rate = 20;  // m, m/d, 1/m, -, m³/d
};

/// Laplace transform of the drawdown [m d] at a distance [m], averaged over the thickness, where the water table falls by what it yields at
/// once (Neuman 1972, eqs. 6 to 11, solved in the Laplace domain): the sum over the roots of ε tan ε = Sy p b / Kz.
double neuman_transform(double r, double p) {
    using U = Unconfined;
    const double right = U::yield * p * U::thickness / U::vertical, transmissivity = U::horizontal * U::thickness;
    double sum = 0;
    for (int n = 0; n < 60; ++n) {
        const double low_end = n * std::numbers::pi;
        double low = low_end, high = low + 0.5 * std::numbers::pi;
        for (int i = 0; i < 100; ++i) {
            const double middle = 0.5 * (low + high);
            (middle * std::sin(middle - low_end) < right * std::cos(middle - low_end) ? low : high) = middle;
        }
        const double root = 0.5 * (low + high), mean = std::sin(root) / root;
        const double argument = r * std::sqrt((U::storage * p + U::vertical * std::pow(root / U::thickness, 2)) / U::horizontal);
        if (argument < 600) sum += mean * mean / (0.5 + 0.25 * std::sin(2 * root) / root) * std::cyl_bessel_k(0, argument);
    }
    return U::rate / (2 * std::numbers::pi * transmissivity * p) * sum;
}

/// Inversion by Stehfest (1970) with 12 terms: good to 4 digits or so of what is smooth.
double neuman(double r, double days) {
    constexpr int terms = 12, half = terms / 2;
    const auto factorial = [](int n) { return std::tgamma(n + 1.0); };
    double sum = 0;
    for (int i = 1; i <= terms; ++i) {
        double weight = 0;
        for (int k = (i + 1) / 2; k <= std::min(i, half); ++k)
            weight += std::pow(k, half) * factorial(2 * k) /
                      (factorial(half - k) * factorial(k) * factorial(k - 1) * factorial(i - k) * factorial(2 * k - i));
        sum += ((i + half) % 2 ? -1 : 1) * weight * neuman_transform(r, i * std::numbers::ln2 / days);
    }
    return sum * std::numbers::ln2 / days;
}

double theis(double r, double days, double storage) {
    const double transmissivity = Unconfined::horizontal * Unconfined::thickness;
    return Unconfined::rate / (4 * std::numbers::pi * transmissivity) * -std::expint(-r * r * storage / (4 * transmissivity * days));
}

/// A quarter of the plane with the well in its corner. The water table stands in the middle of the uppermost cells, at their centres.
std::string unconfined_site() {
    using U = Unconfined;
    std::vector<double> widths;
    double reach = 0;
    for (double width = 0.5; reach < 1000; width *= 1.25) widths.push_back(width), reach += width;
    return fmt::format(R"(
[site]
name = "delayed yield"
start = 2024-01-01
duration = "3 d"
[grid]
dx = {0}
dy = {0}
top = "0.2 m"
[[grid.layer]]
name = "with the water table"
thickness = "0.4 m"
[[grid.layer]]
name = "below"
thickness = "9.8 m"
cells = 20
[[medium]]
hydraulic_conductivity = "{1} m/d"
anisotropy_vertical = {2}
specific_storage = "{3:g} 1/m"
specific_yield = {4}
porosity = 0.3
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "0 m"
initial_step = "1e-4 d"
growth = 1.1
[[boundary]]
type = "well"
name = "well"
x = "1 mm"
y = "1 mm"
rate = "-{5} m3/d"
[output]
times = ["0.005 d", "0.02 d", "0.1 d", "0.5 d", "3 d"]
)",
                       widths_text(widths), U::horizontal, U::vertical / U::horizontal, U::storage, U::yield, 0.25 * U::rate);
}

}  // namespace

TEST_CASE("a water table yields with delay: three parts of the drawdown, as Neuman describes them") {
    SiteRun run(unconfined_site());
    run.start();
    Index near = run.cell(0.01, 0.01, -5);
    while (run.grid().centre(near).x < 15) ++near;  // along x
    const auto place = run.grid().centre(near);
    const double r = std::hypot(place.x, place.y);
    const auto mean_drawdown = [&] {
        double sum = 0;
        for (Index k = 0; k < run.grid().nz(); ++k) {
            const Index c = run.grid().find_cell({place.x, place.y, k == run.grid().nz() - 1 ? 0.0 : -10 + 0.49 * (k + 0.5)});
            sum -= run.head(c) * (k == run.grid().nz() - 1 ? 0.2 : 0.49) / 10;
        }
        return sum;
    };
    std::map<double, double> drawdown;
    run.finish([&](const SiteRun&) {
        if (run.simulation().at_output()) drawdown[run.days()] = mean_drawdown();
    });
    CHECK(run.closure() < 1e-9);
    REQUIRE(drawdown.size() == 5);
    for (const auto& [days, found] : drawdown) {
        const double exact = neuman(r, days);
        // Steps grow by a tenth: implicit Euler is behind by dt/2t = 5 % of the time, of which the drawdown takes a part, most at first;
        // the grid takes 1 % of Theis' drawdown (see there), the layers of half a metre and the falling water table as much.
        report("neuman_1972", fmt::format("drawdown at {:.3g} d [m]:relative", days), exact, found, std::abs(found / exact - 1), 0.04,
               "Neuman 1972, eqs. 6-11, solved in the Laplace domain, inverted after Stehfest 1970");
    }
    // The trend: at first the aquifer is as if confined, in the end as if its storage were the yield, between them it waits.
    CHECK(drawdown[0.005] == doctest::Approx(theis(r, 0.005, 1e-3)).epsilon(0.1));
    CHECK(drawdown[3] == doctest::Approx(theis(r, 3, 0.101)).epsilon(0.05));
    CHECK(drawdown[0.5] < 0.5 * theis(r, 0.5, 1e-3));
    CHECK(drawdown[0.1] < 1.5 * drawdown[0.02]);
}

// ---- dry and wet again --------------------------------------------------------------------------------------------------------------

namespace {

/// Ten layers beside a ditch whose level falls by 7 m and rises again.
std::string falling_and_rising(const std::string& transport) {
    return R"(
[site]
name = "dry and wet"
start = 2024-01-01
duration = "120 d"
[grid]
nx = 12
ny = 3
dx = "5 m"
dy = "5 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 10
[[zone]]
name = "water's edge"
x_max = "5 m"
[[medium]]
hydraulic_conductivity = "4 m/d"
anisotropy_vertical = 0.2
specific_storage = "1e-5 1/m"
specific_yield = 0.18
porosity = 0.32
bulk_density = "1700 kg/m3"
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "-0.5 m"
initial_step = "0.2 d"
maximum_step = "4 d"
[[boundary]]
type = "general_head"
name = "ditch"
zone = "water's edge"
head = [{ from = 2024-01-01, value = "-7.5 m" }, { from = 2024-03-01, value = "-0.5 m" }]
leakance = "0.5 1/d"
)" + transport;
}

}  // namespace

TEST_CASE("cells dry and wet again and lose neither water nor solute") {
    // A cloud in the layers that dry; cadmium sits on the ground, chloride goes with the water that drains and with what is retained.
    std::vector<double> cloud;
    for (int n = 0; n < 12 * 3 * 10; ++n) cloud.push_back(n % 12 >= 4 && n % 12 < 8 && n / 36 >= 4 ? 100 : 0);
    const TemporaryFile file(one_column(cloud), "cloud.csv");
    SiteRun run(falling_and_rising(R"(
[transport]
longitudinal_dispersivity = "0.5 m"
[substance.Cd]
initial_concentration = { cells = "cloud.csv", column = "value", unit = "mg/L" }
sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" }
[substance.Cl]
initial_concentration = { cells = "cloud.csv", column = "value", unit = "mg/L" }
)"),
                file.folder);
    run.start();
    // What is there, from the concentrations and the water of the cells alone.
    const std::array<double, 2> distribution{0.2e-3, 0};
    const auto held = [&](Index substance) {
        double sum = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c)
            sum += run.concentration(c, substance) *
                   (run.state().mobile_water[c] + 1700 * distribution[static_cast<std::size_t>(substance)] * run.grid().volume(c));
        return sum;
    };
    const auto dry_cells = [&] {
        Index dry = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c) dry += run.head(c) < run.grid().bottom(c) ? 1 : 0;
        return dry;
    };
    const std::array<double, 2> start{held(0), held(1)};
    Index driest = 0;
    double worst = 0;
    run.finish([&](const SiteRun&) {
        driest = std::max(driest, dry_cells());
        for (const Index s : {0, 1}) {
            const auto& ditch = run.entry(s == 0 ? "Cd" : "Cl", "ditch");
            worst = std::max(worst, std::abs(held(s) + ditch.cumulative_out - ditch.cumulative_in - start[static_cast<std::size_t>(s)]) /
                                        start[static_cast<std::size_t>(s)]);
        }
    });
    CHECK(driest > run.grid().cell_count() / 3);  // they do dry,
    CHECK(dry_cells() == 0);                      // and wet again
    CHECK(run.entry("Cl", "ditch").cumulative_out > 0.1 * start[1]);
    CHECK(worst < 1e-9);
    CHECK(run.closure() < 1e-9);
}

TEST_CASE("ground that drains all of its porosity can be dry at the start") {
    // Closed boxes of five layers, half full; one at rest, one with recharge of 1 mm/d, which raises the water table by 10 mm / 0.2 in 10 d.
    for (const double rate : {0.0, 1.0}) {
        SiteRun run(fmt::format(R"(
[site]
name = "drained pores"
start = 2024-01-01
duration = "10 d"
[grid]
dx = ["3 x 10 m"]
dy = ["1 x 10 m"]
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 5
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.2
specific_yield = 0.2
specific_storage = "1e-8 1/m"
[flow]
formulation = "water_table"
regime = "transient"
initial_head = "5 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "{} mm/d"
[transport]
longitudinal_dispersivity = "1 m"
[substance.Cl]
initial_concentration = "1 mg/L"
)",
                                rate));
        run.finish();
        if (rate > 0) CHECK(run.closure() < 1e-9);  // at rest only rounding moves, and its balance says nothing
        for (Index c = 0; c < run.grid().cell_count(); ++c) CHECK(run.state().mobile_water[c] > 0);
        // 1e-4 of the pores' water stays on their walls and need not be filled; the cell's own bend at 1e-3 of 2 m; dry cells keep a film.
        CHECK(std::abs(run.head(run.cell(15, 5, 5)) - (5 + rate * 0.05)) < 2e-3 * (rate + 1e-9));
        CHECK(run.stored("Cl") > 0);
    }
}

TEST_CASE("a content given at the start is parted with the water that is there, above the water table less than the pores hold") {
    SiteRun run(falling_and_rising(R"(
[transport]
[substance.Cd]
initial_content = "1 mg/kg"
sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" }
)"));
    run.start();
    double held = 0, soil = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        held += run.concentration(c) * (run.state().mobile_water[c] + 1700 * 0.2e-3 * run.grid().volume(c));
        soil += 1700 * run.grid().volume(c);
    }
    // To rounding: the content is that asked for, though the uppermost cells are half drained.
    CHECK(run.state().mobile_water[run.cell(30, 7, -0.5)] < 0.8 * 0.32 * 25);
    CHECK(held / soil == doctest::Approx(1e-6).epsilon(1e-12));
    CHECK(run.concentration(run.cell(30, 7, -0.5)) > 1.05 * run.concentration(run.cell(30, 7, -9.5)));
}
