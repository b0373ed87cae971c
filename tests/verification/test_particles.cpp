// Particles against travel times and capture zones known in closed form.

#include <array>
#include <numbers>
#include <fstream>

#include "core/parallel.hpp"
#include "simulation/observer.hpp"
#include "side_heads.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A table of the particles of a finished run.
Table table_of(const SiteRun& run, std::string_view name) {
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) return table;
    FAIL("no table ", std::string(name));
    return {};
}

/// Rows of "particles", by column.
struct Ends {
    explicit Ends(const SiteRun& run) : table(table_of(run, "particles")) {}
    [[nodiscard]] const std::vector<double>& numbers(std::string_view column) const {
        for (const auto& c : table.columns)
            if (c.name == column) return c.numbers;
        FAIL("no column ", std::string(column));
        return table.columns[0].numbers;
    }
    [[nodiscard]] std::size_t size() const { return table.columns[0].texts.size(); }
    [[nodiscard]] std::string reason(std::size_t row) const {
        return table.columns[1].texts[row] + (table.columns[2].texts[row].empty() ? "" : " " + table.columns[2].texts[row]);
    }
    [[nodiscard]] double time(std::size_t row) const { return numbers("travel_time")[row]; }  ///< [d]

    Table table;
};

/// A row of 20 cells of 5 m × 10 m × 10 m, K = 2 m/d, porosity 0.25, from 1 m to 0 m over 100 m: q = 0.02 m/d, v = 0.08 m/d.
std::string row(const std::string& more, const std::string& boundaries = R"(
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "1 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
)") {
    return R"(
[site]
name = "row"
start = 2024-01-01
duration = "100 d"
[grid]
nx = 20
ny = 1
dx = "5 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "2 m/d"
porosity = 0.25
bulk_density = "1600 kg/m3"
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-13
)" + boundaries +
           more;
}

const std::string from_12 = "points = [{ x = \"12 m\", y = \"3 m\", z = \"-4 m\" }]\n";

/// A square aquifer around the origin with a well in the cell of the origin: transmissivity 100 m²/d, 10 m thick, porosity 0.2.
std::string well_site(double half, double cell, double rate, const std::string& more) {
    const auto n = static_cast<int>(std::lround(2 * half / cell));
    return fmt::format(R"(
[site]
name = "well"
start = 2024-01-01
duration = "1 d"
origin = ["{0:.17g} m", "{0:.17g} m"]
[grid]
nx = {1}
ny = {1}
dx = "{2:.17g} m"
dy = "{2:.17g} m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "10 m/d"
porosity = 0.2
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-12
[[boundary]]
type = "well"
name = "well"
x = "0 m"
y = "0 m"
rate = "{3:.17g} m3/d"
)",
                       -half, n, cell, -rate) +
           more;
}

