// Dispersion in three dimensions against closed solutions: an instantaneous point source carried by a uniform flow, and zones with
// dispersivities of their own.

#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double one_mg_per_L = 1e-3;  // kg/m³

/// Cloud after `days` of an instantaneous point source of dissolved mass per porosity 1 at (x0, y0, z0), carried along x (Baetsle 1969).
struct PointSource {
    double velocity, longitudinal, horizontal, vertical, x0, y0, z0;
    [[nodiscard]] double at(double x, double y, double z, double days) const {
        const double s2 = 2 * velocity * days, sx = s2 * longitudinal, sy = s2 * horizontal, sz = s2 * vertical;
        const double exponent =
            std::pow(x - x0 - velocity * days, 2) / (2 * sx) + std::pow(y - y0, 2) / (2 * sy) + std::pow(z - z0, 2) / (2 * sz);
        return std::exp(-exponent) / std::sqrt(std::pow(2 * std::numbers::pi, 3) * sx * sy * sz);
    }
};

/// Root mean square difference from the cloud over that of the cloud, on a box of n × n/2 × n/4 cells, from 40 to 80 days.
double cloud_error(int n, const std::string& scheme) {
    const double dx = 40.0 / n;
    const PointSource cloud{0.25, 0.5, 0.1, 0.04, 5, 10, 5};
    const auto peak = cloud.at(5 + 0.25 * 40, 10, 5, 40);
    std::vector<double> initial;
    for (int k = 0; k < n / 4; ++k)
        for (int j = 0; j < n / 2; ++j)
            for (int i = 0; i < n; ++i) initial.push_back(cloud.at((i + 0.5) * dx, (j + 0.5) * dx, (k + 0.5) * dx, 40) / peak);
    const TemporaryFile file(one_column(initial), "cloud.csv");
    SiteRun run(fmt::format(R"(
[site]
name = "point source"
start = 2024-01-01
duration = "40 d"
[grid]
nx = {0}
ny = {1}
dx = "{2} m"
dy = "{2} m"
top = "10 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
cells = {3}
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.4
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0.4 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "0.5 m"
transverse_horizontal_dispersivity = "0.1 m"
transverse_vertical_dispersivity = "0.04 m"
courant = 1e9
{4}
[substance.Cd]
initial_concentration = {{ cells = "cloud.csv", column = "value", unit = "mg/L" }}
)",
                            n, n / 2, dx, n / 4, scheme),
                file.folder);
    run.finish();
    CHECK(run.closure() < 1e-9);
    double squares = 0, all = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre(c);
        const double exact = cloud.at(p.x, p.y, run.grid().elevation(c), 80) / peak;
        squares += std::pow(run.concentration(c) / one_mg_per_L - exact, 2);
        all += exact * exact;
    }
    return std::sqrt(squares / all);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("an instantaneous point source in three dimensions spreads as Baetsle says, of second order") {
        const auto implicit = [](double step) {
            return fmt::format("advection = \"tvd\"\nstepping = \"implicit\"\ninitial_step = \"{0} d\"\nmaximum_step = \"{0} d\"", step);
        };
        const double coarse = cloud_error(32, implicit(2)), fine = cloud_error(64, implicit(1));
        INFO("errors ", coarse, " ", fine);
        // Limited at the top of the cloud, which costs part of an order while a cloud is some cells wide.
        report("point_source_3d", "cloud:order", 2, observed_order(coarse, fine), std::max(0.0, 2 - observed_order(coarse, fine)), 0.6,
               "Baetsle 1969; Bear 1979, eq. 7-128");
        CHECK(fine < 0.05);
    }

    TEST_CASE("a zone has its own dispersivity, and a plume length stands for one") {
        const auto width_of_front = [](const std::string& keys) {
            SiteRun run(fmt::format(R"(
[site]
name = "two sands"
start = 2024-01-01
duration = "40 d"
[grid]
nx = 200
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = "100 m/d"
porosity = 0.25
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "1 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
advection = "tvd"
stepping = "explicit"
{}
[substance.Cd]
)",
                                    keys));
            run.finish();
            double front = 0;  // length over which the concentration falls: 2 sqrt(pi D t) times the slope at half height
            for (Index c = 1; c < 199; ++c) front = std::max(front, (run.concentration(c) - run.concentration(c + 1)) / one_mg_per_L);
            return 1 / front;
        };
        const double given = width_of_front("longitudinal_dispersivity = \"2 m\"");
        CHECK(width_of_front("longitudinal_dispersivity = \"9 m\"\nin_zone = [{ zone = \"all\", longitudinal_dispersivity = \"2 m\" }]") ==
              doctest::Approx(given).epsilon(1e-12));
        // Xu & Eckstein 1995, eq. 14b: 4.42 m at a length of 100 m. The width grows with the root of it, and the grid is fine enough for that.
        CHECK(width_of_front("plume_length = \"100 m\"") / given ==
              doctest::Approx(std::sqrt(0.83 * std::pow(2.0, 2.414) / 2)).epsilon(0.03));
    }
}
