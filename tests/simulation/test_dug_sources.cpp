// Excavation takes the sources that lie in the ground it digs, and the waste that lies on it.

#include <doctest/doctest.h>

#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// 12 by 4 columns of 5 m, 2 m thick; the spot is 400 m2.
std::string field(const std::string& more) {
    return R"(
[site]
name = "field"
start = 2020-01-01
duration = "2 a"
[grid]
nx = 12
ny = 4
dx = "5 m"
dy = "5 m"
top = "2 m"
[[grid.layer]]
name = "sand"
thickness = "2 m"
[[zone]]
name = "spot"
x_min = "20 m"
x_max = "40 m"
[[zone]]
name = "half of it"
x_min = "20 m"
x_max = "30 m"
[[zone]]
name = "elsewhere"
x_min = "50 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "1.8 m"
[transport]
maximum_step = "60 d"
courant = 5
[substance.CrVI]
[[source]]
type = "mass_loading"
name = "slag"
zone = "spot"
substance = "CrVI"
rate = "1 kg/d"
[[source]]
type = "mass_loading"
name = "drums"
zone = "elsewhere"
substance = "CrVI"
rate = "1 kg/d"
)" + more;
}

std::string pit(const std::string& more, const std::string& zone = "spot") {
    return "[[measure]]\ntype = \"excavation\"\nname = \"pit\"\nzone = \"" + zone + "\"\nstart = 2021-01-01\n" + more;
}

Table table_of(const SiteRun& run, const std::string& name) {
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) return table;
    FAIL("no table ", name);
    return {};
}

const Table::Column& column(const Table& table, const std::string& name) {
    for (const auto& c : table.columns)
        if (c.name == name) return c;
    FAIL("no column ", name);
    return table.columns.front();
}

std::vector<Diagnostic> mistakes(const std::string& text) {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(text, "s.toml"), std::filesystem::temp_directory_path(), diagnostics);
    (void)Simulation::build(site, diagnostics);
    std::vector<Diagnostic> errors;
    for (const auto& d : diagnostics.all())
        if (d.severity == Diagnostic::Severity::error) errors.push_back(d);
    return errors;
}

}  // namespace

TEST_CASE("a source that lies in what is dug ends with it, in the cells dug") {
    SiteRun all(field(pit("sources = [\"slag\"]\n"))), half(field(pit("sources = [\"slag\"]\n", "half of it"))), none(field(pit("")));
    for (auto* run : {&all, &half, &none}) {
        run->finish();
        CHECK(run->closure() < 1e-10);
        CHECK(run->entry("CrVI", "drums").cumulative_in == doctest::Approx(730.5).epsilon(1e-12));
    }
    // 366 days until the first of January 2021 of 730.5; shared among the cells by volume. Rounding only.
    CHECK(all.entry("CrVI", "slag").cumulative_in == doctest::Approx(366).epsilon(1e-12));
    CHECK(half.entry("CrVI", "slag").cumulative_in == doctest::Approx(366 + 0.5 * 364.5).epsilon(1e-12));
    CHECK(none.entry("CrVI", "slag").cumulative_in == doctest::Approx(730.5).epsilon(1e-12));
}

