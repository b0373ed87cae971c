// Standards as data, and runs held against them.

#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "assessment/limit_ladder.hpp"
#include "assessment_tables.hpp"
#include "core/units.hpp"
#include "temporary_file.hpp"
#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

Standard shipped() {
    Diagnostics diagnostics;
    const auto all = Standard::library({}, diagnostics);
    diagnostics.throw_if_errors();
    return all;
}

}  // namespace

TEST_CASE("every standard is shipped, each row with its source and confidence") {
    const auto all = shipped();
    for (const auto* name : {"GB 15618-2018", "GB 36600-2018", "GB/T 14848-2017", "GB 5084-2021", "GB 3838-2002", "GB 5749-2022",
                             "WHO GDWQ 2022", "US EPA MCL", "US EPA SMCL", "EU 2020/2184", "GB 2762-2022"})
        CHECK_MESSAGE(!all.named(name).limits().empty(), name);
    CHECK(all.limits().size() >= 590);
    for (const auto& limit : all.limits()) {
        CAPTURE(limit.standard);
        CAPTURE(limit.substance);
        CHECK(!limit.source.empty());
        CHECK(!limit.confidence.empty());
        CHECK(limit.value > 0);
    }
    CHECK(all.named("gb/t14848 2017").limits().size() == all.named("GB/T 14848-2017").limits().size());
}

TEST_CASE("published limits are found by standard, use, substance and pH") {
    const auto all = shipped();
    const auto limit = [&](const char* standard, const char* use, const char* substance, LimitKind kind, double ph) {
        const auto limits = all.named(standard);
        const auto* found = limits.find(uses_to_try(use), substance, kind, ph);
        REQUIRE(found != nullptr);
        return found->value;
    };
    // Whole milligrams per kilogram and per litre: equal up to the rounding of one multiplication.
    CHECK(limit("GB 15618-2018", "farmland_orchard", "Cu", LimitKind::screening, 6.0) == doctest::Approx(150e-6).epsilon(1e-12));
    CHECK(limit("GB 15618-2018", "farmland_orchard", "Cd", LimitKind::screening, 6.0) == doctest::Approx(0.3e-6).epsilon(1e-12));
    CHECK(limit("GB 15618-2018", "farmland_paddy", "As", LimitKind::screening, 7.5) == doctest::Approx(25e-6).epsilon(1e-12));
    CHECK(limit("GB 15618-2018", "farmland_paddy", "As", LimitKind::screening, 7.6) == doctest::Approx(20e-6).epsilon(1e-12));
    CHECK(limit("GB 36600-2018", "class2_industrial", "CrVI", LimitKind::intervention, 7) == doctest::Approx(78e-6).epsilon(1e-12));
    CHECK(limit("GB/T 14848-2017", "III", "Pb", LimitKind::limit, 7) == doctest::Approx(0.01e-3).epsilon(1e-12));
}

TEST_CASE("the forms of an element are never held against each other's limits") {
    const auto all = shipped();
    const auto refusal = [&](const char* standard, const char* use, const char* substance) {
        return all.named(standard).refusal(uses_to_try(use), substance);
    };
    CHECK(refusal("GB 36600-2018", "class1_residential", "Cr").find("limits CrVI; Cr is not the same") != std::string::npos);
    CHECK(refusal("WHO GDWQ 2022", "guideline", "CrVI").find("limits Cr; CrVI is not the same") != std::string::npos);
    CHECK(refusal("GB/T 14848-2017", "III", "AsIII").find("never compared") != std::string::npos);
    CHECK(refusal("GB/T 14848-2017", "III", "AsV").find("never compared") != std::string::npos);
    CHECK(refusal("GB 15618-2018", "farmland_other", "CrVI").find("never compared") != std::string::npos);
    CHECK(refusal("GB/T 14848-2017", "III", "As").empty());
    CHECK(refusal("GB 36600-2018", "class1_residential", "CrVI").empty());
    CHECK(refusal("GB 36600-2018", "class1_residential", "Zn") == "GB 36600-2018 has no value for it");
}

TEST_CASE("the classes of groundwater form a ladder") {
    const auto standard = shipped().named("GB/T 14848-2017");
    const auto rungs = rungs_of(standard, "");
    REQUIRE(rungs.size() == 4);
    const LimitLadder cadmium(standard, rungs, "Cd");          // 0.0001, 0.001, 0.005, 0.01 mg/L
    CHECK(cadmium.level(unit("mg/L").to_si(0.0001), 7) == 0);  // a value at its limit is within it
    CHECK(cadmium.level(0.0002e-3, 7) == 1);
    CHECK(cadmium.level(0.004e-3, 7) == 2);
    CHECK(cadmium.level(0.006e-3, 7) == 3);
    CHECK(cadmium.level(0.02e-3, 7) == 4);
    CHECK(cadmium.index(0.0002e-3, 7) == doctest::Approx(2).epsilon(1e-12));
    CHECK(rungs_of(standard, "III").size() == 1);
    CHECK(rungs_of(standard, "VI").empty());
    CHECK(rungs_of(shipped().named("GB 5084-2021"), "").empty());  // paddy, upland, vegetables: somebody has to choose
    CHECK(rungs_of(shipped().named("GB 5749-2022"), "").size() == 1);
    const auto soil = rungs_of(shipped().named("GB 36600-2018"), "class1_residential");
    REQUIRE(soil.size() == 2);
    CHECK(soil[1].label == "intervention");
}

