// Boundaries that depend on what the ground gives, against their laws and closed forms.

#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// A row of ten cells of 10 m × 10 m × 10 m with K = 2 m/d and its top at 0 m; steady.
std::string row_of_ten(const std::string& boundaries, const std::string& flow = "regime = \"steady\"\ninitial_head = \"-1 m\"\n",
                       const std::string& length = "1 d") {
    return R"(
[site]
name = "row"
start = 2024-01-01
duration = ")" +
           length + R"("
[grid]
nx = 10
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "2 m/d"
specific_storage = "1e-4 1/m"
porosity = 0.3
[[zone]]
name = "first"
x_max = "10 m"
[[zone]]
name = "last"
x_min = "90 m"
[flow]
tolerance = 1e-13
)" + flow + boundaries;
}

std::string head_on(const std::string& side, double head) {
    return fmt::format("[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead = \"{1:.17g} m\"\n", side, head);
}

SiteRun balanced(const std::string& text) {
    SiteRun run(text);
    run.finish();
    CHECK(run.closure() < 1e-9);
    return run;
}

doctest::Approx exactly(double value) { return doctest::Approx(value).epsilon(1e-9); }

/// From the centre of the first cell to a head on the east side: K · area / distance [m²/d].
constexpr double ground = 200.0 / 95;

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("evapotranspiration falls with the depth of the water table, linearly or as a power") {
        const auto et = [](double outside, const std::string& law) {
            return row_of_ten(head_on("east", outside) + R"(
[[boundary]]
type = "evapotranspiration"
name = "meadow"
zone = "first"
rate = "5 mm/d"
extinction_depth = "2 m"
)" + law);
        };
        const double potential = 0.005 * 100;
        CHECK(balanced(et(3, "")).inflow("meadow") == exactly(-potential));  // the water table stands above the surface
        CHECK(balanced(et(-4, "")).inflow("meadow") == 0.0);
        const auto between = balanced(et(-0.5, ""));
        const double h = between.head(between.cell(5, 5, -5));
        CHECK(between.inflow("meadow") == exactly(-potential * (1 + h / 2)));
        CHECK(between.inflow("meadow") == exactly(-potential * 0.75 / (1 + potential / 2 / ground)));  // series of two conductances
        const auto power = balanced(et(-0.5, "law = \"averyanov\"\nexponent = 3\n"));
        const double deep = power.head(power.cell(5, 5, -5));
        CHECK(power.inflow("meadow") == exactly(-potential * std::pow(1 + deep / 2, 3)));
        CHECK(power.inflow("meadow") == exactly(ground * (deep + 0.5)));
        CHECK_FALSE(power.state().water_exchanges[1].takes_solute);
    }

    TEST_CASE("roots take by depth and by what the ground's pressure lets them") {
        const auto roots = [](double outside, const std::string& more) {
            auto text = row_of_ten(head_on("east", outside) + R"(
[[boundary]]
type = "root_uptake"
name = "maize"
zone = "first"
transpiration = "4 mm/d"
root_depth = "6 m"
)" + more);
            const std::string thickness = "thickness = \"10 m\"";
            return text.replace(text.find(thickness), thickness.size(), thickness + "\ncells = 5");
        };
        // The stress of pressure heads between -4 and -0.25 m is none: all that is wanted is taken, by the shares of the layers.
        const auto taken = [](const SiteRun& run, double z) {
            const auto& exchange = run.state().water_exchanges[1];
            for (std::size_t n = 0; n < exchange.cells.size(); ++n)
                if (exchange.cells[n] == run.cell(5, 5, z)) return -exchange.rate[n] * day / 0.4;
            return 0.0;
        };
        const auto easy = "optimum_dry = \"-60 m\"\n";
        const auto even = balanced(roots(-10, std::string(easy) + "distribution = \"uniform\"\n"));
        for (const double z : {-1.0, -3.0, -5.0}) CHECK(taken(even, z) == exactly(1 / 3.0));
        CHECK(taken(even, -7) == 0.0);
        const auto falling = balanced(roots(-10, easy));
        CHECK(taken(falling, -1) == exactly(5 / 9.0));
        CHECK(taken(falling, -3) == exactly(3 / 9.0));
        CHECK(taken(falling, -5) == exactly(1 / 9.0));
        const auto decaying = balanced(roots(-10, std::string(easy) + "distribution = \"exponential\"\ndecay = 2\n"));
        CHECK(taken(decaying, -3) == exactly((std::exp(-2 / 3.0) - std::exp(-4 / 3.0)) / (1 - std::exp(-2.0))));
        // Saturated: no air. Beyond wilting: nothing to take. Between: in proportion to the pressure head.
        CHECK(balanced(roots(2, "")).inflow("maize") == 0.0);
        CHECK(balanced(roots(-100, "")).inflow("maize") == 0.0);
        const auto dry = balanced(roots(-43, "distribution = \"uniform\"\n"));
        const double pressure = dry.head(dry.cell(5, 5, -3)) + 3;
        CHECK(taken(dry, -3) == exactly((pressure + 80) / 76 / 3));
        const auto wet = balanced(roots(-3.05, "distribution = \"uniform\"\n"));  // the middle layer stands at about -0.2 m
        const double air = wet.head(wet.cell(5, 5, -3)) + 3;
        REQUIRE(air > -0.25);
        REQUIRE(air < -0.1);
        CHECK(taken(wet, -3) == doctest::Approx((-0.1 - air) / 0.15 / 3).epsilon(1e-6));
    }

    TEST_CASE("roots grow and shrink with a series in time") {
        auto text = row_of_ten(head_on("east", -10) + R"(
[[boundary]]
type = "root_uptake"
name = "maize"
zone = "first"
transpiration = "4 mm/d"
optimum_dry = "-60 m"
distribution = "uniform"
root_depth = [{ from = 2024-01-01, value = "2 m" }, { from = 2024-01-02, value = "6 m" }, { from = 2024-01-03, value = "3 m" }]
)",
                               "regime = \"steady\"\ninitial_head = \"-1 m\"\n", "3 d");
        const std::string thickness = "thickness = \"10 m\"";
        text.replace(text.find(thickness), thickness.size(), thickness + "\ncells = 5");
        SiteRun run(text);
        std::map<int, std::vector<double>> shares;  // by the day that ends, from the top down
        run.finish([&](const SiteRun& now) {
            auto& share = shares[static_cast<int>(std::lround(now.days()))];
            for (const double rate : now.state().water_exchanges[1].rate) share.push_back(-rate * day / 0.4);
        });
        const std::map<int, std::vector<double>> expected{{1, {1, 0, 0}}, {2, {1 / 3.0, 1 / 3.0, 1 / 3.0}}, {3, {2 / 3.0, 1 / 3.0, 0}}};
        REQUIRE(shares.size() == expected.size());
        for (const auto& [day_ended, of_layers] : expected)
            for (std::size_t n = 0; n < of_layers.size(); ++n) CHECK(shares[day_ended][n] == exactly(of_layers[n]));
    }

    TEST_CASE("the atmosphere gives and takes what the ground lets it") {
        const auto weather = [](double outside, const std::string& keys) {
            return row_of_ten(head_on("east", outside) + "[[boundary]]\ntype = \"atmosphere\"\nname = \"sky\"\nzone = \"first\"\n" + keys);
        };
        // Half a cell of 5 m under 100 m²: 40 m²/d.
        const double surface = 40;
        CHECK(balanced(weather(-3, "rain = \"6 mm/d\"\nevaporation = \"2 mm/d\"\n")).inflow("sky") == exactly(0.4));
        CHECK(balanced(weather(-3, "rain = \"1 mm/d\"\nevaporation = \"2 mm/d\"\n")).inflow("sky") == exactly(-0.1));
        // More rain than the ground takes: ponded, and the head of the pond drives it.
        const auto flooded = balanced(weather(-3, "rain = \"2 m/d\"\nponding_depth = \"0.1 m\"\n"));
        CHECK(flooded.inflow("sky") == exactly(3.1 * surface * ground / (surface + ground)));
        CHECK(balanced(weather(2, "rain = \"2 m/d\"\n")).inflow("sky") == 0.0);  // it flows over: no rain enters
        // Drier than the air can make it: the pressure of the surface holds.
        const auto parched = balanced(weather(-3, "evaporation = \"2 m/d\"\ncritical_pressure_head = \"-20 m\"\n"));
        CHECK(parched.inflow("sky") == exactly(-17 * surface * ground / (surface + ground)));
    }

    TEST_CASE("a seepage face lets out what stands above it, and nothing in") {
        const auto face = [](double outside, const std::string& keys) {
            return row_of_ten(head_on("east", outside) + "[[boundary]]\ntype = \"seepage_face\"\nname = \"bank\"\n" + keys);
        };
        const double half = 2 * 100 / 5.0, rest = 200.0 / 95, both = half * rest / (half + rest);
        CHECK(balanced(face(3, "side = \"west\"\n")).inflow("bank") == exactly(-(3 + 5) * both));  // the face's middle lies at -5 m
        CHECK(balanced(face(-6, "side = \"west\"\n")).inflow("bank") == 0.0);
        CHECK(balanced(face(3, "side = \"west\"\nwater_level = \"1 m\"\n")).inflow("bank") == exactly(-2 * both));
        CHECK(balanced(face(3, "zone = \"first\"\n")).inflow("bank") == exactly(-3 * 40 * ground / (40 + ground)));  // through its top
    }

    TEST_CASE("a well gives way at the level that limits it") {
        const auto well = [](const std::string& keys) {
            return row_of_ten(head_on("east", 0) + "[[boundary]]\ntype = \"well\"\nname = \"well\"\nx = \"5 m\"\ny = \"5 m\"\n" + keys);
        };
        CHECK(balanced(well("rate = \"-3 m3/d\"\nlowest_level = \"-8 m\"\n")).inflow("well") == exactly(-3));
        // Thiem from the equivalent radius 0.14 √200 m (Peaceman 1983), in series with the ground.
        const double thiem = 2 * std::numbers::pi * 20 / std::log(0.14 * std::sqrt(200.0) / 0.2), both = thiem * ground / (thiem + ground);
        CHECK(balanced(well("rate = \"-30 m3/d\"\nradius = \"20 cm\"\nlowest_level = \"-8 m\"\n")).inflow("well") == exactly(-8 * both));
        CHECK(balanced(well("rate = \"30 m3/d\"\nradius = \"20 cm\"\nhighest_level = \"5 m\"\n")).inflow("well") == exactly(5 * both));
    }

    TEST_CASE("a drain follows the level held in it") {
        SiteRun run(row_of_ten(head_on("east", 0) + R"(
[[boundary]]
type = "drain"
name = "ditch"
zone = "first"
conductance = "3 m2/d"
level = [{ from = 2024-01-01, value = "-1 m" }, { from = 2024-01-06, value = "-2 m" }]
)",
                               "regime = \"steady\"\ninitial_head = \"0 m\"\n", "10 d"));
        std::vector<double> rates;
        run.finish([&](const SiteRun& r) { rates.push_back(r.inflow("ditch")); });
        REQUIRE(rates.size() == 2);
        CHECK(rates[0] == exactly(-3 * ground / (3 + ground)));
        CHECK(rates[1] == exactly(-6 * ground / (3 + ground)));
    }

    TEST_CASE("a barrier stands in series with the ground on its two sides") {
        const auto wall = [](const std::string& keys) {
            return row_of_ten(
                head_on("west", 2) + head_on("east", 0) +
                "[[flow_barrier]]\nname = \"wall\"\nfrom = { x = \"40 m\", y = \"0 m\" }\nto = { x = \"40 m\", y = \"10 m\" }\n" + keys);
        };
        const double clear = 2 * 100 / 100.0;
        const auto leaky = balanced(wall("hydraulic_conductivity = \"0.001 m/d\"\nthickness = \"50 cm\"\n"));
        const double through = 0.002 * 100;
        CHECK(leaky.inflow("west") == exactly(2 * clear * through / (clear + through)));
        CHECK(leaky.head(leaky.cell(35, 5, -5)) - leaky.head(leaky.cell(45, 5, -5)) ==
              exactly(leaky.inflow("west") * (1 / through + 10 / 200.0)));
        // Behind a closed wall nothing flows but rounding, of which no fraction is asked.
        const auto leak = [&](const std::string& keys) { return std::abs(SiteRun(wall(keys)).finish().inflow("west")); };
        CHECK(leak("leakance = \"0 1/d\"\n") < 1e-12);
        // Closed where it covers more than half of a face.
        CHECK(leak("leakance = \"0 1/d\"\ntop = \"5 m\"\nbottom = \"-6 m\"\n") < 1e-12);
    }

    TEST_CASE("conductivity follows its series") {
        const auto flows = [](const std::string& keys) {
            SiteRun run(row_of_ten(
                head_on("west", 2) + head_on("east", 0) + "[[changing_conductivity]]\nname = \"clogging\"\nzone = \"all\"\n" + keys,
                "regime = \"steady\"\ninitial_head = \"0 m\"\n", "10 d"));
            std::vector<double> rates;
            run.finish([&](const SiteRun& r) { rates.push_back(r.inflow("west")); });
            return rates;
        };
        const auto scaled =
            flows("factor = [{ from = 2024-01-01, value = 1 }, { from = 2024-01-04, value = 0.25 }, { from = 2024-01-08, value = 3 }]\n");
        REQUIRE(scaled.size() == 3);
        CHECK(scaled[0] == exactly(4));
        CHECK(scaled[1] == exactly(1));
        CHECK(scaled[2] == exactly(12));
        const auto replaced =
            flows("hydraulic_conductivity = [{ from = 2024-01-01, value = \"1 m/d\" }, { from = 2024-01-05, value = \"4 m/d\" }]\n");
        REQUIRE(replaced.size() == 2);
        CHECK(replaced[0] == exactly(2));
        CHECK(replaced[1] == exactly(8));
    }
}