/// Relative error of the mean travel time from a ring of radius r to the well, and the spread of the 32 times around the ring.
struct RadialError {
    double mean, spread;
};
RadialError radial_error(double cell, double r) {
    const double half = 15 * 10.0 + 0.5 * cell, rate = 50, transmissivity = 100;  // the origin lies in the middle of a cell
    const double half_cells = cell * (2 * std::floor(half / cell) + 1) / 2;
    const SideHeads heads(half_cells, cell, [&](double x, double y) {
        return rate / (2 * std::numbers::pi * transmissivity) * std::log(std::hypot(x, y) / 100);
    });
    SiteRun run(well_site(half_cells, cell, rate,
                          heads.boundaries + fmt::format("[[particles]]\nname = \"ring\"\nwell = \"well\"\nradius = "
                                                         "\"{} m\"\ncount = 32\n",
                                                         r)),
                heads.folder.path);
    run.finish();
    const Ends ends(run);
    REQUIRE(ends.size() == 32);
    const double exact = std::numbers::pi * 0.2 * 10 * r * r / rate;
    double sum = 0, least = infinite, most = 0;
    for (std::size_t n = 0; n < 32; ++n) {
        CHECK(ends.reason(n) == "captured by boundary well");
        sum += ends.time(n) / 32;
        least = std::min(least, ends.time(n));
        most = std::max(most, ends.time(n));
    }
    return {sum / exact - 1, (most - least) / exact};
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("particles in uniform flow take distance over pore velocity, with retardation as many times as long") {
        SiteRun run(row("[[particles]]\nname = \"water\"\n" + from_12 + "[[particles]]\nname = \"slow\"\nretardation_factor = 3\n" +
                        from_12 + "[[particles]]\nname = \"sorbed\"\ndistribution_coefficient = \"0.5 L/kg\"\n" + from_12 +
                        "[[particles]]\nname = \"back\"\ndirection = \"backward\"\n" + from_12));
        run.finish();
        const Ends ends(run);
        const double water = 88 * 0.25 / 0.02;
        // Rounding, and the 1e-13 of the water that the solver leaves.
        report("particles/uniform", "travel_time [d]:relative", water, ends.time(0), std::abs(ends.time(0) / water - 1), 1e-11,
               "distance over pore velocity");
        CHECK(ends.time(1) == doctest::Approx(3 * water).epsilon(1e-11));
        CHECK(ends.time(2) == doctest::Approx((1 + 1600 * 0.0005 / 0.25) * water).epsilon(1e-11));
        CHECK(ends.time(3) == doctest::Approx(12 * 0.25 / 0.02).epsilon(1e-11));
        CHECK(ends.reason(0) == "left through boundary east");
        CHECK(ends.reason(3) == "entered through boundary west");
        CHECK(ends.numbers("end_x")[0] == doctest::Approx(100));
        CHECK(ends.numbers("end_y")[0] == doctest::Approx(3));
        CHECK(ends.numbers("end_z")[0] == doctest::Approx(-4));
        CHECK(ends.numbers("crossings")[0] == 17);
    }

    TEST_CASE("particles from a divide speed up as recharge gathers: n b / w ln(x / x0)") {
        SiteRun run(row(R"(
[[boundary]]
type = "recharge"
name = "rain"
rate = "1 mm/d"
[[particles]]
name = "rain"
points = [{ x = "7 m", y = "5 m", z = "-5 m" }]
[[particles]]
name = "back"
direction = "backward"
points = [{ x = "80 m", y = "5 m", z = "-2 m" }]
)",
                        "[[boundary]]\ntype = \"fixed_head\"\nname = \"east\"\nside = \"east\"\nhead = \"0 m\"\n"));
        run.finish();
        const Ends ends(run);
        const double exact = 0.25 * 10 / 0.001 * std::log(100 / 7.0);
        // The velocity is linear in x and in z, as Pollock assumes: exact to rounding.
        report("particles/divide", "travel_time [d]:relative", exact, ends.time(0), std::abs(ends.time(0) / exact - 1), 1e-11,
               "velocity w x / (n b), integrated (Haitjema 1995, J. Hydrology 172)");
        CHECK(ends.reason(0) == "left through boundary east");
        // Water at 8 m above the base of 10 m came down through 2 m: t = n b / w ln(b / z).
        CHECK(ends.time(1) == doctest::Approx(0.25 * 10 / 0.001 * std::log(10 / 8.0)).epsilon(1e-11));
        CHECK(ends.reason(1) == "entered through boundary rain");
        CHECK(ends.numbers("end_x")[1] == doctest::Approx(80 * 8 / 10.0).epsilon(1e-11));  // x z is constant on a streamline
    }

    TEST_CASE("particles to a well take the time in which it pumps the water of their circle") {
        const auto coarse = radial_error(10, 100), fine = radial_error(5, 100);
        // Heads are solved to second order in cell size over radius; the well's own cell counts by its water. Of (5/100)² = 0.0025
        // three quarters are reached in the mean; around the ring the times spread with the square cells near the well.
        report("particles/radial", "mean travel_time:relative", std::numbers::pi * 0.2 * 10 * 1e4 / 50,
               std::numbers::pi * 0.2 * 10 * 1e4 / 50 * (1 + fine.mean), std::abs(fine.mean), 2.5e-3, "t = pi n b r^2 / Q");
        CHECK(fine.spread < 0.02);
        CHECK(std::abs(coarse.mean) < 1e-2);
        CHECK(fine.spread < 0.6 * coarse.spread);
    }

    TEST_CASE("a well in uniform flow captures the width of Javandel and Tsang") {
        // q = 0.02 m/d towards +x, b = 10 m, Q = 40 m³/d: far upstream Q/(q b) = 200 m wide, 100 m at the well, stagnation 31.8 m below.
        const double q = 0.02, b = 10, rate = 40, transmissivity = 100, cell = 8, half = 8 * 61 / 2.0;
        const SideHeads heads(half, cell, [&](double x, double y) {
            return -q * x / 10 + rate / (2 * std::numbers::pi * transmissivity) * std::log(std::hypot(x, y) / 100);
        });
        // Starts a metre apart across the flow at the well and 200 m upstream, and along the axis downstream.
        std::string starts = "x,y,z\n";
        for (int n = -120; n < 120; ++n) starts += fmt::format("0,{0},-5\n-200,{0},-5\n", n + 0.5);
        for (int n = 0; n < 240; ++n) starts += fmt::format("{},0,-5\n", 10 + 0.25 * n);
        std::ofstream(heads.folder / "starts.csv") << starts;
        SiteRun run(
            well_site(half, cell, rate, heads.boundaries + "[[particles]]\nname = \"line\"\nfile = \"starts.csv\"\npathlines = false\n"),
            heads.folder.path);
        run.finish();
        const Ends ends(run);
        const auto& x = ends.numbers("start_x");
        double at_well = 0, upstream = 0, below = 10;
        for (std::size_t n = 0; n < ends.size(); ++n) {
            if (ends.reason(n) != "captured by boundary well") continue;
            if (x[n] == 0) at_well += 1;
            else if (x[n] == -200) upstream += 1;
            else below = std::max(below, x[n] + 0.125);
        }
        // The dividing streamline y = Q/(2 b q) (1 − atan(y/X)/π), found by iteration at X = 200 m upstream.
        double y = 50;
        for (int n = 0; n < 200; ++n) y = rate / (2 * b * q) * (1 - std::atan2(y, 200.0) / std::numbers::pi);
        const auto* source = "Javandel & Tsang (1986), Ground Water 24(5)";
        // Half the spacing on each side, and the second order of (8 m / 50 m)² = 2.5 % in the heads near the well.
        report("particles/capture", "width at the well [m]:abs", rate / (2 * b * q), at_well, std::abs(at_well - rate / (2 * b * q)), 2,
               source);
        report("particles/capture", "width 200 m upstream [m]:abs", 2 * y, upstream, std::abs(upstream - 2 * y), 2, source);
        const double stagnation = rate / (2 * std::numbers::pi * b * q);
        // It lies within a cell of 8 m, where the velocity is taken to be linear: known to a quarter of that.
        report("particles/capture", "stagnation point [m]:abs", stagnation, below, std::abs(below - stagnation), 2, source);
    }

    TEST_CASE("the ground a well draws on, times recharge, is what it pumps") {
        // A closed valley with a drain in the east: what the well pumps has to fall on its capture zone.
        SiteRun run(R"(
[site]
name = "valley"
start = 2024-01-01
duration = "1 d"
[grid]
nx = 40
ny = 30
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "12 m"
cells = 3
[[medium]]
hydraulic_conductivity = "8 m/d"
anisotropy_vertical = 0.3
porosity = 0.3
[flow]
regime = "steady"
initial_head = "0 m"
tolerance = 1e-12
[[boundary]]
type = "recharge"
name = "rain"
rate = "1 mm/d"
[[zone]]
name = "ditch"
x_min = "390 m"
layers = ["1"]
[[boundary]]
type = "drain"
name = "ditch"
zone = "ditch"
elevation = "-1 m"
conductance = "20 m2/d"
[[boundary]]
type = "well"
name = "well"
x = "205 m"
y = "145 m"
rate = "-30 m3/d"
[[zone]]
name = "ground"
top_cells = true
[[particles]]
name = "rain"
zone = "ground"
on_top = true
per_cell = [2, 2, 1]
pathlines = false
)");
        run.finish();
        const auto zones = table_of(run, "capture_zones");
        REQUIRE(zones.columns[4].numbers.size() == 1);
        const double area = zones.columns[4].numbers[0] * 1e4, exact = 30 / 0.001;
        // The edge of the zone is some 2 · 400 m long and known to within a start's 5 m: of random sign, as the square root of their
        // number, √160 · 25 m²; doubled.
        report("particles/capture", "capture area of recharge [m2]:abs", exact, area, std::abs(area - exact), 700,
               "water balance: area times recharge is the rate pumped");
        // Whatever does not end at the well ends in the ditch, and nothing anywhere else.
        const Ends ends(run);
        REQUIRE(ends.size() == 4800);
        for (std::size_t n = 0; n < ends.size(); ++n)
            CHECK((ends.reason(n) == "captured by boundary well" || ends.reason(n) == "captured by boundary ditch" ||
                   ends.reason(n) == "stopped at weak sink ditch"));
        // The map says the same as the table.
        for (const auto& field : run.simulation().model_observers().front()->fields())
            if (field.name == "taken_by_rain") {
                double mapped = 0;
                for (const Index c : run.domain().zones.all().at("ground"))
                    if ((*field.values)[c] == 3) mapped += run.grid().area(c);
                CHECK(mapped == doctest::Approx(area).epsilon(0.05));  // by whole cells
            }
    }

    TEST_CASE("a particle passes layers that follow surfaces in the time of the water they hold") {
        // A wedge from 4 m to 12 m thick over 100 m: t = n V / Q whatever the shape, and the relative height stays.
        std::string surface = "x,y,bottom\n";
        for (int i = 0; i < 20; ++i) surface += fmt::format("{},5,{:.17g}\n", 5 * i + 2.5, -4 - 8 * (5 * i + 2.5) / 100);
        const TemporaryFile file(surface, "bottom.csv");
        auto site = row("[[particles]]\nname = \"through\"\npoints = [{ x = \"0 m\", y = \"5 m\", z = \"-1.05 m\" }]\n");
        const std::string level = "thickness = \"10 m\"";
        site.replace(site.find(level), level.size(),
                     "bottom = { points = \"bottom.csv\", column = \"bottom\", unit = \"m\", method = \"nearest\" }");
        SiteRun run(site, file.folder);
        run.finish();
        const Ends ends(run);
        const double volume = 0.5 * (4 + 12) * 100 * 10, exact = 0.25 * volume / run.inflow("west");
        CHECK(ends.reason(0) == "left through boundary east");
        report("particles/wedge", "travel_time [d]:relative", exact, ends.time(0), std::abs(ends.time(0) / exact - 1), 1e-11,
               "volume of water over flux");
        CHECK(ends.numbers("end_z")[0] ==
              doctest::Approx(-1.05 / 4.2 * 11.8).epsilon(1e-11));  // a quarter down the last cell, as the first
    }

    TEST_CASE("particles under a water table keep to the water below it") {
        // Dupuit: q = K (h1² − h2²) / 2L, h² linear in x, and t = n/q ∫ h dx.
        auto site = row("[[particles]]\nname = \"through\"\npoints = [{ x = \"0 m\", y = \"5 m\", z = \"-6 m\" }]\n", R"(
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "-2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "-6 m"
)");
        site.replace(site.find("tolerance = 1e-13"), 17, "formulation = \"water_table\"\ntolerance = 1e-11");
        SiteRun run(site);
        run.finish();
        const Ends ends(run);
        const double h1 = 8, h2 = 4, q = 2 * (h1 * h1 - h2 * h2) / 200;
        const double exact = 0.25 / q * 2 * 100 * (h1 * h1 * h1 - h2 * h2 * h2) / (3 * (h1 * h1 - h2 * h2));
        CHECK(ends.reason(0) == "left through boundary east");
        // Upstream weighting takes the saturated thickness half a cell too far upstream: 2.5 m · dh/dx over h, 1 to 2.5 %.
        report("particles/dupuit", "travel_time [d]:relative", exact, ends.time(0), std::abs(ends.time(0) / exact - 1), 0.025,
               "Dupuit (1863): q = K (h1^2 - h2^2) / 2L");
        // Half-way between base and water table at the start, and so at the end.
        CHECK(ends.numbers("end_z")[0] == doctest::Approx(-10 + 0.5 * 4).epsilon(0.05));
    }

    TEST_CASE("particles move with the steps of a flow that changes, and go back when it turns") {
        // The head in the west falls below the east's on day 40: 40 d at 0.08 m/d, then 60 d at 0.04 m/d back. Released on day 10.
        const auto turning = R"(
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = [{ from = 2024-01-01, value = "1 m" }, { from = 2024-02-10, value = "-0.5 m" }]
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
)";
        SiteRun run(row("[output]\ninterval = \"7 d\"\n[[particles]]\nname = \"late\"\nrelease_time = \"10 d\"\n" + from_12 +
                            "[[particles]]\nname = \"first\"\nmoment = \"20 d\"\n" + from_12 +
                            "[[particles]]\nname = \"back\"\ndirection = \"backward\"\nmaximum_time = \"50 d\"\n" + from_12,
                        turning));
        run.finish();
        const Ends ends(run);
        CHECK(ends.reason(0) == "time over");
        CHECK(ends.time(0) == doctest::Approx(90).epsilon(1e-14));
        CHECK(ends.numbers("end_x")[0] == doctest::Approx(12 + 30 * 0.08 - 60 * 0.04).epsilon(1e-11));
        CHECK(ends.time(1) == doctest::Approx(88 / 0.08).epsilon(1e-11));                   // of day 20, as if it lasted
        CHECK(ends.numbers("end_x")[2] == doctest::Approx(12 + 50 * 0.04).epsilon(1e-11));  // against the flow of the end
    }

    TEST_CASE("one thread and two move particles alike, bit by bit") {
        const auto ends_with = [](int threads) {
            set_thread_count(threads);
            SiteRun run(row("[[particles]]\nname = \"all\"\nzone = \"all\"\nper_cell = [3, 3, 3]\n"));
            run.finish();
            const auto lines = table_of(run, "pathlines");
            std::vector<double> all;
            for (const auto& column : lines.columns) all.insert(all.end(), column.numbers.begin(), column.numbers.end());
            return all;
        };
        const int before = thread_count();
        const auto one = ends_with(1), two = ends_with(2);
        set_thread_count(before);
        REQUIRE(one.size() > 540 * 5);
        CHECK(one == two);
    }

    TEST_CASE("particles tell why they ended") {
        SiteRun run(row(R"(
[[zone]]
name = "middle"
x_min = "50 m"
x_max = "55 m"
[[boundary]]
type = "drain"
name = "ditch"
zone = "middle"
elevation = "0.3 m"
conductance = "0.5 m2/d"
[[particles]]
name = "passes"
weak_sink = "pass"
)" + from_12 + "[[particles]]\nname = \"any\"\nweak_sink_fraction = 0\n" +
                        from_12 + "[[particles]]\nname = \"half\"\n" + from_12 +
                        "[[particles]]\nname = \"short\"\nmaximum_time = \"3 d\"\n" + from_12 +
                        "[[particles]]\nname = \"few\"\nmaximum_crossings = 2\n" + from_12 +
                        "[[particles]]\nname = \"patient\"\nstagnant_after = \"1 d\"\n" + from_12));
        run.finish();
        const Ends ends(run);
        CHECK(run.inflow("ditch") < 0);
        CHECK(run.inflow("east") < 0);
        CHECK(ends.reason(0) == "left through boundary east");
        CHECK(ends.reason(1) == "stopped at weak sink ditch");
        CHECK(ends.reason(2) == "left through boundary east");  // the ditch takes less than half
        CHECK(ends.reason(3) == "time over");
        CHECK(ends.time(3) == doctest::Approx(3).epsilon(1e-14));
        CHECK(ends.reason(4) == "too many crossings");
        CHECK(ends.numbers("crossings")[4] == 2);
        CHECK(ends.reason(5) == "stagnant");
    }
}
