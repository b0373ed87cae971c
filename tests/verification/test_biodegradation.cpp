// Oxidation of hydrocarbons with one acceptor after the other: closed forms in a box, a front along a column, and the books.

#include <boost/math/special_functions/lambert_w.hpp>

#include "column_solutions.hpp"
#include "site_builder.hpp"
#include "transport/biodegradation.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double mg_per_L = 1e-3;  // kg/m³

/// Water at rest in three cells of 1 m³ with a porosity of 0.3, for 10 days in steps of `dt` days.
std::string box_site(double dt, const std::string& rest) {
    return fmt::format(R"(
site = {{ name = "box", start = 2024-01-01, duration = "10 d" }}
medium = [{{ porosity = 0.3, bulk_density = "1500 kg/m3", hydraulic_conductivity = "1 m/d", organic_matter = "2 %" }}]
transport = {{ initial_step = "{0} d", maximum_step = "{0} d" }}
zone = [{{ name = "first two", x_max = "2 m" }}]
[grid]
nx = 3
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
{1})",
                       dt, rest);
}

/// R dS/dt = −r S / (K + S), solved with Lambert's function.
double lambert(double start, double half, double rate, double days) {
    const double exponent = (start - rate * days) / half + std::log(start / half);
    if (exponent < 600) return half * boost::math::lambert_w0(std::exp(exponent));
    double w = exponent;  // w + ln w = exponent, beyond the largest number of the machine
    for (int n = 0; n < 50; ++n) w = exponent - std::log(w);
    return half * w;
}

std::string fermented(double start, double half, double rate, const std::string& sorption = "") {
    return fmt::format(R"(
[substance.benzene]
initial_concentration = "{} mg/L"
{}
[[biodegradation]]
name = "microbes"
substrate = "benzene"
zone = "first two"
[[biodegradation.acceptor]]
maximum_rate = "{} mg/L/d"
half_saturation_substrate = "{} mg/L"
)",
                       start, sorption, rate, half);
}

/// Three acceptors, best first, and what they leave.
constexpr const char* three_acceptors = R"(
[substance.benzene]
initial_concentration = "20 mg/L"
[substance.O2]
initial_concentration = "8 mg/L"
[substance.NO3]
initial_concentration = "12 mg/L"
[substance.SO4]
initial_concentration = "40 mg/L"
[substance.CO2]
[[biodegradation]]
name = "microbes"
substrate = "benzene"
[[biodegradation.acceptor]]
substance = "O2"
maximum_rate = "4 mg/L/d"
half_saturation_substrate = "1 mg/L"
half_saturation = "0.1 mg/L"
consumption = 3.08
products = { CO2 = 3.38 }
[[biodegradation.acceptor]]
substance = "NO3"
maximum_rate = "2 mg/L/d"
half_saturation_substrate = "1 mg/L"
half_saturation = "0.5 mg/L"
inhibition = "0.2 mg/L"
consumption = 4.77
products = { CO2 = 3.38 }
[[biodegradation.acceptor]]
substance = "SO4"
maximum_rate = "0.5 mg/L/d"
half_saturation_substrate = "2 mg/L"
half_saturation = "1 mg/L"
consumption = 4.61
products = { CO2 = 3.38 }
)";

struct Acceptors {
    std::array<double, 3> extent{};  ///< benzene oxidised with each [mg/L]
    [[nodiscard]] double benzene() const { return 20 - extent[0] - extent[1] - extent[2]; }
    [[nodiscard]] std::array<double, 3> left() const { return {8 - 3.08 * extent[0], 12 - 4.77 * extent[1], 40 - 4.61 * extent[2]}; }
    [[nodiscard]] std::array<double, 3> rates() const {
        const auto monod = [](double c, double half) { return std::max(0.0, c) / (half + std::max(0.0, c)); };
        const auto a = left();
        const double s = benzene(), no_oxygen = 0.1 / (0.1 + a[0]), no_nitrate = 0.2 / (0.2 + a[1]);
        return {4 * monod(s, 1) * monod(a[0], 0.1), 2 * monod(s, 1) * monod(a[1], 0.5) * no_oxygen,
                0.5 * monod(s, 2) * monod(a[2], 1) * no_oxygen * no_nitrate};
    }
};

