#include "study/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "core/random.hpp"

namespace galena {

MorrisDesign morris_design(std::uint64_t seed, std::size_t trajectories, std::size_t values, int levels) {
    MorrisDesign design;
    const int half = levels / 2;
    for (std::size_t t = 0; t < trajectories; ++t) {
        const RandomStream level(seed, fmt::format("morris/level/{}", t)), side(seed, fmt::format("morris/side/{}", t)),
            key(seed, fmt::format("morris/order/{}", t));
        std::vector<double> point(values), jump(values);
        std::vector<std::size_t> order(values);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key.uniform(a) < key.uniform(b); });
        for (std::size_t v = 0; v < values; ++v) {
            const auto start = std::floor(level.uniform(v) * (levels - half));  // low enough to jump up
            const bool down = side.uniform(v) < 0.5;
            point[v] = (start + (down ? half : 0) + 0.5) / levels;
            jump[v] = static_cast<double>(down ? -half : half) / levels;
        }
        design.runs.push_back(point);
        for (const auto v : order) {
            point[v] += jump[v];
            design.runs.push_back(point);
        }
        design.order.push_back(std::move(order));
    }
    return design;
}

std::vector<MorrisEffect> morris_effects(const MorrisDesign& design, const std::vector<double>& results) {
    const auto values = design.order.empty() ? 0 : design.order.front().size();
    std::vector<std::vector<double>> effects(values);
    for (std::size_t t = 0; t < design.order.size(); ++t)
        for (std::size_t s = 0; s < values; ++s) {
            const auto v = design.order[t][s], row = t * (values + 1) + s;
            const double change = results[row + 1] - results[row], step = design.runs[row + 1][v] - design.runs[row][v];
            if (std::isfinite(change)) effects[v].push_back(change / step);
        }
    std::vector<MorrisEffect> summary(values);
    for (std::size_t v = 0; v < values; ++v) {
        auto& s = summary[v];
        s.count = effects[v].size();
        if (s.count == 0) continue;
        const auto n = static_cast<double>(s.count);
        for (const double e : effects[v]) {
            s.mu += e / n;
            s.mu_star += std::abs(e) / n;
        }
        for (const double e : effects[v]) s.sigma += (e - s.mu) * (e - s.mu);
        s.sigma = s.count > 1 ? std::sqrt(s.sigma / (n - 1)) : 0;
    }
    return summary;
}

Design saltelli_design(std::uint64_t seed, std::size_t base, std::size_t values) {
    const auto both = sobol_sequence(seed, base, 2 * values);
    Design design((values + 2) * base, std::vector<double>(values));
    for (std::size_t r = 0; r < base; ++r)
        for (std::size_t v = 0; v < values; ++v) {
            design[r][v] = both[r][v];
            design[base + r][v] = both[r][values + v];
            for (std::size_t i = 0; i < values; ++i) design[(2 + i) * base + r][v] = i == v ? both[r][values + v] : both[r][v];
        }
    return design;
}

namespace {

/// The sums of chosen base rows, one value i against A and B.
struct Estimates {
    double first = 0, total = 0;
    bool varies = false;  ///< else they say nothing
};

class SobolEstimator {
public:
    SobolEstimator(const std::vector<double>& results, std::size_t base, std::size_t values) : results_(results), base_(base) {
        for (std::size_t r = 0; r < base; ++r) {
            bool complete = true;
            for (std::size_t m = 0; m < values + 2; ++m) complete = complete && std::isfinite(results[m * base + r]);
            if (complete) rows_.push_back(r);
        }
        // Taken from the mean, the estimator of the first order loses most of its noise.
        for (const auto r : rows_) mean_ += 0.5 * (a(r) + b(r)) / static_cast<double>(rows_.size());
    }

    [[nodiscard]] const std::vector<std::size_t>& rows() const { return rows_; }

    [[nodiscard]] Estimates operator()(std::size_t value, const std::vector<std::size_t>& rows) const {
        double sum = 0, squares = 0, first = 0, total = 0;
        for (const auto r : rows) {
            const double fa = a(r) - mean_, fb = b(r) - mean_, fi = results_[(2 + value) * base_ + r] - mean_;
            sum += fa + fb;
            squares += fa * fa + fb * fb;
            first += fb * (fi - fa);
            total += (fa - fi) * (fa - fi);
        }
        const auto n = static_cast<double>(rows.size());
        const double mean = sum / (2 * n), variance = squares / (2 * n) - mean * mean;
        constexpr double rounding = 1e-12;  // of results that are all the same, such as arrivals that never came
        if (!(variance > rounding * squares / (2 * n))) return {};
        return {first / n / variance, 0.5 * total / n / variance, true};
    }

private:
    [[nodiscard]] double a(std::size_t r) const { return results_[r]; }
    [[nodiscard]] double b(std::size_t r) const { return results_[base_ + r]; }

    const std::vector<double>& results_;
    std::size_t base_;
    std::vector<std::size_t> rows_;
    double mean_ = 0;
};

}  // namespace

std::vector<SobolIndex> sobol_indices(const std::vector<double>& results, std::size_t base, std::size_t values, std::size_t bootstrap,
                                      double confidence, std::uint64_t seed) {
    std::vector<SobolIndex> indices(values);
    const SobolEstimator estimate(results, base, values);
    const auto n = estimate.rows().size();
    if (n == 0) return indices;
    std::vector<std::vector<double>> firsts(values), totals(values);
    std::vector<std::size_t> rows(n);
    for (std::size_t b = 0; b < bootstrap; ++b) {
        const RandomStream random(seed, fmt::format("sobol bootstrap/{}", b));
        for (std::size_t i = 0; i < n; ++i)
            rows[i] = estimate.rows()[std::min(n - 1, static_cast<std::size_t>(random.uniform(i) * static_cast<double>(n)))];
        for (std::size_t v = 0; v < values; ++v) {
            const auto e = estimate(v, rows);
            if (!e.varies) continue;
            firsts[v].push_back(e.first);
            totals[v].push_back(e.total);
        }
    }
    const double tail = 0.5 * (1 - confidence);
    for (std::size_t v = 0; v < values; ++v) {
        const auto e = estimate(v, estimate.rows());
        indices[v] = {e.first, e.total, {e.first, e.first}, {e.total, e.total}};
        if (bootstrap == 0 || !e.varies) continue;
        // Where resamples lack all variation so often that the interval would rest on the rest of them, there is none.
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        indices[v].first_interval = indices[v].total_interval = {unknown, unknown};
        if (static_cast<double>(firsts[v].size()) < confidence * static_cast<double>(bootstrap)) continue;
        indices[v].first_interval = {sample_quantile(firsts[v], tail), sample_quantile(firsts[v], 1 - tail)};
        indices[v].total_interval = {sample_quantile(totals[v], tail), sample_quantile(totals[v], 1 - tail)};
    }
    return indices;
}

Design tornado_design(std::size_t values) {
    const double central = std::numeric_limits<double>::quiet_NaN();
    Design design(1 + 2 * values, std::vector<double>(values, central));
    for (std::size_t v = 0; v < values; ++v) {
        design[1 + 2 * v][v] = 0.1;
        design[2 + 2 * v][v] = 0.9;
    }
    return design;
}

}  // namespace galena
