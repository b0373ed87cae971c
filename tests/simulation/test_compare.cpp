// galena compare and galena run --scenario: plans of a site side by side.

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "effort.hpp"
#include "program.hpp"
#include "output/hdf5.hpp"
#include "study/comparison_file.hpp"
#include "study/price_spread.hpp"

namespace {

/// The example's site file, shorter when effort is reduced, in a folder of its own.
std::filesystem::path chromium_site(const TemporaryFolder& folder) {
    auto text = file_text(source_folder() + "/examples/chromium_slag/site.toml");
    const auto replace = [&](const std::string& from, const std::string& to) {
        REQUIRE(text.find(from) != std::string::npos);
        text.replace(text.find(from), from.size(), to);
    };
    if (galena::reduced_effort()) {
        replace("duration = \"60 a\"", "duration = \"44 a\"");
        replace("courant = 4", "courant = 12");
        replace("maximum_step = \"60 d\"", "maximum_step = \"180 d\"");
    }
    const auto file = folder / "site.toml";
    std::ofstream(file) << text;
    return file;
}

}  // namespace

TEST_SUITE("long") {
    TEST_CASE("example chromium_slag: eight plans compared") {
        const TemporaryFolder folder;
        const auto site = chromium_site(folder);
        const auto result = galena_program("compare " + site.string() + " --format json --output " + (folder / "out").string());
        INFO(result.output);
        REQUIRE(result.code == 0);
        const auto document = nlohmann::json::parse(result.output);
        REQUIRE(document["scenarios"].size() == 8);
        std::map<std::string, nlohmann::json> figures;
        bool any_pareto = false;
        for (const auto& s : document["scenarios"]) {
            figures[s["scenario"]] = s["figures"];
            any_pareto = any_pareto || s["pareto"] == true;
            CHECK(s["status"] == "finished");
        }
        CHECK(any_pareto);
        const auto number = [&](const std::string& plan, const std::string& figure) { return figures.at(plan).at(figure).get<double>(); };
        // Watching costs money and changes no bit.
        for (const char* what : {"peak/river/CrVI [mg/L]", "final/farm well/CrVI [mg/L]", "left/CrVI/dissolved [kg]"})
            CHECK(number("attenuation", what) == number("do_nothing", what));
        CHECK(number("do_nothing", "net_present_cost [USD]") == 0);
        CHECK(number("attenuation", "net_present_cost [USD]") > 0);
        // Each plan does what it is for.
        const auto left = [&](const std::string& plan) {
            return number(plan, "left/CrVI/dissolved [kg]") + number(plan, "left/CrVI/sorbed [kg]") +
                   number(plan, "left/CrVI/immobile [kg]");
        };
        CHECK(left("removal") < 0.5 * left("do_nothing"));
        CHECK(number("removal", "removed/CrVI/dissolved [kg]") > 0);
        CHECK(number("iron_wall", "final/trench line/CrVI [mg/L]") < 0.1 * number("do_nothing", "final/trench line/CrVI [mg/L]"));
        CHECK(number("iron_wall", "capacity used, where most is [1]") > 0);
        // About 5 mg/L arrive at a wall that lasts 8.6 years at 20 mg/L: it fails after 27 years, in 2049, and is renewed.
        if (!galena::reduced_effort()) CHECK(number("iron_wall", "replacements [1]") == 1);
        CHECK(number("pump_and_treat", "rebound/farm well/CrVI") > 1.3);
        CHECK(number("pump_and_treat", "removed/CrVI/pumped [kg]") > 0);
        CHECK(number("pump_and_treat", "rebound_peak/farm well/CrVI [mg/L]") >
              number("pump_and_treat", "at_shut_off/farm well/CrVI [mg/L]"));
        CHECK(number("pump_and_treat_in_walls", "final/farm well/CrVI [mg/L]") < number("do_nothing", "final/farm well/CrVI [mg/L]"));
        CHECK(number("reduction", "final/farm well/CrVI [mg/L]") < number("do_nothing", "final/farm well/CrVI [mg/L]"));
        CHECK(number("removal", "carbon_dioxide [t]") > 0);
        CHECK(std::filesystem::exists(folder / "out" / "comparison.csv"));
        CHECK(std::filesystem::exists(folder / "out" / "removal" / "tables" / "manifest_removal of the heap.csv"));
    }

    TEST_CASE("a plan with every kind of measure resumes bit by bit") {
        const TemporaryFolder folder;
        auto text = file_text(source_folder() + "/examples/chromium_slag/site.toml");
        text.replace(text.find("duration = \"60 a\""), 17, "duration = \"25 a\"");
        text.replace(text.find("courant = 4"), 11, "courant = 12");
        text.replace(text.find("maximum_step = \"60 d\""), 21, "maximum_step = \"180 d\"");
        text += R"(
[[scenario]]
name = "all"
measures = ["iron wall", "removal of the heap", "plant", "slurry wall", "membrane", "polysulfide", "watching"]
)";
        const auto site = folder / "site.toml";
        std::ofstream(site) << text;
        const auto whole = folder / "whole", parts = folder / "parts";
        REQUIRE(galena_program("run --quiet --scenario all " + site.string() + " --output " + whole.string()).code == 0);
        // After so many steps the measures are at work.
        REQUIRE(galena_program("run --quiet --scenario all --stop-after 40 " + site.string() + " --output " + parts.string()).code == 130);
        CHECK(galena_program("run --quiet " + site.string() + " --resume " + parts.string()).code == 2);  // another scenario
        REQUIRE(galena_program("run --quiet --scenario all " + site.string() + " --resume " + parts.string()).code == 0);
        for (const char* file : {"budget.csv", "observations.csv", "tables/receptors.csv", "tables/effects.csv", "tables/costs.csv"})
            CHECK(file_text(whole / file) == file_text(parts / file));
    }
}

