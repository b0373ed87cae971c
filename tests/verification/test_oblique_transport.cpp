// Advection and dispersion that do not follow the axes of the grid: a pulse that rotates, waves at 45 degrees, and the tensor of dispersion.

#include <numbers>

#include "effort.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double pi = std::numbers::pi;

/// A flow that no pressure drives: rotation as of a rigid body about the middle of a box of 1 m, of 0.45 m radius, one turn in 10 days.
/// Its fluxes are differences of a stream function at the corners of cells, so that every cell's water balances.
class Rotation final : public Equation {
public:
    explicit Rotation(const Domain& domain) : domain_(domain) {}
    [[nodiscard]] std::string_view name() const override { return "flow"; }
    void initialise(State& state) override {
        const auto& grid = domain_.grid;
        state.has_flow = true;
        state.hydraulic_head = CellField(grid);
        state.mobile_water = domain_.saturated_water();
        state.water_flux = FaceField(grid);
        for_each_face(grid, [&](const Face& f) {
            if (f.axis == Axis::z) return;
            const auto a = grid.centre(f.left), b = grid.centre(f.right);
            const double dx = grid.dx().front(), dy = grid.dy().front(), x = 0.5 * (a.x + b.x), y = 0.5 * (a.y + b.y);
            state.water_flux[f] =
                f.axis == Axis::x ? stream(x, y + 0.5 * dy) - stream(x, y - 0.5 * dy) : stream(x - 0.5 * dx, y) - stream(x + 0.5 * dx, y);
        });
    }
    [[nodiscard]] double longest_step(const State&) const override { return infinite; }
    void advance(State&, const Step&) override {}
    void accept(State&, const Step&) override {}
    void reject(State&) override {}
    void budget(std::vector<BudgetTerm>&) const override {}
    void save(CheckpointWriter&, const State&) const override {}
    void load(CheckpointReader&, State&) override {}
    [[nodiscard]] SolverStatistics statistics() const override { return {"flow", "given", 0, 0, 0, 0, {}, {}}; }

private:
    [[nodiscard]] double stream(double x, double y) const {
        constexpr double porosity = 0.4, thickness = 0.01, turn = 2 * pi / (10 * day);
        const double r = std::min(0.45, std::hypot(x - 0.5, y - 0.5));
        return -0.5 * turn * r * r * porosity * thickness;
    }
    const Domain& domain_;
};

constexpr const char* rotating = "a pulse that rotates";

const bool registered =
    EquationIndex::instance().add({"flow", 10, [](const Site& site, Domain& domain, Diagnostics&) -> std::unique_ptr<Equation> {
                                       if (site.section<SiteTable>().name != rotating) return nullptr;
                                       return std::make_unique<Rotation>(domain);
                                   }});

std::string square_grid(const char* name, int n, double days) {
    return fmt::format(R"(
[site]
name = "{0}"
start = 2024-01-01
duration = "{1:.17g} d"
[grid]
nx = {2}
ny = {2}
dx = "{3:.17g} m"
dy = "{3:.17g} m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 cm"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
)",
                       name, days, n, 1.0 / n);
}

/// Means over the cells of a grid of n × n on the unit square, of 4 × 4 points each.
template <class Shape>
std::vector<double> cell_means(int n, Shape&& shape) {
    std::vector<double> all;
    for (int j = 0; j < n; ++j)
        for (int i = 0; i < n; ++i) {
            double sum = 0;
            for (int b = 0; b < 4; ++b)
                for (int a = 0; a < 4; ++a) sum += shape((i + (a + 0.5) / 4) / n, (j + (b + 0.5) / 4) / n);
            all.push_back(sum / 16);
        }
    return all;
}

std::string schemes(const std::string& advection, const std::string& stepping, double days) {
    return fmt::format(R"(
[transport]
advection = "{0}"
stepping = "{1}"
courant = 1e9
initial_step = "{2:.17g} d"
maximum_step = "{2:.17g} d"
)",
                       advection, stepping, days);
}

constexpr const char* from_file = R"(
[substance.tracer]
initial_concentration = { cells = "initial.csv", column = "value", unit = "kg/m3" }
)";

