// Flow through layers that are not level, against a manufactured solution: the corrected fluxes converge with second order, the plain
// two-point fluxes do not converge at all.

#include <array>
#include <cmath>
#include <numbers>

#include <doctest/doctest.h>

#include "effort.hpp"
#include "numerics/deformed_layers.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/linear_solver.hpp"
#include "numerics/residual_iteration.hpp"
#include "site_builder.hpp"
#include "temporary_folder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double anisotropy = 0.3;  ///< Kz / Kx

double conductivity(Point p) { return std::exp(std::sin(2 * p.x) + p.y * p.z); }
double head(Point p) { return std::sin(pi * p.x) * std::cos(pi * p.y) * std::exp(p.z); }
/// −∇·(K ∇h) with the tensor (K, K, anisotropy · K).
double source(Point p) {
    const double k = conductivity(p), e = std::exp(p.z), h = head(p);
    const double hx = pi * std::cos(pi * p.x) * std::cos(pi * p.y) * e, hy = -pi * std::sin(pi * p.x) * std::sin(pi * p.y) * e;
    return -k * ((-2 * pi * pi + anisotropy) * h + 2 * std::cos(2 * p.x) * hx + p.z * hy + anisotropy * p.y * h);
}

/// n³ cells on the unit cube whose layers undulate by a tenth of its height, with widths that alternate by a factor of 1.5.
Grid undulating(int n) {
    std::vector<double> widths, edges{0};
    for (int i = 0; i < n; ++i) widths.push_back((i % 2 == 0 ? 1.2 : 0.8) / n);
    for (const double w : widths) edges.push_back(edges.back() + w);
    std::vector<double> surfaces;
    for (int k = 0; k <= n; ++k)
        for (int j = 0; j < n; ++j)
            for (int i = 0; i < n; ++i) {
                const auto mid = [&](int m) { return 0.5 * (edges[static_cast<std::size_t>(m)] + edges[static_cast<std::size_t>(m + 1)]); };
                surfaces.push_back(edges[static_cast<std::size_t>(k)] + 0.1 * std::sin(2 * pi * mid(i)) * std::cos(pi * mid(j)));
            }
    return Grid(widths, widths, std::move(surfaces));
}

bool outermost(const Grid& grid, Index c) {
    for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top})
        if (on_box_side(grid, c, side)) return true;
    return false;
}

struct Problem {
    explicit Problem(int n) : grid(undulating(n)), along(grid), vertical(grid), exact(grid), start(grid), conductance(grid), matrix(grid) {
        held.assign(static_cast<std::size_t>(grid.cell_count()), 0);
        for (Index c = 0; c < grid.cell_count(); ++c) {
            along[c] = conductivity(grid.centre(c));
            vertical[c] = anisotropy * along[c];
            exact[c] = head(grid.centre(c));
            if (outermost(grid, c)) {
                held[static_cast<std::size_t>(c)] = 1;
                start[c] = exact[c];
            }
        }
    }
    void assemble(const CellField& along_z) {
        compute_conductances(grid, along, along, along_z, conductance);
        set_couplings(grid, conductance, held, matrix);
        for (Index c = 0; c < grid.cell_count(); ++c)
            if (held[static_cast<std::size_t>(c)]) matrix.diagonal[c] = 1;
    }
    /// What fluxes bring into every cell that is not held.
    void inflow(const FaceField& flux, std::span<double> out) const {
        for (Index c = 0; c < grid.cell_count(); ++c) {
            double sum = 0;
            if (!held[static_cast<std::size_t>(c)])
                for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top}) {
                    const bool growing = side == Side::east || side == Side::north || side == Side::top;
                    sum += (growing ? -1.0 : 1.0) * flux.along(axis_of(side))[outer_face(grid, c, side)];
                }
            out[static_cast<std::size_t>(c)] = sum;
        }
    }
    [[nodiscard]] double error(std::span<const double> h) const {
        double sum = 0;
        for (Index c = 0; c < grid.cell_count(); ++c) sum += grid.volume(c) * std::pow(h[static_cast<std::size_t>(c)] - exact[c], 2);
        return std::sqrt(sum);
    }

    Grid grid;
    CellField along, vertical, exact, start;
    FaceField conductance;
    SymmetricStencil matrix;
    std::vector<std::uint8_t> held;
};

struct Errors {
    double corrected, two_point;
    std::size_t iterations;
};