TEST_CASE("waste on the ground is dug and hauled, and nothing is filled in for it") {
    SiteRun run(field(pit(R"(waste = { volume = "500 m3", bulk_density = "1600 kg/m3", content.CrVI = "3000 mg/kg" }
destination = [
  { name = "secure", item = "hazardous_landfill", above = { CrVI = "1000 mg/kg" }, distance = "100 km" },
  { name = "near", item = "landfill", distance = "10 km" },
]
)")));
    run.finish();
    const auto costs = table_of(run, "costs"), manifest = table_of(run, "manifest_pit");
    const auto quantity = [&](const std::string& item, std::size_t which = 0) {
        const auto& names = column(costs, "item").texts;
        for (std::size_t n = 0; n < names.size(); ++n)
            if (names[n] == item && which-- == 0) return column(costs, "quantity").numbers[n];
        return -1.0;
    };
    // The pit is 400 m2 by 2 m with 1.7 t/m3; the waste holds more than 1000 mg/kg, the ground less: 1 kg/d over a year in 1360 t.
    CHECK(quantity("excavation/dig_and_load") == doctest::Approx(1300).epsilon(1e-12));
    CHECK(quantity("excavation/backfill") == doctest::Approx(800).epsilon(1e-12));
    CHECK(quantity("disposal/hazardous_landfill") == doctest::Approx(800).epsilon(1e-12));
    CHECK(quantity("disposal/landfill") == doctest::Approx(1360).epsilon(1e-12));
    CHECK(quantity("haulage/truck", 0) == doctest::Approx(800 * 100).epsilon(1e-12));
    CHECK(quantity("haulage/truck", 1) == doctest::Approx(1360 * 10).epsilon(1e-12));
    CHECK(column(manifest, "CrVI").numbers[0] == doctest::Approx(0.8e6 * 3e-3).epsilon(1e-12));
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("a heap on a pit that is dug in stages goes once, with the first stage that digs") {
    const std::string shared =
        "[[measure]]\ntype = \"excavation\"\nname = \"pit\"\nwaste = { volume = \"500 m3\", content.CrVI = \"3000 mg/kg\" }\n";
    const auto stage = [](const std::string& name, const std::string& date, const std::string& more = {}) {
        return "[[measure.stage]]\nzone = \"" + name + "\"\nstart = " + date + "\n" + more;
    };
    const std::string rest = "[[zone]]\nname = \"rest\"\nx_min = \"30 m\"\nx_max = \"40 m\"\n";
    const auto dug = [](SiteRun& run) {  // by stage [m3]
        run.finish();
        const auto costs = table_of(run, "costs");
        std::vector<double> volumes;
        const auto& items = column(costs, "item").texts;
        for (std::size_t n = 0; n < items.size(); ++n)
            if (items[n] == "excavation/dig_and_load") volumes.push_back(column(costs, "quantity").numbers[n]);
        return volumes;
    };
    // Either half of the spot is 200 m2 by 2 m.
    const auto check = [&](const std::string& stages, double first, double second) {
        SiteRun run(field(rest + shared + stages));
        const auto volumes = dug(run);
        REQUIRE(volumes.size() == 2);
        CHECK(volumes[0] == doctest::Approx(first).epsilon(1e-12));
        CHECK(volumes[1] == doctest::Approx(second).epsilon(1e-12));
        CHECK(run.closure() < 1e-10);
    };
    check(stage("half of it", "2021-01-01") + stage("rest", "2021-06-01"), 900, 400);
    // The dates decide, not the order in the file.
    check(stage("half of it", "2021-06-01") + stage("rest", "2021-01-01"), 400, 900);
    // A stage that finds nothing to dig leaves it.
    check(stage("half of it", "2021-01-01", "target.CrVI = \"900 g/kg\"\n") + stage("rest", "2021-06-01"), 0, 900);
    // A stage with waste of its own has another heap.
    check(
        stage("half of it", "2021-01-01") + stage("rest", "2021-06-01", "waste = { volume = \"100 m3\", content.CrVI = \"3000 mg/kg\" }\n"),
        900, 500);
}

TEST_CASE("waste makes the stockpile no larger for the leachate of the soil, but for its dust") {
    const std::string pile = "stockpile = { duration = \"90 d\", height = \"2 m\", infiltration = \"10 mm/a\", dust = \"0.01 kg/m2/a\" }\n";
    SiteRun bare(field(pit(pile))), heaped(field(pit(pile + "waste = { volume = \"800 m3\", bulk_density = \"1700 kg/m3\", "
                                                            "content.CrVI = \"3000 mg/kg\" }\n")));
    const auto lost = [](SiteRun& run, const std::string& name) {
        run.finish();
        const auto effects = table_of(run, "effects");
        for (std::size_t n = 0; n < column(effects, "effect").texts.size(); ++n)
            if (column(effects, "effect").texts[n] == name) return column(effects, "amount").numbers[n];
        return -1.0;
    };
    const double leached = lost(bare, "leached from the stockpile");
    CHECK(leached > 0);
    CHECK(lost(heaped, "leached from the stockpile") == doctest::Approx(leached).epsilon(1e-12));
    // As much waste as soil: twice the area, of the mean content; the waste brings 1360 t of 3 g/kg.
    const double soil = column(table_of(bare, "manifest_pit"), "CrVI").numbers[0] + leached + lost(bare, "blown from the stockpile");
    const double ratio = lost(heaped, "blown from the stockpile") / lost(bare, "blown from the stockpile");
    CHECK(ratio == doctest::Approx(2 * (soil + 1.36e6 * 3e-3) / 2 / soil).epsilon(1e-9));
}

TEST_CASE("sources that cannot be dug are mistakes with their place and what to do") {
    const auto unknown = mistakes(field(pit("sources = [\"slug\"]\n")));
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].what == "measure 'pit': there is no source 'slug'");
    CHECK(unknown[0].hint == "did you mean 'slag'?");
    const auto outside = mistakes(field(pit("sources = [\"drums\"]\n")));
    REQUIRE(outside.size() == 1);
    CHECK(outside[0].what == "measure 'pit': the source 'drums' has no cell in what is dug");
    CHECK(outside[0].place.line > 0);
    const std::string held =
        "[[source]]\ntype = \"fixed_concentration\"\nname = \"held\"\nzone = \"half of it\"\nsubstance = \"CrVI\"\n"
        "concentration = \"1 mg/L\"\n";
    CHECK(mistakes(field(held + pit("sources = [\"held\"]\n"))).empty());
    const auto in_part = mistakes(field(held + pit("sources = [\"held\"]\ntarget.CrVI = \"1 mg/kg\"\n")));
    REQUIRE(in_part.size() == 1);
    CHECK(in_part[0].what == "measure 'pit': the source 'held' holds a concentration, and may be dug in part");
}