TEST_CASE("example meuse: its plans dig, bind and cover") {
    const TemporaryFolder folder;
    std::filesystem::copy(source_folder() + "/examples/meuse", folder / "meuse", std::filesystem::copy_options::recursive);
    auto text = file_text(folder / "meuse" / "site.toml");
    text.replace(text.find("duration = \"100 a\""), 18, "duration = \"4 a\"");
    // Columns of 80 m: four runs of unsaturated flow in a quarter of the time. The points of observation lie at the edge, beside them.
    const auto points = text.find("[[observation]]");
    text.erase(points, text.find("# ---- plans") - points);
    for (const auto& [fine, coarse] :
         {std::pair{"nx = 80", "nx = 40"}, {"ny = 105", "ny = 53"}, {"dx = \"40 m\"", "dx = \"80 m\""}, {"dy = \"40 m\"", "dy = \"80 m\""}})
        text.replace(text.find(fine), std::string(fine).size(), coarse);
    std::ofstream(folder / "meuse" / "site.toml") << text;
    const auto result =
        galena_program("compare " + (folder / "meuse" / "site.toml").string() + " --format json --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto document = nlohmann::json::parse(result.output);
    std::map<std::string, nlohmann::json> figures;
    for (const auto& s : document["scenarios"]) figures[s["scenario"]] = s["figures"];
    // The same numbers stand in results.h5.
    const auto kept = galena::read_comparison(folder / "out" / "results.h5");
    REQUIRE(kept.size() == document["scenarios"].size());
    for (const auto& scenario : kept)
        for (const auto& [name, value] : figures[scenario.name].items())
            if (!value.is_null()) CHECK(scenario.figure(name) == value.get<double>());
    // The topsoil is 0.2 m thick: what is moved is a whole number of cells of 80 m by 80 m by 0.2 m, of soil above 8 mg/kg of cadmium or
    // 1000 mg/kg of zinc.
    const double moved = figures["excavate_hot_spots"]["soil moved [m3]"];
    CHECK(moved > 0);
    CHECK(moved / 1280 == doctest::Approx(std::round(moved / 1280)).epsilon(1e-9));
    const double zinc = figures["excavate_hot_spots"]["removed/Zn/sorbed [kg]"];
    CHECK(zinc > 500e-6 * moved * 1350);
    CHECK(figures["stabilise"]["left/Zn/sorbed [kg]"] >= figures["do_nothing"]["left/Zn/sorbed [kg]"]);
    CHECK(figures["cover"]["carbon_dioxide [t]"].is_null());  // no emission factor of soil is known
    CHECK(figures["do_nothing"]["carbon_dioxide [t]"] == 0);
}

TEST_CASE("compare: a site without scenarios, and an unknown scenario") {
    const auto none = galena_program("compare " + source_folder() + "/examples/column/site.toml");
    CHECK(none.code == 2);
    CHECK(none.output.find("the site file has no scenario to compare") != std::string::npos);
    const auto unknown = galena_program("run --quiet --scenario removl " + source_folder() + "/examples/chromium_slag/site.toml");
    CHECK(unknown.code == 2);
    CHECK(unknown.output.find("has no scenario 'removl'") != std::string::npos);
    CHECK(unknown.output.find("did you mean 'removal'?") != std::string::npos);
}

TEST_CASE("compare: what scenarios have in common is computed once, and no number changes by that") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << R"([site]
name = "field"
start = 2020-01-01
duration = "3 a"
[grid]
nx = 12
ny = 6
dx = "5 m"
dy = "5 m"
top = "4 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
cells = 2
[[zone]]
name = "spot"
x_max = "30 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "8 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "8.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "7.6 m"
[transport]
courant = 5
maximum_step = "40 d"
[substance.Cd]
initial_concentration = "1 mg/L"
sorption = { type = "linear", distribution_coefficient = "2 L/kg" }
[[receptor]]
name = "east"
boundary = "east"
limit.Cd = "0.05 mg/L"
[[measure]]
type = "pump_and_treat"
name = "plant"
start = 2021-07-01
effluent.Cd = "0.01 mg/L"
well = [{ name = "P", x = "32 m", y = "16 m", rate = "4 m3/d" }]
injection_well = [{ name = "R", x = "3 m", y = "16 m", rate = "2 m3/d" }]
[[measure]]
type = "excavation"
name = "pit"
zone = "spot"
start = 2021-07-01
[[measure]]
type = "stabilisation"
name = "binder"
zone = "spot"
start = 2022-01-01
factor = { Cd = 5 }
[[scenario]]
name = "nothing"
[[scenario]]
name = "plant"
measures = ["plant"]
[[scenario]]
name = "pit"
measures = ["pit"]
[[scenario]]
name = "both"
measures = ["plant", "pit"]
[[scenario]]
name = "binder"
measures = ["binder"]
[[scenario]]
name = "another site"
measures = ["plant"]
set.boundary.west.head = "8.5 m"
[output]
interval = "0.5 a"
vtk = false
)";
    const auto compare = [&](const std::string& how, const char* out) {
        const auto result = galena_program("compare " + how + (folder / "site.toml").string() + " --output " + (folder / out).string());
        INFO(result.output);
        REQUIRE(result.code == 0);
        return result.output;
    };
    const auto told = compare("", "shared");
    CHECK(told.find("5 scenarios are the same until 547 d: computed once") != std::string::npos);
    CHECK(told.find("2 scenarios are the same until 731 d: computed once") != std::string::npos);
    CHECK(compare("--no-sharing ", "alone").find("computed once") == std::string::npos);
    CHECK(file_text(folder / "shared" / "comparison.csv") == file_text(folder / "alone" / "comparison.csv"));
    CHECK(!std::filesystem::exists(folder / "shared" / "shared_start_1"));
    for (const std::string name : {"nothing", "plant", "pit", "both", "binder"}) {
        const galena::Hdf5File shared(folder / "shared" / name / "results.h5", galena::Hdf5File::Mode::read),
            alone(folder / "alone" / name / "results.h5", galena::Hdf5File::Mode::read);
        CHECK(shared.text_attribute("/", "scenario") == name);
        CHECK(shared.read("/time") == alone.read("/time"));
        CHECK(shared.read("/fields/concentration/Cd") == alone.read("/fields/concentration/Cd"));
        CHECK(shared.read_texts("/budget/name") == alone.read_texts("/budget/name"));
        for (const char* array : {"/budget/time", "/budget/in", "/budget/cumulative_out", "/budget/stored", "/budget/closure"})
            CHECK(shared.read(array) == alone.read(array));
        CHECK(shared.read_texts("/observations/name") == alone.read_texts("/observations/name"));
        CHECK(shared.read("/observations/value") == alone.read("/observations/value"));
    }
}

