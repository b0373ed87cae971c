// Sorption that takes time and immobile water along a column, against solutions in the Laplace domain.

#include "laplace_solutions.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double porosity = 0.35, bulk_density = 1600, darcy = 0.05, dispersivity = 0.02;  // -, kg/m³, m/d, m

/// A column of one metre, of n cells with steps of dt days; concentration held in its first cell.
struct Setup {
    std::string immobile = {};   ///< tables [[immobile]]
    std::string substance = {};  ///< keys of the substance
    double mobile_porosity = porosity;
    int n = 100;
    double dt = 0.1, days = 10;
    double decay = 0;  ///< of all there is [1/d]
};

std::string site_text(const Setup& s) {
    return fmt::format(R"(
site = {{ name = "column", start = 2024-01-01, duration = "{0:.17g} d" }}
zone = [{{ name = "inlet cells", x_max = "{2:.17g} m" }}]
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = {3}, effective_porosity = {4}, bulk_density = "{5} kg/m3" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "inlet", side = "west", head = "{6} m" }},
            {{ type = "fixed_head", name = "outlet", side = "east", head = "0 m" }}]
transport = {{ longitudinal_dispersivity = "{7} m", courant = 1e6, initial_step = "{8:.17g} d", maximum_step = "{8:.17g} d" }}
source = [{{ type = "fixed_concentration", name = "inlet", substance = "Cd", zone = "inlet cells", concentration = "1 mg/L" }}]
[grid]
nx = {1}
ny = 1
dx = "{2:.17g} m"
dy = "10 cm"
top = "0 m"
layer = [{{ name = "sand", thickness = "10 cm" }}]
{9}
[substance.Cd]
{10}
)",
                       s.days, s.n, 1.0 / s.n, porosity, s.mobile_porosity, bulk_density, darcy, dispersivity, s.dt, s.immobile,
                       s.substance);
}

struct Errors {
    double exact = 0, scheme = 0;
};

/// Largest differences at the end of the run over the first 60 cm (beyond, the outlet is felt, exp(-0.4/0.02)), of one relative to the inlet: to the solution, and to what upwind and
/// implicit Euler make of it (see column_solutions.hpp; immobile states are advanced by implicit Euler too, so the identity holds).
Errors errors(const Setup& s, const LaplaceTransform& held) {
    SiteRun run(site_text(s));
    run.finish();
    CHECK(run.closure() < 1e-11);  // nothing but rounding of some hundred additions
    const int steps = static_cast<int>(run.state().step);
    REQUIRE(steps == std::lround(s.days / s.dt));
    const double dx = 1.0 / s.n;
    const Column exact{darcy / s.mobile_porosity, dispersivity * darcy / s.mobile_porosity};
    const auto smeared = with_upwind_dispersion(exact, dx);
    const auto solution = [&](const Column& c, double x, double t) { return first_type_held(c, held, x, t); };
    // Decay of all there is, fitted (numerics/fitted_decay.hpp): A₁ (1 + late) = A₀ (1 − early) + Δt R(A₁) is implicit Euler in a step of (e^x − 1)/λ.
    const double step = s.decay > 0 ? std::expm1(s.decay * s.dt) / s.decay : s.dt;
    Errors worst;
    for (double x = 0.05; x < 0.6; x += 0.05) {
        const Index cell = run.cell(x + 1e-9, 0.05, -0.05);
        const double at = run.grid().centre(cell).x - 0.5 * dx;  // from the centre of the cell held
        const double c = run.concentration(cell) / 1e-3;
        worst.exact = std::max(worst.exact, std::abs(c - solution(exact, at, s.days)));
        worst.scheme = std::max(worst.scheme, std::abs(c - after_implicit_steps(solution, smeared, at, steps, step)));
    }
    return worst;
}

