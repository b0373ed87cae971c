#pragma once
// What can be said of a quantity from a finite number of runs or measurements.

#include <cstddef>
#include <vector>

namespace galena {

struct Interval {
    double low = 0, high = 0;
};

/// The interval of Clopper and Pearson (1934) for a probability of which `events` of `trials` were seen; it covers the truth at least with
/// the confidence given. [0, 1] without trials.
Interval clopper_pearson(std::size_t events, std::size_t trials, double confidence);

/// The value below which the part p of the values lies, between sorted values by straight lines (type 7 of Hyndman and Fan 1996).
/// NaN when there are none. Infinite values (censored: "not before the end") are allowed; between a finite and an infinite one lies infinity.
double sample_quantile(std::vector<double> values, double p);
double sample_quantile_sorted(const std::vector<double>& ascending, double p);

/// Ranks from 1, equal values share their mean rank.
std::vector<double> ranks(const std::vector<double>& values);

/// Pearson's correlation; 0 where one side does not vary.
double correlation(const std::vector<double>& a, const std::vector<double>& b);
/// Spearman's rank correlation.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

/// Partial rank correlation of each column with y: what remains when the ranks of the other columns are taken out of both (Iman and
/// Helton 1988). columns[j][i]: value j of run i. NaN for a column that does not vary, and for all when there are too few runs.
std::vector<double> partial_rank_correlation(const std::vector<std::vector<double>>& columns, const std::vector<double>& y);

/// A monotone trend in a series of measurements.
struct Trend {
    double statistic = 0;    ///< S of Mann (1945): pairs that rise less pairs that fall
    double kendall_tau = 0;  ///< S over the number of pairs
    double variance = 0;     ///< of S, corrected for ties (Kendall 1975)
    double z = 0;            ///< with continuity correction
    double p_value = 1;      ///< two-sided, normal approximation; fair from 8 values on
    double slope = 0;        ///< Theil (1950) and Sen (1968): median of the slopes of all pairs, per unit of time
    double intercept = 0;    ///< median of value − slope · time
};
Trend mann_kendall(const std::vector<double>& times, const std::vector<double>& values);

}  // namespace galena
