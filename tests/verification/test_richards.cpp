// Variably saturated flow against analytical solutions, a dense-grid solution by another method, and its own balance.

#include <algorithm>
#include <numbers>

#include "core/parallel.hpp"
#include "verification/explicit_richards.hpp"
#include "verification/soil_column.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

// ---- Celia 1990 -------------------------------------------------------------------------------------------------------------------

struct Celia {
    static constexpr double ks = 0.00922e-2, alpha = 3.35, n = 2, m = 0.5, theta_r = 0.102, theta_s = 0.368;
    static double saturation(double psi) { return std::pow(1 + std::pow(-alpha * psi, n), -m); }
    static double theta(double psi) { return theta_r + (theta_s - theta_r) * saturation(psi); }
    static double conductivity(double psi) {
        const double se = saturation(psi);
        return ks * std::sqrt(se) * std::pow(1 - std::pow(1 - std::pow(se, 1 / m), m), 2);
    }
    static double pressure(double theta) {
        const double se = (theta - theta_r) / (theta_s - theta_r);
        return -std::pow(std::pow(se, -1 / m) - 1, 1 / n) / alpha;
    }
};

std::string celia_site(int cells, const std::string& step, const std::string& weighting) {
    return column(1, cells, "1 d",
                  fmt::format(R"(
[[medium]]
hydraulic_conductivity = "0.00922 cm/s"
specific_storage = "0 1/m"
porosity = 0.368
[[retention]]
type = "van_genuchten"
alpha = "3.35 1/m"
n = 2
residual_water_content = 0.102
[flow]
formulation = "variably_saturated"
regime = "transient"
weighting = "{}"
initial_head = {{ cells = "heads.csv", column = "value", unit = "m" }}
initial_step = "10 s"
growth = 1.5
maximum_step = "{}"
[[boundary]]
type = "fixed_head"
name = "top"
side = "top"
head = "-0.75 m"
[[boundary]]
type = "fixed_head"
name = "bottom"
side = "bottom"
head = "-11 m"
)",
                              weighting, step));
}

}  // namespace

TEST_CASE("infiltration into dry soil moves as far as on a dense grid, and loses no water") {
    // The dense grid is 0.5 cm, explicit: its front is right within one of its cells. Ours is 1 cm with implicit steps of 1/4 h:
    // central weighting keeps within a cell of it, upstream weighting runs ahead by a few cells (first order).
    const auto reference = explicit_infiltration<Celia>(std::vector<double>(200, -10.0), -0.75, -10, 1, day);
    const TemporaryFile heads(uniform_pressure(1, 100, -10), "heads.csv");
    for (const std::string weighting : {"upstream", "central"}) {
        SiteRun run(celia_site(100, "15 min", weighting), heads.folder);
        run.finish();
        const double front = front_depth(pressure_heads(run), 1, -5), expected = front_depth(reference, 1, -5);
        report("celia_1990", "front_depth_" + weighting + ":abs", expected, front, std::abs(front - expected),
               weighting == "central" ? 0.01 : 0.04, "Celia, Bouloutas & Zarba 1990, section 4, against a dense explicit solution");
        CHECK(run.closure() < 1e-12);
        // Steps are repeated for their error alone: Newton gets there with all of them.
        for (const auto& retry : run.simulation().retries()) CHECK(retry.cause.find("water_content_error") != std::string::npos);
    }
}

// ---- Srivastava & Yeh 1991 --------------------------------------------------------------------------------------------------------

