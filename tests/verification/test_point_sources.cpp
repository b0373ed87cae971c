// Point and patch sources in uniform flow against closed and semi-closed solutions: instantaneous and continuous in two dimensions, continuous
// in three, and a patch whose concentration is held.

#include <boost/math/quadrature/tanh_sinh.hpp>
#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double porosity = 0.4, velocity = 0.25;  // -, m/d

/// Dispersivities [m].
struct Spreading {
    double longitudinal = 1, horizontal = 0.3, vertical = 0.2;
    [[nodiscard]] double x() const { return longitudinal * velocity; }
    [[nodiscard]] double y() const { return horizontal * velocity; }
    [[nodiscard]] double z() const { return vertical * velocity; }
};

/// A box of cubes of width dx in which water flows along x with `velocity`.
struct Box {
    int nx, ny, nz;
    double dx, days;
    Spreading spreading;
    [[nodiscard]] std::string text(const std::string& scheme, const std::string& rest) const {
        return fmt::format(R"(
[site]
name = "uniform flow"
start = 2024-01-01
duration = "{4} d"
[grid]
nx = {0}
ny = {1}
dx = "{3:.17g} m"
dy = "{3:.17g} m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "{5:.17g} m"
cells = {2}
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = {6}
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "{7:.17g} m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
advection = "tvd"
longitudinal_dispersivity = "{8} m"
transverse_horizontal_dispersivity = "{9} m"
transverse_vertical_dispersivity = "{10} m"
courant = 1e9
{11}
[substance.tracer]
{12})",
                           nx, ny, nz, dx, days, nz * dx, porosity, velocity * porosity / 10 * nx * dx, spreading.longitudinal,
                           spreading.horizontal, spreading.vertical, scheme, rest);
    }
    [[nodiscard]] double thickness() const { return nz * dx; }
};

const std::string explicit_steps = "stepping = \"explicit\"\ninitial_step = \"5 d\"\n";
std::string implicit_steps(double days) {
    return fmt::format("stepping = \"implicit\"\ninitial_step = \"{0:.17g} d\"\nmaximum_step = \"{0:.17g} d\"\n", days);
}

/// Root mean square of the difference over that of the reference, of the cells that are asked for.
template <class Wanted, class Exact>
double relative_error(const SiteRun& run, Wanted&& wanted, Exact&& exact) {
    double squares = 0, all = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double x = run.grid().centre(c).x, y = run.grid().centre(c).y, z = run.grid().elevation(c);
        if (!wanted(x, y, z)) continue;
        const double e = exact(x, y, z);
        squares += std::pow(run.concentration(c) - e, 2);
        all += e * e;
    }
    REQUIRE(all > 0);
    return std::sqrt(squares / all);
}

/// 1 kg, put into one cell of a layer 1 m thick at the start.
double instantaneous_error(double dx, const std::string& scheme) {
    const Box box{static_cast<int>(std::lround(72 / dx)), static_cast<int>(std::lround(40 / dx)), 1, dx, 80, {1, 0.2, 0.2}};
    const int i = static_cast<int>(15 / dx), j = static_cast<int>(20 / dx);
    std::vector<double> initial(static_cast<std::size_t>(box.nx * box.ny), 0.0);
    initial[static_cast<std::size_t>(j * box.nx + i)] = 1 / (porosity * dx * dx * box.thickness());
    const TemporaryFile file(one_column(initial), "pulse.csv");
    SiteRun run(box.text(scheme, R"(initial_concentration = { cells = "pulse.csv", column = "value", unit = "kg/m3" })"), file.folder);
    run.finish();
    CHECK(run.closure() < 1e-10);
    const double x0 = (i + 0.5) * dx, y0 = (j + 0.5) * dx, t = box.days;
    return relative_error(
        run, [](double, double, double) { return true; },
        [&](double x, double y, double) {
            const double dl = 4 * box.spreading.x() * t, dt = 4 * box.spreading.y() * t;
            return std::exp(-std::pow(x - x0 - velocity * t, 2) / dl - std::pow(y - y0, 2) / dt) /
                   (porosity * box.thickness() * pi * std::sqrt(dl * dt));
        });
}

boost::math::quadrature::tanh_sinh<double>& quadrature() {
    static boost::math::quadrature::tanh_sinh<double> rule;
    return rule;
}