/// Runs to the end; nothing ever leaves [0, 1] by more than rounding, and nothing falls below 0.
void finish_bounded(SiteRun& run) {
    double lowest = 1, highest = 0;
    run.finish([&](const SiteRun& now) {
        for (const double c : now.state().concentration.all().span()) lowest = std::min(lowest, c), highest = std::max(highest, c);
    });
    CHECK(lowest >= 0);
    CHECK(highest <= 1 + 1e-9);
    CHECK(run.closure() < 1e-9);
}

/// A hill of cosine shape, 0.4 m wide, after one turn: mean absolute error over its mean, and what is left of its height.
struct Turned {
    double error, height;
};

Turned turn_pulse(int n, const std::string& advection, const std::string& stepping) {
    const auto hill = [](double x, double y) {
        const double r = std::hypot(x - 0.5, y - 0.72) / 0.2;
        return r < 1 ? std::pow(std::cos(0.5 * pi * r), 2) : 0.0;
    };
    const auto initial = cell_means(n, hill);
    const TemporaryFile file(one_column(initial), "initial.csv");
    // Implicit steps of a Courant number of 0.8 at the fastest point of the hill.
    const double fastest = 2 * pi / 10 * 0.42;
    SiteRun run(square_grid(rotating, n, 10) + schemes(advection, stepping, stepping == "implicit" ? 0.8 / n / fastest : 1.0) + from_file,
                file.folder);
    finish_bounded(run);
    double difference = 0, all = 0, top = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        difference += std::abs(run.concentration(c) - initial[static_cast<std::size_t>(c)]);
        all += initial[static_cast<std::size_t>(c)];
        top = std::max(top, run.concentration(c));
    }
    return {difference / all, top};
}

/// Uniform flow over the unit square: heads held around it, as heads.csv gives them. entering: concentration of the water that comes in [kg/m³].
std::string oblique_flow(int n, double entering) {
    std::string text = "[flow]\nregime = \"steady\"\ninitial_head = \"0 m\"\n";
    const double dx = 1.0 / n;
    const auto edge = [&](const char* name, const std::string& limits) {
        text += fmt::format(R"([[zone]]
name = "{0}"
{1}[[boundary]]
type = "fixed_head"
name = "{0}"
zone = "{0}"
head_field = {{ cells = "heads.csv", column = "value", unit = "m" }}
concentration.tracer = "{2} kg/m3"
)",
                            name, limits, entering);
    };
    const auto limit = [](const char* key, double value) { return fmt::format("{} = \"{:.17g} m\"\n", key, value); };
    edge("west", limit("x_max", dx));
    edge("east", limit("x_min", 1 - dx));
    edge("south", limit("x_min", dx) + limit("x_max", 1 - dx) + limit("y_max", dx));
    edge("north", limit("x_min", dx) + limit("x_max", 1 - dx) + limit("y_min", 1 - dx));
    return text;
}

/// In a folder of their own, heads and initial concentrations.
struct ObliqueFiles {
    TemporaryFile heads, initial;
    ObliqueFiles(int n, double qx, double qy, const std::vector<double>& concentration)
        : heads(one_column(plane(n, qx, qy)), "heads.csv"), initial(one_column(concentration), "initial.csv") {}
    static std::vector<double> plane(int n, double qx, double qy) {
        std::vector<double> all;
        for (int j = 0; j < n; ++j)
            for (int i = 0; i < n; ++i) all.push_back(-qx * (i + 0.5) / n - qy * (j + 0.5) / n);
        return all;
    }
};

enum class Wave { sine_squared, step, square };

/// Height of a wave at a distance s along the flow [m].
double height(Wave wave, double s) {
    switch (wave) {
        case Wave::sine_squared: return s > 0.3 && s < 0.6 ? std::pow(std::sin(pi * (s - 0.3) / 0.3), 2) : 0.0;
        case Wave::step: return s < 0.5 ? 1.0 : 0.0;
        case Wave::square: return s > 0.35 && s < 0.55 ? 1.0 : 0.0;
    }
    return 0;
}