Errors errors(int n) {
    Problem p(n);
    const auto& grid = p.grid;
    Errors result{};
    DeformedLayers layers(grid, p.along, p.along, p.vertical);
    const auto solve = [&](bool corrected) {
        p.assemble(corrected ? layers.across() : p.vertical);
        const auto solver = make_symmetric_solver(symmetric_solver_names().front());
        solver->prepare(p.matrix);
        FaceField flux(grid);
        const auto inflow_of = [&](std::span<const double> h, std::span<double> out) {
            for_each_face(grid, [&](const Face& f) {
                flux[f] = p.conductance[f] * (h[static_cast<std::size_t>(f.left)] - h[static_cast<std::size_t>(f.right)]);
            });
            if (corrected) layers.add_cross_fluxes(p.conductance, h, flux);
            p.inflow(flux, out);
        };
        // In terms of the difference to the held heads: A δ = b + inflow(start), δ = 0 where the head is held.
        DoubleArray b(grid.cell_count()), delta(grid.cell_count()), h(p.start);
        inflow_of(p.start, b);
        for (Index c = 0; c < grid.cell_count(); ++c)
            b[c] = p.held[static_cast<std::size_t>(c)] ? 0.0 : b[c] + source(grid.centre(c)) * grid.volume(c);
        ResidualIteration iteration(grid.cell_count());
        const auto report = iteration.solve(
            [&](std::span<const double> x, std::span<double> y) {
                inflow_of(x, y);
                for (auto& v : y) v = -v;
            },
            [&](std::span<const double> r, std::span<double> z) { return solver->solve(r, z, {.tolerance = 0.1}).iterations; }, b, delta,
            {.tolerance = 1e-9, .max_iterations = 1000});
        CHECK(report.converged);
        for (std::size_t i = 1; i < report.history.size(); ++i) CHECK(report.history[i] <= report.history[i - 1]);
        for (Index c = 0; c < grid.cell_count(); ++c) h[c] += delta[c];
        (corrected ? result.corrected : result.two_point) = p.error(h);
        if (corrected) result.iterations = report.history.size() - 1;
    };
    solve(true);
    solve(false);
    return result;
}

}  // namespace

TEST_SUITE("long") {
    TEST_CASE("corrected fluxes on undulating layers have second order, two-point fluxes none") {
        REQUIRE(DeformedLayers::in(undulating(8)));
        const int n = reduced_effort() ? 20 : 32;
        const auto coarse = errors(n), fine = errors(2 * n);
        const double order = std::log2(coarse.corrected / fine.corrected);
        // Asked for: 1.8. Cells at the sides, whose gradients are extrapolated, keep coarse grids a little below 2.
        report("deformed_layers", "head:order", 2, order, std::max(0.0, 2 - order), 0.2, "manufactured solution");
        // An inconsistent flux: the error stays where it is, far above the corrected one.
        CHECK(fine.two_point > 0.9 * coarse.two_point);
        CHECK(fine.two_point > 10 * fine.corrected);
        // Contraction does not depend on the size of the cells: 15 iterations at 24 and at 48 cells a side.
        CHECK(fine.iterations < 30);
    }

}  // TEST_SUITE

namespace {

/// A box with level top and bottom whose middle surface undulates, one kind of sand throughout: the layers mean nothing to the water, which
/// flows as through a plain box.
std::string undulating_box(const std::string& sloping_layers) {
    std::string text = R"(
[site]
name = "undulating box"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 40
ny = 1
dx = "5 m"
dy = "5 m"
top = "0 m"
[[grid.layer]]
name = "upper"
bottom = { points = "middle.csv", column = "z", unit = "m", method = "nearest" }
cells = 4
[[grid.layer]]
name = "lower"
bottom = "-20 m"
cells = 4
[[zone]]
name = "west"
x_max = "5 m"
[[zone]]
name = "east"
x_min = "195 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.3
[flow]
initial_head = "0 m"
)";
    text += sloping_layers + R"(
[[boundary]]
type = "fixed_head"
name = "in"
zone = "west"
head = "1 m"
[[boundary]]
type = "fixed_head"
name = "out"
zone = "east"
head = "0 m"
)";
    return text;
}

}  // namespace

TEST_CASE("layers that undulate do not hinder flow through one kind of sand, and two-point fluxes say what they miss") {
    const TemporaryFolder folder;
    std::string points = "x,y,z\n";
    for (int i = 0; i < 40; ++i) points += fmt::format("{},2.5,{:.17g}\n", 5 * i + 2.5, -10 + 3 * std::sin(2 * pi * (5 * i + 2.5) / 50));
    write_file(folder / "middle.csv", points);
    const double exact = 10 * (1.0 / 195) * 5 * 20;  // K i A [m³/d], between the centres of the held cells
    SiteRun corrected(undulating_box(""), folder.path), two_point(undulating_box("sloping_layers = \"two_point\""), folder.path);
    corrected.start();
    two_point.start();
    const double error = std::abs(corrected.inflow("in") / exact - 1), plain = std::abs(two_point.inflow("in") / exact - 1);
    // Ten cells a wavelength: what is left is of second order in the cell size.
    CHECK(error < 0.01);
    CHECK(plain > 3 * error);
    CHECK(corrected.inflow("in") == doctest::Approx(-corrected.inflow("out")).epsilon(1e-9));
    const auto remarks = two_point.simulation().equations().front()->statistics().remarks;
    REQUIRE(remarks.size() == 1);
    CHECK(remarks[0].find("two-point fluxes miss about") != std::string::npos);
    CHECK(corrected.simulation().equations().front()->statistics().remarks.empty());
}