/// A loading of 0.1 kg/d in one cell of the box, from the start on.
struct Loading {
    int i, j, k;
    [[nodiscard]] std::string text(double dx) const {
        return fmt::format(R"(
[[zone]]
name = "leak"
x_min = "{0:.17g} m"
x_max = "{1:.17g} m"
y_min = "{2:.17g} m"
y_max = "{3:.17g} m"
z_min = "{4:.17g} m"
z_max = "{5:.17g} m"
[[source]]
type = "mass_loading"
name = "leak"
substance = "tracer"
zone = "leak"
rate = "0.1 kg/d"
)",
                           i * dx, (i + 1) * dx, j * dx, (j + 1) * dx, -(k + 1) * dx, -k * dx);
    }
};

/// Cells near the source hold its mean over their volume; four widths of the coarsest cells away the difference is of second order.
constexpr double near = 5;

double continuous_error_2d(double dx, const std::string& scheme) {
    const Box box{static_cast<int>(std::lround(60 / dx)), static_cast<int>(std::lround(36 / dx)), 1, dx, 100, {1, 0.3, 0.3}};
    const Loading leak{static_cast<int>(15 / dx), static_cast<int>(18 / dx), 0};
    SiteRun run(box.text(scheme, leak.text(dx)));
    run.finish();
    CHECK(run.closure() < 1e-10);
    CHECK(run.entry("tracer", "leak").cumulative_in == doctest::Approx(0.1 * box.days).epsilon(1e-12));
    const double x0 = (leak.i + 0.5) * dx, y0 = (leak.j + 0.5) * dx, Dx = box.spreading.x(), Dy = box.spreading.y();
    const auto exact = [&](double x, double y, double) {
        const double across = std::pow(x - x0, 2) / Dx + std::pow(y - y0, 2) / Dy;
        const double well = quadrature().integrate(
            [&](double s) { return s > 0 ? std::exp(-across / (4 * s) - velocity * velocity * s / (4 * Dx)) / s : 0.0; }, 0.0, box.days,
            1e-9);
        return 0.1 / (4 * pi * porosity * box.thickness() * std::sqrt(Dx * Dy)) * std::exp(velocity * (x - x0) / (2 * Dx)) * well;
    };
    return relative_error(
        run, [&](double x, double y, double) { return std::hypot(x - x0, y - y0) > near && x < 50; }, exact);
}

double continuous_error_3d(double dx, const std::string& scheme) {
    const Box box{static_cast<int>(std::lround(45 / dx)),
                  static_cast<int>(std::lround(27 / dx)),
                  static_cast<int>(std::lround(24 / dx)),
                  dx,
                  60,
                  {1, 0.3, 0.2}};
    const Loading leak{static_cast<int>(13.5 / dx), static_cast<int>(13.5 / dx), static_cast<int>(12 / dx)};
    SiteRun run(box.text(scheme, leak.text(dx)));
    run.finish();
    CHECK(run.closure() < 1e-10);
    const double x0 = (leak.i + 0.5) * dx, y0 = (leak.j + 0.5) * dx, z0 = -(leak.k + 0.5) * dx;
    const double Dx = box.spreading.x(), Dy = box.spreading.y(), Dz = box.spreading.z(), t = box.days;
    const auto exact = [&](double x, double y, double z) {
        const double along = x - x0, r = std::sqrt(along * along + Dx / Dy * std::pow(y - y0, 2) + Dx / Dz * std::pow(z - z0, 2));
        const double width = 2 * std::sqrt(Dx * t), half = velocity / (2 * Dx);
        return 0.1 / (8 * pi * porosity * r * std::sqrt(Dy * Dz)) *
               (std::exp(half * (along - r)) * std::erfc((r - velocity * t) / width) +
                std::exp(half * (along + r)) * std::erfc((r + velocity * t) / width));
    };
    return relative_error(
        run, [&](double x, double y, double z) { return std::hypot(x - x0, y - y0, z - z0) > near && x < 38; }, exact);
}

/// A patch of 8 m by 4 m in the plane x = 0 with a concentration of 1, in an aquifer without bounds: by symmetry a quarter of it.
struct Patch {
    static constexpr double half_width = 4, half_height = 2, decay = 0;  // m, m, 1/d
    Spreading spreading;

