// Orders of accuracy of flow on solutions known in closed form.

#include <numbers>

#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/linear_solver.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double pi = std::numbers::pi;

/// n widths that fill `length`: neighbours differ by a factor of two, at every refinement, so that no error cancels between like cells.
std::vector<double> uneven_widths(int n, double length) {
    std::vector<double> widths;
    for (int k = 0; k < n; ++k) widths.push_back(k % 2 == 0 ? 2.0 : 1.0);
    double sum = 0;
    for (const double w : widths) sum += w;
    for (double& w : widths) w *= length / sum;
    return widths;
}

// ---- in three dimensions, operators and solver alone -------------------------------------------------------------------------------

/// K = exp(sin 2x + y z), h = sin πx cos πy e^z on the unit cube; the source that this needs is −∇·(K∇h).
double conductivity(Point p) { return std::exp(std::sin(2 * p.x) + p.y * p.z); }
double head(Point p) { return std::sin(pi * p.x) * std::cos(pi * p.y) * std::exp(p.z); }
double source(Point p) {
    const double k = conductivity(p), e = std::exp(p.z);
    const double hx = pi * std::cos(pi * p.x) * std::cos(pi * p.y) * e, hz = head(p);
    const double hy = -pi * std::sin(pi * p.x) * std::sin(pi * p.y) * e;
    const double laplacian = (1 - 2 * pi * pi) * head(p);
    return -k * (laplacian + 2 * std::cos(2 * p.x) * hx + p.z * hy + p.y * hz);
}

/// Root mean square error in space of the manufactured solution on n³ uneven cells, its heads held on all six sides.
double manufactured_error(int n) {
    const auto widths = uneven_widths(n, 1);
    std::vector<double> surfaces;
    const auto columns = static_cast<std::size_t>(n) * static_cast<std::size_t>(n);
    double z = 0;
    for (int k = 0; k <= n; ++k) {
        surfaces.insert(surfaces.end(), columns, z);
        if (k < n) z += widths[static_cast<std::size_t>(k)];
    }
    const Grid grid(widths, widths, surfaces);
    CellField k(grid), exact(grid);
    DoubleArray b(grid.cell_count()), x(grid.cell_count());
    SymmetricStencil matrix(grid);
    for (Index c = 0; c < grid.cell_count(); ++c) {
        k[c] = conductivity(grid.centre(c));
        exact[c] = head(grid.centre(c));
        b[c] = source(grid.centre(c)) * grid.volume(c);
    }
    compute_conductances(grid, k, k, k, matrix.coupling);
    sum_of_faces(grid, matrix.coupling, matrix.diagonal);
    for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top})
        for (const Index c : grid.side_cells(side)) {
            const double conductance = half_cell_conductance(grid, c, axis_of(side), k[c]);
            auto p = grid.centre(c);
            const bool growing = side == Side::east || side == Side::north || side == Side::top;
            (axis_of(side) == Axis::x ? p.x : axis_of(side) == Axis::y ? p.y : p.z) = growing ? 1 : 0;
            matrix.diagonal[c] += conductance;
            b[c] += conductance * head(p);
        }
    const auto solver = make_symmetric_solver(symmetric_solver_names().front());
    solver->prepare(matrix);
    const auto solved = solver->solve(b, x, {.tolerance = 1e-10, .max_iterations = 2000});
    REQUIRE(solved.converged);
    double sum = 0;
    for (Index c = 0; c < grid.cell_count(); ++c) sum += grid.volume(c) * (x[c] - exact[c]) * (x[c] - exact[c]);
    return std::sqrt(sum);
}

// ---- a whole site in plan ----------------------------------------------------------------------------------------------------------

/// With u and v the real and imaginary part of an analytic function, K = f(v) and h = u fulfil ∇·(K∇h) = f'(v) ∇v·∇u + f Δu = 0: a
/// heterogeneous steady flow without any source. Here e^w, w = (x + iy)/L.
constexpr double length = 100;
double site_head(double x, double y) { return std::exp(x / length) * std::cos(y / length); }
/// In m/d.
double site_conductivity(double x, double y) { return 10 * std::exp(2 * std::exp(x / length) * std::sin(y / length)); }

struct SiteErrors {
    double head, closure;
};
SiteErrors site_error(int n) {
    const auto widths = uneven_widths(n, length);
    std::vector<double> centres;
    double edge = 0;
    for (const double w : widths) {
        centres.push_back(edge + 0.5 * w);
        edge += w;
    }
    std::vector<double> k, west, east, south, north;
    for (const double y : centres)
        for (const double x : centres) {
            k.push_back(site_conductivity(x, y));
            west.push_back(site_head(0, y));
            east.push_back(site_head(length, y));
            south.push_back(site_head(x, 0));
            north.push_back(site_head(x, length));
        }
    const TemporaryFile k_file(one_column(k), "k.csv"), west_file(one_column(west), "west.csv"), east_file(one_column(east), "east.csv"),
        south_file(one_column(south), "south.csv"), north_file(one_column(north), "north.csv");
    auto text = fmt::format(R"(
[site]
name = "conjugate functions"
start = 2024-01-01
duration = "1 d"
[grid]
dx = {0}
dy = {0}
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "3 m"
[[medium]]
hydraulic_conductivity = {{ cells = "k.csv", column = "value", unit = "m/d" }}
porosity = 0.3
[flow]
regime = "steady"
initial_head = "0 m"
)",
                            widths_text(widths));
    for (const char* side : {"west", "east", "south", "north"})
        text += fmt::format(R"(
[[boundary]]
type = "fixed_head"
name = "{0}"
side = "{0}"
head_field = {{ cells = "{0}.csv", column = "value", unit = "m" }}
)",
                            side);
    SiteRun run(text, k_file.folder);
    run.finish();
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre(c);
        sum += run.grid().volume(c) * std::pow(run.head(c) - site_head(p.x, p.y), 2);
    }
    return {std::sqrt(sum / (3 * length * length)), run.closure()};
}