/// Spacing and step are halved together. The order towards the solution is one; what the known numerical dispersion and time step leave
/// is of second order (1.75 leaves room for the third).
void verify(const std::string& name, Setup s, const LaplaceTransform& held, const std::string& source) {
    const auto coarse = errors(s, held);
    s.n *= 2, s.dt *= 0.5;
    const auto fine = errors(s, held);
    INFO(name, ": ", coarse.exact, " ", fine.exact, "; of the scheme ", coarse.scheme, " ", fine.scheme);
    CHECK(observed_order(coarse.exact, fine.exact) > 0.85);
    CHECK(observed_order(coarse.scheme, fine.scheme) > 1.75);
    report(name, "profile_as_the_scheme_smears_it:max_abs", 0, fine.scheme, fine.scheme, 0.1 * fine.exact, source);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("the numerical inversion of Laplace transforms gives back what is known") {
        for (const double t : {0.3, 1.0, 7.0}) {
            // 24 points leave 1e-9 of these smooth functions after rounding.
            CHECK(inverse_laplace([](Complex s) { return 1.0 / (s + 0.7); }, t) == doctest::Approx(std::exp(-0.7 * t)).epsilon(1e-9));
            CHECK(inverse_laplace([](Complex s) { return std::exp(-std::sqrt(s)) / s; }, t) ==
                  doctest::Approx(std::erfc(0.5 / std::sqrt(t))).epsilon(1e-9));
        }
        const Column c{0.2, 0.01, 3, 0.05};
        CHECK(first_type_held(
                  c, [&](Complex s) { return c.R * (s + c.lambda); }, 0.3, 4) == doctest::Approx(first_type(c, 0.3, 4)).epsilon(1e-8));
    }

    TEST_CASE("one-site kinetic sorption") {
        const double rate = 0.3, kd = 4e-4, capacity = bulk_density * kd / porosity;
        verify(
            "kinetic_one_site",
            {.substance =
                 R"(sorption = { type = "kinetic", rate = "0.3 1/d", law = { type = "linear", distribution_coefficient = "0.4 L/kg" } })"},
            [=](Complex s) { return s * (1.0 + capacity * rate / (s + rate)); }, "Lapidus & Amundson 1952, eq. 9");
    }

    TEST_CASE("two-site sorption with decay in water and on the solid") {
        const double rate = 0.3, f = 0.4, kd = 4e-4, decay = 0.02, capacity = bulk_density * kd / porosity;
        verify(
            "kinetic_two_site",
            {.substance = R"(decay_rate = "0.02 1/d"
               sorption = { type = "kinetic", rate = "0.3 1/d", equilibrium_fraction = 0.4, law = { type = "linear", distribution_coefficient = "0.4 L/kg" } })",
             .decay = decay},
            [=](Complex s) { return (s + decay) * (1.0 + capacity * (f + (1 - f) * rate / (s + rate + decay))); },
            "van Genuchten & Wagenet 1989, eq. 1 and 2, in the Laplace domain");
    }

    TEST_CASE("dual domain with sorption in both and decay") {
        const double mobile = 0.25, immobile = 0.1, exchange = 0.03, fraction = 0.3, kd = 2e-4, decay = 0.02;
        const double inside = immobile + fraction * bulk_density * kd;
        verify(
            "dual_domain",
            {.immobile = R"([[immobile]]
type = "first_order"
exchange_rate = "0.03 1/d"
sorbent_fraction = 0.3)",
             .substance = R"(decay_rate = "0.02 1/d"
               sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" })",
             .mobile_porosity = mobile,
             .decay = decay},
            [=](Complex s) {
                const auto all = s + decay;
                return (all * (mobile + (1 - fraction) * bulk_density * kd) + exchange * all * inside / (all * inside + exchange)) / mobile;
            },
            "van Genuchten & Wierenga 1976, eq. 8 and 9, in the Laplace domain");
    }

    TEST_CASE("two rates of mass transfer") {
        const double mobile = 0.25, immobile = 0.1;
        verify(
            "multirate",
            {.immobile = R"([[immobile]]
type = "multirate"
rates = ["1 1/d", "0.1 1/d"]
shares = [0.4, 0.6])",
             .mobile_porosity = mobile},
            [=](Complex s) { return s * (mobile + immobile * (0.4 * 1.0 / (s + 1.0) + 0.6 * 0.1 / (s + 0.1))) / mobile; },
            "Haggerty & Gorelick 1995, eq. 5 to 7");
    }

    // A sum of 20 terms stands for the whole series: tanh √(s/d) / √(s/d) for layers, its rest at the mean time of exchange.
    TEST_CASE("diffusion into layers as a series of rates") {
        const double mobile = 0.25, immobile = 0.1, d = 0.05;
        verify(
            "multirate_layers",
            {.immobile = R"([[immobile]]
type = "multirate"
shape = "layers"
diffusion_rate = "0.05 1/d")",
             .mobile_porosity = mobile},
            [=](Complex s) {
                const auto root = std::sqrt(s / d);
                return s * (mobile + immobile * std::tanh(root) / root) / mobile;
            },
            "Haggerty & Gorelick 1995, table 1");
    }
    // The layers of the matrix are refined with the rest; so the growth of their thickness is the square root of what it was.
    TEST_CASE("diffusion into a matrix between layers follows Sudicky and Frind, and into a deep one Tang") {
        const double mobile = 0.25, immobile = 0.1, fraction = 0.5, kd = 2e-4, decay = 0.02;
        const double retardation = 1 + fraction * bulk_density * kd / immobile;
        for (const double depth : {0.02, 0.5}) {                                    // m: felt through, and never
            const double diffusion = 2e-10 * day, d = diffusion / (depth * depth);  // 1/d
            const auto errors_of = [&](Setup s, int layers, double growth) {
                s.immobile = fmt::format(R"([[immobile]]
type = "matrix"
half_thickness = "{} m"
pore_diffusion = "2e-10 m2/s"
sorbent_fraction = 0.5
layers = {}
growth = {})",
                                         depth, layers, growth);
                return errors(s, [=](Complex at) {
                    const auto all = at + decay, root = std::sqrt(all * retardation / d);
                    // Tang et al. (1981, eq. 21) where the tangent is 1.
                    const auto taken = immobile * all * retardation * (depth > 0.1 ? Complex(1) : std::tanh(root)) / root;
                    return (all * (mobile + (1 - fraction) * bulk_density * kd) + taken) / mobile;
                });
            };
            Setup s{.substance = R"(decay_rate = "0.02 1/d"
sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" })",
                    .mobile_porosity = mobile,
                    .decay = decay};
            const double growth = depth > 0.1 ? 1.6 : 1.2;
            const auto coarse = errors_of(s, 16, growth);
            s.n *= 2, s.dt *= 0.5;
            const auto fine = errors_of(s, 32, std::sqrt(growth));
            INFO("depth ", depth, ": ", coarse.exact, " ", fine.exact, "; of the scheme ", coarse.scheme, " ", fine.scheme);
            CHECK(observed_order(coarse.scheme, fine.scheme) > 1.75);
            report(depth > 0.1 ? "matrix_diffusion_deep" : "matrix_diffusion_layers", "profile_as_the_scheme_smears_it:max_abs", 0,
                   fine.scheme, fine.scheme, 0.1 * fine.exact,
                   depth > 0.1 ? "Tang, Frind & Sudicky 1981, eq. 21" : "Sudicky & Frind 1982, eq. 34");
        }
    }
}

