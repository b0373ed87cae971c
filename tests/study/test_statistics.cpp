#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "study/statistics.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

TEST_CASE("the interval of Clopper and Pearson is the published one") {
    // Clopper & Pearson's own definition has closed forms at the ends: nobody of n: 1 − (α/2)^(1/n); and 8 of 20 is tabled by
    // Altman et al. (2000) as 0.191 to 0.639.
    const auto none = clopper_pearson(0, 20, 0.95), some = clopper_pearson(8, 20, 0.95), all = clopper_pearson(20, 20, 0.95);
    const double closed = 1 - std::pow(0.025, 1.0 / 20);
    CHECK(none.low == 0);
    CHECK(all.high == 1);
    report_difference("clopper_pearson", "0 of 20, upper:abs", closed, none.high, 1e-12, "Clopper & Pearson 1934");
    report_difference("clopper_pearson", "20 of 20, lower:abs", 1 - closed, all.low, 1e-12, "Clopper & Pearson 1934");
    report_difference("clopper_pearson", "8 of 20, lower:abs", 0.1911901, some.low, 1e-6, "binom.test of R");
    report_difference("clopper_pearson", "8 of 20, upper:abs", 0.6394574, some.high, 1e-6, "binom.test of R");
    CHECK(clopper_pearson(0, 0, 0.95).high == 1);
}

TEST_CASE("quantiles of a sample carry what is censored") {
    const double never = std::numeric_limits<double>::infinity();
    CHECK(sample_quantile({4, 1, 3, 2}, 0.5) == doctest::Approx(2.5));
    CHECK(sample_quantile({1, 2, 3, never, never}, 0.5) == 3);
    CHECK(std::isinf(sample_quantile({1, 2, 3, never, never}, 0.6)));
    CHECK(std::isnan(sample_quantile({}, 0.5)));
}

TEST_CASE("ranks share their mean among equals") {
    CHECK(ranks({10, 30, 20, 20}) == std::vector<double>{1, 4, 2.5, 2.5});
    CHECK(rank_correlation({1, 2, 3, 4}, {1, 8, 27, 64}) == doctest::Approx(1));
}

TEST_CASE("partial rank correlation takes out what another value explains") {
    // y follows b alone; a follows b with noise. a correlates with y, but not beyond b.
    std::vector<double> a, b, y;
    for (int i = 0; i < 200; ++i) {
        b.push_back(std::fmod(i * 0.754877666, 1.0));
        a.push_back(b.back() + std::fmod(i * 0.569840291, 1.0));
        y.push_back(std::exp(b.back()) + 0.1 * std::fmod(i * 0.3819660113, 1.0));
    }
    const auto partial = partial_rank_correlation({a, b}, y);
    CHECK(rank_correlation(a, y) > 0.5);
    CHECK(std::abs(partial[0]) < 0.2);  // 1/sqrt(200) = 0.07 is its scatter
    CHECK(partial[1] > 0.9);
}

TEST_CASE("the trend of Mann and Kendall is that of its textbook example") {
    // Gilbert (1987), section 16.4: the values 10, 15, 14, 20 give S = 4; Sen's slopes are 5, 2, 10/3, -1, 2.5, 6 with median 2.9167.
    const auto trend = mann_kendall({1, 2, 3, 4}, {10, 15, 14, 20});
    CHECK(trend.statistic == 4);
    CHECK(trend.variance == doctest::Approx(4 * 3 * 13 / 18.0));
    CHECK(trend.slope == doctest::Approx(0.5 * (2.5 + 10.0 / 3)));
    CHECK(trend.kendall_tau == doctest::Approx(4.0 / 6));
    CHECK(trend.z == doctest::Approx(3 / std::sqrt(4 * 3 * 13 / 18.0)));
    const auto flat = mann_kendall({1, 2, 3}, {5, 5, 5});
    CHECK(flat.statistic == 0);
    CHECK(flat.p_value == 1);
}