/// The same equations by the classical method of Runge and Kutta, in 200,000 steps.
Acceptors integrated_apart(double days) {
    constexpr int steps = 200000;
    const double h = days / steps;
    Acceptors now;
    const auto ahead = [&](const std::array<double, 3>& rate, double by) {
        Acceptors other = now;
        for (std::size_t k = 0; k < 3; ++k) other.extent[k] += by * rate[k];
        return other.rates();
    };
    for (int n = 0; n < steps; ++n) {
        const auto a = now.rates(), b = ahead(a, h / 2), c = ahead(b, h / 2), d = ahead(c, h);
        for (std::size_t k = 0; k < 3; ++k) now.extent[k] += h / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k]);
    }
    return now;
}

/// A column of 1 m of n cells, v = 0.125 m/d; water with benzene enters.
std::string column_site(int n, double days, const std::string& rest) {
    return fmt::format(R"(
site = {{ name = "column", start = 2024-01-01, duration = "{1} d" }}
zone = [{{ name = "inlet", x_max = "{2:.17g} m" }}]
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.4, bulk_density = "1600 kg/m3" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "inlet", side = "west", head = "0.05 m" }},
            {{ type = "fixed_head", name = "outlet", side = "east", head = "0 m" }}]
transport = {{ advection = "tvd", stepping = "explicit", longitudinal_dispersivity = "0.02 m", courant = 1e9, initial_step = "0.005 d", maximum_step = "0.005 d" }}
[grid]
nx = {0}
ny = 1
dx = "{2:.17g} m"
dy = "10 cm"
top = "0 m"
layer = [{{ name = "sand", thickness = "10 cm" }}]
{3})",
                       n, days, 1.0 / n, rest);
}