namespace {

/// What a run held, in memory.
struct Memory final : CheckpointWriter, CheckpointReader {
    std::map<std::string, std::vector<double>, std::less<>> values;
    using CheckpointReader::read;
    using CheckpointWriter::write;
    void write(std::string_view name, std::span<const double> v) override { values[std::string(name)].assign(v.begin(), v.end()); }
    [[nodiscard]] bool has(std::string_view name) const override { return values.find(name) != values.end(); }
    void read(std::string_view name, std::span<double> out) override {
        const auto& v = values.at(std::string(name));
        REQUIRE(v.size() == out.size());
        std::copy(v.begin(), v.end(), out.begin());
    }
};

/// Laws that are not linear on both sides, at rates that matter, decaying, and two immobile zones.
const Setup& everything() {
    static const Setup setup{.immobile = R"([[immobile]]
type = "first_order"
exchange_rate = "0.03 1/d"
sorbent_fraction = 0.3
[[immobile]]
type = "multirate"
immobile_porosity = 0.05
sorbent_fraction = 0.2
shape = "spheres"
diffusion_rate = "0.1 1/d"
terms = 3
[[immobile]]
type = "matrix"
immobile_porosity = 0.05
half_thickness = "2 cm"
pore_diffusion = "2e-10 m2/s"
layers = 5)",
                             .substance = R"(decay_rate = "0.05 1/d"
initial_content = "0.2 mg/kg"
immobile_sorption = { type = "langmuir", capacity = "2 mg/kg", affinity = "1 L/mg" }
sorption = { type = "kinetic", rate = "0.3 1/d", equilibrium_fraction = 0.4, law = { type = "freundlich", sorbed_at_reference = "0.5 mg/kg", reference_concentration = "1 mg/L", exponent = 0.6 } })",
                             .mobile_porosity = 0.25,
                             .n = 20,
                             .dt = 0.5};
    return setup;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("nonlinear sorption out of equilibrium and immobile zones lose nothing") {
        SiteRun run(site_text(everything()));
        run.finish();
        // Amounts are kept, not recomputed: what remains is the residual of 20 linear solves, 1e-12 each of a right-hand side that is some
        // ten times what moves.
        CHECK(run.closure() < 1e-9);
        CHECK(run.entry("Cd", "first_order").cumulative_out > 0);
        for (Index c = 0; c < run.grid().cell_count(); ++c) CHECK(run.concentration(c) >= 0);
    }

    TEST_CASE("fast exchange and fast sites are equilibrium") {
        auto fast = everything();
        fast.immobile = "[[immobile]]\ntype = \"first_order\"\nexchange_rate = \"1e9 1/d\"\nsorbent_fraction = 0.5";
        fast.substance =
            R"(sorption = { type = "kinetic", rate = "1e9 1/d", law = { type = "langmuir", capacity = "2 mg/kg", affinity = "1 L/mg" } })";
        // The same in equilibrium: all water is mobile in its storage, the flux is the same.
        auto equal = fast;
        equal.immobile = "";
        equal.mobile_porosity = porosity;
        equal.substance = R"(sorption = { type = "langmuir", capacity = "2 mg/kg", affinity = "1 L/mg" })";
        SiteRun a(site_text(fast)), b(site_text(equal));
        a.finish(), b.finish();
        // The lag of an exchange at 1e9 per day: 1e-9 d of steps of 0.5 d, and the Newton tolerance of 1e-8.
        for (Index c = 0; c < a.grid().cell_count(); ++c) CHECK(std::abs(a.concentration(c) - b.concentration(c)) < 1e-7 * 1e-3);
    }

    TEST_CASE("a run with states out of equilibrium continues bit by bit") {
        SiteRun whole(site_text(everything()));
        whole.finish();
        SiteRun first(site_text(everything()));
        Memory memory;
        first.finish([&](const SiteRun& now) {
            if (now.state().step == 7) now.simulation().save(memory);
        });
        Diagnostics diagnostics;
        auto second = Simulation::build(first.site(), diagnostics);
        REQUIRE(second);
        second->resume(memory);
        while (!second->finished()) second->step();
        const auto a = whole.state().concentration.all().span(), b = second->state().concentration.all().span();
        CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
    }
}
