// Classes of farmland by evaluation unit, the adjustment by produce, and the safe-use rate.

#include <doctest/doctest.h>

#include "assessment/farmland_units.hpp"
#include "assessment_tables.hpp"
#include "temporary_file.hpp"
#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

using enum FarmlandClass;
std::vector<FarmlandClass> points(int first, int second, int third) {
    std::vector<FarmlandClass> all(static_cast<std::size_t>(first), priority_protection);
    all.insert(all.end(), static_cast<std::size_t>(second), safe_use);
    all.insert(all.end(), static_cast<std::size_t>(third), strict_control);
    return all;
}
std::array<int, 3> counts(const std::vector<FarmlandClass>& classes) {
    std::array<int, 3> n{};
    for (const auto c : classes) ++n[static_cast<std::size_t>(c) - 1];
    return n;
}

}  // namespace

TEST_CASE("points settle the classes of a unit") {
    CHECK(counts(settle_unit(points(10, 0, 0))) == std::array{10, 0, 0});
    CHECK(counts(settle_unit(points(8, 2, 0))) == std::array{10, 0, 0});  // 80 % decide
    CHECK(counts(settle_unit(points(7, 3, 0))) == std::array{7, 3, 0});   // the unit is split
    CHECK(counts(settle_unit(points(1, 9, 0))) == std::array{0, 10, 0});
    CHECK(counts(settle_unit(points(8, 1, 1))) == std::array{9, 0, 1});  // strict control has its own area, of any size
    CHECK(settle_unit(std::vector{not_judged}).front() == not_judged);
}

TEST_CASE("produce changes the class of soil") {
    const std::vector<double> clean{0.5, 0.9, 1.0}, mostly{0.5, 0.9, 1.5}, severe{0.5, 0.9, 2.5}, few{0.1, 0.1}, bad{1.2, 1.3, 0.9};
    CHECK(adjust_by_produce(safe_use, clean) == priority_protection);
    CHECK(adjust_by_produce(safe_use, mostly) == safe_use);
    CHECK(adjust_by_produce(strict_control, clean) == safe_use);
    CHECK(adjust_by_produce(strict_control, mostly) == safe_use);  // 67 % within, none above twice
    CHECK(adjust_by_produce(strict_control, severe) == strict_control);
    CHECK(adjust_by_produce(strict_control, bad) == strict_control);
    CHECK(adjust_by_produce(strict_control, few) == strict_control);
    CHECK(adjust_by_produce(priority_protection, bad) == priority_protection);
}

TEST_CASE("a run tells the classes of units and the safe-use rate") {
    // Ten cells of 1 ha in two fields. At pH 7 (other land) cadmium is limited to 0.3 and 3 mg/kg.
    TemporaryFile contents("value\n0.1\n0.1\n0.1\n0.1\n1.0\n1.0\n1.0\n1.0\n1.0\n5.0\n", "contents.csv");
    TemporaryFile produce(
        "unit,crop,substance,content\n"
        "south,rice,Cd,0.1\nsouth,rice,Cd,0.15\nsouth,rice,Cd,0.30\nsouth,rice,Cd,0.12\n"  // 75 % within 0.2
        "north,rice,Cd,0.05\nsouth,rice,inorganic_As,0.1\nsouth,wheat,Pb,0.1\n",
        "produce.csv");
    SiteRun run(fmt::format(R"(
[site]
name = "fields"
start = 2020-01-01
duration = "2 d"
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
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1300 kg/m3"
pH = 7
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
sorption = {{ type = "linear", distribution_coefficient = "1000 L/kg" }}
[farmland_units]
produce = "{}"
[[farmland_units.unit]]
name = "north"
zone = "north"
[[farmland_units.unit]]
name = "south"
zone = "south"
control = true
)",
                            contents.path, produce.path));
    run.finish();
    const auto units = table_of(run, "farmland_units");
    // North: four of five points are clean, 80 %.
    CHECK(number(units, "priority_protection", {{"unit", "north"}, {"substance", "all"}}) == doctest::Approx(5).epsilon(1e-12));
    // South: four points of class 2, one of class 3, which produce takes back to class 2.
    CHECK(number(units, "soil_strict_control", {{"unit", "south"}, {"substance", "Cd"}}) == doctest::Approx(1).epsilon(1e-12));
    CHECK(number(units, "strict_control", {{"unit", "south"}, {"substance", "all"}}) == 0);
    CHECK(number(units, "safe_use", {{"unit", "south"}, {"substance", "all"}}) == doctest::Approx(5).epsilon(1e-12));
    const auto rate = table_of(run, "farmland_safe_use");
    CHECK(number_at(rate, "safe_use_rate", 0) == 0);  // nobody uses it safely
    CHECK(column_of(rate, "target_90").texts[0] == "missed");
    CHECK(SafeUse{4, 1, 4, 0}.rate() == doctest::Approx(0.8));
    CHECK(SafeUse{}.rate() == 1);
}