namespace {

/// Pressure head [m] at height z [m] above the water table, t seconds after the flux at the top rose from qa to qb (fractions of Ks).
/// Srivastava & Yeh 1991, eqs. 13 and 14; α = 10 1/m, L = 1 m, Ks = 1 cm/h, θs − θr = 0.34.
double srivastava_yeh(double z, double t, double qa, double qb) {
    const double alpha = 10, length = alpha * 1.0, ks = 0.01 / 3600, height = alpha * z, time = alpha * ks * t / 0.34;
    double sum = 0;
    for (int n = 1; n <= 400; ++n) {
        // Roots of tan(λ L) + 2 λ = 0, one in each ((n − 1/2) π, n π).
        double low = (n - 0.5) * std::numbers::pi / length * (1 + 1e-14), high = n * std::numbers::pi / length;
        for (int i = 0; i < 80; ++i) {
            const double middle = 0.5 * (low + high);
            (std::sin(middle * length) + 2 * middle * std::cos(middle * length)) * (n % 2 ? 1 : -1) > 0 ? low = middle : high = middle;
        }
        const double root = 0.5 * (low + high);
        sum +=
            std::sin(root * height) * std::sin(root * length) * std::exp(-root * root * time) / (1 + length / 2 + 2 * root * root * length);
    }
    const double k = qb - (qb - 1) * std::exp(-height) - 4 * (qb - qa) * std::exp(0.5 * (length - height)) * std::exp(-time / 4) * sum;
    return std::log(k) / alpha;
}

double srivastava_yeh_error(int cells, const std::string& step, std::string weighting) {
    std::vector<double> heads;
    for (int k = 0; k < cells; ++k) {
        const double z = (k + 0.5) / cells;
        heads.push_back(-1 + z + srivastava_yeh(z, 1e12, 0.1, 0.1));
    }
    const TemporaryFile file(one_column(heads), "heads.csv");
    SiteRun run(column(1, cells, "10 h",
                       fmt::format(R"(
[[medium]]
hydraulic_conductivity = "1 cm/h"
specific_storage = "0 1/m"
porosity = 0.40
[[retention]]
type = "gardner"
alpha = "10 1/m"
residual_water_content = 0.06
[flow]
formulation = "variably_saturated"
regime = "transient"
weighting = "{}"
initial_head = {{ cells = "heads.csv", column = "value", unit = "m" }}
initial_step = "{}"
growth = 1
[[boundary]]
type = "recharge"
name = "rain"
rate = "0.9 cm/h"
[[boundary]]
type = "fixed_head"
name = "water table"
side = "bottom"
head = "-1 m"
)",
                                   weighting, step)),
                file.folder);
    run.finish();
    CHECK(run.closure() < 1e-12);
    double worst = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double z = run.grid().elevation(c) + 1;
        worst = std::max(worst, std::abs(run.head(c) - run.grid().elevation(c) - srivastava_yeh(z, 36000, 0.1, 0.9)));
    }
    return worst;
}

}  // namespace

TEST_CASE("transient infiltration to a water table follows Srivastava and Yeh") {
    // Halving cells and quartering steps: central weighting is of second order in space, implicit Euler of first in time.
    const double coarse = srivastava_yeh_error(50, "240 s", "central"), fine = srivastava_yeh_error(100, "60 s", "central");
    report("srivastava_yeh", "pressure_head:max_abs", 0, fine, fine, 3e-3, "Srivastava & Yeh 1991, eqs. 13-14");
    CHECK(observed_order(coarse, fine) > 1.7);
    // Upstream weighting: first order; the Péclet number α Δz / 2 of a 1 cm cell is 0.05, its error about that part of the front's height.
    CHECK(srivastava_yeh_error(100, "60 s", "upstream") < 0.03);
}

// ---- Tracy 2006: steady, two dimensions, exact ------------------------------------------------------------------------------------

