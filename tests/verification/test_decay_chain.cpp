// Chains of decay, in a closed box against Bateman (1910) and along a column against Sun et al. (1999); zero-order rates; sorbed matter that
// decays at its own rate.

#include "laplace_solutions.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Water at rest in three cells, of 1 m³ with a porosity of 0.3 each, for 10 days in steps of `dt` days.
std::string box_site(double dt, const std::string& substances) {
    return fmt::format(R"(
site = {{ name = "box", start = 2024-01-01, duration = "10 d" }}
medium = [{{ porosity = 0.3, bulk_density = "1500 kg/m3", hydraulic_conductivity = "1 m/d" }}]
transport = {{ initial_step = "{0} d", maximum_step = "{0} d" }}
[grid]
nx = 3
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
{1})",
                       dt, substances);
}

/// n-th member of a straight chain that begins with a concentration of 1 of the first: Bateman (1910), with yields of mass.
double bateman(const std::vector<double>& rate, const std::vector<double>& yield, std::size_t n, double t) {
    double product = 1, sum = 0;
    for (std::size_t i = 0; i < n; ++i) product *= rate[i] * yield[i];
    for (std::size_t i = 0; i <= n; ++i) {
        double below = 1;
        for (std::size_t j = 0; j <= n; ++j)
            if (j != i) below *= rate[j] - rate[i];
        sum += std::exp(-rate[i] * t) / below;
    }
    return product * sum;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a chain of four in a box follows Bateman, to second order in the step") {
        // Named so that their alphabetical order is not that of the chain.
        const std::vector<double> rate{0.5, 0.2, 0.05, 0}, yield{0.9, 0.8, 0.7};
        const std::vector<Index> substance{3, 1, 2, 0};
        const auto site = [](double dt) {
            return box_site(dt, R"(
[substance.D]
initial_concentration = "1 mg/L"
decay_rate = "0.5 1/d"
daughters = { B = 0.9 }
[substance.B]
decay_rate = "0.2 1/d"
daughters = { C = 0.8 }
[substance.C]
decay_rate = "0.05 1/d"
daughters = { A = 0.7 }
[substance.A]
)");
        };
        double before = 0;
        for (const double dt : {0.1, 0.05}) {
            SiteRun run(site(dt));
            run.finish();
            CHECK(run.closure() < 1e-12);
            const int steps = static_cast<int>(run.state().step);
            REQUIRE(steps == std::lround(10 / dt));
            double worst = 0;
            for (std::size_t n = 0; n < 4; ++n)
                worst = std::max(worst, std::abs(run.concentration(1, substance[n]) / 1e-3 - bateman(rate, yield, n, 10)));
            // What has no parent decays exactly, whatever the step; a daughter takes what is produced in a step as if it came evenly.
            CHECK(run.concentration(1, 3) / 1e-3 == doctest::Approx(std::exp(-5.0)).epsilon(1e-12));
            if (before > 0) {
                CHECK(observed_order(before, worst) > 1.95);
                report_difference("bateman", "closed_box_last_member", bateman(rate, yield, 3, 10), run.concentration(1, 0) / 1e-3,
                                  worst * 1.01, "Bateman 1910");
            }
            before = worst;
            // Nothing is lost: what is there, and what the yields let go.
            CHECK(run.entry("A", "from C").cumulative_in ==
                  doctest::Approx(0.7 * run.entry("C", "first_order").cumulative_out).epsilon(1e-12));
        }
    }

    // A decays into B and C, B into C; the transformation of Sun et al. (1999, eq. 9) makes three independent substances of them, here with
    // the branch: a_B = B + p A, a_C = C + w B + q A.
    TEST_CASE("a branching chain along a column follows Sun, Petersen and Clement") {
        constexpr int n = 200, steps = 200;
        constexpr double ka = 0.3, kb = 0.1, kc = 0.02, ab = 0.6, ac = 0.3, bc = 0.8, dx = 1.0 / n, dt = 0.05;
        constexpr double porosity = 0.35, darcy = 0.05, kd = 2e-4, density = 1600;
        SiteRun run(fmt::format(R"(
site = {{ name = "column", start = 2024-01-01, duration = "10 d" }}
zone = [{{ name = "inlet cells", x_max = "{0:.17g} m" }}]
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.35, bulk_density = "1600 kg/m3" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "inlet", side = "west", head = "0.05 m" }},
            {{ type = "fixed_head", name = "outlet", side = "east", head = "0 m" }}]
