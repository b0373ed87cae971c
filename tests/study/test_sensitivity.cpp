#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "study/sensitivity.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Ishigami and Homma (1990) with a = 7, b = 0.1 on (−π, π)³.
double ishigami(const std::vector<double>& u) {
    double x[3];
    for (int i = 0; i < 3; ++i) x[i] = std::numbers::pi * (2 * u[static_cast<std::size_t>(i)] - 1);
    return std::sin(x[0]) + 7 * std::pow(std::sin(x[1]), 2) + 0.1 * std::pow(x[2], 4) * std::sin(x[0]);
}

}  // namespace

TEST_CASE("Sobol indices of the function of Ishigami and Homma") {
    const std::size_t base = 1 << 14;
    const auto design = saltelli_design(1, base, 3);
    std::vector<double> results;
    for (const auto& u : design) results.push_back(ishigami(u));
    const auto indices = sobol_indices(results, base, 3, 100, 0.95, 1);
    const double first[] = {0.3139, 0.4424, 0}, total[] = {0.5576, 0.4424, 0.2437};
    for (std::size_t i = 0; i < 3; ++i) {
        // A sequence of 16 384 points leaves errors of a few 1e-4; independent draws would leave 1/sqrt(16384) = 8e-3.
        const auto name = "x" + std::to_string(i + 1);
        report_difference("ishigami", "first_order_" + name + ":abs", first[i], indices[i].first, 2e-3, "Saltelli et al. 2008");
        report_difference("ishigami", "total_" + name + ":abs", total[i], indices[i].total, 2e-3, "Saltelli et al. 2008");
        CHECK(indices[i].first_interval.low <= first[i] + 1e-4);
        CHECK(indices[i].first_interval.high >= first[i] - 1e-4);
        CHECK(indices[i].total_interval.high - indices[i].total_interval.low < 0.05);
    }
}

TEST_CASE("a failed run leaves its row out of the indices, and no variation means no influence") {
    const std::size_t base = 1024;
    const auto design = saltelli_design(2, base, 2);
    std::vector<double> results;
    for (const auto& u : design) results.push_back(3 * u[0] + u[1]);
    results[17] = results[3 * base + 200] = std::numeric_limits<double>::quiet_NaN();
    const auto indices = sobol_indices(results, base, 2, 0, 0.95, 1);
    CHECK(indices[0].first == doctest::Approx(0.9).epsilon(0.01));  // 9 : 1
    CHECK(indices[1].total == doctest::Approx(0.1).epsilon(0.05));
    CHECK(sobol_indices(std::vector<double>(4 * base, 5.0), base, 2, 0, 0.95, 1)[0].total == 0);
    // An arrival that comes in one run of A only: a third of all resamples miss it, and with it all variance.
    const std::size_t few = 32;
    std::vector<double> rare(4 * few, 100.0);
    rare[3] = 70;
    const auto hardly = sobol_indices(rare, few, 2, 200, 0.95, 1);
    CHECK(std::isfinite(hardly[0].total));
    CHECK(std::isnan(hardly[0].total_interval.low));
    CHECK(std::isnan(hardly[0].first_interval.high));
}

TEST_CASE("Morris tells what is linear, what is not, and what does nothing") {
    const auto design = morris_design(4, 40, 3, 4);
    CHECK(design.runs.size() == 160);
    std::vector<double> results;
    for (const auto& u : design.runs) {
        for (const double p : u) CHECK((p > 0 && p < 1));
        results.push_back(2 * u[0] + 8 * (u[1] - 0.5) * (u[1] - 0.5));
    }
    results[3] = std::numeric_limits<double>::quiet_NaN();
    const auto effects = morris_effects(design, results);
    CHECK(effects[0].mu == doctest::Approx(2));
    CHECK(effects[0].sigma == doctest::Approx(0).epsilon(1e-9));
    CHECK(effects[1].mu_star > 1);
    CHECK(effects[1].sigma > 1);
    CHECK(effects[2].mu_star == 0);
    CHECK(effects[0].count + effects[1].count + effects[2].count == 119);
}