namespace {

constexpr double tracy_length = 1, tracy_alpha = 3, tracy_dry = -0.5;  // m, 1/m, m

/// Pressure head [m] at x, z of a unit square whose sides and bottom are held at tracy_dry and whose top carries a sine of water
/// (Tracy 2006, eq. 11): e^(αψ) = e^(αψr) + (1 − e^(αψr)) sin(πx/L) e^(α(L − z)/2) sinh(βz)/sinh(βL).
double tracy(double x, double z) {
    const double beta = std::sqrt(tracy_alpha * tracy_alpha / 4 + std::pow(std::numbers::pi / tracy_length, 2));
    const double dry = std::exp(tracy_alpha * tracy_dry);
    const double wave = std::sin(std::numbers::pi * x / tracy_length) * std::exp(0.5 * tracy_alpha * (tracy_length - z)) *
                        std::sinh(beta * z) / std::sinh(beta * tracy_length);
    return std::log(dry + (1 - dry) * wave) / tracy_alpha;
}

/// Widths of n cells that grow and shrink smoothly, 1 m in all.
std::vector<double> uneven(int n) {
    std::vector<double> widths;
    const auto edge = [&](int i) {
        const double t = static_cast<double>(i) / n;
        return t + 0.08 * std::sin(2 * std::numbers::pi * t);
    };
    for (int i = 0; i < n; ++i) widths.push_back(edge(i + 1) - edge(i));
    return widths;
}

double tracy_error(int n) {
    const auto widths = uneven(n);
    std::string layers;
    std::vector<double> centre, held;
    double edge = 0;
    for (const double w : widths) {
        centre.push_back(edge + 0.5 * w);
        edge += w;
    }
    for (int k = n - 1; k >= 0; --k)
        layers += fmt::format("[[grid.layer]]\nname = \"l{}\"\nthickness = \"{:.17g} m\"\n", k, widths[static_cast<std::size_t>(k)]);
    for (int k = 0; k < n; ++k)
        for (const double x : centre) held.push_back(tracy(x, 1) + 1);
    // On the other sides the pressure head is tracy_dry, the head z + tracy_dry.
    std::vector<double> side;
    for (int k = 0; k < n; ++k)
        for (int i = 0; i < n; ++i) side.push_back(centre[static_cast<std::size_t>(k)] + tracy_dry);
    const TemporaryFile held_file(one_column(held), "held.csv"), side_file(one_column(side), "side.csv");
    auto text = fmt::format(R"(
[site]
name = "Tracy"
start = 2020-01-01
duration = "1 d"
[grid]
ny = 1
dx = {}
dy = "1 m"
top = "1 m"
minimum_thickness = "1 mm"
{}
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
[[retention]]
type = "gardner"
alpha = "3 1/m"
[flow]
formulation = "variably_saturated"
weighting = "central"
tolerance = 1e-10
initial_head = {{ cells = "side.csv", column = "value", unit = "m" }}
[[boundary]]
type = "fixed_head"
name = "bottom"
side = "bottom"
head = "-0.5 m"
[[boundary]]
type = "fixed_head"
name = "top"
side = "top"
head_field = {{ cells = "held.csv", column = "value", unit = "m" }}
)",
                            widths_text(widths), layers);
    for (const auto* name : {"west", "east"})
        text += fmt::format(
            "[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead_field = {{ cells = \"side.csv\", column = "
            "\"value\", unit = \"m\" }}\n",
            name);
    SiteRun run(text, held_file.folder);
    run.start();
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre(c);
        const double error = run.head(c) - p.z - tracy(p.x, p.z);
        sum += run.grid().volume(c) * error * error;
    }
    return std::sqrt(sum);
}

}  // namespace

TEST_CASE("steady unsaturated flow on uneven grids is of second order") {
    const double coarse = tracy_error(24), fine = tracy_error(48);
    const double order = observed_order(coarse, fine);
    report("tracy_2006", "pressure_head:order", 2, order, std::max(0.0, 2 - order), 0.2, "Tracy 2006, eq. 11");
    CHECK(fine < 2e-3);
}

// ---- bits -------------------------------------------------------------------------------------------------------------------------