transport = {{ longitudinal_dispersivity = "0.02 m", courant = 1e6, initial_step = "0.05 d", maximum_step = "0.05 d" }}
source = [{{ type = "fixed_concentration", name = "A in", substance = "A", zone = "inlet cells", concentration = "1 mg/L" }},
          {{ type = "fixed_concentration", name = "B in", substance = "B", zone = "inlet cells", concentration = "0 mg/L" }},
          {{ type = "fixed_concentration", name = "C in", substance = "C", zone = "inlet cells", concentration = "0 mg/L" }}]
[grid]
nx = 200
ny = 1
dx = "{0:.17g} m"
dy = "10 cm"
top = "0 m"
layer = [{{ name = "sand", thickness = "10 cm" }}]
[substance.A]
decay_rate = "0.3 1/d"
daughters = {{ B = 0.6, C = 0.3 }}
sorption = {{ type = "linear", distribution_coefficient = "0.2 L/kg" }}
[substance.B]
decay_rate = "0.1 1/d"
daughters = {{ C = 0.8 }}
sorption = {{ type = "linear", distribution_coefficient = "0.2 L/kg" }}
[substance.C]
decay_rate = "0.02 1/d"
sorption = {{ type = "linear", distribution_coefficient = "0.2 L/kg" }}
)",
                                dx));
        run.finish();
        // The held cells keep daughters from appearing in the inlet; their books say so.
        CHECK(run.closure() < 1e-10);
        REQUIRE(run.state().step == steps);
        const double p = ab * ka / (ka - kb), w = bc * kb / (kb - kc), q = ka * (ac + w * ab) / (ka - kc);
        Column column{darcy / porosity, 0.02 * darcy / porosity, 1 + density * kd / porosity};
        const auto smeared = with_upwind_dispersion(column, dx);
        double worst = 0, largest_difference = 0;
        for (double x = 0.05; x < 0.6; x += 0.05) {
            const Index cell = run.cell(x + 1e-9, 0.05, -0.05);
            const double at = run.grid().centre(cell).x - 0.5 * dx;
            const auto single = [&](Column c, double k) {
                c.lambda = k;
                return after_implicit_steps(first_type, with_fitted_decay(c, dt), at, steps, dt);
            };
            const double a = single(smeared, ka), b = p * single(smeared, kb) - p * a, c = q * single(smeared, kc) - w * b - q * a;
            const double expected[] = {a, b, c};
            for (Index s = 0; s < 3; ++s) worst = std::max(worst, std::abs(run.concentration(cell, s) / 1e-3 - expected[s]));
            column.lambda = kc;
            largest_difference = std::max(largest_difference, std::abs(single(column, kc) - single(smeared, kc)));
        }
        // What upwind's second order leaves: (dx/αL)² = 1/16 of what its first order makes.
        report("sun_chain", "profile_as_the_scheme_smears_it:max_abs", 0, worst, worst, largest_difference / 16,
               "Sun, Petersen & Clement 1999, eq. 9, with a branch");
    }

    TEST_CASE("what is sorbed decays at its own rate") {
        // Nothing flows: (1 + K) dC/dt = −(λ + K λs) C, with K = ρb Kd / θ = 1; in equilibrium the whole decays at the mean of the two
        // rates by what they decay of, in steps of any length.
        SiteRun run(box_site(0.1, R"(
[substance.Ra]
initial_concentration = "1 mg/L"
decay_rate = "0.3 1/d"
sorbed_decay_rate = "0.1 1/d"
sorption = { type = "linear", distribution_coefficient = "0.2 L/kg" }
)"));
        run.finish();
        CHECK(run.concentration(0) / 1e-3 == doctest::Approx(std::exp(-2.0)).epsilon(1e-11));
        CHECK(run.closure() < 1e-12);
    }

    TEST_CASE("steps of several half-lives leave what the half-life says") {
        for (const auto* kd : {"0", "100"}) {
            SiteRun run(box_site(5, fmt::format(R"(
[substance.A]
initial_concentration = "1 mg/L"
half_life = "1 d"
sorption = {{ type = "linear", distribution_coefficient = "{} L/kg" }}
)",
                                                kd)));
            run.finish();
            REQUIRE(run.state().step == 2);
            CHECK(run.concentration(0) / 1e-3 == doctest::Approx(std::pow(0.5, 10)).epsilon(1e-11));
            CHECK(run.closure() < 1e-12);
        }
    }

    // Whatever holds a substance: where all of it decays at one rate, the whole of it halves as its half-life says, in two steps of five
    // half-lives, while it goes on moving between water, sites and immobile zones.
    TEST_CASE("what is held nonlinearly, on kinetic sites or in immobile water halves by its half-life") {
        const std::string sorbs = "initial_concentration = \"1 mg/L\"\nhalf_life = \"1 d\"\nsorption = ";
        const std::string zone = "[[immobile]]\nimmobile_porosity = 0.1\nsorbent_fraction = 0.4\n";  // of the same ground
        const std::string linear = sorbs + "{ type = \"linear\", distribution_coefficient = \"1 L/kg\" }\n";
        struct Held {
            std::string name, zone, substance;
        };
        for (const auto& held : {
                 Held{"freundlich", "",
                      sorbs + "{ type = \"freundlich\", sorbed_at_reference = \"0.5 mg/kg\", reference_concentration = \"1 mg/L\", "
                              "exponent = 0.6 }\n"},
                 Held{"langmuir", "", sorbs + "{ type = \"langmuir\", capacity = \"2 mg/kg\", affinity = \"1 L/mg\" }\n"},
                 Held{"kinetic", "",
                      sorbs +
                          "{ type = \"kinetic\", rate = \"0.3 1/d\", equilibrium_fraction = 0.3, law = { type = \"langmuir\", capacity = "
                          "\"2 mg/kg\", affinity = \"1 L/mg\" } }\n"},
                 Held{"first order", zone + "type = \"first_order\"\nexchange_rate = \"0.1 1/d\"\n", linear},
                 Held{"first order, freundlich", zone + "type = \"first_order\"\nexchange_rate = \"0.1 1/d\"\n",
                      sorbs + "{ type = \"freundlich\", sorbed_at_reference = \"0.5 mg/kg\", reference_concentration = \"1 mg/L\", "
                              "exponent = 0.6 }\n"},
                 Held{"matrix", zone + "type = \"matrix\"\nhalf_thickness = \"10 cm\"\npore_diffusion = \"1e-10 m2/s\"\n", linear},
             }) {
            INFO(held.name);
            SiteRun run(box_site(5, held.zone + "[substance.A]\n" + held.substance));
            run.start();
            const auto stored = [&] {
                double sum = 0;
                for (const auto& entry : run.ledger().entries())
                    if (entry.term.component == "A" && entry.term.term == "storage") sum += entry.term.stored;
                return sum;
            };
            run.finish();
            REQUIRE(run.state().step == 2);
            const double lost = run.entry("A", "first_order").cumulative_out, left = stored();
            // left = (left + lost) / 2¹⁰; 1e-8: the tolerance of Newton's method, of amounts that are a thousandth of those at the start.
            CHECK(left / (left + lost) == doctest::Approx(std::pow(0.5, 10)).epsilon(1e-8));
            CHECK(run.closure() < 1e-12);
        }
    }

    // What is dissolved decays, what is sorbed by Freundlich's law does not: dA/dt = −λ θ C(A), integrated by 1e5 steps of Runge and Kutta.
    TEST_CASE("decay of the dissolved part beside a Freundlich law follows its equation to second order") {
        constexpr double theta = 0.3, density = 1500, lambda = 0.5, kf = 0.5, exponent = 0.6;  // kf in (mg/kg) / (mg/L)^n
        const auto held = [](double c) {
            return theta * c + density * 1e-3 * kf * std::pow(c, exponent);
        };  // of c in mg/L: mg per L of ground
        const auto slope = [](double c) { return theta + density * 1e-3 * kf * exponent * std::pow(c, exponent - 1); };
        double c = 1;
        const double h = 10.0 / 100000;
        const auto rate = [&](double x) { return -lambda * theta * x / slope(x); };
        for (int n = 0; n < 100000; ++n) {
            const double k1 = rate(c), k2 = rate(c + 0.5 * h * k1), k3 = rate(c + 0.5 * h * k2), k4 = rate(c + h * k3);
            c += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        }
        double before = 0;
        for (const double dt : {5.0, 2.5, 1.25}) {
            SiteRun run(box_site(dt, R"(
[substance.A]
initial_concentration = "1 mg/L"
decay_rate = "0.5 1/d"
decays_sorbed = false
sorption = { type = "freundlich", sorbed_at_reference = "0.5 mg/kg", reference_concentration = "1 mg/L", exponent = 0.6 }
)"));
            run.finish();
            const double error = std::abs(held(run.concentration(0) / 1e-3) / held(c) - 1);
            INFO("steps of ", dt, " d: ", error);
            CHECK(run.closure() < 1e-12);
            if (before > 0) CHECK(observed_order(before, error) > 1.7);
            if (dt == 1.25)
                report("decay_beside_freundlich", "amount:relative", held(c), held(run.concentration(0) / 1e-3), error, 2e-3,
                       "Runge & Kutta, 100,000 steps");
            before = error;
        }
    }

    // A daughter of what only decays is exact in steps of any length; so is secular equilibrium with a daughter that lives for a moment.
    TEST_CASE("long steps of a chain: the daughter of a parent that decays follows Bateman") {
        for (const double lambda : {0.2, 0.7, 1e6}) {
            SiteRun run(box_site(5, fmt::format(R"(
[substance.D]
initial_concentration = "1 mg/L"
decay_rate = "0.7 1/d"
daughters = {{ B = 1 }}
sorption = {{ type = "linear", distribution_coefficient = "0.1 L/kg" }}
[substance.B]
decay_rate = "{:.17g} 1/d"
sorption = {{ type = "linear", distribution_coefficient = "0.1 L/kg" }}
)",
                                                lambda)));
            run.finish();
            REQUIRE(run.state().step == 2);
            const double exact = lambda == 0.7 ? 7 * std::exp(-7.0) : bateman({0.7, lambda}, {1}, 1, 10);
            CHECK(run.concentration(0, 0) / 1e-3 == doctest::Approx(exact).epsilon(1e-9));
            CHECK(run.closure() < 1e-12);
            if (lambda == 0.2)
                report_difference("bateman", "daughter_in_steps_of_5_d", exact, run.concentration(0, 0) / 1e-3, 1e-9 * exact,
                                  "Bateman 1910");
        }
    }

    TEST_CASE("zero-order production grows, and consumption stops at zero") {
        SiteRun run(box_site(0.3, R"(
[substance.A]
initial_concentration = "1 mg/L"
zero_order_rate = "0.25 mg/L/d"
[substance.B]
initial_concentration = "1 mg/L"
zero_order_rate = "-0.25 mg/L/d"
)"));
        double last = 1;
        run.finish([&](const SiteRun& now) {
            // Linear until nothing is left, at 4 days; the ramp that ends it is a millionth of what a step consumes.
            const double b = now.concentration(0, 1) / 1e-3;
            CHECK(std::abs(b - std::max(0.0, 1 - 0.25 * now.days())) < 1e-6);
            CHECK(b >= 0);
            CHECK(b <= last);
            last = b;
        });
        CHECK(run.concentration(0, 0) / 1e-3 == doctest::Approx(3.5).epsilon(1e-12));
        CHECK(run.entry("A", "zero_order").cumulative_in == doctest::Approx(3 * 0.3 * 2.5e-3).epsilon(1e-12));
        CHECK(run.entry("B", "zero_order").cumulative_out == doctest::Approx(3 * 0.3 * 1e-3).epsilon(1e-6));
        CHECK(run.closure() < 1e-12);
    }
}
