// Transport against profiles known in closed form: decay, diffusion, and a smooth cloud that only moves.

#include <numbers>

#include "column_solutions.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double one_mg_per_L = 1e-3;  // kg/m³

/// A column of 1 m × 1 cm × 1 cm of n cells, porosity 0.4, bulk density 1500 kg/m³.
std::string column_grid(int n, double days) {
    return fmt::format(R"(
[site]
name = "column"
start = 2024-01-01
duration = "{:.17g} d"
[grid]
nx = {}
ny = 1
dx = "{:.17g} m"
dy = "1 cm"
top = "0 m"
[[grid.layer]]
name = "soil"
thickness = "1 cm"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1500 kg/m3"
)",
                       days, n, 1.0 / n);
}

std::string uniform_flow(double darcy) {
    return fmt::format(R"(
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "inlet"
side = "west"
head = "{} m"
[[boundary]]
type = "fixed_head"
name = "outlet"
side = "east"
head = "0 m"
)",
                       darcy);
}

std::string held_inlet(int n) {
    return fmt::format(R"(
[[zone]]
name = "inlet"
x_max = "{:.17g} m"
[[source]]
type = "fixed_concentration"
name = "held"
substance = "Cd"
zone = "inlet"
concentration = "1 mg/L"
)",
                       1.0 / n);
}

std::string steps(double dt) { return fmt::format("courant = 1e9\ninitial_step = \"{0:.17g} d\"\nmaximum_step = \"{0:.17g} d\"\n", dt); }

template <class Solution>
double largest_error(const SiteRun& run, double x_below, Solution&& solution) {
    double worst = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c)
        if (const double x = run.grid().centre(c).x; x < x_below)
            worst = std::max(worst, std::abs(run.concentration(c) / one_mg_per_L - solution(x)));
    return worst;
}

/// Pore diffusion in a column of n cells with steps dt [d] after 20 d, the concentration held in the first cell.
double diffusion_error(int n, double dt) {
    const double kd = 0.0005, free_water = 1e-9;  // m³/kg, m²/s
    SiteRun run(column_grid(n, 20) + "[transport]\n" + steps(dt) +
                fmt::format(R"(
[substance.Cd]
sorption = {{ type = "linear", distribution_coefficient = "{} L/kg" }}
molecular_diffusion = "{} m2/s"
)",
                            kd * 1000, free_water) +
                held_inlet(n));
    run.finish();
    CHECK(run.closure() < 1e-9);
    // Pore diffusion D θ^(1/3) (Millington & Quirk 1961: effective D θ^(4/3), per pore water).
    const Column medium{0, free_water * std::cbrt(0.4) * day, 1 + 1500 * kd / 0.4, 0};
    return largest_error(run, 1, [&](double x) { return diffusion(medium, x - 0.5 / n, run.days()); });
}

