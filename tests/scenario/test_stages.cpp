// Measures in stages, and what scenarios choose of them and change in them.

#include <doctest/doctest.h>

#include <algorithm>

#include "scenario/scenario.hpp"

using namespace galena;

namespace {

const char* const site = R"([[measure]]
type = "excavation"
name = "pit"
margin = "1 m"
[[measure.stage]]
zone = "north"
start = 2022-01-01
[[measure.stage]]
zone = "south"
start = 2023-01-01
margin = "2 m"
[[measure.stage]]
name = "last"
zone = "east"
[[measure]]
type = "cover"
name = "membrane"
)";

/// The measures of the first scenario, stages apart: "pit, stage 1: zone north, margin 1 m".
std::vector<std::string> measures_of(const std::string& scenario, Diagnostics& diagnostics, const std::string& only = {}) {
    auto tree = parse_toml(site + ("[[scenario]]\nname = \"a\"\n" + scenario), "s.toml");
    take_scenario(tree, "a" + only, "s.toml", diagnostics);
    expand_stages(tree);
    std::vector<std::string> all;
    const auto* list = tree.find("measure");
    for (const auto& item : list ? list->value.items : std::vector<Node>{}) {
        std::string text = item.find("name")->value.text;
        for (const char* key : {"zone", "margin"})
            if (const auto* entry = item.find(key)) text += std::string(", ") + key + " " + entry->value.text;
        all.push_back(text);
    }
    return all;
}

std::vector<std::string> measures_of(const std::string& scenario) {
    Diagnostics diagnostics;
    auto all = measures_of(scenario, diagnostics);
    CHECK(!diagnostics.has_errors());
    return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a scenario has a measure with all its stages, or some of them") {
    const Texts all{"pit, stage 1, zone north, margin 1 m", "pit, stage 2, zone south, margin 2 m", "last, zone east, margin 1 m"};
    CHECK(measures_of("measures = [\"pit\"]\n") == all);
    CHECK(measures_of("measures = [\"pit, stage 2\"]\n") == Texts{all[1]});
    CHECK(measures_of("measures = [\"last\", \"membrane\", \"pit, stage 1\"]\n") == Texts{all[2], "membrane", all[0]});
    CHECK(measures_of("measures = [\"pit\"]\nwithout = [\"measure.pit, stage 1\"]\n") == Texts{all[1], all[2]});
    CHECK(measures_of("measures = [\"membrane\"]\n") == Texts{"membrane"});
    CHECK(measures_of("") == Texts{});
}

TEST_CASE("a scenario overrides a measure in all its stages, or one stage") {
    CHECK(measures_of("measures = [\"pit\"]\nset.measure.pit.margin = \"3 m\"\n") ==
          Texts{"pit, stage 1, zone north, margin 3 m", "pit, stage 2, zone south, margin 2 m", "last, zone east, margin 3 m"});
    CHECK(measures_of("measures = [\"pit\"]\nset.measure.\"pit, stage 2\".margin = \"3 m\"\nset.measure.last.zone = \"west\"\n") ==
          Texts{"pit, stage 1, zone north, margin 1 m", "pit, stage 2, zone south, margin 3 m", "last, zone west, margin 1 m"});
}

TEST_CASE("what runs share is a scenario with some of its measures") {
    Diagnostics diagnostics;
    const auto only = [](const Texts& names) { return scenario_with_only("", names); };
    CHECK(measures_of("measures = [\"pit\", \"membrane\"]\n", diagnostics, only({"membrane"})) == Texts{"membrane"});
    CHECK(measures_of("measures = [\"pit\", \"membrane\"]\n", diagnostics, only({"last", "pit, stage 1"})) ==
          Texts{"pit, stage 1, zone north, margin 1 m", "last, zone east, margin 1 m"});
    CHECK(measures_of("measures = [\"pit\", \"membrane\"]\n", diagnostics, only({})) == Texts{});
    CHECK(!diagnostics.has_errors());
}

TEST_CASE("a stage that is not there is a mistake with the nearest name") {
    Diagnostics diagnostics;
    measures_of("measures = [\"pit, stage 4\"]\nset.measure.\"pit, stgae 2\".margin = \"3 m\"\n", diagnostics);
    REQUIRE(diagnostics.all().size() == 2);
    CHECK(diagnostics.all()[0].what == "scenario 'a': there is no measure 'pit, stage 4'");
    CHECK(diagnostics.all()[1].what == "the base site has no measure 'pit, stgae 2' to change");
    CHECK(diagnostics.all()[1].hint == "did you mean 'pit, stage 2'?");
}

TEST_CASE("what a scenario sets of a stage that it does not do is a mistake") {
    Diagnostics diagnostics;
    const std::string set = "set.measure.\"pit, stage 2\".margin = \"3 m\"\n";
    measures_of("measures = [\"pit, stage 1\"]\n" + set, diagnostics);
    REQUIRE(diagnostics.all().size() == 1);
    CHECK(diagnostics.all()[0].what == "measure 'pit, stage 2' is given and not used: scenario 'a' does not do that stage");
    for (const char* done : {"\"pit, stage 2\"", "\"pit\"", "\"last\", \"pit, stage 2\""})
        measures_of("measures = [" + std::string(done) + "]\n" + set);
}

TEST_CASE("a measure that a scenario names twice, or beside its own stage, is a mistake in the scenario's line") {
    const auto lines = std::count(site, site + std::string(site).size(), '\n');
    const auto check = [&](const std::string& names, const std::string& again) {
        Diagnostics diagnostics;
        measures_of("measures = [" + names + "]\n", diagnostics);
        REQUIRE(diagnostics.all().size() == 1);
        CHECK(diagnostics.all()[0].what == "scenario 'a' names '" + again + "' a second time");
        CHECK(diagnostics.all()[0].place.line == lines + 3);
    };
    check("\"pit, stage 2\", \"pit\"", "pit, stage 2");
    check("\"pit\", \"pit, stage 1\"", "pit, stage 1");
    check("\"membrane\", \"membrane\"", "membrane");
}

TEST_CASE("the base site with some of its measures, whatever scenarios do") {
    Diagnostics diagnostics;
    auto tree = parse_toml(std::string(site) + "[[scenario]]\nname = \"a\"\n", "s.toml");
    take_scenario(tree, scenario_with_only("", {"pit, stage 2"}), "s.toml", diagnostics);
    REQUIRE(tree.find("measure"));
    REQUIRE(tree.find("measure")->value.items.size() == 1);
    CHECK(tree.find("measure")->value.items[0].find("zone")->value.text == "south");
    CHECK(!diagnostics.has_errors());
}
