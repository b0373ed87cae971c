// galena compare: what scenarios have in common is computed once, also after measures that they share have begun.

#include <doctest/doctest.h>

#include <fstream>

#include "output/hdf5.hpp"
#include "program.hpp"
#include "study/shared_start.hpp"

using namespace galena;

namespace {

/// The iron begins first and is used up as it goes; its reaction stands at another position in every scenario.
const char* const site = R"([site]
name = "field"
start = 2020-01-01
duration = "3 a"
[grid]
nx = 16
ny = 6
dx = "4 m"
dy = "4 m"
top = "8 m"
[[grid.layer]]
name = "upper"
thickness = "4 m"
[[grid.layer]]
name = "lower"
thickness = "4 m"
[[zone]]
name = "spot"
x_min = "20 m"
x_max = "32 m"
layers = ["upper"]
[[zone]]
name = "trench"
x_min = "48 m"
x_max = "52 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
pH = 6
[flow]
initial_head = "8 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "8.4 m"
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
type = "reactive_barrier"
name = "iron"
zone = "trench"
start = 2020-06-01
thickness = "1 m"
rate.Cd = "0.02 1/h"
capacity.Cd = "0.05 mg/g"
[[measure]]
type = "interception_drain"
name = "ditch"
zone = "spot"
start = 2021-06-01
elevation = "7.5 m"
conductance = "0.2 m2/d"
[[measure]]
type = "stabilisation"
name = "binder"
zone = "spot"
start = 2021-06-01
factor = { Cd = 5 }
[[measure]]
type = "phytoextraction"
name = "willows"
zone = "spot"
start = 2021-12-01
yield = "5 t/ha"
bioaccumulation.Cd = 2
[[scenario]]
name = "nothing"
[[scenario]]
name = "iron"
measures = ["iron"]
[[scenario]]
name = "iron and ditch"
measures = ["ditch", "iron"]
[[scenario]]
name = "iron and binder"
measures = ["iron", "binder"]
[[scenario]]
name = "all of it"
measures = ["willows", "binder", "iron"]
[[scenario]]
name = "binder and willows"
measures = ["iron", "binder", "willows"]
[output]
interval = "0.5 a"
vtk = false
)";

ScenarioStart start(std::vector<StartedMeasure> measures, const std::string& ground = "g") { return {ground, std::move(measures)}; }

}  // namespace

TEST_CASE("stretches go on while scenarios have begun the same") {
    const StartedMeasure a{"a", "a", 10}, b{"b", "b", 20}, c{"c", "c", 30}, from_start{"s", "s", 0}, never{"n", "n", 1e300};
    // nothing | a | a b | a c | b a (another order) | a c on other ground
    const auto found = shared_stretches({start({}), start({a}), start({a, b}), start({a, c}), start({b, a}), start({a, c}, "h")});
    REQUIRE(found.size() == 3);
    CHECK(found[0].until == 10);
    CHECK(found[0].measures.empty());
    CHECK(found[0].scenarios == std::vector<std::size_t>{0, 1, 2, 3, 4});
    CHECK(found[0].leaving == std::vector<std::size_t>{0});
    CHECK(found[1].after == std::optional<std::size_t>(0));
    CHECK(found[1].until == 20);
    CHECK(found[1].measures == std::vector<std::string>{"a"});
    CHECK(found[1].leaving == std::vector<std::size_t>{2, 4});  // the same measures, in another order
    CHECK(found[2].after == std::optional<std::size_t>(1));
    CHECK(found[2].until == 30);
    CHECK(found[2].scenarios == std::vector<std::size_t>{1, 3});
    CHECK(found[2].leaving == std::vector<std::size_t>{1, 3});
    const auto until_c = shared_stretches({start({a}), start({a, c}), start({a, c, never})});
    REQUIRE(until_c.size() == 3);
    CHECK(until_c[1].measures == std::vector<std::string>{"a"});
    CHECK(until_c[1].until == 30);
    CHECK(until_c[2].measures == std::vector<std::string>{"a", "c"});
    CHECK(until_c[2].scenarios == std::vector<std::size_t>{1, 2});
    // What all have from the start is no stretch of its own.
    const auto begun = shared_stretches({start({from_start}), start({from_start, a}), start({a})});
    REQUIRE(begun.size() == 1);
    CHECK(begun[0].until == 10);
    CHECK(begun[0].measures == std::vector<std::string>{"s"});
    CHECK(begun[0].scenarios == std::vector<std::size_t>{0, 1});
    CHECK(shared_stretches({start({a}), start({a})}).size() == 1);
    CHECK(shared_stretches({start({a})}).empty());
    CHECK(shared_stretches({start({}), start({})}).empty());
}

TEST_CASE("compare: a common first measure is computed once, and the numbers are those of runs by themselves") {
    const TemporaryFolder folder;
    std::ofstream(folder / "site.toml") << site;
    const auto compare = [&](const std::string& how, const char* out) {
        const auto result = galena_program("compare " + how + (folder / "site.toml").string() + " --output " + (folder / out).string());
        INFO(result.output);
        REQUIRE(result.code == 0);
        return result.output;
    };
    const auto told = compare("", "shared");
    INFO(told);
    CHECK(told.find("6 scenarios are the same until 152 d: computed once") != std::string::npos);
    CHECK(told.find("5 scenarios are the same until 517 d, with iron: computed once") != std::string::npos);
    CHECK(told.find("2 scenarios are the same until 700 d, with iron, binder: computed once") != std::string::npos);
    CHECK(compare("--no-sharing ", "alone").find("computed once") == std::string::npos);
    CHECK(file_text(folder / "shared" / "comparison.csv") == file_text(folder / "alone" / "comparison.csv"));
    for (const std::string name : {"nothing", "iron", "iron and ditch", "iron and binder", "all of it", "binder and willows"}) {
        CAPTURE(name);
        const Hdf5File shared(folder / "shared" / name / "results.h5", Hdf5File::Mode::read),
            alone(folder / "alone" / name / "results.h5", Hdf5File::Mode::read);
        CHECK(shared.read("/fields/concentration/Cd") == alone.read("/fields/concentration/Cd"));
        // Nobody is sent to a folder that is gone, for a run that is finished.
        const auto log = file_text(folder / "shared" / name / "log.txt");
        CHECK(log.find("the start that scenarios share ends at ") != std::string::npos);
        for (const auto* advice : {"interrupted", "--resume", "shared_start"}) CHECK(log.find(advice) == std::string::npos);
        CHECK(shared.read_texts("/budget/name") == alone.read_texts("/budget/name"));
        for (const char* array : {"/budget/time", "/budget/in", "/budget/cumulative_out", "/budget/stored", "/budget/closure"})
            CHECK(shared.read(array) == alone.read(array));
        for (const char* table : {"costs.csv", "effects.csv", "mass_removed.csv", "receptor_courses.csv"})
            if (name != "nothing" || std::string(table) == "receptor_courses.csv")
                CHECK(file_text(folder / "shared" / name / "tables" / table) == file_text(folder / "alone" / name / "tables" / table));
    }
}