/// Mean absolute error of a plane wave that moves 0.35 m along the diagonal, over the middle third of the front, which the sides do not see.
double wave_error(Wave wave, int n, const std::string& advection, const std::string& stepping) {
    const double speed = 0.25, days = 0.35 / speed, q = speed * 0.4 / std::sqrt(2.0);
    const auto along = [](double x, double y) { return (x + y) / std::sqrt(2.0); };
    const auto initial = cell_means(n, [&](double x, double y) { return height(wave, along(x, y)); });
    const auto moved = cell_means(n, [&](double x, double y) { return height(wave, along(x, y) - speed * days); });
    const ObliqueFiles files(n, q, q, initial);
    // Courant numbers of implicit steps: 0.5 along each axis.
    SiteRun run(square_grid("diagonal", n, days) + oblique_flow(n, wave == Wave::step ? 1 : 0) +
                    schemes(advection, stepping, stepping == "implicit" ? 0.5 / n / speed : days) + from_file,
                files.initial.folder);
    finish_bounded(run);
    double sum = 0;
    int count = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre(c);
        const double across = (p.x - p.y) / std::sqrt(2.0), s = along(p.x, p.y);
        if (std::abs(across) > 0.15 || s < 0.45 || s > 1.15) continue;
        sum += std::abs(run.concentration(c) - moved[static_cast<std::size_t>(c)]);
        ++count;
    }
    return sum / count;
}

/// A cloud that moves at 30 degrees to the x axis; the wide part of its dispersion lies along the flow. Relative root mean square error.
/// number: of implicit steps, longitudinal dispersion · step / width².
double cloud_error(int n, const std::string& dispersion, const std::string& stepping, double number = 0.25) {
    const double angle = pi / 6, speed = 0.2, porosity = 0.4, longitudinal = 0.02, transverse = 0.002, first = 1, days = 1.5;
    const double ux = std::cos(angle), uy = std::sin(angle);
    const auto cloud = [&](double t) {
        const double wide = 2 * longitudinal * speed * t, narrow = 2 * transverse * speed * t;
        return [=](double x, double y) {
            const double along = (x - 0.35) * ux + (y - 0.42) * uy - speed * (t - first), across = -(x - 0.35) * uy + (y - 0.42) * ux;
            return std::exp(-0.5 * (along * along / wide + across * across / narrow)) * first / t;
        };
    };
    // Implicit steps take cross terms from their beginning, within bounds: all of them while a step spreads by less than a cell.
    const ObliqueFiles files(n, speed * porosity * ux, speed * porosity * uy, cell_means(n, cloud(first)));
    const auto text =
        square_grid("oblique", n, days) + oblique_flow(n, 0) +
        schemes("tvd", stepping, stepping == "implicit" ? number / (n * n) / (longitudinal * speed) : days) +
        fmt::format("dispersion = \"{}\"\nlongitudinal_dispersivity = \"{} m\"\ntransverse_horizontal_dispersivity = \"{} m\"\n",
                    dispersion, longitudinal, transverse) +
        from_file;
    SiteRun run(text, files.initial.folder);
    finish_bounded(run);
    const auto exact = cell_means(n, cloud(first + days));
    double squares = 0, all = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double e = exact[static_cast<std::size_t>(c)];
        squares += std::pow(run.concentration(c) - e, 2);
        all += e * e;
    }
    return std::sqrt(squares / all);
}

}  // namespace