TEST_CASE("compare: facilities cost what is built, missing costs are missing, and nothing done costs nothing") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << R"([site]
name = "heap"
start = 2020-01-01
duration = "4 a"
[grid]
nx = 10
ny = 4
dx = "10 m"
dy = "10 m"
top = "5 m"
[[grid.layer]]
name = "sand"
thickness = "5 m"
[[zone]]
name = "heap"
x_max = "20 m"
y_max = "20 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
[flow]
initial_head = "4 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "3.8 m"
[[boundary]]
type = "waste_pile"
name = "heap"
zone = "heap"
height = "3 m"
bulk_density = "1500 kg/m3"
water_content = 0.2
rain = "500 mm/a"
passage_time = "1 a"
liner = { type = "none" }
leaching.Cd = { type = "constant", concentration = "2 mg/L" }
[transport]
maximum_step = "60 d"
[substance.Cd]
[[receptor]]
name = "east"
boundary = "east"
limit.Cd = "0.05 mg/L"
[[scenario]]
name = "nothing"
[[scenario]]
name = "membrane"
set.boundary.heap.cover = { type = "membrane", leakage = "1 mm/a" }
set.boundary.heap.covered = 2021-01-01
[[scenario]]
name = "removal"
set.boundary.heap.removal = 2021-01-01
set.boundary.heap.removal_to = { distance = "10 km", item = "landfill" }
[[scenario]]
name = "removal nobody knows where to"
set.boundary.heap.removal = 2021-01-01
[[scenario]]
name = "water"
set.boundary.heap.cover = { type = "soil", thickness = "1 m", cost_item = "water" }
[[scenario]]
name = "clay under it"
set.boundary.heap.liner = { type = "composite", clay_thickness = "0.5 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" }
[[scenario]]
name = "clay was there"
set.boundary.heap.liner = { type = "composite", clay_thickness = "0.5 m", clay_conductivity = "1e-9 m/s", holes = "5 1/ha" }
set.boundary.heap.liner_laid = 2010-01-01
[[scenario]]
name = "roof"
set.boundary.heap.rain = "10 mm/a"
[[scenario]]
name = "roof that is paid for"
set.boundary.heap.rain = "10 mm/a"
set.cost.work = [{ name = "roof", item = "roof", quantity = 400, price = 100, start = 2020-01-01, duration = "2 a" }]
[[scenario]]
name = "drier"
set.boundary.heap.rain = "300 mm/a"
assumption = true
[output]
vtk = false
)";
    const auto result =
        galena_program("compare " + (folder / "site.toml").string() + " --format json --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    std::map<std::string, nlohmann::json> plans;
    const auto document = nlohmann::json::parse(result.output);
    for (const auto& s : document["scenarios"]) plans[s["scenario"]] = s;
    const auto figure = [&](const std::string& plan, const std::string& name) { return plans.at(plan)["figures"][name]; };
    const char *cost = "net_present_cost [USD]", *known = "net_present_cost_known [USD]";
    // Discounted by whole years of 365.25 days; 2020 has 366 of them.
    const double in_2021 = std::pow(1.05, -366 / 365.25);
    CHECK(figure("nothing", cost) == 0);
    CHECK(figure("nothing", "missing_prices") == 0);
    CHECK(figure("membrane", cost).get<double>() == doctest::Approx(400 * 14 * in_2021));
    CHECK(figure("membrane", "net_present_cost_high [USD]").get<double>() == doctest::Approx(400 * 25 * in_2021));
    // 1200 m3 at 1500 kg/m3 and 200 kg/m3 of water: dug, hauled, and let into a landfill.
    CHECK(figure("removal", cost).get<double>() == doctest::Approx((1200 * 6 + 2040 * 10 * 0.15 + 2040 * 50) * in_2021));
    CHECK(figure("removal", "waste moved [m3]").get<double>() == doctest::Approx(1200));
    CHECK(figure("removal nobody knows where to", cost).is_null());
    CHECK(figure("removal nobody knows where to", known).get<double>() == doctest::Approx(1200 * 6 * in_2021));
    CHECK(figure("removal nobody knows where to", "missing_prices") == 2);
    CHECK(figure("water", cost).is_null());
    CHECK(figure("water", "missing_prices") == 1);
    CHECK(figure("clay under it", cost).get<double>() == doctest::Approx(400 * (14 + 0.5 * 12)));
    CHECK(figure("clay was there", cost) == 0);
    CHECK(figure("roof", cost).is_null());
    CHECK(plans.at("roof")["unpriced"] == nlohmann::json{"boundary.heap.rain"});
    // Half at the end of either year.
    CHECK(figure("roof that is paid for", cost).get<double>() == doctest::Approx(20000 / 1.05 + 20000 / (1.05 * 1.05)));
    CHECK(figure("drier", cost) == 0);
    // A plan without a known cost is never said to be among the best.
    CHECK(plans.at("roof")["pareto"] != nlohmann::json(true));
    CHECK(plans.at("roof that is paid for")["pareto"].is_boolean());
    CHECK(plans.at("drier")["pareto"].is_null());  // no choice
    CHECK(file_text(folder / "out" / "comparison.csv").find("net_present_cost_known [USD]") != std::string::npos);
    for (const auto& scenario : galena::read_comparison(folder / "out" / "results.h5"))
        CHECK(std::isnan(scenario.pareto) == plans.at(scenario.name)["pareto"].is_null());
}

