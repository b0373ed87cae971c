// Implicit steps of second order: their order in space and time, their bounds over water that comes and goes, and with sorption that is
// not linear.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double one_mg_per_L = 1e-3;  // kg/m³

std::string column(int n, double days, const std::string& rest) {
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
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "inlet"
side = "west"
head = "0.1 m"
[[boundary]]
type = "fixed_head"
name = "outlet"
side = "east"
head = "0 m"
[transport]
courant = 1e9
stepping = "implicit"
{})",
                       days, n, 1.0 / n, rest);
}

/// Runs to the end; no concentration ever leaves [0, 1 mg/L] by more than rounding, and never falls below 0.
void finish_within_bounds(SiteRun& run) {
    double lowest = 1, highest = 0;
    run.finish([&](const SiteRun& now) {
        for (const double c : now.state().concentration.all().span()) lowest = std::min(lowest, c), highest = std::max(highest, c);
    });
    CHECK(lowest >= 0);
    CHECK(highest <= one_mg_per_L * (1 + 1e-9));
}

/// Mean absolute error of a Gaussian cloud moved by 0.4 m, in steps of the Courant number given.
double cloud_error(int n, double courant, const std::string& scheme) {
    const double velocity = 0.1 / 0.4, days = 1.6, width = 0.06;
    const auto cloud = [&](double x) { return std::exp(-0.5 * std::pow((x - 0.3) / width, 2)); };
    std::vector<double> initial;
    for (int c = 0; c < n; ++c) initial.push_back(cloud((c + 0.5) / n));
    const TemporaryFile file(one_column(initial), "cloud.csv");
    SiteRun run(column(n, days,
                       scheme + fmt::format(R"(initial_step = "{0:.17g} d"
maximum_step = "{0:.17g} d"
[substance.Cd]
initial_concentration = {{ cells = "cloud.csv", column = "value", unit = "mg/L" }}
)",
                                            courant / n / velocity)),
                file.folder);
    finish_within_bounds(run);
    CHECK(run.closure() < 1e-9);
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c)
        sum += std::abs(run.concentration(c) / one_mg_per_L - cloud(run.grid().centre(c).x - velocity * days)) / n;
    return sum;
}

/// A Freundlich front after 4 d in a column of n cells, its mean distance from the finest one given is for the caller to take.
std::vector<double> freundlich_front(int n, const std::string& scheme) {
    SiteRun run(column(n, 4,
                       scheme + fmt::format(R"(initial_step = "{0:.17g} d"
maximum_step = "{0:.17g} d"
[substance.Cd]
sorption = {{ type = "freundlich", sorbed_at_reference = "0.2 mg/kg", reference_concentration = "1 mg/L", exponent = 0.7 }}
[[zone]]
name = "inlet"
x_max = "{1:.17g} m"
[[source]]
type = "fixed_concentration"
name = "held"
substance = "Cd"
zone = "inlet"
concentration = "1 mg/L"
)",
                                            2.0 / n, 1.0 / n)));
    finish_within_bounds(run);
    CHECK(run.closure() < 1e-9);
    std::vector<double> c;
    for (Index n_ = 0; n_ < run.grid().cell_count(); ++n_) c.push_back(run.concentration(n_) / one_mg_per_L);
    return c;
}

/// Width of the front: distance over which the concentration falls from 0.9 to 0.1.
double front_width(const std::vector<double>& c) {
    const auto crossing = [&](double level) {
        for (std::size_t i = 1; i < c.size(); ++i)
            if (c[i] < level && c[i - 1] >= level)
                return (static_cast<double>(i - 1) + (c[i - 1] - level) / (c[i - 1] - c[i])) / static_cast<double>(c.size());
        return 1.0;
    };
    return crossing(0.1) - crossing(0.9);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("implicit steps are of second order in space and time on a smooth cloud, and bounded") {
        for (const std::string limiter : {"van_leer", "koren", "superbee"}) {
            const auto scheme = fmt::format("advection = \"tvd\"\nlimiter = \"{}\"\n", limiter);
            const double coarse = cloud_error(200, 0.8, scheme), fine = cloud_error(400, 0.8, scheme);
            INFO(limiter, ": errors ", coarse, " ", fine);
            // As for explicit steps: limiters fall to first order at an extreme, and superbee steepens the flanks.
            const double due = limiter == "superbee" ? 1.2 : 1.6;
            report("transport/implicit_tvd_" + limiter, "cloud:order", 2, observed_order(coarse, fine),
                   std::max(0.0, 2 - observed_order(coarse, fine)), 2 - due,
                   "translation of the initial cloud; LeVeque 2002, section 6.11");
            CHECK(fine < 0.1 * cloud_error(400, 0.8, "advection = \"upwind\"\n"));
        }
    }

    TEST_CASE("implicit steps at high Courant numbers stay bounded and beat upwind") {
        for (const double courant : {2.0, 5.0, 20.0}) {
            const double sharp = cloud_error(400, courant, "advection = \"tvd\"\n"),
                         upwind = cloud_error(400, courant, "advection = \"upwind\"\n");
            INFO("Courant ", courant, ": ", sharp, " ", upwind);
            CHECK(sharp < upwind);
        }
    }

    TEST_CASE("a Freundlich front is sharper with limited slopes, and its mass is whole") {
        // The front sharpens itself against what the scheme smears: its width is in proportion to the scheme's diffusion (van der Zee 1990).
        const auto sharp = freundlich_front(100, "advection = \"tvd\"\n"), upwind = freundlich_front(100, "advection = \"upwind\"\n");
        INFO("width of the front: ", front_width(sharp), " m, upwind ", front_width(upwind), " m");
        CHECK(front_width(sharp) < 0.6 * front_width(upwind));
    }

    TEST_CASE("a uniform concentration stays uniform while the water table falls and rises, with limited slopes and the tensor") {
        SiteRun run(R"(
[site]
name = "valley"
start = 2024-01-01
duration = "40 d"
[grid]
nx = 20
ny = 3
dx = "10 m"
dy = "10 m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = 5
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
specific_storage = "1e-4 1/m"
specific_yield = 0.2
[flow]
regime = "transient"
formulation = "water_table"
initial_head = "8 m"
initial_step = "1 d"
[[boundary]]
type = "fixed_head"
name = "river"
side = "west"
head = [{ from = 2024-01-01, value = "3 m" }, { from = 2024-01-21, value = "9 m" }]
concentration.Cd = "1 mg/L"
[transport]
stepping = "implicit"
advection = "tvd"
dispersion = "tensor"
longitudinal_dispersivity = "5 m"
courant = 1e9
initial_step = "1 d"
[substance.Cd]
initial_concentration = "1 mg/L"
)");
        run.finish();
        double lowest = 1, highest = 0;
        for (Index c = 0; c < run.grid().cell_count(); ++c)
            if (run.grid().active(c)) {
                lowest = std::min(lowest, run.concentration(c) / one_mg_per_L);
                highest = std::max(highest, run.concentration(c) / one_mg_per_L);
            }
        CHECK(lowest == doctest::Approx(1).epsilon(1e-9));
        CHECK(highest == doctest::Approx(1).epsilon(1e-9));
        CHECK(run.closure() < 1e-9);
    }
}
