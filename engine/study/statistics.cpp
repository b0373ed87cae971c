#include "study/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <Eigen/Dense>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>

namespace galena {

Interval clopper_pearson(std::size_t events, std::size_t trials, double confidence) {
    if (trials == 0) return {0, 1};
    using Binomial = boost::math::binomial_distribution<>;
    const auto n = static_cast<double>(trials), k = static_cast<double>(events);
    const double tail = 0.5 * (1 - confidence);
    return {events == 0 ? 0.0 : Binomial::find_lower_bound_on_p(n, k, tail, Binomial::clopper_pearson_exact_interval),
            events == trials ? 1.0 : Binomial::find_upper_bound_on_p(n, k, tail, Binomial::clopper_pearson_exact_interval)};
}

double sample_quantile_sorted(const std::vector<double>& ascending, double p) {
    if (ascending.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double at = p * static_cast<double>(ascending.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double part = at - static_cast<double>(below);
    if (part == 0) return ascending[below];
    const double low = ascending[below], high = ascending[below + 1];
    return std::isinf(high) ? high : low + part * (high - low);
}

double sample_quantile(std::vector<double> values, double p) {
    std::sort(values.begin(), values.end());
    return sample_quantile_sorted(values, p);
}

std::vector<double> ranks(const std::vector<double>& values) {
    const auto n = values.size();
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(n);
    for (std::size_t first = 0, last = 0; first < n; first = last) {
        while (last < n && values[order[last]] == values[order[first]]) ++last;
        const double mean = 0.5 * static_cast<double>(first + 1 + last);
        for (std::size_t i = first; i < last; ++i) result[order[i]] = mean;
    }
    return result;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const auto n = static_cast<double>(a.size());
    const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n, mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double aa = 0, bb = 0, ab = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
        ab += (a[i] - mean_a) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0.0;
}

double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) { return correlation(ranks(a), ranks(b)); }

std::vector<double> partial_rank_correlation(const std::vector<std::vector<double>>& columns, const std::vector<double>& y) {
    std::vector<double> result(columns.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<std::size_t> varying;
    for (std::size_t j = 0; j < columns.size(); ++j)
        if (!columns[j].empty() &&
            *std::min_element(columns[j].begin(), columns[j].end()) < *std::max_element(columns[j].begin(), columns[j].end()))
            varying.push_back(j);
    if (y.size() < varying.size() + 3 || varying.empty()) return result;
    const auto n = static_cast<Eigen::Index>(varying.size() + 1);
    std::vector<std::vector<double>> ranked;
    for (const auto j : varying) ranked.push_back(ranks(columns[j]));
    ranked.push_back(ranks(y));
    Eigen::MatrixXd matrix(n, n);
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b <= a; ++b)
            matrix(a, b) = matrix(b, a) =
                a == b ? 1.0 : correlation(ranked[static_cast<std::size_t>(a)], ranked[static_cast<std::size_t>(b)]);
    // Of the inverse P of the correlation matrix: −P_jy / √(P_jj P_yy).
    const Eigen::FullPivLU<Eigen::MatrixXd> lu(matrix);
    if (!lu.isInvertible()) return result;
    const Eigen::MatrixXd inverse = lu.inverse();
    for (Eigen::Index a = 0; a + 1 < n; ++a)
        result[varying[static_cast<std::size_t>(a)]] = -inverse(a, n - 1) / std::sqrt(inverse(a, a) * inverse(n - 1, n - 1));
    return result;
}

Trend mann_kendall(const std::vector<double>& times, const std::vector<double>& values) {
    Trend trend;
    const auto n = values.size();
    if (n < 2) return trend;
    std::vector<double> slopes;
    std::map<double, double> ties;
    for (std::size_t i = 0; i < n; ++i) {
        ++ties[values[i]];
        for (std::size_t j = i + 1; j < n; ++j) {
            trend.statistic += values[j] > values[i] ? 1 : values[j] < values[i] ? -1 : 0;
            if (times[j] != times[i]) slopes.push_back((values[j] - values[i]) / (times[j] - times[i]));
        }
    }
    const auto count = static_cast<double>(n);
    trend.kendall_tau = trend.statistic / (0.5 * count * (count - 1));
    trend.variance = count * (count - 1) * (2 * count + 5);
    for (const auto& [value, t] : ties) trend.variance -= t * (t - 1) * (2 * t + 5);
    trend.variance /= 18;
    if (trend.variance > 0 && trend.statistic != 0) {
        trend.z = (trend.statistic - std::copysign(1.0, trend.statistic)) / std::sqrt(trend.variance);
        trend.p_value = 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(trend.z)));
    }
    trend.slope = slopes.empty() ? 0 : sample_quantile(slopes, 0.5);
    std::vector<double> rest(n);
    for (std::size_t i = 0; i < n; ++i) rest[i] = values[i] - trend.slope * times[i];
    trend.intercept = sample_quantile(rest, 0.5);
    return trend;
}

}  // namespace galena