TEST_CASE("compare: a plan of known cost beats one that costs at least as much, not the other way round") {
    const auto plan = [](const char* name, double cost, double missing, double over_limit) {
        galena::ComparedScenario s;
        s.name = name;
        s.status = "finished";
        s.set(missing > 0 ? "net_present_cost_known [USD]" : "net_present_cost [USD]", cost);
        s.set("missing_prices", missing);
        s.set("worst_final_over_limit", over_limit);
        s.set("longest_exceedance [a]", 1);
        return s;
    };
    std::vector<galena::ComparedScenario> plans{plan("cheap", 100, 0, 2), plan("dear", 200, 0, 1), plan("poor", 150, 0, 3),
                                                plan("at least 120", 120, 1, 2), plan("at least 50", 50, 1, 0.5)};
    galena::judge(plans);
    CHECK(plans[0].pareto == 1);
    CHECK(plans[1].pareto == 1);
    CHECK(plans[2].pareto == 0);
    CHECK(plans[3].pareto == 0);
    CHECK(std::isnan(plans[4].pareto));
}

TEST_CASE("compare: how sure a ranking is under the spread of prices") {
    // Quantiles of the triangular distribution from 0 to 4 with its top at 1: F(1) = 1/4, F(x) = 1 - (4 - x)^2 / 12 above.
    CHECK(galena::triangular_quantile(0, 1, 4, 0.25) == doctest::Approx(1));
    CHECK(galena::triangular_quantile(0, 1, 4, 1 - 1.0 / 12) == doctest::Approx(3));
    CHECK(galena::triangular_quantile(0, 1, 4, 1.0 / 16) == doctest::Approx(0.5));
    CHECK(galena::triangular_quantile(2, 2, 2, 0.3) == 2);
    const auto plan = [](const char* name, std::vector<galena::CostShare> costs, double over_limit) {
        galena::ComparedScenario s;
        s.name = name;
        s.status = "finished";
        double sum = 0;
        for (const auto& cost : costs) sum += cost.mid;
        s.costs = std::move(costs);
        s.set("net_present_cost [USD]", sum);
        s.set("missing_prices", 0);
        s.set("worst_final_over_limit", over_limit);
        s.set("longest_exceedance [a]", 1);
        return s;
    };
    // Equal but for the cost: 75 of its own price; from 0 to 200 around 100; the latter and something more.
    std::vector<galena::ComparedScenario> plans{plan("fixed", {{"own", 75, 75, 75}}, 0.5), plan("spread", {{"iron", 0, 100, 200}}, 0.5),
                                                plan("more", {{"iron", 0, 100, 200}, {"truck", 1, 2, 3}}, 0.5),
                                                plan("cheap and useless", {{"own", 1, 1, 1}}, 5)};
    galena::spread_prices(plans);
    // P(iron < 75) = 75^2 / (2 * 100^2); a Latin hypercube of 4000 draws counts one column to 1/4000.
    const double below = 75.0 * 75 / 2e4;
    CHECK(std::abs(plans[1].figure("probability_cheapest") - below) < 5e-4);
    CHECK(std::abs(plans[0].figure("probability_cheapest") - (1 - below)) < 5e-4);
    CHECK(plans[2].figure("probability_cheapest") == 0);
    CHECK(plans[2].figure("probability_pareto") == 0);
    CHECK(plans[1].figure("probability_pareto") == plans[1].figure("probability_cheapest"));
    // Cheaper than the others in all draws but those in which iron costs less than 1.
    CHECK(plans[3].figure("probability_pareto") > 0.999);
    CHECK(std::isnan(plans[3].figure("probability_cheapest")));  // it keeps no limit
}