// ---- a mound that flattens ---------------------------------------------------------------------------------------------------------

constexpr double diffusivity = 1000;  // K / Ss [m²/d]

/// h = cos(πx/L) e^(−(π/L)² K/Ss t) between two closed ends, widths uneven or even; returns the heads at the end.
SiteRun flattening_mound(const std::vector<double>& widths, double dt, double days) {
    std::vector<double> initial;
    double edge = 0;
    for (const double w : widths) {
        initial.push_back(std::cos(pi * (edge + 0.5 * w) / length));
        edge += w;
    }
    const TemporaryFile file(one_column(initial), "mound.csv");
    SiteRun run(fmt::format(R"(
[site]
name = "mound"
start = 2024-01-01
duration = "{0:.17g} d"
[grid]
dx = {1}
ny = 1
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
specific_storage = "{2:.17g} 1/m"
porosity = 0.3
[flow]
regime = "transient"
initial_head = {{ cells = "mound.csv", column = "value", unit = "m" }}
initial_step = "{3:.17g} d"
maximum_step = "{3:.17g} d"
)",
                            days, widths_text(widths), 1 / diffusivity, dt),
                file.folder);
    run.finish();
    REQUIRE(run.state().step == std::lround(days / dt));
    return run;
}

double mound_error(const SiteRun& run, double amplitude) {
    double sum = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c)
        sum += run.grid().width_x(c) / length * std::pow(run.head(c) - amplitude * std::cos(pi * run.grid().centre(c).x / length), 2);
    return std::sqrt(sum);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("steady flow is of second order on uneven cells, three dimensions") {
        const double coarse = manufactured_error(12), middle = manufactured_error(24), fine = manufactured_error(48);
        INFO("errors ", coarse, " ", middle, " ", fine);
        // Truncation is of first order where widths jump, the heads are of second order still (Weiser & Wheeler 1988, theorem 4.1); a tenth
        // of an order is left for what is not asymptotic yet.
        CHECK(observed_order(coarse, middle) > 1.9);
        report("flow/manufactured_3d", "head:order", 2, observed_order(middle, fine), std::max(0.0, 2 - observed_order(middle, fine)), 0.1,
               "manufactured solution; order: Weiser & Wheeler 1988");
    }

    TEST_CASE("steady flow through smooth heterogeneous ground is of second order, a whole site") {
        const auto coarse = site_error(20), middle = site_error(40), fine = site_error(80);
        INFO("errors ", coarse.head, " ", middle.head, " ", fine.head);
        CHECK(observed_order(coarse.head, middle.head) > 1.9);
        report("flow/conjugate_functions", "head:order", 2, observed_order(middle.head, fine.head),
               std::max(0.0, 2 - observed_order(middle.head, fine.head)), 0.1, "Bear 1972, section 6.5: h and K from conjugate functions");
        CHECK(std::max({coarse.closure, middle.closure, fine.closure}) < 1e-9);
    }

    TEST_CASE("a mound flattens: second order in space, first in time") {
        const double days = 1, rate = diffusivity * pi * pi / (length * length);
        // In space: the step is quartered when the width is halved, so that errors of time fall like those of space.
        std::vector<double> errors;
        for (const int n : {10, 20, 40}) {
            const auto run = flattening_mound(uneven_widths(n, length), 0.1 * 100 / (n * n), days);
            errors.push_back(mound_error(run, std::exp(-rate * days)));
            CHECK(run.closure() < 1e-9);
        }
        INFO("errors ", errors[0], " ", errors[1], " ", errors[2]);
        CHECK(observed_order(errors[0], errors[1]) > 1.9);
        report("flow/cosine_mound", "head_space:order", 2, observed_order(errors[1], errors[2]),
               std::max(0.0, 2 - observed_order(errors[1], errors[2])), 0.1, "Carslaw & Jaeger 1959, section 3.3");

        // In time: on even cells the cosine is an eigenvector of the discrete operator too, and decays by 1/(1 + μ dt) a step, exactly.
        const int n = 40;
        const double width = length / n, mu = diffusivity * 4 / (width * width) * std::pow(std::sin(0.5 * pi * width / length), 2);
        std::vector<double> in_time;
        for (const double dt : {0.05, 0.025, 0.0125}) {
            const auto run = flattening_mound(std::vector<double>(n, width), dt, days);
            // The solver's tolerance, 1e-10 of the water that passes, summed up.
            CHECK(mound_error(run, std::pow(1 + mu * dt, -days / dt)) < 1e-9);
            in_time.push_back(mound_error(run, std::exp(-mu * days)));
        }
        INFO("errors in time ", in_time[0], " ", in_time[1], " ", in_time[2]);
        CHECK(observed_order(in_time[0], in_time[1]) > 0.95);
        report("flow/cosine_mound", "head_time:order", 1, observed_order(in_time[1], in_time[2]),
               std::max(0.0, 1 - observed_order(in_time[1], in_time[2])), 0.05, "Carslaw & Jaeger 1959, section 3.3");
    }
}
