#pragma once
// Statistics of few samples, as effect evaluation asks for them (HJ 25.5-2018, HJ 25.6-2019).

#include <cstdint>
#include <span>
#include <vector>

namespace galena {

/// A result of the laboratory: below the detection limit, `value` is that limit.
struct LaboratoryResult {
    double value = 0;
    bool below_detection = false;
};

struct MeanAndDeviation {
    double mean = 0, deviation = 0;  ///< deviation with n − 1
};
MeanAndDeviation mean_and_deviation(std::span<const double> values);
/// Kaplan-Meier estimates for results of which some lie below a detection limit (Helsel 2012, ch. 6: left-censored data flipped; the
/// lowest, when it is not detected, counts as found at its limit). Without such results the plain mean and deviation.
MeanAndDeviation kaplan_meier(std::vector<LaboratoryResult> results);

enum class UclMethod { student_t, chebyshev, bootstrap, land_h };

/// Student's t: mean + t(0.95, n − 1) s/√n. Needs n ≥ 2.
double ucl_student(const MeanAndDeviation& of, std::size_t n);
/// Chebyshev, for any distribution: mean + √(1/0.05 − 1) s/√n.
double ucl_chebyshev(const MeanAndDeviation& of, std::size_t n);
/// Land's exact limit of the mean of a lognormal distribution, exp(ȳ + s²/2 + H s/√(n − 1)), from mean and deviation of the logarithms.
/// H follows from his conditional test (Land 1971) itself, not from tables. Needs n ≥ 2.
double ucl_land(const MeanAndDeviation& of_logarithms, std::size_t n);
/// Percentile bootstrap (Efron & Tibshirani 1993, ch. 13): the 95th percentile of the means of 1000 resamples, drawn from (seed, index).
/// Results below detection enter with half their limit.
double ucl_bootstrap(std::span<const LaboratoryResult> results, std::uint64_t seed);
/// By the method, with Kaplan-Meier where there are results below detection (Land's: they enter with half their limit; a result of 0 has
/// no logarithm, and the limit is then infinite).
double upper_confidence_limit(std::span<const LaboratoryResult> results, UclMethod method, std::uint64_t seed);

/// Mann-Kendall test for a rising trend (Mann 1945; Kendall 1975).
struct Trend {
    double S = 0;  ///< pairs that rise less pairs that fall
    double p = 1;  ///< probability of this S or more without a trend, one-sided; exact up to 10 values without ties, else normal
    [[nodiscard]] bool rises() const { return p < 0.05; }
};
Trend mann_kendall(std::span<const double> values);

/// Wilson's interval of a probability at 95 %, from `hits` of n trials.
struct Interval {
    double low = 0, high = 1;
};
Interval wilson(std::size_t hits, std::size_t n);

}  // namespace galena
