// What comes onto the ground from the air, the field and a failed dam: published figures, and balances.

#include <cmath>
#include <numbers>

#include "facility/dam_failure.hpp"
#include "facility/dust.hpp"
#include "facility/green_ampt.hpp"
#include "facility_releases.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25 * day;

void compare(const char* quantity, double expected, double found, double relative, const char* source) {
    report("areal_sources", std::string(quantity) + ":relative", expected, found, std::abs(found / expected - 1), relative, source);
}

/// A square of ground, 4.1 km wide in cells of 100 m, with nothing but diffusion; its middle cell is the zone "pond".
std::string plain(const std::string& sources, const char* duration = "2 a") {
    return fmt::format(R"([site]
name = "plain"
start = 2020-01-01
duration = "{}"
[grid]
nx = 41
ny = 41
dx = "100 m"
dy = "100 m"
top = "0 m"
[[grid.layer]]
name = "soil"
thickness = "0.2 m"
[[zone]]
name = "pond"
x_min = "2000 m"
x_max = "2100 m"
y_min = "2000 m"
y_max = "2100 m"
[[medium]]
porosity = 0.4
bulk_density = "1300 kg/m3"
[transport]
initial_step = "30 d"
maximum_step = "100 d"
[substance.Cd]
)",
                       duration) +
           sources;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("wind erosion as AP-42 says") {
        // Rounded to whole grams in the source.
        report_difference("areal_sources", "erosion, 17 m/s, threshold 0.3 [g/m2]:abs", 36,
                          1e3 * erosion_potential(friction_velocity(17), 0.3), 0.5, "US EPA AP-42, 13.2.5");
        report_difference("areal_sources", "erosion, 17 m/s, threshold 0.54 [g/m2]:abs", 17,
                          1e3 * erosion_potential(friction_velocity(17), 0.54), 0.5, "US EPA AP-42, 13.2.5");
        CHECK(erosion_potential(friction_velocity(5), 0.3) == 0);
    }

    TEST_CASE("a plume lets fall what it loses") {
        for (const auto stability : {Stability::A, Stability::D, Stability::F}) {
            const double wind = 3, velocity = 0.05, near = 50, far = 5000, angle = std::numbers::pi / 8;
            // ∫ deposition · x · angle dx in ln x, by Simpson on 400 intervals.
            const int intervals = 400;
            const double step = std::log(far / near) / intervals;
            double fallen = 0;
            for (int k = 0; k <= intervals; ++k) {
                const double x = near * std::exp(k * step), weight = k == 0 || k == intervals ? 1 : k % 2 ? 4 : 2;
                fallen += weight * sector_deposition(x, near, angle, wind, velocity, stability) * x * angle * x;
            }
            fallen *= step / 3;
            CHECK(fallen == doctest::Approx(1 - airborne_share(far, near, wind, velocity, stability)).epsilon(1e-5));
        }
        // Where σz = a x the loss is a power law: (x/x0)^(−√(2/π) vd/(u a)).
        compare("airborne share, class A", std::pow(100, -std::sqrt(2 / std::numbers::pi) * 0.05 / (3 * 0.2)),
                airborne_share(5000, 50, 3, 0.05, Stability::A), 1e-10, "Chamberlain 1953");
    }

    TEST_CASE("dust falls downwind, and no more than was set free") {
        const auto deposited = [](const std::string& rose) {
            SiteRun run(plain(R"([[source]]
type = "wind_dust"
name = "dust"
substance = "Cd"
zone = "all"
emitter = "pond"
content = "25 mg/kg"
particle_share = 1
deposition_velocity = "0.1 m/s"
gust = [ { speed = "12 m/s", number = "40 1/a" }, { speed = "17 m/s", number = "6 1/a" } ]
wind = )" + rose + "\n"));
            run.finish();
            const auto at = [&](double x, double y) { return run.concentration(run.cell(x, y, -0.1)); };
            struct {
                double total, north, east, far_east, on_zone, elsewhere, beyond;
            } found{run.entry("Cd", "dust").cumulative_in,
                    at(2050, 2550),
                    at(2550, 2050),
                    at(3550, 2050),
                    released(run, "dust", "dust on the zone", "Cd"),
                    released(run, "dust", "dust on the rest of the grid", "Cd"),
                    released(run, "dust", "dust beyond the grid", "Cd")};
            CHECK(run.closure() < 1e-9);
            return found;
        };
        const auto even =
            deposited(R"([ { from = "0 degree", share = 0.25, speed = "4 m/s" }, { from = "90 degree", share = 0.25, speed = "4 m/s" },
  { from = "180 degree", share = 0.25, speed = "4 m/s" }, { from = "270 degree", share = 0.25, speed = "4 m/s" } ])");
        const auto westerly =
            deposited(R"([ { from = "0 degree", share = 0.1, speed = "4 m/s" }, { from = "90 degree", share = 0.1, speed = "4 m/s" },
  { from = "180 degree", share = 0.1, speed = "4 m/s" }, { from = "270 degree", share = 0.7, speed = "4 m/s" } ])");
        const double set_free =
            (40 * erosion_potential(friction_velocity(12), 0.3) + 6 * erosion_potential(friction_velocity(17), 0.3)) * 1e4 * 2 * 25e-6;
        CHECK(even.total < set_free);
        CHECK(even.total > 0.2 * set_free);
        // Every gram is somewhere, and what leaves is what a plume of class D still holds 2 to 2.9 km from the middle: the edge of a square.
        for (const auto& found : {even, westerly}) {
            CHECK(found.on_zone == doctest::Approx(found.total).epsilon(1e-9));
            CHECK(found.on_zone + found.elsewhere + found.beyond == doctest::Approx(set_free).epsilon(1e-9));
            CHECK(found.elsewhere >= 0);
            CHECK(found.beyond < set_free * airborne_share(2050, 50, 4, 0.1, Stability::D));
            CHECK(found.beyond > set_free * airborne_share(2050 * std::sqrt(2.0), 50, 4, 0.1, Stability::D));
        }
        CHECK(even.north == doctest::Approx(even.east).epsilon(1e-12));
        CHECK(even.far_east < 0.5 * even.east);
        CHECK(westerly.east == doctest::Approx(2.8 * even.east).epsilon(1e-9));
        CHECK(westerly.north == doctest::Approx(0.4 * even.north).epsilon(1e-9));
    }

    TEST_CASE("irrigation, fertiliser and deposition bring what they say") {
        // The paddy field of a budget: 800 mm/a with 4 ug/L, 4 g/ha/a from the air, 0.6 g/ha/a in fertiliser: 36.6 g/ha/a.
        SiteRun run(plain(R"([[source]]
type = "irrigation"
name = "water"
substance = "Cd"
zone = "pond"
depth = "800 mm/a"
concentration = "0.004 mg/L"
[[source]]
type = "atmospheric_deposition"
name = "air"
substance = "Cd"
zone = "pond"
flux = "4 g/ha/a"
[[source]]
type = "fertiliser"
name = "phosphate"
substance = "Cd"
zone = "pond"
application = "300 kg/ha/a"
content = "2 mg/kg"
)"));
        run.finish();
        const auto grams = [&](const char* name) { return 1e3 * run.entry("Cd", name).cumulative_in / 2; };
        CHECK(grams("water") == doctest::Approx(32).epsilon(1e-9));
        CHECK(grams("air") == doctest::Approx(4).epsilon(1e-9));
        compare("cadmium onto a field [g/ha/a]", 36.6, grams("water") + grams("air") + grams("phosphate"), 1e-9, "sum of the inputs");
    }

    TEST_CASE("Green and Ampt") {
        const double k = 2e-6, s = (0.5 + 0.2) * 0.25;
        for (const double t : {1.0, 1e3, 1e5, 1e7}) {
            const double f = green_ampt(t, k, 0.5, 0.2, 0.25);
            CHECK(f - s * std::log1p(f / s) == doctest::Approx(k * t).epsilon(1e-9));
        }
        // Early: √(2 s K t); late: K t and more.
        CHECK(green_ampt(1, k, 0.5, 0.2, 0.25) == doctest::Approx(std::sqrt(2 * s * k)).epsilon(2e-3));
        CHECK(green_ampt(1e8, k, 0.5, 0.2, 0.25) / (k * 1e8) == doctest::Approx(1).epsilon(0.01));
    }

    TEST_CASE("spilled tailings give their water until they are cleaned up") {
        const auto mass = [](const char* delay) {
            SiteRun run(plain(fmt::format(R"([[source]]
type = "spilled_tailings"
name = "deposit"
substance = "Cd"
zone = "pond"
failure = 2020-03-01
clean_up_after = "{}"
thickness = "1.5 m"
concentration = "0.3 mg/L"
)",
                                          delay)));
            run.finish();
            return run.entry("Cd", "deposit").cumulative_in;
        };
        CHECK(mass("10 d") == doctest::Approx(green_ampt(10 * day, 1e-7, 1.5, 0.2, 0.25) * 1e4 * 0.3e-3).epsilon(1e-9));
        CHECK(mass("600 d") == doctest::Approx(1.5 * 0.3 * 1e4 * 0.3e-3).epsilon(1e-9));  // all it has
    }

    TEST_CASE("volume and run-out of dam failures") {
        // 5 million m³ behind 40 m; two or three digits in the source.
        const auto rico = rico_2008(5, 40), lall = concha_larrauri_lall_2018(5, 40);
        compare("volume set free [1e6 m3] (Rico)", 1.80, rico.volume, 0.005, "Rico et al. 2008");
        compare("run-out [km] (Rico)", 27, rico.runout, 0.02, "Rico et al. 2008");
        compare("volume set free [1e6 m3] (Concha Larrauri & Lall)", 1.55, lall.volume, 0.005, "Concha Larrauri & Lall 2018");
        compare("run-out [km] (Concha Larrauri & Lall)", 15, lall.runout, 0.03, "Concha Larrauri & Lall 2018");
        compare("area covered [km2]", 1.1, inundated_area(1.55e6) / 1e6, 0.05, "Ghahramani et al. 2020");
    }
}
