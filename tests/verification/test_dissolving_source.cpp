// Source zones that are used up: at solubility, and weakening with a power of the mass left.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double discharge = 0.1, water = 0.3, solubility = 0.1, mass = 0.5;  // m³/d, m³, kg/m³, kg

/// Clean water enters a cell that holds the source, at the source's concentration in the beginning, and leaves through four more.
std::string site(double exponent, double dt, double days, const std::string& more = "") {
    return fmt::format(R"(
site = {{ name = "source", start = 2024-01-01, duration = "{2} d" }}
medium = [{{ hydraulic_conductivity = "1 m/d", porosity = 0.3, bulk_density = "1600 kg/m3" }}]
zone = [{{ name = "first", x_max = "1 m" }}]
flow = {{ regime = "steady", initial_head = "0 m" }}
boundary = [{{ type = "fixed_head", name = "inlet", side = "west", head = "0.5 m" }},
            {{ type = "fixed_head", name = "outlet", side = "east", head = "0 m" }}]
transport = {{ courant = 1e6, initial_step = "{1} d", maximum_step = "{1} d" }}
source = [{{ type = "dissolving", name = "slag", substance = "Zn", zone = "first", mass = "0.5 kg", solubility = "100 mg/L", dissolution_rate = "1e6 1/d", exponent = {0} }}]
[grid]
nx = 5
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
layer = [{{ name = "sand", thickness = "1 m" }}]
[substance.Zn]
initial_concentration = "100 mg/L"
{3})",
                       exponent, dt, days, more);
}

double dissolved(const SiteRun& run) { return run.entry("Zn", "slag").cumulative_in - run.entry("Zn", "slag").cumulative_out; }

/// The time at which the share m of the mass is left: d(M + W C)/dt = −Q C with C = C_s m^Γ, integrated.
double time_of(double m, double exponent) {
    const double rate = discharge * solubility / mass, held = water * solubility / mass;
    const double depleted = exponent == 1 ? -std::log(m) : (1 - std::pow(m, 1 - exponent)) / (1 - exponent);
    return (depleted - held * exponent * std::log(m)) / rate;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("a source depletes as the power of its mass says") {
        for (const double exponent : {0.0, 0.5, 1.0, 2.0}) {
            double before = 0;
            for (const double dt : {0.5, 0.25, 0.125}) {
                SiteRun run(site(exponent, dt, 30));
                run.finish();
                CHECK(run.closure() < 1e-11);
                const double left = 1 - dissolved(run) / mass, error = std::abs(time_of(left, exponent) - 30);
                CAPTURE(exponent);
                CAPTURE(dt);
                CAPTURE(error);
                // By the mass at the beginning of a step: first order.
                if (before > 0) CHECK(observed_order(before, error) > 0.85);
                if (dt == 0.125)
                    report("dissolving_source", fmt::format("mass_left_at_exponent_{}:days", exponent), 30, time_of(left, exponent), error,
                           0.02 * 30, "Falta, Rao & Basu 2005, eq. 5 with the water of the source");
                before = error;
            }
        }
    }

    TEST_CASE("a source is used up, and gives no more than it had") {
        SiteRun run(site(0, 0.5, 200));
        double last = 0;
        run.finish([&](const SiteRun& now) {
            const double given = dissolved(now);
            CHECK(given >= last);
            CHECK(given <= mass * (1 + 1e-12));
            last = given;
            for (Index c = 0; c < 5; ++c) CHECK(now.concentration(c) <= solubility * (1 + 1e-12));
        });
        CHECK(last == doctest::Approx(mass).epsilon(1e-3));
        CHECK(run.closure() < 1e-11);
    }

    TEST_CASE("a loading that halves brings in its integral") {
        auto text = site(0, 0.7, 40);
        const auto from = text.find("source = "), to = text.find("[grid]");
        text.replace(
            from, to - from,
            R"(source = [{ type = "mass_loading", name = "slag", substance = "Zn", zone = "first", rate = "2 g/d", half_life = "5 d" }]
)");
        SiteRun run(text);
        run.finish();
        // ∫ 2 g/d · 2^(−t/5 d) dt over 40 d, whatever the steps.
        CHECK(dissolved(run) == doctest::Approx(2e-3 * 5 / std::log(2.0) * (1 - std::pow(2.0, -8))).epsilon(1e-12));
        CHECK(run.closure() < 1e-11);
    }
}
