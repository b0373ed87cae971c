#include "assessment/sample_statistics.hpp"

#include <algorithm>
#include <cmath>

#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>

#include "core/random.hpp"

namespace galena {

MeanAndDeviation mean_and_deviation(std::span<const double> values) {
    MeanAndDeviation of;
    for (const double v : values) of.mean += v;
    of.mean /= static_cast<double>(values.size());
    double squares = 0;
    for (const double v : values) squares += (v - of.mean) * (v - of.mean);
    of.deviation = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
    return of;
}

MeanAndDeviation kaplan_meier(std::vector<LaboratoryResult> results) {
    const auto n = results.size();
    // From the highest down; at equal values what was detected comes first, so that it counts those below its own value as at risk.
    std::sort(results.begin(), results.end(), [](const auto& a, const auto& b) {
        return a.value > b.value || (a.value == b.value && !a.below_detection && b.below_detection);
    });
    results.back().below_detection = false;
    double below = 1;  // estimated probability of lying at or below the present value
    double mean = 0, square = 0;
    for (std::size_t k = 0; k < n; ++k) {
        if (results[k].below_detection) continue;
        const double at_risk = static_cast<double>(n - k);
        const double weight = below / at_risk;  // of a single result: the product limit steps down by 1/at_risk
        mean += weight * results[k].value;
        square += weight * results[k].value * results[k].value;
        below -= weight;
    }
    const double size = static_cast<double>(n), variance = std::max(0.0, square - mean * mean);
    return {mean, n > 1 ? std::sqrt(variance * size / (size - 1)) : 0};
}

double ucl_student(const MeanAndDeviation& of, std::size_t n) {
    const boost::math::students_t distribution(static_cast<double>(n - 1));
    return of.mean + boost::math::quantile(distribution, 0.95) * of.deviation / std::sqrt(static_cast<double>(n));
}

double ucl_chebyshev(const MeanAndDeviation& of, std::size_t n) {
    return of.mean + std::sqrt(1 / 0.05 - 1) * of.deviation / std::sqrt(static_cast<double>(n));
}

namespace {

/// Land's test of mean + variance / 2 = psi for normal values: given the sum of squares about psi, u = √n (mean − psi) / √(sum of squares)
/// has a density ∝ (1 − u²)^((n − 3)/2) exp(−√(n · sum of squares) u / 2). Returns the probability of a u as small as the one seen.
double land_probability(double psi, const MeanAndDeviation& of, double n) {
    const double away = of.mean - psi, squares = (n - 1) * of.deviation * of.deviation + n * away * away;
    const double tilt = 0.5 * std::sqrt(n * squares), seen = std::asin(std::clamp(std::sqrt(n) * away / std::sqrt(squares), -1.0, 1.0));
    // With u = sin φ the density is smooth for n ≥ 2. Its logarithm is largest where (n − 2) tan φ = −tilt cos φ.
    const double m = n - 2, peak = (m - std::sqrt(m * m + 4 * tilt * tilt)) / (2 * tilt);  // sin φ there
    const auto logarithm = [&](double sine, double cosine) { return (m > 0 ? m * std::log(cosine) : 0.0) - tilt * sine; };
    const double highest = logarithm(peak, std::sqrt(std::max(1 - peak * peak, 1e-300)));
    const auto integral = [&](double from, double to) {
        constexpr int intervals = 400;  // Simpson's rule
        double sum = 0;
        for (int k = 0; k <= intervals; ++k) {
            const double phi = from + (to - from) * k / intervals, cosine = std::max(std::cos(phi), 1e-300);
            sum += (k == 0 || k == intervals ? 1 : k % 2 ? 4 : 2) * std::exp(logarithm(std::sin(phi), cosine) - highest);
        }
        return sum * (to - from);
    };
    // Beyond a dozen widths of the peak there is nothing, and the points are better spent within.
    const double width = 12 / std::sqrt(std::max(m + tilt, 1.0)), centre = std::asin(peak);
    const double low = std::max(-0.5 * M_PI, std::min(centre, seen) - width), high = std::min(0.5 * M_PI, std::max(centre, seen) + width);
    const double below = integral(low, seen), above = integral(seen, high);
    return below / (below + above);
}

}  // namespace

double ucl_land(const MeanAndDeviation& of, std::size_t n) {
    if (!(of.deviation > 0)) return std::exp(of.mean);
    const auto excess = [&](double psi) { return land_probability(psi, of, static_cast<double>(n)) - 0.05; };
    double low = of.mean, high = of.mean + of.deviation;
    for (int k = 0; k < 60 && excess(high) > 0; ++k) {
        low = high;
        high = of.mean + 2 * (high - of.mean);
    }
    std::uintmax_t most = 60;
    const auto root = boost::math::tools::toms748_solve(excess, low, high, boost::math::tools::eps_tolerance<double>(40), most);
    return std::exp(0.5 * (root.first + root.second));
}

double ucl_bootstrap(std::span<const LaboratoryResult> results, std::uint64_t seed) {
    constexpr std::size_t resamples = 1000;
    const RandomStream stream(seed, "bootstrap");
    const auto n = results.size();
    std::vector<double> means(resamples);
    for (std::size_t r = 0; r < resamples; ++r) {
        for (std::size_t k = 0; k < n; ++k) {
            const auto pick = static_cast<std::size_t>(stream.uniform(r * n + k) * static_cast<double>(n));
            means[r] += (results[pick].below_detection ? 0.5 : 1.0) * results[pick].value;
        }
        means[r] /= static_cast<double>(n);
    }
    const auto at = means.begin() + static_cast<std::ptrdiff_t>(0.95 * resamples);
    std::nth_element(means.begin(), at, means.end());
    return *at;
}

double upper_confidence_limit(std::span<const LaboratoryResult> results, UclMethod method, std::uint64_t seed) {
    if (method == UclMethod::bootstrap) return ucl_bootstrap(results, seed);
    if (method == UclMethod::land_h) {
        std::vector<double> logarithms;
        for (const auto& result : results) logarithms.push_back(std::log(result.value * (result.below_detection ? 0.5 : 1.0)));
        const bool all = std::all_of(logarithms.begin(), logarithms.end(), [](double y) { return std::isfinite(y); });
        return all ? ucl_land(mean_and_deviation(logarithms), results.size()) : std::numeric_limits<double>::infinity();
    }
    const auto of = kaplan_meier({results.begin(), results.end()});
    return method == UclMethod::student_t ? ucl_student(of, results.size()) : ucl_chebyshev(of, results.size());
}

Trend mann_kendall(std::span<const double> values) {
    const auto n = values.size();
    Trend trend;
    bool ties = false;
    for (std::size_t a = 0; a < n; ++a)
        for (std::size_t b = a + 1; b < n; ++b) {
            trend.S += values[b] > values[a] ? 1 : values[b] < values[a] ? -1 : 0;
            ties = ties || values[a] == values[b];
        }
    if (n <= 10 && !ties) {
        // Permutations of n by their number of falling pairs: S = n(n−1)/2 − 2 · falling.
        std::vector<double> count{1};
        for (std::size_t m = 2; m <= n; ++m) {
            std::vector<double> next(count.size() + m - 1);
            for (std::size_t k = 0; k < count.size(); ++k)
                for (std::size_t add = 0; add < m; ++add) next[k + add] += count[k];
            count = std::move(next);
        }
        const double pairs = 0.5 * static_cast<double>(n * (n - 1));
        double all = 0, as_high = 0;
        for (std::size_t falling = 0; falling < count.size(); ++falling) {
            all += count[falling];
            if (pairs - 2 * static_cast<double>(falling) >= trend.S) as_high += count[falling];
        }
        trend.p = as_high / all;
        return trend;
    }
    const auto term = [](double m) { return m * (m - 1) * (2 * m + 5); };
    double variance = term(static_cast<double>(n));
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    for (auto from = sorted.begin(); from != sorted.end();) {
        const auto to = std::upper_bound(from, sorted.end(), *from);
        variance -= term(static_cast<double>(to - from));
        from = to;
    }
    variance /= 18;
    if (!(variance > 0)) return trend;
    const double z = (trend.S - (trend.S > 0 ? 1 : trend.S < 0 ? -1 : 0)) / std::sqrt(variance);
    trend.p = 0.5 * std::erfc(z / std::sqrt(2.0));
    return trend;
}

Interval wilson(std::size_t hits, std::size_t n) {
    constexpr double z = 1.959963984540054;
    const double size = static_cast<double>(n), share = static_cast<double>(hits) / size, z2 = z * z / size;
    const double centre = (share + 0.5 * z2) / (1 + z2), half = z / (1 + z2) * std::sqrt(share * (1 - share) / size + 0.25 * z2 / size);
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

}  // namespace galena
