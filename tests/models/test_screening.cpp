// The closed forms of `galena screen` against independent values: limits, numerical integration, published figures, the engine.

#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include <boost/math/special_functions/bessel.hpp>
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "assessment/screening/hj610.hpp"
#include "core/units.hpp"
#include "program.hpp"
#include "temporary_file.hpp"
#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::hj610;
using verification::report;
using verification::SiteRun;

namespace {

constexpr double pi = std::numbers::pi, m_per_day = 1 / 86400.0, day = 86400;

/// ∫ f over [a, b] by Simpson's rule on n intervals.
template <class F>
double simpson(F&& f, double a, double b, int n) {
    double sum = f(a) + f(b);
    for (int k = 1; k < n; ++k) sum += (k % 2 ? 4 : 2) * f(a + (b - a) * k / n);
    return sum * (b - a) / n / 3;
}

const Flow typical{0.5 * m_per_day, 0.25, 5 * m_per_day, 0.5 * m_per_day};

/// The answers of one case by quantity (the last of each), in the units shown.
std::map<std::string, double> screen(const std::string& arguments) {
    const auto result = galena_program("screen --format json " + arguments);
    REQUIRE_MESSAGE(result.code == 0, result.output);
    std::map<std::string, double> answers;
    const auto parsed = nlohmann::json::parse(result.output);
    for (const auto& answer : parsed[0]["answers"])
        if (!answer["value"].is_null()) answers[answer["quantity"]] = answer["value"];
    return answers;
}

void compare(const char* quantity, double expected, double found, double relative_tolerance, const char* source) {
    report("screen", fmt::format("{}:relative", quantity), expected, found, std::abs(found / expected - 1), relative_tolerance, source);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("HJ 610 D.1 and D.3 hold the mass that was released") {
        const double t = 100 * day, m = 12;
        // Beyond 12 standard deviations nothing is left; 4000 intervals of a smooth bell are exact to rounding.
        const double reach = 12 * std::sqrt(2 * typical.DL * t), centre = typical.u * t;
        const double line =
            simpson([&](double x) { return instantaneous_1d(typical, m, 8, x, t) * typical.n * 8; }, centre - reach, centre + reach, 4000);
        compare("HJ 610 D.1/mass", m, line, 1e-12, "integral over the tube");
        const double side = 12 * std::sqrt(2 * typical.DT * t);
        const double plane = simpson(
            [&](double x) {
                return simpson([&](double y) { return instantaneous_2d(typical, m, 10, x, y, t) * typical.n * 10; }, -side, side, 400);
            },
            centre - reach, centre + reach, 400);
        compare("HJ 610 D.3/mass", m, plane, 1e-12, "integral over the plane");
    }

    TEST_CASE("HJ 610 D.4 is D.3 released over time") {
        // ∫ D.3(t') dt' with t' = s², which takes the steep start away. Simpson's error there is below 1e-9 by halving.
        for (const auto& [x, y] : std::array<std::pair<double, double>, 4>{{{20, 0}, {60, 3}, {-10, 2}, {5, -8}}}) {
            const double t = 200 * day, rate = 1e-6;
            const double sum = simpson([&](double s) { return s <= 0 ? 0 : 2 * s * instantaneous_2d(typical, rate, 10, x, y, s * s); }, 0,
                                       std::sqrt(t), 20000);
            compare(fmt::format("HJ 610 D.4/at ({}, {})", x, y).c_str(), sum, continuous_2d(typical, rate, 10, x, y, t), 1e-8,
                    "numerical integral of D.3");
        }
    }

    TEST_CASE("the well function of a leaky aquifer") {
        // Simpson on y = e^s, for which the integrand is a smooth bell; the limits are W(u, 0) = E1(u) and W(0, b) = 2 K0(b).
        for (const auto& [u, b] : std::array<std::pair<double, double>, 4>{{{0.01, 0.1}, {0.5, 1.0}, {1e-4, 0.05}, {2.0, 3.0}}}) {
            const double sum =
                simpson([&](double s) { return std::exp(-std::exp(s) - b * b / 4 * std::exp(-s)); }, std::log(u), std::log(60 + u), 20000);
            compare(fmt::format("W({}, {})", u, b).c_str(), sum, leaky_well_function(u, b), 1e-9,
                    "Hantush & Jacob 1955, eq. 9, integrated");
        }
        // (b/2)² is added to u: to first order the function falls by b²/4u.
        compare("W(0.1, 1e-6)", -std::expint(-0.1), leaky_well_function(0.1, 1e-6), 1e-10, "Theis 1935");
        compare("W(1e-12, 1)", 2 * boost::math::cyl_bessel_k(0, 1.0), leaky_well_function(1e-12, 1), 1e-12, "2 K0(1)");
    }

    TEST_CASE("HJ 610 D.2: limits and a large Peclet number") {
        CHECK(continuous_1d(typical, 1, 0, 10 * day) == doctest::Approx(1).epsilon(1e-12));   // held at the source
        CHECK(continuous_1d(typical, 1, 10, 1e6 * day) == doctest::Approx(1).epsilon(1e-9));  // everything is reached in the end
        const Flow sharp{m_per_day, 0.3, 1e-4 * m_per_day, 0};
        CHECK(continuous_1d(sharp, 1, 100, 100 * day) == doctest::Approx(0.5).epsilon(1e-2));  // exp(ux/DL) alone is beyond doubles
        CHECK(continuous_1d(sharp, 1, 50, 100 * day) == doctest::Approx(1).epsilon(1e-12));
        // The joined exponents meet the plain product at the switch.
        const Flow f{m_per_day, 0.3, 0.05 * m_per_day, 0};
        const double t = 16 * day, x = 20 * 2 * std::sqrt(f.DL * t) - f.u * t;
        CHECK(continuous_1d(f, 1, x * (1 - 1e-9), t) == doctest::Approx(continuous_1d(f, 1, x * (1 + 1e-9), t)).epsilon(1e-4));
    }

    TEST_CASE("HJ 610 D.2 against the engine") {
        SiteRun run(R"(
[site]
name = "column"
start = 2020-01-01
duration = "100 d"
[grid]
nx = 500
ny = 1
dx = "0.5 m"
dy = "1 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[zone]]
name = "inlet"
x_max = "0.4 m"
[[medium]]
hydraulic_conductivity = "25 m/d"
porosity = 0.25
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2.5 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "5 m"
maximum_step = "0.25 d"
initial_step = "0.25 d"
[substance.Cd]
[[source]]
type = "fixed_concentration"
name = "inlet"
substance = "Cd"
zone = "inlet"
concentration = "1 mg/L"
)");
        run.finish();
        const Flow f{m_per_day, 0.25, 5 * m_per_day, 0};
        // Upwind differences and implicit steps add at most u dx/2 + u² dt/2 = 0.375 m²/d to DL. What that changes is what is allowed, and
        // on top the next order, (dx/σ)² of a front as wide as σ = √(2 DL t) = 32 m: 2.5e-4.
        const Flow spread{m_per_day, 0.25, 5.375 * m_per_day, 0};
        double worst = 0, allowed = 0;
        for (Index i = 1; i < 400; ++i) {  // the source holds the centre of the first cell
            const double x = 0.5 * static_cast<double>(i), exact = continuous_1d(f, 1, x, 100 * day);
            worst = std::max(worst, std::abs(run.concentration(i) * 1e3 - exact));
            allowed = std::max(allowed, std::abs(continuous_1d(spread, 1, x, 100 * day) - exact));
        }
        report("screen", "HJ 610 D.2/engine:max_abs", 1, 1 + worst, worst, allowed + 2.5e-4, "galena run, 500 cells");
    }

    TEST_CASE("HJ 610 D.4 against the engine") {
        SiteRun run(R"(
[site]
name = "leak"
start = 2020-01-01
duration = "800 d"
[grid]
nx = 120
ny = 31
dx = "2 m"
dy = "2 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "10 m"
[[zone]]
name = "leak"
x_min = "60 m"
x_max = "62 m"
y_max = "2 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.25
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "3 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "10 m"
transverse_horizontal_dispersivity = "1 m"
courant = 5
initial_step = "20 d"
maximum_step = "40 d"
tolerance = 1e-8
[substance.Cd]
[[source]]
type = "mass_loading"
name = "leak"
substance = "Cd"
zone = "leak"
rate = "0.05 kg/d"
)");
        run.finish();
        // Half of the plane, cut along the axis, and half of the source. Where the plume is steady its breadth, and so the transverse
        // dispersion, decides; upwind differences add to the longitudinal one alone, 10 %, which moves the axis by DL/(u x) of that: 5 %
        // of 10 % at 20 m. Steps of 40 d blur the front to σ = √(2 · 11 m2/d · 800 d) = 133 m, and at 80 m it has passed by 2.4 σ: 0.8 %
        // is still to come. The leaking cell, 4 m wide with its mirror image, widens the plume by 16/12 m2 against 2 αT x = 40 m2 at 20 m:
        // 1.7 % of its height.
        const double rate = unit("kg/d").to_si(0.1);
        for (const auto& [x, y] : std::array<std::pair<double, double>, 4>{{{20, 0}, {40, 0}, {80, 0}, {60, 10}}}) {
            // The axis lies on the edge of the first row, the centres of the cells 1 m and 11 m beside it.
            const double found = run.concentration(run.cell(61 + x, y + 1, -5));
            compare(fmt::format("HJ 610 D.4/engine at ({}, {})", x, y + 1).c_str(), continuous_2d(typical, rate, 10, x, y + 1, 800 * day),
                    found, 0.03, "galena run, 120 x 31 cells");
        }
    }

    TEST_CASE("plumes of HJ 610: fronts and areas") {
        // D.3: the ellipse has the area 4 π t √(DL DT) ln(Cmax/limit), and its tip lies √(4 DL t ln(…)) before the centre.
        const auto sudden = screen(
            "instantaneous_2d pore_velocity='0.5 m/d' effective_porosity=0.25 longitudinal_dispersion='5 m2/d' "
            "transverse_dispersion='0.5 m2/d' mass='10 kg' thickness='10 m' times='100 d' limit='0.05 mg/L' "
            "receptor_distance='60 m'");
        const double highest = 10.0 / 10 / (4 * pi * 0.25 * 100 * std::sqrt(2.5)), span = std::log(highest * 1e3 / 0.05);
        compare("D.3 highest concentration", highest * 1e3, sudden.at("highest concentration"), 1e-9, "at x = ut");
        compare("D.3 area over the limit", 4 * pi * 100 * std::sqrt(2.5) * span, sudden.at("area over the limit"), 1e-9, "ellipse");
        compare("D.3 distance over the limit", 50 + std::sqrt(4 * 5 * 100 * span), sudden.at("distance over the limit"), 1e-9, "ellipse");
        compare("D.3 length over the limit", 2 * std::sqrt(4 * 5 * 100 * span), sudden.at("length over the limit"), 1e-9, "ellipse");
        const double arrival = sudden.at("arrival of the limit at the receptor") * day;
        compare("D.3 arrival", 0.05e-3, instantaneous_2d(typical, 10, 10, 60, 0, arrival), 1e-6, "the limit itself");

        const auto lasting = screen(
            "continuous_2d pore_velocity='0.5 m/d' effective_porosity=0.25 longitudinal_dispersion='5 m2/d' "
            "transverse_dispersion='0.5 m2/d' mass_rate='0.1 kg/d' thickness='10 m' times='200 d' limit='1 mg/L' "
            "receptor_distance='60 m'");
        const double rate = unit("kg/d").to_si(0.1);
        // Counted on points 0.5 m x 0.25 m apart: the outline passes about 1200 of 21,000 of them, so chance leaves about 0.1 %.
        double area = 0;
        for (double x = -60.25; x < 250; x += 0.5)
            for (double y = 0.125; y < 60; y += 0.25)
                if (continuous_2d(typical, rate, 10, x, y, 200 * day) > 1e-3) area += 2 * 0.5 * 0.25;
        compare("D.4 area over the limit", area, lasting.at("area over the limit"), 5e-3, "counted");
        compare("D.4 distance over the limit", 1e-3, continuous_2d(typical, rate, 10, lasting.at("distance over the limit"), 0, 200 * day),
                1e-6, "the limit itself");
        compare("D.4 arrival", 1e-3, continuous_2d(typical, rate, 10, 60, 0, lasting.at("arrival of the limit at the receptor") * day),
                1e-6, "the limit itself");
    }

    TEST_CASE("capture zones of wells") {
        const auto one = screen("capture_width rate='200 m3/d' thickness='10 m' darcy_flux='0.1 m/d'");
        compare("capture width far upstream", 200, one.at("width far upstream"), 1e-9, "Javandel & Tsang 1986: Q/(B U)");
        compare("capture width at the well", 100, one.at("width at the well"), 1e-9, "Javandel & Tsang 1986: Q/(2 B U)");
        // At the stagnation point the pull of the well, Q/(2 π B x), equals the flow.
        const double x = one.at("stagnation point downstream of the well");
        compare("stagnation point", 0.1, 200 / (2 * pi * 10 * x), 1e-9, "superposition");
        // Two wells at ±d: on the line between them U = Q x/(π B (x² + d²)) has one solution left when d = Q/(2 π B U).
        const auto two = screen("capture_width rate='200 m3/d' thickness='10 m' darcy_flux='0.1 m/d' wells=2");
        const double q = 200 / (pi * 10 * 0.1), d = 0.5 * two.at("widest spacing of the wells");
        compare("spacing of two wells", q * q, 4 * d * d, 1e-9, "discriminant of the stagnation points");
        const auto inverse = screen("capture_width plume_width='200 m' thickness='10 m' darcy_flux='0.1 m/d'");
        compare("rate for a width", 200, inverse.at("rate of each well"), 1e-9, "Javandel & Tsang 1986");
    }

    TEST_CASE("leakage of liners") {
        // Published and hand figures are given with two digits: 3 % (2.8 ± 0.05, 15 ± 0.5).
        const auto liner = [&](const std::string& more) {
            return screen("composite_liner area='1 ha' clay_thickness='0.75 m' clay_conductivity='1e-9 m/s' " + more);
        };
        compare("holes, good, 0.3 m", 2.8e-3, liner("head='0.3 m' holes='5 1/ha'").at("leakage"), 0.03, "Giroud 1997 (m3/ha/d)");
        compare("holes, poor, 0.3 m", 15e-3, liner("head='0.3 m' holes='5 1/ha' contact=poor").at("leakage"), 0.04, "Giroud 1997");
        compare("holes, good, 1 m", 8.9e-3, liner("head='1 m' holes='5 1/ha'").at("leakage"), 0.03, "Giroud 1997");
        compare("holes, poor, 1 m", 49e-3, liner("head='1 m' holes='5 1/ha' contact=poor").at("leakage"), 0.03, "Giroud 1997");
        compare("wrinkle", 1.66e-6 * 86400, liner("head='1 m' wrinkle_length='100 m/ha'").at("leakage"), 0.01, "Rowe 1998 (m3/d)");
        // Tailings that are much tighter than the contact: 4 r kt h = 1.1e-8 m3/s for a hole of 1 cm2, 1e-7 m/s, 5 m.
        const auto under = liner("head='5 m' holes='1 1/ha' contact=poor tailings_conductivity='1e-9 m/s'");
        CHECK(under.at("leakage") < under.at("leakage through holes, without the resistance of the tailings"));
        const double disc = 4 * std::sqrt(1e-4 / pi) * 1e-9 * 5 * 86400;
        compare("hole under tight tailings", disc, under.at("leakage"), 1e-3, "4 r kt h");
        // Tailings without resistance change nothing.
        const auto sand = liner("head='1 m' holes='5 1/ha' tailings_conductivity='1 m/s'");
        compare("hole under gravel", sand.at("leakage through holes, without the resistance of the tailings"), sand.at("leakage"), 1e-4,
                "no resistance");
        // A strip much wider than the tailings are thick drains them straight down: kt 2b/H, and 2 ln 2 · 2/π at its edges.
        const auto wide = liner(
            "head='1 m' wrinkle_length='1 m/ha' wrinkle_width='100 m' tailings_conductivity='1e-13 m/s' "
            "tailings_thickness='1 m'");
        compare("wide strip under tight tailings", 1e-13 * (100 + 4 * std::log(2.0) / pi) * 86400, wide.at("leakage"), 1e-6,
                "drained straight down");
        compare("clay, 0.75 m", 74, screen("clay_liner head='1 m' thickness='0.75 m' conductivity='1e-9 m/s'").at("leakage per area"), 0.01,
                "k (h + L)/L (mm/a)");
        compare("clay, 1.5 m", 137, screen("clay_liner head='5 m' thickness='1.5 m' conductivity='1e-9 m/s'").at("leakage per area"), 0.01,
                "k (h + L)/L (mm/a)");
    }

    TEST_CASE("loads of soil year by year") {
        const auto soil = screen(
            "soil_increment years='20 a' input='1 kg/a' leached='0.1 kg/a' bulk_density='1300 kg/m3' area='1 ha' "
            "background='0.2 mg/kg' limit='0.6 mg/kg'");
        // 0.9 kg/a over 2600 t of soil.
        compare("increment", 0.9e6 / 2.6e6 * 20, soil.at("increment of the content"), 1e-9, "HJ 964-2018, E.1");
        compare("time until the limit", 0.4 / (0.9e6 / 2.6e6), soil.at("time until the limit"), 1e-9, "HJ 964-2018, E.1");
        // More leaves than comes: the content ends at nothing, not below.
        const auto losing = screen(
            "soil_increment years='20 a' input='0.1 kg/a' leached='1 kg/a' bulk_density='1300 kg/m3' area='1 ha' "
            "background='0.2 mg/kg'");
        CHECK(losing.at("content") == 0);
        compare("increment down to nothing", -0.2, losing.at("increment of the content"), 1e-9, "HJ 964-2018, E.1");
        const auto load = screen(
            "allowable_load limit='0.6 mg/kg' content='0.2 mg/kg' years='50 a' residual=0.98 bulk_density='1300 kg/m3' "
            "load='0.05 kg/ha/a'");
        const auto after = [](double yearly, int years) {  // kg/ha/a; 2600 t/ha
            double content = 0.2;
            for (int n = 0; n < years; ++n) content = 0.98 * (content + yearly * 1e6 / 2.6e6);
            return content;
        };
        compare("allowable load", 0.6, after(load.at("allowable load"), 50), 1e-9, "year by year");
        // The limit is passed within the year that the answer names.
        const double years = load.at("time until the limit");
        CHECK(after(0.05, static_cast<int>(std::floor(years))) <= 0.6);
        CHECK(after(0.05, static_cast<int>(std::ceil(years))) >= 0.6);
    }
}

TEST_CASE("screen reads a file, and tells mistakes like any other command") {
    TemporaryFile file(
        "[[screen]]\ntype = \"clay_liner\"\nname = \"base\"\nhead = \"1 m\"\nthickness = \"0.75 m\"\n"
        "conductivity = \"1e-9 m/s\"\n\n[[screen]]\ntype = \"capture_width\"\nrate = \"5 L/s\"\nthickness = \"10 m\"\n"
        "darcy_flux = \"0.1 m/d\"\n",
        "screen.toml");
    const auto text = galena_program("screen " + file.path);
    CHECK(text.code == 0);
    CHECK(text.output.find("clay_liner 'base'") != std::string::npos);
    CHECK(text.output.find("width far upstream") != std::string::npos);
    CHECK(galena_program("screen capture_widht").output.find("did you mean 'capture_width'?") != std::string::npos);
    const auto wrong = galena_program("screen clay_liner head='1 d' thickness='1 m' conductivity='1e-9 m/s'");
    CHECK(wrong.code == 2);
    CHECK(wrong.output.find("head = \"1 d\" has the unit 'd'") != std::string::npos);
    CHECK(galena_program("screen clay_liner head='1 m'").output.find("lacks 'thickness'") != std::string::npos);
    CHECK(galena_program("screen capture_width rate='1 L/s' plume_width='5 m' thickness='1 m' darcy_flux='1 m/d'").code == 2);
    CHECK(galena_program("screen composite_liner head='1 m' area='1 ha' clay_thickness='1 m' clay_conductivity='1e-9 m/s'").code == 2);
    CHECK(galena_program("screen no_such_file.toml").code == 2);
    CHECK(galena_program("screen clay_liner head").code == 2);
}