// ---- heads given on the sides of the box ------------------------------------------------------------------------------------------------

namespace {

constexpr double kz_over_kx = 0.25;
/// Kx h_xx + Kz h_zz = 0.
double harmonic(double x, double z) { return std::exp(0.1 * x) * std::cos(0.1 / std::sqrt(kz_over_kx) * z); }
/// Of a surface that is level at z when it does not undulate [m]: slopes up to 0.31.
double undulated(double x, double z) { return z + std::sin(2 * pi * (x + 3) / 20); }

/// A section of 20 m by 10 m, all of whose four sides hold heads; n × n cells. Heads come per cell, each side's with its own file.
std::string held_on_all_sides(int n, const std::filesystem::path& folder) {
    const double dx = 20.0 / n, dz = 10.0 / n;
    const auto middle = [&](int i) { return (i + 0.5) * dx; };
    const std::array<std::string, 4> sides{"west", "east", "bottom", "top"};
    std::string boundaries;
    for (const auto& side : sides) {
        std::string values = "head\n";
        for (int k = 0; k < n; ++k)
            for (int i = 0; i < n; ++i) {
                const double x = side == "west" ? 0 : side == "east" ? 20 : middle(i);
                const double z = side == "bottom" ? 0 : side == "top" ? 10 : (k + 0.5) * dz;
                values += fmt::format("{:.17g}\n", harmonic(x, undulated(x, z)));
            }
        write_file(folder / (side + ".csv"), values);
        boundaries += fmt::format(
            "[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead_field = {{ cells = \"{0}.csv\", column = \"head\", "
            "unit = \"m\" }}\n",
            side);
    }
    for (const auto& [name, level] : std::map<std::string, double>{{"ground", 10}, {"base", 0}}) {
        std::string points = "x,y,z\n";
        for (int i = 0; i < n; ++i) points += fmt::format("{:.17g},{:.17g},{:.17g}\n", middle(i), 0.5 * dx, undulated(middle(i), level));
        write_file(folder / (name + ".csv"), points);
    }
    return fmt::format(R"(
[site]
name = "section"
start = 2024-01-01
duration = "1 d"
[grid]
nx = {0}
ny = 1
dx = "{1:.17g} m"
dy = "{1:.17g} m"
top = {{ points = "ground.csv", column = "z", unit = "m", method = "nearest" }}
[[grid.layer]]
name = "sand"
bottom = {{ points = "base.csv", column = "z", unit = "m", method = "nearest" }}
cells = {0}
[[medium]]
hydraulic_conductivity = "10 m/d"
anisotropy_vertical = {2}
porosity = 0.3
[flow]
initial_head = "0 m"
{3})",
                       n, dx, kz_over_kx, boundaries);
}

struct SideErrors {
    double all, beside;  ///< largest error of the head in all cells, and in the cells at a side [m]
};

SideErrors side_errors(int n) {
    const TemporaryFolder folder;
    SiteRun run(held_on_all_sides(n, folder.path), folder.path);
    run.start();
    SideErrors errors{};
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre(c);
        const double error = std::abs(run.head(c) - harmonic(p.x, p.z));
        errors.all = std::max(errors.all, error);
        if (outermost(run.grid(), c)) errors.beside = std::max(errors.beside, error);
    }
    return errors;
}

}  // namespace

TEST_CASE("heads held on the sides of a box of undulating layers are met with second order") {
    const auto coarse = side_errors(24), fine = side_errors(48);
    for (const auto& [name, a, b] : {std::tuple{"head", coarse.all, fine.all}, std::tuple{"head_at_sides", coarse.beside, fine.beside}}) {
        const double order = observed_order(a, b);
        // Asked for: 1.8. With two-point fluxes of half cells at the sides the error at the sides stays.
        report("deformed_layers_with_held_sides", fmt::format("{}:order", name), 2, order, std::max(0.0, 2 - order), 0.2,
               "separable solution of Kx h_xx + Kz h_zz = 0");
    }
}

