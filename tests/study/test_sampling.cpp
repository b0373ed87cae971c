#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "study/sampling.hpp"
#include "study/statistics.hpp"

using namespace galena;

namespace {

std::vector<double> column(const Design& design, std::size_t v) {
    std::vector<double> values;
    for (const auto& row : design) values.push_back(row[v]);
    return values;
}

}  // namespace

TEST_CASE("a Latin hypercube has one draw in each part of every value") {
    const std::size_t runs = 137;
    const auto design = latin_hypercube(5, runs, 4);
    for (std::size_t v = 0; v < 4; ++v) {
        std::set<int> parts;
        for (const double u : column(design, v)) parts.insert(static_cast<int>(u * static_cast<double>(runs)));
        CHECK(parts.size() == runs);
    }
    // Columns are ordered independently: |r| beyond 4/sqrt(n) would be one in 16 000.
    CHECK(std::abs(rank_correlation(column(design, 0), column(design, 1))) < 4 / std::sqrt(137.0));
}

TEST_CASE("the sequence of Sobol is even in every dyadic part and depends on the seed") {
    const auto design = sobol_sequence(1, 256, 5);
    for (std::size_t v = 0; v < 5; ++v) {
        std::vector<int> count(256, 0);
        for (const double u : column(design, v)) ++count[static_cast<std::size_t>(u * 256)];
        CHECK(std::all_of(count.begin(), count.end(), [](int n) { return n == 1; }));
    }
    CHECK(sobol_sequence(2, 256, 5) != design);
    CHECK(sobol_sequence(1, 256, 5) == design);
}

TEST_CASE("the sequence of Sobol integrates a smooth function far better than independent draws") {
    const std::size_t runs = 4096, values = 4;
    const auto error = [&](const Design& design) {
        double sum = 0;
        for (const auto& row : design) {
            double product = 1;
            for (const double u : row) product *= 1.5 * std::sqrt(u);
            sum += product / static_cast<double>(runs);
        }
        return std::abs(sum - 1);
    };
    // The integrand has variance 1.125⁴ − 1 = 0.60: independent draws err by 0.012.
    CHECK(error(sobol_sequence(3, runs, values)) < 1e-3);
}

TEST_CASE("Iman and Conover bring about rank correlations and leave the stratification") {
    const std::size_t runs = 500;
    auto design = latin_hypercube(9, runs, 4);
    const auto before = design;
    const std::vector<RankCorrelation> wanted{{0, 2, 0.7}, {0, 3, -0.4}, {2, 3, -0.5}};
    REQUIRE(possible(wanted, 4));
    correlate(design, wanted, 9);
    for (std::size_t v = 0; v < 4; ++v) {
        auto a = column(design, v), b = column(before, v);
        CHECK((v == 1) == (a == b));  // the value without a correlation keeps its order
        std::sort(a.begin(), a.end());
        std::sort(b.begin(), b.end());
        CHECK(a == b);
    }
    // The scores have the correlation exactly; their ranks follow within the scatter of order 1/n.
    for (const auto& c : wanted)
        CHECK(rank_correlation(column(design, c.first), column(design, c.second)) == doctest::Approx(c.rank).epsilon(0.03));
}

TEST_CASE("correlations that contradict each other are known as impossible") {
    CHECK_FALSE(possible({{0, 1, 0.9}, {1, 2, 0.9}, {0, 2, -0.9}}, 3));
    CHECK(possible({{0, 1, 0.9}, {1, 2, 0.9}, {0, 2, 0.8}}, 3));
}
