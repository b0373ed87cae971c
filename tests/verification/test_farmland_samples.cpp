// The samples of the Meuse survey themselves, classed by GB 15618-2018.

#include <algorithm>
#include <array>
#include <cmath>

#include <doctest/doctest.h>

#include "assessment/farmland_classes.hpp"
#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "paths.hpp"
#include "verification_report.hpp"

using namespace galena;
using verification::report;

namespace {

/// Number of samples in class 1, 2 and 3: the worst of the four metals decides.
std::array<int, 3> class_counts(double ph) {
    Diagnostics diagnostics;
    const auto standard = Standard::read(data_folder() / "standards" / "gb_15618_2018.csv", {}, diagnostics);
    const auto table = read_csv(source_folder() + "/examples/meuse/meuse.csv", {}, diagnostics);
    diagnostics.throw_if_errors();
    const std::array<std::pair<const char*, const char*>, 4> metals{{{"Cd", "cadmium"}, {"Cu", "copper"}, {"Pb", "lead"}, {"Zn", "zinc"}}};
    const auto uses = uses_to_try("farmland_other");
    std::vector<int> worst(table.row_count(), 0);
    for (const auto& [substance, column] : metals) {
        const auto contents = table.numbers(table.find_column(column).value(), diagnostics);
        REQUIRE(contents.size() == worst.size());
        for (std::size_t row = 0; row < contents.size(); ++row) {
            const auto found = classify(standard, uses, substance, contents[row] * 1e-6, ph);  // mg/kg to kg/kg
            REQUIRE(found != FarmlandClass::not_judged);
            worst[row] = std::max(worst[row], static_cast<int>(found));
        }
    }
    std::array<int, 3> counts{};
    for (const int c : worst) ++counts[static_cast<std::size_t>(c - 1)];
    return counts;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("the 155 samples of the Meuse fall into the known classes of farmland") {
        // Counts are whole numbers: the tolerance is none. The references were counted apart from this code, by awk on the same table
        // with the published limits.
        const char* source = "GB 15618-2018, tables 1 and 3, other land, on the data of Rikken and van Rijn (1993)";
        const std::array<const char*, 3> names{"priority_protection", "safe_use", "strict_control"};
        const auto compare = [&](double ph, std::array<int, 3> expected) {
            const auto counts = class_counts(ph);
            for (std::size_t c = 0; c < 3; ++c)
                report("meuse/classes", fmt::format("pH_{:g}/{}:abs", ph, names[c]), expected[c], counts[c],
                       std::abs(counts[c] - expected[c]), 0, source);
        };
        compare(7.0, {19, 86, 50});
        compare(8.0, {30, 89, 36});
    }
}