// ---- steep layers -----------------------------------------------------------------------------------------------------------------------

namespace {

/// Layers that dip evenly, 200 m long and 20 m thick; water from side to side.
std::string dipping(double slope, double anisotropy_vertical, int columns, int layers, const std::string& conductivity,
                    const std::filesystem::path& folder) {
    std::string top = "x,y,z\n", bottom = top;
    for (int i = 0; i < columns; ++i) {
        const double x = (i + 0.5) * 200 / columns;
        top += fmt::format("{},2.5,{:.17g}\n", x, slope * x);
        bottom += fmt::format("{},2.5,{:.17g}\n", x, slope * x - 20);
    }
    write_file(folder / "top.csv", top);
    write_file(folder / "bottom.csv", bottom);
    return fmt::format(R"(
[site]
name = "dip"
start = 2024-01-01
duration = "1 d"
[grid]
nx = {0}
ny = 1
dx = "{1} m"
dy = "5 m"
top = {{ points = "top.csv", column = "z", unit = "m", method = "nearest" }}
[[grid.layer]]
name = "rock"
bottom = {{ points = "bottom.csv", column = "z", unit = "m", method = "nearest" }}
cells = {2}
[[medium]]
hydraulic_conductivity = {3}
anisotropy_vertical = {4}
porosity = 0.3
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "in"
side = "west"
head = "1 m"
[[boundary]]
type = "fixed_head"
name = "out"
side = "east"
head = "0 m"
)",
                       columns, 200.0 / columns, layers, conductivity, anisotropy_vertical);
}

}  // namespace

TEST_CASE("corrected fluxes converge on steep layers of anisotropic ground") {
    const TemporaryFolder folder;
    for (const double slope : {0.3, 0.5})
        for (const double anisotropy_vertical : {0.1, 0.01}) {
            CAPTURE(slope);
            CAPTURE(anisotropy_vertical);
            SiteRun run(dipping(slope, anisotropy_vertical, 40, 40, "\"10 m/d\"", folder.path), folder.path);
            run.start();
            // Flow keeps to the layers but within about 20 m · √(Kx/Kz) of the sides: along them the conductivity is that of ground at an
            // angle to its axes, Kx Kz / (Kz + s² Kx) along x with nothing across.
            const double tilted = 10 * anisotropy_vertical / (anisotropy_vertical + slope * slope);
            const double along = tilted / 200 * 5 * 20;
            CHECK(run.inflow("in") == doctest::Approx(-run.inflow("out")).epsilon(1e-9));
            CHECK(run.inflow("in") > along);
            const auto statistics = run.simulation().equations().front()->statistics();
            CHECK(statistics.remarks.empty());  // no two-point fluxes
            CHECK(statistics.iterations < 600);
        }
}

TEST_CASE("where corrected fluxes of full ground do not converge two-point fluxes stand in, and say what they miss") {
    // Conductivities of neighbours that differ by up to e^10 on jagged layers: nothing that a gradient of several cells could describe.
    const TemporaryFolder folder;
    std::string values = "value\n";
    std::uint64_t state = 1;
    for (int n = 0; n < 40 * 40; ++n) {
        double sum = -6;  // of twelve uniform numbers: nearly normal, of variance 1
        for (int i = 0; i < 12; ++i) {
            state = state * 6364136223846793005ULL + 1442695040888963407ULL;
            sum += static_cast<double>(state >> 11) / 9007199254740992.0;
        }
        values += fmt::format("{:.17g}\n", 10 * std::exp(2.5 * sum));
    }
    write_file(folder / "k.csv", values);
    auto text = dipping(0.0, 0.01, 40, 40, R"({ cells = "k.csv", column = "value", unit = "m/d" })", folder.path);
    for (const std::string name : {"top", "bottom"}) {
        std::string points = "x,y,z\n";
        for (int i = 0; i < 40; ++i)
            points += fmt::format("{},2.5,{:.17g}\n", 5 * i + 2.5, (name == "top" ? 0 : -20) + 0.8 * std::sin(2 * pi * (5 * i + 2.5) / 10));
        write_file(folder / (name + ".csv"), points);
    }
    SiteRun run(text, folder.path);
    run.start();
    CHECK(run.inflow("in") == doctest::Approx(-run.inflow("out")).epsilon(1e-9));
    const auto statistics = run.simulation().equations().front()->statistics();
    REQUIRE(statistics.remarks.size() == 1);
    CHECK(statistics.remarks[0].find("two-point fluxes miss about") != std::string::npos);
    const auto told = [](const std::string& note) { return note.find("corrected fluxes did not converge") != std::string::npos; };
    CHECK(std::any_of(statistics.notes.begin(), statistics.notes.end(), told));
}
