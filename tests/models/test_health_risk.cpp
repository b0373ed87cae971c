// Health risk after HJ 25.3-2019: the screening values of GB 36600-2018 were derived with it, so it has to give them back.

#include <array>
#include <cmath>
#include <filesystem>
#include <map>

#include <doctest/doctest.h>

#include "assessment/health_risk.hpp"
#include "assessment_tables.hpp"
#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "paths.hpp"
#include "temporary_file.hpp"
#include "verification/site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using verification::report;
using verification::SiteRun;

namespace {

ExposureParameters parameters(LandUse use) {
    Diagnostics diagnostics;
    const auto p = ExposureParameters::read(data_folder() / "health_risk" / "hj253_parameters.csv", use, {}, diagnostics);
    diagnostics.throw_if_errors();
    return p;
}

std::map<std::string, Toxicity> toxicities() {
    Diagnostics diagnostics;
    const auto all = read_toxicity(data_folder() / "health_risk" / "toxicity.csv", {}, diagnostics);
    diagnostics.throw_if_errors();
    return all;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("HJ 25.3 gives back the screening and intervention values of GB 36600 that rest on it") {
        // Published values are rounded to two or three digits: half a unit of the last digit that the table keeps.
        struct Published {
            const char* substance;
            LandUse use;
            double value;
            double tolerance;
            double share;  ///< of the reference dose: 0.5 for screening, 1 for intervention (hazard only)
        };
        const auto all = toxicities();
        for (const auto& [substance, use, value, tolerance, share] : std::initializer_list<Published>{
                 {"Cd", LandUse::class1, 20, 0.5, 0.5},
                 {"CrVI", LandUse::class1, 3.0, 0.05, 0.5},
                 {"CrVI", LandUse::class2, 5.7, 0.05, 0.5},
                 {"Cu", LandUse::class1, 2000, 50, 0.5},
                 {"Cu", LandUse::class2, 18000, 500, 0.5},
                 {"Ni", LandUse::class1, 150, 5, 0.5},
                 {"Sb", LandUse::class1, 20, 0.5, 0.5},
                 {"Sb", LandUse::class2, 180, 5, 0.5},
                 {"Be", LandUse::class1, 15, 0.5, 0.5},
                 {"Be", LandUse::class2, 29, 0.5, 0.5},
                 {"CH3Hg", LandUse::class1, 5.0, 0.05, 0.5},
                 {"CH3Hg", LandUse::class2, 45, 0.5, 0.5},
                 {"Cu", LandUse::class2, 36000, 500, 1},
                 {"Sb", LandUse::class1, 40, 0.5, 1},
                 {"Cd", LandUse::class1, 47, 0.5, 1},
                 {"Cd", LandUse::class2, 172, 0.5, 1},
             }) {
            auto p = parameters(use);
            p.SAF = share;
            const auto values = soil_control_values(p, risk_factors(p, all.at(substance)));
            const double computed = share == 1 ? *values.hazard : *values.lowest();
            report("hj253/gb_36600",
                   fmt::format("{}/{}/{}:abs", substance, use == LandUse::class1 ? "class1" : "class2",
                               share == 1 ? "intervention" : "screening"),
                   value, computed, std::abs(computed - value), tolerance, "GB 36600-2018, tables 1 and 2 (mg/kg)");
        }
    }

    TEST_CASE("HJ 25.3 figure by figure against a second implementation") {
        const std::filesystem::path file = source_folder() + "/../shared/domain/hj253_reproduction.csv";
        if (!std::filesystem::exists(file)) return;  // the table does not travel with the sources
        Diagnostics diagnostics;
        const auto table = read_csv(file.string(), {}, diagnostics);
        diagnostics.throw_if_errors();
        auto all = toxicities();
        // The variants of the table: with an oral slope for chromium(VI); with another reference dose for mercury.
        const std::map<std::string, std::string> names{{"Cr6", "CrVI"},      {"Cr6_noSFo", "CrVI"},  {"MeHg", "CH3Hg"},
                                                       {"Hg_RfD3e-4", "Hg"}, {"Hg_RfD1.6e-4", "Hg"}, {"BaP", "benzo[a]pyrene"}};
        for (std::size_t row = 0; row < table.row_count(); ++row) {
            const std::string name(table.text(row, 0));
            auto t = all.at(names.contains(name) ? names.at(name) : name);
            if (name == "Cr6") t.SFo = 0.5;
            if (name == "Hg_RfD1.6e-4") t.RfDo = 1.6e-4, t.RfC = 3e-5;
            const auto use = table.text(row, 1) == "1" ? LandUse::class1 : LandUse::class2;
            auto p = parameters(use);
            const auto risk = risk_factors(p, t);
            const auto half = soil_control_values(p, risk);
            p.SAF = 1;
            const auto whole = soil_control_values(p, risk_factors(p, t));
            const double inhaled = p.ACR / risk.cancer.dust;
            const std::array<std::pair<const char*, std::optional<double>>, 4> computed{
                {{"carc_1e-6", half.cancer}, {"carc_inhal_only", inhaled}, {"hq1_saf0.5", half.hazard}, {"hq1_saf1", whole.hazard}}};
            for (const auto& [column, value] : computed) {
                const auto expected = table.number(row, *table.find_column(column), diagnostics);
                if (!expected) continue;
                REQUIRE(value.has_value());
                // The table keeps four digits: half a unit of the last, at worst 5e-4.
                report("hj253/reproduction", fmt::format("{}/class{}/{}:relative", name, table.text(row, 1), column), *expected, *value,
                       std::abs(*value / *expected - 1), 5e-4, "HJ 25.3-2019 by another implementation, GB 36600-2018 parameters");
            }
        }
    }
}

TEST_CASE("risks add up over routes and scale with what is known") {
    const auto p = parameters(LandUse::class1);
    const auto all = toxicities();
    const auto arsenic = risk_factors(p, all.at("As"));
    CHECK(arsenic.cancer.oral > arsenic.cancer.dermal);
    CHECK(arsenic.cancer.dust > 0);
    CHECK(risk_factors(p, all.at("Cu")).cancer.soil() == 0);         // no carcinogen
    CHECK(risk_factors(p, all.at("CrVI")).cancer.groundwater == 0);  // inhaled only
    const auto values = soil_control_values(p, arsenic);
    CHECK(*values.lowest() == *values.cancer);
    CHECK(arsenic.cancer.soil() * *values.cancer == doctest::Approx(p.ACR).epsilon(1e-12));
    CHECK(!soil_control_values(p, risk_factors(p, all.at("Zn"))).cancer.has_value());
    // A child of 19.2 kg drinks 0.7 L/d on 350 of 365 days: dose per mg/L by hand.
    CHECK(arsenic.hazard.groundwater == doctest::Approx(0.7 * 350 * 6 / 19.2 / 2190 / 3e-4 / 0.5).epsilon(1e-12));
}

TEST_CASE("leaching to groundwater: partition and dilution by hand") {
    const auto p = parameters(LandUse::class1);
    // Ksw = 0.2 + 100 L/kg; dilution 1 + 2500 · 200 / (30 · 4000) = 5.1667.
    CHECK(leaching_factor(p, 100, 4000) == doctest::Approx(1 / (100.2 * (1 + 25.0 / 6))).epsilon(1e-12));
    CHECK(leaching_factor(p, 1000, 4000) < leaching_factor(p, 100, 4000));
}

TEST_CASE("a run tells the risk of people by zone, route and time") {
    // Two columns of soil, 30 and 90 mg/kg of cadmium, that nothing moves; a well in the second.
    TemporaryFile contents("value\n30\n90\n", "contents.csv");
    SiteRun run(fmt::format(R"(
[site]
name = "garden"
start = 2020-01-01
duration = "2 d"
[grid]
nx = 2
ny = 1
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "soil"
thickness = "1 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1500 kg/m3"
[flow]
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "0 m"
[transport]
[substance.Cd]
initial_content = {{ cells = "{}", column = "value", unit = "mg/kg" }}
sorption = {{ type = "linear", distribution_coefficient = "100 L/kg" }}
[substance.Pb]
initial_content = "50 mg/kg"
sorption = {{ type = "linear", distribution_coefficient = "1000 L/kg" }}
[[observation]]
name = "garden well"
x = "15 m"
y = "5 m"
[health_risk]
leaching = {{ class = "III", source_length = "40 m", distribution_coefficient = {{ Cd = "100 L/kg" }} }}
[[health_risk.population]]
name = "family"
well = "garden well"
[[health_risk.population]]
name = "workers"
land_use = "class2"
)",
                            contents.path));
    run.finish();
    const auto control = verification::table_of(run, "health_risk_control_values");
    const auto family = parameters(LandUse::class1), workers = parameters(LandUse::class2);
    const auto cadmium = toxicities().at("Cd");
    const auto young = risk_factors(family, cadmium), old = risk_factors(workers, cadmium);
    CHECK(verification::number(control, "cancer", {{"population", "family"}, {"substance", "Cd"}}) == doctest::Approx(20.02).epsilon(1e-3));
    // 0.005 mg/L over the leaching factor computed above.
    CHECK(verification::number(control, "groundwater_protection", {{"population", "family"}, {"substance", "Cd"}}) ==
          doctest::Approx(0.005 * 100.2 * (1 + 25.0 / 6)).epsilon(1e-9));
    CHECK(verification::number(control, "target", {{"population", "family"}, {"substance", "Cd"}}) ==
          doctest::Approx(0.005 * 100.2 * (1 + 25.0 / 6)).epsilon(1e-9));
    const auto risk = verification::table_of(run, "health_risk");
    CHECK(verification::number(risk, "mean_cancer_risk", {{"population", "workers"}, {"substance", "all"}}) ==
          doctest::Approx(60 * old.cancer.soil()).epsilon(1e-9));
    CHECK(verification::number(risk, "highest_hazard_quotient", {{"population", "workers"}, {"route", "oral"}}) ==
          doctest::Approx(90 * old.hazard.oral).epsilon(1e-9));
    // The water in equilibrium with 90 mg/kg: 90 / (100 + 0.4 / 1.5) mg/L.
    CHECK(verification::number(risk, "mean_hazard_quotient", {{"population", "family"}, {"substance", "Cd"}, {"route", "groundwater"}}) ==
          doctest::Approx(90 / (100 + 0.4 / 1.5) * young.hazard.groundwater).epsilon(1e-6));
    CHECK(verification::number(risk, "area_of_unacceptable_cancer_risk", {{"population", "family"}, {"substance", "all"}}) ==
          doctest::Approx(0.02).epsilon(1e-12));  // both are above 20 mg/kg
    for (const auto& id : verification::column_of(risk, "substance").texts) CHECK(id != "Pb");
}
