// galena compare: farmland by evaluation units, per scenario and date, and what measures make of it.

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

/// Ten hectares at pH 5.2, where cadmium is limited to 0.3 and 1.5 mg/kg (GB 15618, other land): five clean ones in the north, four of class
/// 2 and one of class 3 in the south, with rice that was above 0.2 mg/kg (GB 2762) wherever it was sampled.
const char* const fields = R"([site]
name = "fields"
start = 2028-01-01
duration = "4 a"
[grid]
nx = 10
ny = 1
dx = "100 m"
dy = "100 m"
top = "0 m"
[[grid.layer]]
name = "soil"
thickness = "0.2 m"
[[zone]]
name = "north"
x_max = "500 m"
[[zone]]
name = "south"
x_min = "500 m"
[[zone]]
name = "rice fields"
x_min = "500 m"
x_max = "900 m"
[[zone]]
name = "worst"
x_min = "900 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1300 kg/m3"
pH = 5.2
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[transport]
[substance.Cd]
initial_content = { cells = "contents.csv", column = "value", unit = "mg/kg" }
sorption = { type = "linear", distribution_coefficient = "1000 L/kg" }
[farmland]
use = "farmland_other"
[farmland_units]
produce = "produce.csv"
[[farmland_units.unit]]
name = "north"
zone = "north"
[[farmland_units.unit]]
name = "south"
zone = "south"
[[measure]]
type = "agronomic_control"
name = "other water"
zone = "rice fields"
start = 2029-01-01
crop = "rice"
flooded = "100 d"
produce.Cd = { constant = 1.1, per_log_content = 0.75, per_pH = -0.33 }
[[measure]]
type = "agronomic_control"
name = "lime"
zone = "rice fields"
start = 2029-01-01
crop = "rice"
ph_rise = 0.85
produce.Cd = { constant = 1.1, per_log_content = 0.75, per_pH = -0.33 }
[[measure]]
type = "phytoextraction"
name = "stonecrop"
zone = "worst"
yield = "0.1 t/ha"
bioaccumulation.Cd = 0.1
[[scenario]]
name = "nothing"
[[scenario]]
name = "water"
measures = ["other water"]
[[scenario]]
name = "lime"
measures = ["lime"]
[[scenario]]
name = "lime and stonecrop"
measures = ["lime", "stonecrop"]
[[scenario]]
name = "closed"
set.farmland_units.unit.south.control = true
[output]
interval = "1 a"
vtk = false
)";

}  // namespace

TEST_CASE("compare: farmland by class and the safe-use rate against its target, per scenario and date") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << fields;
    std::ofstream(folder / "contents.csv") << "value\n0.1\n0.1\n0.1\n0.1\n1.0\n1.0\n1.0\n1.0\n1.0\n5.0\n";
    std::ofstream(folder / "produce.csv") << "unit,crop,substance,content\nsouth,rice,Cd,0.3\nsouth,rice,Cd,0.5\nsouth,rice,Cd,0.3\n";
    const auto site = (folder / "site.toml").string();
    const auto result = galena_program("compare " + site + " --format json --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    std::map<std::string, nlohmann::json> plans;
    const auto document = nlohmann::json::parse(result.output);
    for (const auto& s : document["scenarios"]) plans[s["scenario"]] = s["figures"];
    const auto figure = [&](const std::string& plan, const std::string& name) { return plans.at(plan).at(name).get<double>(); };
    for (const auto& [plan, figures] : plans) {  // nothing changes the soil itself by as much as a class
        CHECK(figure(plan, "farmland_area/safe use/2032-01-01 [ha]") == doctest::Approx(5).epsilon(1e-12));
        CHECK(figure(plan, "farmland_units/priority_protection/2032-01-01 [ha]") == doctest::Approx(5).epsilon(1e-12));
        CHECK(figure(plan, "farmland_units/safe_use/2032-01-01 [ha]") == doctest::Approx(4).epsilon(1e-12));
        CHECK(figure(plan, "farmland_units/strict_control/2032-01-01 [ha]") == doctest::Approx(1).epsilon(1e-12));
        CHECK(figure(plan, "safe_use_rate/2028-01-01 [%]") == (plan == "closed" ? doctest::Approx(20) : doctest::Approx(0)));
    }
    // 10^(1.1 − 0.33 pH) mg/kg on 1 mg/kg: 0.242 at pH 5.2, 0.127 at 6.05; the limit is 0.2.
    CHECK(figure("nothing", "safe_use_rate/2032-01-01 [%]") == 0);
    CHECK(figure("water", "safe_use_rate/2032-01-01 [%]") == 0);
    CHECK(figure("water", "produce_above_limit/other water/Cd [%]") == doctest::Approx(100));
    CHECK(figure("lime", "safe_use_rate/2032-01-01 [%]") == doctest::Approx(80).epsilon(1e-12));
    CHECK(figure("lime", "produce/lime/Cd [mg/kg]") == doctest::Approx(std::pow(10, 1.1 - 0.33 * 6.05)).epsilon(1e-3));
    CHECK(figure("lime", "safe_use_target_met/2032-01-01") == 0);
    CHECK(figure("lime and stonecrop", "safe_use_rate/2032-01-01 [%]") == doctest::Approx(100).epsilon(1e-12));
    CHECK(figure("lime and stonecrop", "safe_use_target_met/2032-01-01") == 1);
    // Water costs something that nobody has given a price of.
    CHECK(figure("water", "missing_prices") == 1);
    const auto told = galena_program("compare " + site + " --output " + (folder / "told").string()).output;
    CHECK(told.find("80.0 % 95 % missed") != std::string::npos);
    CHECK(told.find("100.0 %   95 % met") != std::string::npos);
}

TEST_CASE("a run tells which target of the safe-use rate is in force") {
    const TemporaryFolder folder;
    std::string text = fields;
    text.replace(text.find("duration = \"4 a\""), 16, "duration = \"3 d\"");
    text.replace(text.find("interval = \"1 a\""), 16, "interval = \"3 d\"");
    text.replace(text.find("2028-01-01"), 10, "2029-12-30");
    text.erase(text.find("[[measure]]"), text.find("[output]") - text.find("[[measure]]"));
    std::ofstream(folder / "site.toml") << text;
    std::ofstream(folder / "contents.csv") << "value\n0.1\n0.1\n0.1\n0.1\n1.0\n1.0\n1.0\n1.0\n1.0\n5.0\n";
    std::ofstream(folder / "produce.csv") << "unit,crop,substance,content\nsouth,rice,Cd,0.3\n";
    const auto result = galena_program("run --quiet " + (folder / "site.toml").string() + " --output " + (folder / "out").string());
    INFO(result.output);
    REQUIRE(result.code == 0);
    const auto rates = file_text(folder / "out" / "tables" / "farmland_safe_use.csv");
    CHECK(rates.find("0,2029-12-30,4,1,0,0,0,missed,missed,5,90\n") != std::string::npos);
    CHECK(rates.find("3,2030-01-02,4,1,0,0,0,missed,missed,5,95\n") != std::string::npos);
}
