// Every law registers itself from its own file: a registration that the linker drops, or a file that is forgotten, is seen here.

#include <algorithm>
#include <doctest/doctest.h>
#include <fmt/ranges.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <nlohmann/json.hpp>

#include "paths.hpp"
#include "report/reference.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/section.hpp"
#include "scenario/site.hpp"
#include "simulation/equation.hpp"
#include "simulation/observer.hpp"

using namespace galena;

// Reading a site also links the engine's own tables: the linker leaves them out of a program that never does.
TEST_CASE("an empty site lacks what every site needs, and nothing else") {
    Diagnostics diagnostics;
    (void)Site::from_tree(parse_toml("", "empty.toml"), {}, diagnostics);
    std::vector<std::string> said;
    for (const auto& d : diagnostics.all()) said.push_back(d.what);
    CHECK(said ==
          std::vector<std::string>{"the site file has no [grid]", "the site file has no [[medium]]", "the site file has no [site]"});
}

TEST_CASE("the laws registered are those that exist") {
    std::map<std::string, std::vector<std::string>> found;
    for (const auto& listing : CatalogueIndex::instance().listings())
        for (const auto& law : listing.laws) found[listing.family].push_back(law.name);
    const std::map<std::string, std::vector<std::string>> expected{
        {"boundary",
         {"atmosphere", "drain", "evapotranspiration", "fixed_head", "general_head", "recharge", "river", "root_uptake", "seepage_face",
          "tailings_pond", "wadi", "waste_pile", "well"}},
        {"cover", {"clay", "membrane", "soil", "store_and_release"}},
        {"immobile", {"first_order", "matrix", "multirate"}},
        {"leaching", {"constant", "distribution", "exponential", "liquid_solid_ratio", "oxidation", "shrinking_core", "solubility"}},
        {"liner", {"clay", "composite", "double_composite", "geomembrane", "none"}},
        {"measure",
         {"agronomic_control", "cover", "cutoff_wall", "electrokinetics", "excavation", "in_situ_reduction", "interception_drain",
          "natural_attenuation", "phytoextraction", "pump_and_treat", "reactive_barrier", "soil_flushing", "stabilisation"}},
        {"retention", {"brooks_corey", "gardner", "tabulated", "van_genuchten"}},
        {"screen",
         {"allowable_load", "capture_width", "clay_liner", "composite_liner", "continuous_1d", "continuous_2d", "dam_failure",
          "instantaneous_1d", "instantaneous_2d", "soil_increment"}},
        {"sorption", {"competitive_langmuir", "freundlich", "kd_table", "kinetic", "langmuir", "linear", "organic_carbon", "ph_dependent"}},
        {"source",
         {"atmospheric_deposition", "dissolving", "fertiliser", "fixed_concentration", "irrigation", "mass_loading", "spilled_tailings",
          "wind_dust"}},
    };
    CHECK(found == expected);
}

TEST_CASE("the equations, observers and tables registered are those that exist") {
    std::vector<std::string> equations, observers, tables;
    for (const auto& kind : EquationIndex::instance().kinds()) equations.push_back(kind.name);
    for (const auto& kind : ObserverIndex::instance().kinds()) observers.push_back(kind.name);
    for (const auto& kind : SectionIndex::instance().kinds()) tables.push_back(kind.name);
    CHECK(fmt::format("{}", fmt::join(equations, " ")) == "flow transport");  // in the order they are solved in
    std::sort(observers.begin(), observers.end());
    CHECK(fmt::format("{}", fmt::join(observers, " ")) ==
          "assessment biomass costs effect_evaluation facilities farmland farmland_units health_risk observed particles receptors "
          "remediation");
    CHECK(fmt::format("{}", fmt::join(tables, " ")) ==
          "assessment biodegradation boundary calibration changing_conductivity cost effect_evaluation farmland farmland_units flow "
          "flow_barrier "
          "grid health_risk immobile measure medium observation observed optimise output particles receptor recirculation retention risk "
          "scenario screen site source substance survey transport zone");
}

TEST_CASE("what a table needs is a table") {
    std::set<std::string> tables;
    for (const auto& kind : SectionIndex::instance().kinds()) tables.insert(kind.name);
    for (const auto& kind : SectionIndex::instance().kinds()) {
        CAPTURE(kind.name);
        CHECK((kind.needs.empty() || tables.count(kind.needs) == 1));
        CHECK_FALSE(kind.meaning.empty());
    }
}

TEST_CASE("describe: a law, a table, a family, a key") {
    CHECK(reference_text("river").starts_with("boundary type = \"river\"\n"));
    CHECK(reference_text("river").find("leakance  (quantity [1/d], positive; optional)") != std::string::npos);
    CHECK(reference_text("grid").starts_with("[grid]\n"));
    CHECK(reference_text("substance").starts_with("[substance.NAME]\n"));
    CHECK(reference_text("sorption").find("type = \"linear\"") != std::string::npos);
    const auto key = reference_text("porosity");
    CHECK(key.starts_with("[[medium]]\n"));
    CHECK(key.find("porosity  (quantity or field in space, above 0 and below 1; optional)") != std::string::npos);
    CHECK(key.find("hydraulic_conductivity") == std::string::npos);  // only the key asked for
    const auto everything = reference_text("");
    for (const auto& kind : SectionIndex::instance().kinds()) CHECK(everything.find(kind.heading()) != std::string::npos);
}

TEST_CASE("describe: an unknown name gets a suggestion") {
    try {
        (void)reference_text("rivr");
        FAIL("described without complaint");
    } catch (const ScenarioError& fault) {
        CHECK(std::string(fault.what()).find("there is no table, law or key 'rivr'") != std::string::npos);
        CHECK(std::string(fault.what()).find("did you mean 'river'?") != std::string::npos);
    }
}

TEST_CASE("describe as JSON is JSON with the same content") {
    const auto pages = nlohmann::json::parse(reference_json("linear"));
    REQUIRE(pages.size() == 1);
    CHECK(pages[0]["family"] == "sorption");
    CHECK(pages[0]["parameters"][0]["name"] == "distribution_coefficient");
    CHECK(pages[0]["parameters"][0]["unit"] == "L/kg");
    CHECK(pages[0]["parameters"][0]["required"] == true);
    CHECK(nlohmann::json::parse(reference_json("")).size() > 20);  // 13 tables and 9 laws
}

TEST_CASE("the reference of the manual is up to date") {
    std::ifstream in(source_folder() + "/docs/reference.md");
    std::ostringstream text;
    text << in.rdbuf();
    CHECK_MESSAGE(text.str() == reference_markdown(), "run: galena describe --format markdown > docs/reference.md");
}