namespace {

/// Rain on a dry slope of two soils with a moving water table: 20 × 6 × 12 cells.
std::string slope_site(const std::string& formulation) {
    const bool retention = formulation == "variably_saturated";
    return fmt::format(R"(
[site]
name = "slope"
start = 2020-01-01
duration = "6 d"
[grid]
nx = 20
ny = 6
dx = "4 m"
dy = "8 m"
top = "0 m"
[[grid.layer]]
name = "loam"
thickness = "2 m"
cells = 4
[[grid.layer]]
name = "sand"
thickness = "8 m"
cells = 8
[[zone]]
name = "loam"
layers = ["loam"]
[[medium]]
hydraulic_conductivity = "5 m/d"
specific_storage = "1e-5 1/m"
specific_yield = 0.2
porosity = 0.4
[[medium]]
zone = "loam"
hydraulic_conductivity = "0.25 m/d"
{}
[flow]
formulation = "{}"
regime = "transient"
initial_head = "-8.5 m"
initial_step = "0.5 d"
[[boundary]]
type = "fixed_head"
name = "ditch"
side = "west"
head = "-6 m"
concentration.Cl = "35 mg/L"
[[boundary]]
type = "well"
name = "pump"
x = "61 m"
y = "21 m"
screen_top = "-7 m"
screen_bottom = "-10 m"
rate = "-30 m3/d"
[[boundary]]
type = "recharge"
name = "rain"
rate = [{{ from = 2020-01-01, value = "20 mm/d" }}, {{ from = 2020-01-04, value = "0 mm/d" }}]
concentration.Cl = "35 mg/L"
[transport]
longitudinal_dispersivity = "0.5 m"
[substance.Cl]
initial_concentration = "35 mg/L"
)",
                       retention ? R"(
[[retention]]
type = "van_genuchten"
alpha = "7.5 1/m"
n = 1.89
residual_water_content = 0.065
[[retention]]
type = "van_genuchten"
zone = "loam"
alpha = "3.6 1/m"
n = 1.56
air_entry = "1 cm"
residual_water_content = 0.078
)"
                                 : "",
                       formulation);
}

struct Bits {
    std::vector<double> head, water, concentration;
    bool operator==(const Bits&) const = default;
};
Bits bits_of(const SiteRun& run) {
    const auto& s = run.state();
    const auto c = s.concentration[0];
    return {{s.hydraulic_head.begin(), s.hydraulic_head.end()}, {s.mobile_water.begin(), s.mobile_water.end()}, {c.begin(), c.end()}};
}

}  // namespace

TEST_CASE("a water table that rises and falls keeps a uniform concentration, all water, and the bits of one thread") {
    for (const std::string formulation : {"water_table", "variably_saturated"}) {
        CAPTURE(formulation);
        const int threads = thread_count();
        SiteRun two(slope_site(formulation));
        two.finish([](const SiteRun& run) {
            // What enters, what is there and what stays behind carry 35 mg/L: nothing else may appear anywhere at any time. The solver of
            // transport stops at its tolerance of 1e-10 or so of what is moved.
            double worst = 0;
            for (Index c = 0; c < run.grid().cell_count(); ++c) worst = std::max(worst, std::abs(run.concentration(c) / 0.035 - 1));
            CHECK(worst < 1e-9);
        });
        CHECK(two.closure() < 1e-9);
        set_thread_count(1);
        SiteRun one(slope_site(formulation));
        one.finish();
        set_thread_count(threads);
        CHECK(bits_of(one) == bits_of(two));
    }
}

TEST_CASE("flow that is not saturated continues from a checkpoint with the same bits") {
    for (const std::string formulation : {"water_table", "variably_saturated"}) {
        CAPTURE(formulation);
        SiteRun whole(slope_site(formulation)), first(slope_site(formulation)), second(slope_site(formulation));
        whole.finish();
        MemoryCheckpoint memory;
        first.finish([&](const SiteRun& run) {
            if (run.days() > 2.2 && memory.values.empty()) run.simulation().save(memory);
        });
        second.resume(memory).finish();
        CHECK(bits_of(second) == bits_of(whole));
    }
}