    [[nodiscard]] double at(double x, double y, double z, double t) const {
        const double Dx = spreading.x(), Dy = spreading.y(), Dz = spreading.z();
        const auto across = [](double half, double at, double width) {
            return std::erfc((-half - at) / width) - std::erfc((half - at) / width);
        };
        const double integral = quadrature().integrate(
            [&](double s) {
                const double exponent = s > 0 ? -std::pow(x - velocity * s, 2) / (4 * Dx * s) - decay * s : -1e9;
                if (exponent < -600) return 0.0;
                const double wy = 2 * std::sqrt(Dy * s), wz = 2 * std::sqrt(Dz * s);
                // The growth of exp(v x / 2 D) is taken into the exponent, where it is harmless: −(x − v s)² / 4 D s.
                return std::pow(s, -1.5) * std::exp(exponent) * across(half_width, y, wy) * across(half_height, z, wz);
            },
            0.0, t, 1e-9);
        return x / (8 * std::sqrt(pi * Dx)) * integral;
    }
    static std::string zone(const char* name, double dx, double y_min, double y_max, double z_min, double z_max, double concentration) {
        return fmt::format(R"(
[[zone]]
name = "{0}"
x_max = "{1:.17g} m"
y_min = "{2:.17g} m"
y_max = "{3:.17g} m"
z_min = "{4:.17g} m"
z_max = "{5:.17g} m"
[[source]]
type = "fixed_concentration"
name = "{0}"
substance = "tracer"
zone = "{0}"
concentration = "{6} kg/m3"
)",
                           name, dx, y_min, y_max, z_min, z_max, concentration);
    }
};

double patch_error(double dx, const std::string& scheme) {
    const Patch patch;
    const Box box{static_cast<int>(std::lround(32 / dx)),
                  static_cast<int>(std::lround(16 / dx)),
                  static_cast<int>(std::lround(10 / dx)),
                  dx,
                  60,
                  patch.spreading};
    // Depth counts downward from the plane of symmetry at the top.
    SiteRun run(box.text(scheme, Patch::zone("patch", dx, 0, Patch::half_width, -Patch::half_height, 0, 1) +
                                     Patch::zone("beside", dx, Patch::half_width, 16, -Patch::half_height, 0, 0) +
                                     Patch::zone("below", dx, 0, 16, -10, -Patch::half_height, 0)));
    run.finish();
    CHECK(run.closure() < 1e-10);
    // Concentrations are held at the centres of the first cells.
    return relative_error(
        run, [](double x, double, double) { return x > 2 && x < 24; },
        [&](double x, double y, double z) { return patch.at(x - 0.5 * dx, y, -z, box.days); });
}

/// Reports the error on the fine grid and the order between the two.
void report_orders(const std::string& name, double coarse, double fine, double ratio, double tolerance, double due,
                   const std::string& source) {
    INFO("errors ", coarse, " ", fine);
    report(name, "plume:relative_rms", 0, fine, fine, tolerance, source);
    const double order = observed_order(coarse, fine, ratio);
    report(name, "plume:order", 2, order, std::max(0.0, 2 - order), 2 - due, source);
}

}  // namespace

TEST_SUITE("verification") {
    // Orders are two but for what limiters take at the top of a cloud while it is a few cells wide: at most half an order at these widths.
    // Tolerances: the square of the cell width over the width of the cloud across the flow, which is what second order leaves.
    TEST_CASE("an instantaneous point source in two dimensions") {
        const std::string source = "de Josselin de Jong 1958; Bear 1979, eq. 7-123";
        report_orders("point_source_2d_instantaneous", instantaneous_error(1, explicit_steps), instantaneous_error(0.5, explicit_steps), 2,
                      std::pow(0.5 / 2.8, 2), 1.5, source);
        report_orders("point_source_2d_instantaneous_implicit", instantaneous_error(1, implicit_steps(0.5)),
                      instantaneous_error(0.5, implicit_steps(0.125)), 2, std::pow(0.5 / 2.8, 2), 1.5, source);
    }

    TEST_CASE("a continuous point source in two dimensions") {
        const std::string source = "Wilson & Miller 1978, eq. 3, with the well function of Hantush & Jacob 1955";
        report_orders("point_source_2d_continuous", continuous_error_2d(1, explicit_steps), continuous_error_2d(0.5, explicit_steps), 2,
                      std::pow(0.5 / 2.8, 2), 1.5, source);
    }

    TEST_CASE("a continuous point source in three dimensions") {
        const double wide = 1, narrow = 0.5;
        report_orders("point_source_3d_continuous", continuous_error_3d(wide, explicit_steps), continuous_error_3d(narrow, explicit_steps),
                      2, std::pow(narrow / 1.8, 2), 1.5, "Hunt 1978, eq. 10");
    }

    TEST_CASE("a patch in three dimensions") {
        const double wide = 1, narrow = 0.5;
        report_orders("wexler_patch_3d", patch_error(wide, explicit_steps), patch_error(narrow, explicit_steps), 2,
                      std::pow(narrow / 1.8, 2), 1.5, "Wexler 1992, patch in an aquifer of infinite width and height (PATCHI)");
    }
}
