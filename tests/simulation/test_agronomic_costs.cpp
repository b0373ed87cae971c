// What agronomic control costs: lime by the application, another crop by what it does to the farmer's year.

#include <doctest/doctest.h>

#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// 10 by 10 columns of 10 m for six years: a hectare.
std::string fields(const std::string& measure) {
    return R"(
[site]
name = "fields"
start = 2020-01-01
duration = "6 a"
[grid]
nx = 10
ny = 10
dx = "10 m"
dy = "10 m"
top = "1 m"
[[grid.layer]]
name = "topsoil"
thickness = "0.2 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1300 kg/m3"
pH = 5.5
[transport]
maximum_step = "200 d"
[substance.Cd]
initial_content = "0.5 mg/kg"
sorption = { type = "linear", distribution_coefficient = "300 L/kg" }
[[measure]]
type = "agronomic_control"
name = "field"
zone = "all"
)" + measure;
}

/// What of an item was bought, when and what for.
struct Bought {
    std::vector<double> quantity, from, price, present;
};

Bought bought(const std::string& measure, const std::string& item) {
    SiteRun run(fields(measure));
    run.finish();
    Bought all;
    for (const auto& observer : run.simulation().model_observers())
        for (const auto& table : observer->tables()) {
            if (table.name != "costs") continue;
            const auto numbers = [&](const std::string& name, std::size_t row) {
                for (const auto& column : table.columns)
                    if (column.name == name) return column.numbers[row];
                FAIL("no column ", name);
                return 0.0;
            };
            for (std::size_t row = 0; row < table.columns[1].texts.size(); ++row) {
                if (table.columns[1].texts[row] != "agronomic_control/" + item) continue;
                all.quantity.push_back(numbers("quantity", row));
                all.from.push_back(numbers("from", row));
                all.price.push_back(numbers("unit_price", row));
                all.present.push_back(numbers("present_value", row));
            }
        }
    return all;
}

std::vector<Diagnostic> mistakes(const std::string& measure) {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(fields(measure), "s.toml"), std::filesystem::temp_directory_path(), diagnostics);
    (void)Simulation::build(site, diagnostics);
    return diagnostics.all();
}

}  // namespace

TEST_CASE("agronomic control: every application of lime is paid when it is spread, and no other") {
    const std::string lime = "ph_rise = 0.5\nlime = \"3 t/ha\"\nlime_interval = \"730.5 d\"\n";
    const auto once = bought(lime, "lime"), thrice = bought(lime + "applications = 3\n", "lime");
    REQUIRE(once.quantity.size() == 1);
    CHECK(once.quantity[0] == doctest::Approx(1e4).epsilon(1e-12));  // a hectare, once: not once a year
    REQUIRE(thrice.quantity.size() == 3);
    for (std::size_t n = 0; n < 3; ++n) {
        CHECK(thrice.quantity[n] == doctest::Approx(1e4).epsilon(1e-12));
        CHECK(thrice.from[n] == doctest::Approx(730.5 * static_cast<double>(n)).epsilon(1e-12));
        // 5 % a year, two years apart.
        CHECK(thrice.present[n] == doctest::Approx(1e4 * thrice.price[n] * std::pow(1.05, -2.0 * static_cast<double>(n))).epsilon(1e-12));
    }
    // A measure that ends spreads no more.
    CHECK(bought(lime + "applications = 3\nend = 2023-01-01\n", "lime").quantity.size() == 2);
}

TEST_CASE("agronomic control: another crop costs something, and is missing where nobody prices it") {
    CHECK(bought("crop = \"rice\"\nflooded = \"90 d\"\n", "crop").quantity.empty());
    CHECK(bought("crop = \"rice\"\ncrop_before = \"rice\"\nflooded = \"90 d\"\n", "crop").quantity.empty());
    const auto missing = bought("crop = \"wheat\"\ncrop_before = \"rice\"\n", "crop");
    REQUIRE(missing.quantity.size() == 1);
    CHECK(missing.quantity[0] == doctest::Approx(6e4).epsilon(1e-12));  // a hectare for six years
    CHECK(std::isnan(missing.price[0]));
    CHECK(std::isnan(missing.present[0]));
    const auto priced = bought("crop = \"cotton\"\ncounts_as = \"control\"\nprice.crop = 0.2\n", "crop");
    REQUIRE(priced.quantity.size() == 1);
    CHECK(priced.price[0] == 0.2);
    CHECK(priced.present[0] > 0.2 * 6e4 * std::pow(1.05, -6));
    CHECK(priced.present[0] < 0.2 * 6e4);
}

TEST_CASE("agronomic control: a crop that nobody eats needs no limits, one whose produce is judged does") {
    CHECK(mistakes("crop = \"cotton\"\ncounts_as = \"control\"\n").empty());
    const std::string produce = "produce.Cd = { constant = -1 }\n";
    for (const auto& judged : {std::string("crop = \"cotton\"\n"), "crop = \"cotton\"\ncounts_as = \"control\"\n" + produce}) {
        const auto found = mistakes(judged);
        REQUIRE(found.size() == 1);
        CHECK(found[0].what == "measure 'field': GB 2762-2022 has no limits for \"cotton\"");
    }
}