TEST_CASE("a run is held against standards by cell, zone, receptor and time") {
    // Still water of two halves: what is where is known exactly. Chromium(VI) decays by half in 10 d.
    TemporaryFile own(
        "standard,class_or_use,ph_min,ph_max,substance,kind,value,unit,confidence\n"
        "Permit 7,outlet,,,Cr(VI),limit,0.3,mg/L,assumed\n",
        "permit.csv");
    TemporaryFile cells("value\n0.8\n0.8\n0.02\n0.02\n", "cells.csv");
    const auto run = [&] {
        SiteRun site(fmt::format(R"(
[site]
name = "two halves"
start = 2020-01-01
duration = "20 d"
[grid]
nx = 4
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "5 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.25
bulk_density = "1500 kg/m3"
pH = 7
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[transport]
maximum_step = "0.5 d"
[substance.CrVI]
initial_concentration = {{ cells = "{}", column = "value", unit = "mg/L" }}
half_life = "10 d"
[substance.Cr]
initial_concentration = "1 mg/L"
[[observation]]
name = "well"
x = "5 m"
y = "5 m"
[[observation]]
name = "spring"
x = "35 m"
y = "5 m"
[[zone]]
name = "west half"
x_max = "20 m"
[[receptor]]
name = "half"
zone = "west half"
[output]
interval = "10 d"
[assessment]
limits = "{}"
[[assessment.comparison]]
name = "water"
standard = "GB/T 14848-2017"
[[assessment.comparison]]
name = "permit"
standard = "Permit 7"
class = "outlet"
receptors = ["well"]
[[assessment.comparison]]
name = "soil"
standard = "GB 36600-2018"
class = "class1_residential"
)",
                                 cells.path, own.path));
        site.finish();
        return site;
    }();
    const auto zones = table_of(run, "exceedance");
    // 0.8 mg/L is above class IV (0.1), 0.02 mg/L above class II (0.01).
    CHECK(number(zones, "area", {{"comparison", "water"}, {"substance", "CrVI"}, {"class", "II"}}) == doctest::Approx(0.04).epsilon(1e-12));
    CHECK(number(zones, "volume", {{"comparison", "water"}, {"substance", "CrVI"}, {"class", "IV"}}) ==
          doctest::Approx(1000).epsilon(1e-12));
    CHECK(number(zones, "share", {{"comparison", "water"}, {"substance", "all"}, {"class", "III"}}) == doctest::Approx(50).epsilon(1e-12));
    CHECK(number(zones, "highest_index", {{"comparison", "water"}, {"substance", "CrVI"}, {"class", "III"}}) ==
          doctest::Approx(16).epsilon(1e-9));
    // After 20 d a quarter is left: 0.2 and 0.005 mg/L. Implicit steps of half a day lag by half the squared rate: below 4 %.
    const auto last = row_of(zones, {{"comparison", "water"}, {"class", "I"}, {"date", "2020-01-21"}});
    CHECK(number(zones, "highest", {{"substance", "CrVI"}, {"class", "IV"}}, last) == doctest::Approx(0.2).epsilon(0.04));
    CHECK(number(zones, "area", {{"substance", "CrVI"}, {"class", "II"}}, last) == doctest::Approx(0.02).epsilon(1e-12));
    // 0.8 mg/L falls to 0.3 mg/L after 10 d · log2(8/3) = 14.15 d.
    const auto receptors = table_of(run, "exceedance_receptors");
    CHECK(number(receptors, "time_above", {{"comparison", "permit"}, {"receptor", "well"}}) == doctest::Approx(14.15).epsilon(0.03));
    CHECK(number(receptors, "first_exceedance", {{"comparison", "permit"}, {"receptor", "well"}}) == 0);
    CHECK(column_of(receptors, "confidence").texts[row_of(receptors, {{"comparison", "permit"}})] == "assumed");
    CHECK(std::isnan(number(receptors, "first_exceedance", {{"comparison", "water"}, {"receptor", "spring"}, {"class", "III"}})));
    for (const auto& name : column_of(receptors, "receptor").texts) CHECK((name == "well" || name == "spring" || name == "half"));
    // A receptor is judged like a point, by what it sees: here the highest of its zone, that of the well.
    CHECK(number(receptors, "highest", {{"comparison", "water"}, {"receptor", "half"}, {"class", "III"}}) ==
          number(receptors, "highest", {{"comparison", "water"}, {"receptor", "well"}, {"class", "III"}}));
    for (std::size_t row = 0; row < column_of(receptors, "receptor").texts.size(); ++row)
        if (column_of(receptors, "receptor").texts[row] == "half") CHECK(column_of(receptors, "comparison").texts[row] == "water");
    // Soil: (0.25 · 0.8 g/m3) / 1500 kg/m3 = 0.13 mg/kg, below 3.0 mg/kg. Total chromium is refused by both.
    CHECK(number(zones, "highest", {{"comparison", "soil"}, {"substance", "CrVI"}}) == doctest::Approx(0.25 * 0.8 / 1.5).epsilon(1e-9));
    const auto refused = table_of(run, "not_judged");
    CHECK(column_of(refused, "reason").texts[row_of(refused, {{"comparison", "water"}, {"substance", "Cr"}})].find("never compared") !=
          std::string::npos);
    CHECK(column_of(refused, "substance").texts[row_of(refused, {{"comparison", "soil"}})] == "Cr");
}
