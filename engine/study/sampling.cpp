#include "study/sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include <Eigen/Cholesky>
#include <Eigen/Dense>
#include <boost/math/distributions/normal.hpp>
#include <boost/random/sobol.hpp>
#include <fmt/format.h>

#include "core/random.hpp"

namespace galena {

namespace {

/// A random order of 0 .. n − 1.
std::vector<std::size_t> random_order(const RandomStream& random, std::size_t n) {
    std::vector<std::pair<double, std::size_t>> keys(n);
    for (std::size_t i = 0; i < n; ++i) keys[i] = {random.uniform(i), i};
    std::sort(keys.begin(), keys.end());
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) order[i] = keys[i].second;
    return order;
}

Eigen::MatrixXd score_correlation(const std::vector<RankCorrelation>& wanted, std::size_t columns, const std::vector<std::size_t>& place) {
    const auto n = static_cast<Eigen::Index>(columns);
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(n, n);
    for (const auto& c : wanted) {
        const auto a = static_cast<Eigen::Index>(place[c.first]), b = static_cast<Eigen::Index>(place[c.second]);
        matrix(a, b) = matrix(b, a) = 2 * std::sin(std::numbers::pi * c.rank / 6);
    }
    return matrix;
}

bool positive_definite(const Eigen::MatrixXd& matrix, Eigen::LLT<Eigen::MatrixXd>& cholesky) {
    cholesky.compute(matrix);
    return cholesky.info() == Eigen::Success && cholesky.matrixLLT().diagonal().minCoeff() > 1e-6;
}

}  // namespace

Design monte_carlo(std::uint64_t seed, std::size_t runs, std::size_t values) {
    Design design(runs, std::vector<double>(values));
    for (std::size_t v = 0; v < values; ++v) {
        const RandomStream random(seed, fmt::format("monte carlo/{}", v));
        for (std::size_t r = 0; r < runs; ++r) design[r][v] = random.uniform(r);
    }
    return design;
}

Design latin_hypercube(std::uint64_t seed, std::size_t runs, std::size_t values) {
    Design design(runs, std::vector<double>(values));
    for (std::size_t v = 0; v < values; ++v) {
        const auto order = random_order(RandomStream(seed, fmt::format("latin hypercube/order/{}", v)), runs);
        const RandomStream within(seed, fmt::format("latin hypercube/within/{}", v));
        for (std::size_t r = 0; r < runs; ++r)
            design[r][v] = (static_cast<double>(order[r]) + within.uniform(r)) / static_cast<double>(runs);
    }
    return design;
}

Design sobol_sequence(std::uint64_t seed, std::size_t runs, std::size_t values) {
    Design design(runs, std::vector<double>(values));
    if (values == 0) return design;
    const RandomStream random(seed, "sobol shift");
    std::vector<std::uint64_t> shift(values);
    for (std::size_t v = 0; v < values; ++v) {
        const auto w = random.words(v);
        shift[v] = (static_cast<std::uint64_t>(w[0]) << 32) | w[1];
    }
    boost::random::sobol sequence(values);  // begins after the origin, without which 2^m points are not even
    for (std::size_t r = 0; r < runs; ++r)
        for (std::size_t v = 0; v < values; ++v) {
            const std::uint64_t bits = (r == 0 ? 0 : sequence()) ^ shift[v];
            design[r][v] = (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53;
        }
    return design;
}

bool possible(const std::vector<RankCorrelation>& correlations, std::size_t values) {
    if (values == 0) return true;
    std::vector<std::size_t> place(values);
    std::iota(place.begin(), place.end(), std::size_t{0});
    Eigen::LLT<Eigen::MatrixXd> cholesky;
    return positive_definite(score_correlation(correlations, values, place), cholesky);
}

void correlate(Design& design, const std::vector<RankCorrelation>& correlations, std::uint64_t seed) {
    std::vector<std::size_t> columns;
    for (const auto& c : correlations) columns.insert(columns.end(), {c.first, c.second});
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    const auto runs = design.size(), k = columns.size();
    if (k == 0 || runs <= k) return;
    std::vector<std::size_t> place(design[0].size(), 0);
    for (std::size_t c = 0; c < k; ++c) place[columns[c]] = c;

    // Scores in random order, then made to have exactly the correlation wanted: R* = R Q⁻ᵀ Pᵀ with corr(R) = QQᵀ and C = PPᵀ.
    Eigen::MatrixXd scores(static_cast<Eigen::Index>(runs), static_cast<Eigen::Index>(k));
    const boost::math::normal standard;
    for (std::size_t c = 0; c < k; ++c) {
        const auto order = random_order(RandomStream(seed, fmt::format("iman conover/{}", columns[c])), runs);
        for (std::size_t r = 0; r < runs; ++r)
            scores(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) =
                boost::math::quantile(standard, (static_cast<double>(order[r]) + 1) / (static_cast<double>(runs) + 1));
    }
    const double squares = scores.col(0).squaredNorm();  // the same for all columns, which are permutations of each other with mean 0
    Eigen::LLT<Eigen::MatrixXd> found, wanted;
    if (!positive_definite(scores.transpose() * scores / squares, found) ||
        !positive_definite(score_correlation(correlations, k, place), wanted))
        return;
    scores = found.matrixL().solve(scores.transpose()).transpose().eval();
    scores = scores * Eigen::MatrixXd(wanted.matrixL()).transpose();

    for (std::size_t c = 0; c < k; ++c) {
        std::vector<std::size_t> by_score(runs);
        std::iota(by_score.begin(), by_score.end(), std::size_t{0});
        const auto column = scores.col(static_cast<Eigen::Index>(c));
        std::stable_sort(by_score.begin(), by_score.end(), [&](std::size_t a, std::size_t b) {
            return column(static_cast<Eigen::Index>(a)) < column(static_cast<Eigen::Index>(b));
        });
        std::vector<double> sorted(runs);
        for (std::size_t r = 0; r < runs; ++r) sorted[r] = design[r][columns[c]];
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t r = 0; r < runs; ++r) design[by_score[r]][columns[c]] = sorted[r];
    }
}

}  // namespace galena