TEST_SUITE("verification") {
    // Implicit steps are of second order. Explicit ones, at their own Courant limit, owe Δt u_x u_y ∂²C/∂x∂y to the flow across the axes and are of
    // first order there, with a small constant; along an axis they are of second (test_transport_accuracy.cpp).
    TEST_CASE("a rotating pulse comes back") {
        for (const std::string stepping : {"explicit", "implicit"}) {
            const auto coarse = turn_pulse(50, "tvd", stepping), fine = turn_pulse(100, "tvd", stepping);
            const auto upwind = turn_pulse(100, "upwind", stepping);
            INFO(stepping, ": errors ", coarse.error, " ", fine.error, ", heights ", coarse.height, " ", fine.height, ", upwind ",
                 upwind.error, " ", upwind.height);
            const double order = observed_order(coarse.error, fine.error), due = stepping == "explicit" ? 1 : 2;
            // As along one axis: limiters fall to first order in the cells at the top (LeVeque 2002, section 6.11).
            report("rotating_pulse_" + stepping, "cloud:order", due, order, std::max(0.0, due - order), stepping == "explicit" ? 0.1 : 0.5,
                   "rotation of the initial cloud; LeVeque 2002, section 20.8");
            CHECK(fine.height > 0.9);
            CHECK(fine.error < 0.2 * upwind.error);
        }
    }

    // Orders in the mean: p for a smooth wave, p / (p + 1) for a jump, of a scheme of order p (LeVeque 2002, section 8.7).
    TEST_CASE("waves at 45 degrees: sine-squared, step and square, with their orders") {
        const int n = reduced_effort() ? 50 : 100;
        for (const std::string stepping : {"explicit", "implicit"}) {
            const auto orders = [&](Wave wave, const std::string& name, const std::string& advection, double due, double tolerance) {
                const double coarse = wave_error(wave, n, advection, stepping), fine = wave_error(wave, 2 * n, advection, stepping);
                const double order = observed_order(coarse, fine);
                INFO(stepping, " ", advection, " ", name, ": errors ", coarse, " ", fine, ", order ", order);
                report(fmt::format("diagonal_{}_{}_{}", name, advection, stepping), "wave:order", due, order, std::max(0.0, due - order),
                       tolerance, "translation of the initial wave; orders: LeVeque 2002, section 8.7");
                return fine;
            };
            const bool second = stepping == "implicit";
            // Limiters cost a few tenths at the top of a smooth wave; orders of jumps are reached on these grids to a tenth.
            const double smooth = orders(Wave::sine_squared, "sine_squared", "tvd", second ? 2 : 1, second ? 0.4 : 0.2);
            const double step = orders(Wave::step, "step", "tvd", second ? 2.0 / 3 : 0.5, 0.1);
            const double square = orders(Wave::square, "square", "tvd", second ? 2.0 / 3 : 0.5, 0.1);
            CHECK(smooth < (reduced_effort() ? 0.03 : 0.015));
            // Explicit upwind steps shift a plane wave at 45 degrees by just one diagonal of cells: no scheme beats that, and it shows nothing.
            if (!second) continue;
            CHECK(smooth < 0.2 * wave_error(Wave::sine_squared, 2 * n, "upwind", stepping));
            CHECK(step < 0.5 * orders(Wave::step, "step", "upwind", 0.5, 0.1));
            CHECK(square < 0.5 * orders(Wave::square, "square", "upwind", 0.5, 0.1));
        }
    }

    TEST_CASE("the tensor spreads a cloud along a flow oblique to the grid") {
        for (const std::string stepping : {"explicit", "implicit"}) {
            const int n = 50;
            const double coarse = cloud_error(n, "tensor", stepping), fine = cloud_error(2 * n, "tensor", stepping);
            const double diagonal = cloud_error(2 * n, "diagonal", "explicit");
            const double order = observed_order(coarse, fine);
            INFO(stepping, ": errors ", coarse, " ", fine, ", diagonal ", diagonal, ", order ", order);
            report("oblique_tensor_" + stepping, "cloud:order", 2, order, std::max(0.0, 2 - order), 0.6,
                   "Bear 1979, eq. 7-123, turned by 30 degrees");
            report("oblique_tensor_" + stepping, "cloud:relative_rms", 0, fine, fine, 0.2, "Bear 1979, eq. 7-123, turned by 30 degrees");
            CHECK(diagonal > 2 * fine);
        }
    }

    // Cross terms of an implicit step come from its beginning and are limited: what a long step asks of a narrow cloud does not fit within the
    // bounds of its cells any more. By longitudinal dispersion · step / width² the error of the tensor is 0.036 at 0.25, 0.050 at 0.5, 0.12 at
    // 1, and from 2 on that of diagonal dispersion, 0.40.
    TEST_CASE("how long implicit steps may be for the cross terms of the tensor") {
        const int n = 100;
        const double half = cloud_error(n, "tensor", "implicit", 0.5), whole = cloud_error(n, "tensor", "implicit", 1.0);
        const double diagonal = cloud_error(n, "diagonal", "implicit", 1.0);
        INFO("errors ", half, " ", whole, ", diagonal ", diagonal);
        report("oblique_tensor_half_a_cell", "cloud:relative_rms", 0, half, half, 0.06, "Bear 1979, eq. 7-123, turned by 30 degrees");
        report("oblique_tensor_a_cell", "cloud:relative_rms", 0, whole, whole, 0.13, "Bear 1979, eq. 7-123, turned by 30 degrees");
        CHECK(diagonal > 3 * whole);
    }
}