/// Mean absolute error of a Gaussian cloud moved by 0.4 m by advection alone.
double cloud_error(int n, const std::string& scheme = "") {
    const double velocity = 0.1 / 0.4, days = 1.6, width = 0.06;
    const auto cloud = [&](double x) { return std::exp(-0.5 * std::pow((x - 0.3) / width, 2)); };
    std::vector<double> initial;
    for (int c = 0; c < n; ++c) initial.push_back(cloud((c + 0.5) / n));
    const TemporaryFile file(one_column(initial), "cloud.csv");
    SiteRun run(column_grid(n, days) + uniform_flow(0.1) + "[transport]\n" + steps(scheme.empty() ? 1.6 / n : 1.6) + scheme + R"(
[substance.Cd]
initial_concentration = { cells = "cloud.csv", column = "value", unit = "mg/L" }
)",
                file.folder);
    run.finish();
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c)
        sum += std::abs(run.concentration(c) / one_mg_per_L - cloud(run.grid().centre(c).x - velocity * days)) / n;
    return sum;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a steady profile under decay falls as Bear says") {
        const double darcy = 0.05, kd = 0.002, dispersivity = 0.05, decay = 0.05;
        const auto error = [&](int n) {
            // Implicit steps of 200 d, four retardation times each, forget the start: after 30 nothing changes any more.
            SiteRun run(column_grid(n, 6000) + uniform_flow(darcy) +
                        fmt::format("[transport]\nlongitudinal_dispersivity = \"{} m\"\n", dispersivity) + steps(200) +
                        fmt::format(R"(
[substance.Cd]
sorption = {{ type = "linear", distribution_coefficient = "{} L/kg" }}
decay_rate = "{} 1/d"
)",
                                    kd * 1000, decay) +
                        held_inlet(n));
            run.finish();
            CHECK(run.closure() < 1e-9);
            const double v = darcy / 0.4;
            const Column exact{v, v * dispersivity, 1 + 1500 * kd / 0.4, decay}, upwind = with_upwind_dispersion(exact, 1.0 / n);
            return std::pair{largest_error(run, 0.5, [&](double x) { return steady_decay(exact, x - 0.5 / n); }),
                             largest_error(run, 0.5, [&](double x) { return steady_decay(upwind, x - 0.5 / n); })};
        };
        const auto coarse = error(100), fine = error(200), finest = error(400);
        INFO("errors ", coarse.first, " ", fine.first, " ", finest.first);
        INFO("with upwind's dispersion ", coarse.second, " ", fine.second, " ", finest.second);
        CHECK(observed_order(coarse.first, fine.first) > 0.9);
        CHECK(observed_order(fine.first, finest.first) > 0.9);
        CHECK(observed_order(fine.second, finest.second) > 1.9);
        // dx/(2 αL) of 1/40 on the finest grid, times the largest sensitivity of the profile to ln D, below 1/2.
        report("transport/steady_decay", "profile:max_abs", 0, finest.first, finest.first, 0.5 / 40, "Bear 1979, eq. 7-134");
    }

    TEST_CASE("diffusion with retardation follows the error function, of second order") {
        // Steps are quartered with the width halved, so that the first order in time shows as second.
        const double coarse = diffusion_error(50, 0.4), fine = diffusion_error(100, 0.1), finest = diffusion_error(200, 0.025);
        INFO("errors ", coarse, " ", fine, " ", finest);
        CHECK(observed_order(coarse, fine) > 1.8);  // the front starts as a jump, which the coarse grid does not see as one
        report("transport/diffusion", "profile:order", 2, observed_order(fine, finest), std::max(0.0, 2 - observed_order(fine, finest)),
               0.1, "Carslaw & Jaeger 1959, section 2.4");
    }

    TEST_CASE("upwind is of first order on a smooth cloud") {
        const double coarse = cloud_error(200), fine = cloud_error(400), finest = cloud_error(800);
        INFO("errors ", coarse, " ", fine, " ", finest);
        // Not less than first order, and not more: a scheme that smears less is another one. It nears 1 from below as the cloud is resolved.
        CHECK(observed_order(fine, finest) < 1.05);
        report("transport/upwind", "cloud:order", 1, observed_order(fine, finest), std::max(0.0, 1 - observed_order(fine, finest)), 0.15,
               "translation of the initial cloud; order: LeVeque 2002, section 8.4");
        CHECK(observed_order(coarse, fine) > 0.75);
    }

    TEST_CASE("limited advection is of second order on a smooth cloud, whatever the limiter, and flat at its top") {
        for (const std::string limiter : {"van_leer", "koren", "superbee"}) {
            const auto scheme = fmt::format("advection = \"tvd\"\nstepping = \"explicit\"\nlimiter = \"{}\"\n", limiter);
            const double coarse = cloud_error(100, scheme), fine = cloud_error(200, scheme), finest = cloud_error(400, scheme);
            INFO(limiter, ": errors ", coarse, " ", fine, " ", finest);
            // Limiters fall back to first order in the one or two cells at an extreme, which costs part of an order in the mean; superbee
            // also steepens the flanks (LeVeque 2002, section 6.11).
            const double due = limiter == "superbee" ? 1.3 : 1.7;
            report("transport/tvd_" + limiter, "cloud:order", 2, observed_order(fine, finest),
                   std::max(0.0, 2 - observed_order(fine, finest)), 2 - due,
                   "translation of the initial cloud; LeVeque 2002, section 6.11");
            CHECK(finest < 0.2 * cloud_error(400));  // than upwind
        }
    }
}