constexpr const char* monod_source = "Beal 1983; Schnell & Mendoza 1997, eq. 8: Michaelis-Menten decay by Lambert's function";

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("Monod decay of one substrate follows Lambert's function, from zero to first order") {
        // Nothing moves, so that the length of steps matters only as the error of the integration, 1e-9 of the concentration each.
        for (const auto& [start, half, rate] : {std::array{5.0, 1.0, 0.8}, std::array{5.0, 1e-4, 0.4}, std::array{0.01, 20.0, 6.0}}) {
            SiteRun run(box_site(0.5, fermented(start, half, rate)));
            run.finish([&](const SiteRun& now) {
                const double exact = lambert(start, half, rate, now.days());
                INFO("half saturation ", half, " after ", now.days(), " d");
                CHECK(std::abs(now.concentration(0) / mg_per_L - exact) < 1e-7 * start);
                CHECK(now.concentration(0) >= 0);
                CHECK(now.concentration(2) / mg_per_L == doctest::Approx(start).epsilon(1e-12));  // outside the zone
            });
            const double exact = lambert(start, half, rate, 10), found = run.concentration(0) / mg_per_L;
            report("monod", fmt::format("half_saturation_{:g}:of_start", half), exact / start, found / start,
                   std::abs(found - exact) / start, 1e-7, monod_source);
            CHECK(run.closure() < 1e-12);
        }
        // The limits themselves: constant rate, and a constant share.
        CHECK(lambert(5, 1e-4, 0.4, 5) == doctest::Approx(3).epsilon(1e-4));
        CHECK(lambert(0.01, 20, 6, 5) == doctest::Approx(0.01 * std::exp(-0.3 * 5)).epsilon(1e-3));
    }

    TEST_CASE("what sorbs to organic carbon degrades as slowly as its retardation says") {
        // Koc = 0.63 · 10^2.13 (Karickhoff et al. 1979), foc = 0.58 · 2 %: R = 1 + 1500 Kd / 0.3.
        const double kd = 0.63 * std::pow(10.0, 2.13) * 1e-3 * 0.58 * 0.02, retardation = 1 + 1500 * kd / 0.3;
        for (const std::string sorption : {"log_kow = 2.13", "koc = \"84.985 L/kg\", organic_carbon = \"1.16 %\""}) {
            SiteRun run(box_site(0.5, fermented(5, 1, 0.8, "sorption = { type = \"organic_carbon\", " + sorption + " }")));
            run.start();
            CHECK(run.stored("benzene") == 0);  // nothing is booked before the first step
            run.finish();
            const double exact = lambert(5, 1, 0.8 / retardation, 10);
            // 84.985 is Koc to five digits.
            CHECK(run.concentration(0) / mg_per_L == doctest::Approx(exact).epsilon(1e-5));
            CHECK(run.entry("benzene", "microbes").cumulative_out ==
                  doctest::Approx(2 * 0.3 * retardation * (5 - exact) * mg_per_L).epsilon(1e-5));
            CHECK(run.closure() < 1e-12);
        }
    }

    TEST_CASE("acceptors are used one after the other, and the books keep the stoichiometry") {
        SiteRun run(box_site(0.25, three_acceptors));
        double lowest = 1;
        run.finish([&](const SiteRun& now) {
            for (const double c : now.state().concentration.all().span()) lowest = std::min(lowest, c);
        });
        CHECK(lowest >= 0);
        const auto apart = integrated_apart(10);
        const auto left = apart.left();
        // Alphabetical: CO2, NO3, O2, SO4, benzene.
        const std::array<double, 5> expected{3.38 * (20 - apart.benzene()), left[1], left[0], left[2], apart.benzene()};
        const char* names[] = {"CO2", "NO3", "O2", "SO4", "benzene"};
        for (Index s = 0; s < 5; ++s)
            report("monod_acceptors", std::string(names[s]) + ":concentration", expected[static_cast<std::size_t>(s)],
                   run.concentration(1, s) / mg_per_L, std::abs(run.concentration(1, s) / mg_per_L - expected[static_cast<std::size_t>(s)]),
                   20 * 1e-7, "Borden & Bedient 1986; Widdowson et al. 1988, integrated apart");
        // Oxygen first: it is gone while most sulfate is there.
        CHECK(run.concentration(1, 2) < 1e-6 * mg_per_L);
        CHECK(run.concentration(1, 3) > 20 * mg_per_L);
        const auto out = [&](const char* name) { return run.entry(name, "microbes").cumulative_out; };
        const double benzene = out("benzene"), by_acceptors = out("O2") / 3.08 + out("NO3") / 4.77 + out("SO4") / 4.61;
        CHECK(by_acceptors == doctest::Approx(benzene).epsilon(1e-13));
        CHECK(run.entry("CO2", "microbes").cumulative_in == doctest::Approx(3.38 * benzene).epsilon(1e-13));
        CHECK(benzene == doctest::Approx(3 * 0.3 * (20 * mg_per_L - run.concentration(1, 4))).epsilon(1e-12));
        CHECK(run.closure() < 1e-12);
    }

    TEST_CASE("where microbes are fast, substrate and acceptor meet at a front as for an instantaneous reaction") {
        // S − A / F knows no reaction: it is carried as a tracer (Borden & Bedient 1986, eq. 13), from −A0 / F to S0.
        constexpr double entering = 4, oxygen = 8, consumption = 3.08;
        const auto error = [&](int n) {
            auto text = column_site(n, 4, R"(
[substance.benzene]
[substance.O2]
initial_concentration = "8 mg/L"
[[source]]
type = "fixed_concentration"
name = "benzene in"
substance = "benzene"
zone = "inlet"
concentration = "4 mg/L"
[[source]]
type = "fixed_concentration"
name = "no oxygen"
substance = "O2"
zone = "inlet"
concentration = "0 mg/L"
[[biodegradation]]
name = "microbes"
substrate = "benzene"
[[biodegradation.acceptor]]
substance = "O2"
maximum_rate = "2000 mg/L/d"
half_saturation_substrate = "0.01 mg/L"
half_saturation = "0.01 mg/L"
consumption = 3.08
)");
            SiteRun run(text);
            run.finish();
            CHECK(run.closure() < 1e-10);
            const Column water{0.125, 0.125 * 0.02, 1, 0};
            double worst = 0, both = 0;
            for (Index c = 1; c < n; ++c) {
                const double x = run.grid().centre(c).x - 0.5 / n;
                if (x > 0.8) continue;  // the outlet is near
                const double tracer = -oxygen / consumption + (entering + oxygen / consumption) * first_type(water, x, run.days());
                const double benzene = run.concentration(c, 1) / mg_per_L, o2 = run.concentration(c, 0) / mg_per_L;
                worst = std::max(
                    {worst, std::abs(benzene - std::max(0.0, tracer)), std::abs(o2 + consumption * std::min(0.0, tracer)) / consumption});
                both = std::max(both, std::min(benzene, o2));
            }
            CHECK(both < 0.3);  // they exclude each other but for what the last step mixed
            const auto& o2 = run.entry("O2", "microbes");
            CHECK(o2.cumulative_out == doctest::Approx(consumption * run.entry("benzene", "microbes").cumulative_out).epsilon(1e-12));
            return worst;
        };
        const double coarse = error(100), fine = error(200);
        INFO("errors ", coarse, " ", fine);
        // A step mixes what it carries past the front, v Δt = 0.6 mm of a front some centimetres wide; the grid leaves (Δx / αL)² / 2 of second order.
        report("monod_instantaneous_front", "profile:max_abs_of_entering", 0, fine / entering, fine / entering, 0.03,
               "Borden & Bedient 1986, eq. 13, with Ogata & Banks 1961");
        CHECK(fine < coarse);
    }

    TEST_CASE("with little substrate a column decays by the first order that Monod's law then is") {
        const double rate = 4, half = 20, kd = 2e-4, retardation = 1 + 1600 * kd / 0.4;
        SiteRun run(column_site(100, 8,
                                fmt::format(R"(
[substance.toluene]
sorption = {{ type = "linear", distribution_coefficient = "{} L/kg" }}
[[source]]
type = "fixed_concentration"
name = "toluene in"
substance = "toluene"
zone = "inlet"
concentration = "0.001 mg/L"
[[biodegradation]]
name = "microbes"
substrate = "toluene"
[[biodegradation.acceptor]]
maximum_rate = "{} mg/L/d"
half_saturation_substrate = "{} mg/L"
)",
                                            kd * 1e3, rate, half)));
        run.finish();
        CHECK(run.closure() < 1e-10);
        const Column column{0.125, 0.125 * 0.02, retardation, rate / half / retardation};
        double worst = 0;
        for (Index c = 1; c < 80; ++c) {
            const double x = run.grid().centre(c).x - 0.005;
            worst = std::max(worst, std::abs(run.concentration(c) / (1e-3 * mg_per_L) - first_type(column, x, run.days())));
        }
        // (Δx / αL)² / 12 of the second order at the front, 2 %; S / K = 5e-5 is not 0.
        report("monod_column_first_order", "profile:max_abs", 0, worst, worst, 0.02, "van Genuchten & Alves 1982, solution C5");
    }

    // Monod kinetics of microbes that grow on two acceptors and die, by the classical method of Runge and Kutta in 200,000 steps.
    TEST_CASE("microbes grow by their yield and die") {
        constexpr double k1 = 1.0, k2 = 0.5, y1 = 0.4, y2 = 0.2, death = 0.1, smallest = 0.05;
        using Batch = std::array<double, 4>;  // benzene, O2, NO3, biomass [mg/L]
        const auto monod = [](double c, double half) { return std::max(0.0, c) / (half + std::max(0.0, c)); };
        const auto rates = [&](const Batch& b) {
            const double r1 = k1 * b[3] * monod(b[0], 1) * monod(b[1], 0.1),
                         r2 = k2 * b[3] * monod(b[0], 1) * monod(b[2], 0.5) * 0.1 / (0.1 + std::max(0.0, b[1]));
            return Batch{-r1 - r2, -2.1 * r1, -3.5 * r2, y1 * r1 + y2 * r2 - death * std::max(0.0, b[3] - smallest)};
        };
        Batch exact{20, 8, 30, 0.5};
        constexpr int steps = 200000;
        constexpr double h = 10.0 / steps;
        for (int n = 0; n < steps; ++n) {
            const auto ahead = [&](const Batch& rate, double by) {
                auto other = exact;
                for (std::size_t i = 0; i < 4; ++i) other[i] += by * rate[i];
                return rates(other);
            };
            const auto a = rates(exact), b = ahead(a, h / 2), c = ahead(b, h / 2), d = ahead(c, h);
            for (std::size_t i = 0; i < 4; ++i) exact[i] += h / 6 * (a[i] + 2 * b[i] + 2 * c[i] + d[i]);
        }
        REQUIRE(exact[3] > 1.5);  // they do grow
        SiteRun run(box_site(2.5, R"(
[substance.benzene]
initial_concentration = "20 mg/L"
[substance.O2]
initial_concentration = "8 mg/L"
[substance.NO3]
initial_concentration = "30 mg/L"
[[biodegradation]]
name = "microbes"
substrate = "benzene"
zone = "first two"
initial_biomass = "0.5 mg/L"
smallest_biomass = "0.05 mg/L"
death_rate = "0.1 1/d"
[[biodegradation.acceptor]]
substance = "O2"
specific_rate = "1 1/d"
yield = 0.4
half_saturation_substrate = "1 mg/L"
half_saturation = "0.1 mg/L"
consumption = 2.1
[[biodegradation.acceptor]]
substance = "NO3"
specific_rate = "0.5 1/d"
yield = 0.2
half_saturation_substrate = "1 mg/L"
half_saturation = "0.5 mg/L"
consumption = 3.5
)"));
        run.finish();
        const auto& microbes = *run.site().section<BiodegradationTables>().list.front().microbes;
        const Batch found{run.concentration(0, 2) / mg_per_L, run.concentration(0, 1) / mg_per_L, run.concentration(0, 0) / mg_per_L,
                          microbes.amount[0] / 0.3 / mg_per_L};
        // The integration keeps to 1e-9 of the largest concentration in each of its steps, of which there are a hundred.
        for (std::size_t i = 0; i < 4; ++i) {
            INFO("number ", i, ": ", found[i], " instead of ", exact[i]);
            CHECK(std::abs(found[i] - exact[i]) < 1e-7 * 20);
        }
        report_difference("growing_microbes", "biomass [mg/L]", exact[3], found[3], 1e-7 * 20,
                          "Essaid et al. 1995, eq. 3 and 7, 200,000 steps of Runge & Kutta");
        CHECK(microbes.amount[2] == 0);  // not in their zone
        // The yields: with oxygen 0.4 of what it took, with nitrate 0.2; what grew and did not die is there.
        const double with_oxygen = run.entry("O2", "microbes").cumulative_out / 2.1,
                     with_nitrate = run.entry("NO3", "microbes").cumulative_out / 3.5;
        CHECK(run.entry("biomass of microbes", "benzene").cumulative_in ==
              doctest::Approx(0.4 * with_oxygen + 0.2 * with_nitrate).epsilon(1e-12));
        CHECK(run.entry("benzene", "microbes").cumulative_out == doctest::Approx(with_oxygen + with_nitrate).epsilon(1e-12));
        CHECK(run.entry("biomass of microbes", "first_order").cumulative_out > 0);
        CHECK(run.closure() < 1e-12);
    }

    TEST_CASE("microbes that find nothing die down to those that do not") {
        SiteRun run(box_site(5, R"(
[substance.benzene]
[[biodegradation]]
name = "microbes"
substrate = "benzene"
initial_biomass = "2 mg/L"
smallest_biomass = "0.5 mg/L"
death_rate = "0.3 1/d"
[[biodegradation.acceptor]]
specific_rate = "1 1/d"
yield = 0.1
half_saturation_substrate = "1 mg/L"
)"));
        run.finish();
        const auto& microbes = *run.site().section<BiodegradationTables>().list.front().microbes;
        CHECK(microbes.amount[1] / 0.3 / mg_per_L == doctest::Approx(0.5 + 1.5 * std::exp(-3.0)).epsilon(1e-12));
        CHECK(run.closure() < 1e-12);
    }
}
