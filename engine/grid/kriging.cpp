#include "grid/kriging.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <Eigen/Cholesky>
#include <Eigen/Dense>
#include <fmt/format.h>

#include "core/error.hpp"
#include "grid/sample_tree.hpp"

namespace galena {

namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Targets solved together: enough columns for a fast triangular solve, few enough for 150 samples to stay in the cache.
constexpr Index targets_per_block = 128;

/// Parts of the sill tried on the diagonal when a system is not safely positive definite (Gaussian models without nugget).
constexpr double regularisations[] = {0, 1e-10, 1e-8, 1e-6};
/// Least variance of a sample given the ones before it, as part of the sill, that counts as safe: four digits above rounding.
constexpr double least_pivot = 1e-12;

/// C(h) = sill − γ(h) for a column of squared distances, in place: by whole arrays, because exp and sqrt are most of the work.
void covariances_of(const Variogram& v, Eigen::Map<ArrayXd> column) {
    const double inverse_range = 1 / v.range, sill = v.sill(), partial_sill = v.partial_sill;
    switch (v.model) {
        case VariogramModel::spherical:
            column = (column.sqrt() * inverse_range).min(1.0);
            column = column * (0.5 * column.square() - 1.5) + 1.0;
            break;
        case VariogramModel::exponential: column = (column.sqrt() * -inverse_range).exp(); break;
        case VariogramModel::gaussian: column = (column * (-inverse_range * inverse_range)).exp(); break;
    }
    // Full likeness is no distance: there the nugget counts too, which makes kriging exact at samples.
    double* c = column.data();
    for (Eigen::Index i = 0; i < column.size(); ++i) c[i] = c[i] == 1.0 ? sill : partial_sill * c[i];
}

/// The kriging system of some samples: C factored, and what every target needs of it.
class KrigingSystem {
public:
    /// Factors the covariances of samples[chosen]; false when no regularisation helps. Coordinates are already stretched.
    bool factor(const Samples& samples, std::span<const std::size_t> chosen, const Variogram& variogram) {
        gather(samples, chosen);
        variogram_ = variogram;
        for (const double part : regularisations) {
            fill_covariances(variogram.sill() * (1 + part));
            regularisation_ = variogram.sill() * part;
            cholesky_.compute(covariances_);
            if (safe()) {
                prepare_dual();
                return true;
            }
        }
        return false;
    }

    [[nodiscard]] double regularisation() const { return regularisation_; }

    /// Estimates and variances at targets, whose coordinates are already stretched. `right` is room for their covariances.
    /// Z* = m + c·C⁻¹(z − m), σ² = C(0) − c·C⁻¹c + (1 − 1·C⁻¹c)²/(1·C⁻¹1), m = 1·C⁻¹z/(1·C⁻¹1):
    /// Cressie (1993), section 3.2, written with covariances. The estimate needs no solve, the variance one triangular solve.
    void estimate(std::span<const Point> targets, MatrixXd& right, std::span<double> estimates, std::span<double> variances) const {
        const auto columns = static_cast<Eigen::Index>(targets.size());
        right.resize(x_.size(), columns);
        for (Eigen::Index t = 0; t < columns; ++t) {
            const auto& target = targets[static_cast<std::size_t>(t)];
            fill_column(target.x, target.y, right.col(t).data());
        }
        Eigen::Map<ArrayXd> z(estimates.data(), columns), s2(variances.data(), columns);
        z = (right.transpose() * dual_).array() + mean_;
        s2 = (1.0 - (right.transpose() * ones_).array()).square() / ones_sum_ + variogram_.sill();
        cholesky_.matrixL().solveInPlace(right);
        s2 = (s2 - right.colwise().squaredNorm().transpose().array()).max(0.0);
    }

    /// Residual and variance of every sample estimated from the others, Dubrule (1983): with the bordered inverse
    /// B = C⁻¹ − C⁻¹11ᵀC⁻¹/(1ᵀC⁻¹1), residual = (Bz)_i/B_ii and variance = 1/B_ii.
    void leave_one_out(std::span<double> residual, std::span<double> variance) const {
        const auto n = x_.size();
        const MatrixXd inverse = cholesky_.solve(MatrixXd::Identity(n, n));
        const ArrayXd diagonal = inverse.diagonal().array() - ones_.array().square() / ones_sum_;
        Eigen::Map<ArrayXd>(residual.data(), n) = dual_.array() / diagonal;
        Eigen::Map<ArrayXd>(variance.data(), n) = diagonal.inverse();
    }

private:
    void gather(const Samples& samples, std::span<const std::size_t> chosen) {
        const auto n = static_cast<Eigen::Index>(chosen.size());
        x_.resize(n);
        y_.resize(n);
        z_.resize(n);
        for (Eigen::Index i = 0; i < n; ++i) {
            const auto s = chosen[static_cast<std::size_t>(i)];
            x_[i] = samples.x[s];
            y_[i] = samples.y[s];
            z_[i] = samples.value[s];
        }
    }

    /// Covariances of the samples with a point.
    void fill_column(double x, double y, double* out) const {
        Eigen::Map<ArrayXd> column(out, x_.size());
        column = (x_ - x).square() + (y_ - y).square();
        covariances_of(variogram_, column);
    }

    void fill_covariances(double diagonal) {
        const auto n = x_.size();
        covariances_.resize(n, n);
        for (Eigen::Index c = 0; c < n; ++c) fill_column(x_[c], y_[c], covariances_.col(c).data());
        covariances_.diagonal().setConstant(diagonal);
    }

    [[nodiscard]] bool safe() const {
        return cholesky_.info() == Eigen::Success &&
               cholesky_.matrixLLT().diagonal().array().square().minCoeff() > least_pivot * variogram_.sill();
    }

    void prepare_dual() {
        ones_ = cholesky_.solve(VectorXd::Ones(x_.size()));
        ones_sum_ = ones_.sum();
        mean_ = ones_.dot(z_) / ones_sum_;
        dual_ = cholesky_.solve(z_ - VectorXd::Constant(x_.size(), mean_));
    }

    Variogram variogram_;
    ArrayXd x_, y_;
    VectorXd z_;
    MatrixXd covariances_;
    Eigen::LLT<MatrixXd> cholesky_;
    VectorXd ones_;  ///< C⁻¹1
    VectorXd dual_;  ///< C⁻¹(z − m)
    double ones_sum_ = 0, mean_ = 0, regularisation_ = 0;
};

/// What all parts of a kriging run share: samples and targets in stretched coordinates, and a variogram that can be solved.
struct Prepared {
    Samples samples;
    Variogram variogram;        ///< isotropic
    double variance_scale = 1;  ///< 0 for values without any variation: weights as for a sill of 1, variance 0
    std::size_t neighbours;
};

Prepared prepare(const Samples& samples, const Variogram& variogram, std::size_t neighbours) {
    if (samples.empty()) throw std::invalid_argument("kriging needs at least one sample");
    const auto& v = variogram;
    const bool possible = v.nugget >= 0 && v.partial_sill >= 0 && std::isfinite(v.sill()) && v.range > 0 && std::isfinite(v.range) &&
                          v.anisotropy.ratio > 0 && v.anisotropy.ratio <= 1;
    if (!possible)
        throw std::invalid_argument(fmt::format("impossible variogram: nugget {}, partial sill {}, range {} m, anisotropy ratio {}",
                                                v.nugget, v.partial_sill, v.range, v.anisotropy.ratio));
    Prepared p{stretched(samples, v.anisotropy), v, 1, neighbours == 0 ? samples.size() : std::min(neighbours, samples.size())};
    p.variogram.anisotropy = {};
    if (v.sill() == 0) {
        p.variogram.partial_sill = 1;
        p.variance_scale = 0;
    }
    return p;
}

std::vector<Point> stretched_targets(std::span<const Point> targets, const Anisotropy& anisotropy) {
    std::vector<Point> result(targets.size());
    parallel_for(static_cast<Index>(targets.size()), [&](Index t) {
        const auto s = static_cast<std::size_t>(t);
        result[s] = anisotropy.stretched(targets[s].x, targets[s].y);
    });
    return result;
}

std::vector<std::size_t> all_of(const Samples& samples) {
    std::vector<std::size_t> chosen(samples.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    return chosen;
}

[[noreturn]] void unsolvable() {
    throw SimulationError("kriging",
                          "the covariances of the samples cannot be factored; "
                          "average samples at one place, or give the variogram a nugget");
}

void krige_with_all(const Prepared& p, std::span<const Point> targets, KrigingResult& result) {
    KrigingSystem system;
    if (!system.factor(p.samples, all_of(p.samples), p.variogram)) unsolvable();
    result.regularisation = system.regularisation();
    parallel_blocks(static_cast<Index>(targets.size()), targets_per_block, [&](Index begin, Index end) {
        const auto first = static_cast<std::size_t>(begin), count = static_cast<std::size_t>(end - begin);
        MatrixXd room;
        system.estimate(targets.subspan(first, count), room, std::span(result.estimate).subspan(first, count),
                        std::span(result.variance).subspan(first, count));
    });
}

/// Estimates with the nearest samples of one point after another; neighbouring points often share them, and then the factored system.
class LocalKriging {
public:
    LocalKriging(const Prepared& p, const SampleTree& tree) : prepared_(p), tree_(tree) {}

    /// False when the system cannot be solved. left_out: a sample not to be used, or any number ≥ the number of samples.
    bool estimate(const Point& target, std::size_t left_out, double& estimate, double& variance) {
        const bool leaving = left_out < prepared_.samples.size();
        tree_.nearest(target.x, target.y, prepared_.neighbours + (leaving ? 1 : 0), found_);
        if (leaving) std::erase(found_.sample, left_out);
        if (found_.sample.size() > prepared_.neighbours) found_.sample.resize(prepared_.neighbours);
        std::sort(found_.sample.begin(), found_.sample.end());
        if (found_.sample != factored_) {
            factored_.clear();
            if (!system_.factor(prepared_.samples, found_.sample, prepared_.variogram)) return false;
            factored_ = found_.sample;
            regularisation_ = std::max(regularisation_, system_.regularisation());
        }
        system_.estimate({&target, 1}, room_, {&estimate, 1}, {&variance, 1});
        return true;
    }

    [[nodiscard]] double regularisation() const { return regularisation_; }

private:
    const Prepared& prepared_;
    const SampleTree& tree_;
    SampleTree::Found found_;
    std::vector<std::size_t> factored_;
    KrigingSystem system_;
    MatrixXd room_;
    double regularisation_ = 0;
};

void krige_with_nearest(const Prepared& p, std::span<const Point> targets, KrigingResult& result) {
    const SampleTree tree(p.samples);
    const auto n = static_cast<Index>(targets.size());
    constexpr double failed = -1;
    std::vector<double> regularisation(static_cast<std::size_t>((n + targets_per_block - 1) / targets_per_block), 0.0);
    parallel_blocks(n, targets_per_block, [&](Index begin, Index end) {
        LocalKriging local(p, tree);
        bool solved = true;
        for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end) && solved; ++t)
            solved = local.estimate(targets[t], p.samples.size(), result.estimate[t], result.variance[t]);
        regularisation[static_cast<std::size_t>(begin / targets_per_block)] = solved ? local.regularisation() : failed;
    });
    for (const double r : regularisation) {
        if (r == failed) unsolvable();
        result.regularisation = std::max(result.regularisation, r);
    }
}

void transform_back(BackTransform transform, KrigingResult& result) {
    if (transform == BackTransform::none) return;
    const double share = transform == BackTransform::mean ? 0.5 : 0.0;
    for (std::size_t t = 0; t < result.estimate.size(); ++t) result.estimate[t] = std::exp(result.estimate[t] + share * result.variance[t]);
}

void cross_validate_with_nearest(const Prepared& p, CrossValidation& result) {
    const SampleTree tree(p.samples);
    const auto n = static_cast<Index>(p.samples.size());
    std::vector<char> solved(p.samples.size(), 1);
    parallel_for_each_item(n, [&](Index i) {
        const auto s = static_cast<std::size_t>(i);
        LocalKriging local(p, tree);
        double estimate = 0;
        solved[s] = local.estimate({p.samples.x[s], p.samples.y[s], 0}, s, estimate, result.variance[s]);
        result.residual[s] = p.samples.value[s] - estimate;
    });
    if (std::find(solved.begin(), solved.end(), 0) != solved.end()) unsolvable();
}

/// The figures that people compare, from residuals and variances.
void summarise(CrossValidation& result) {
    const auto n = static_cast<double>(result.residual.size());
    double squares = 0, ratios = 0;
    for (std::size_t s = 0; s < result.residual.size(); ++s) {
        const double square = result.residual[s] * result.residual[s];
        result.mean_error += result.residual[s] / n;
        squares += square;
        if (result.variance[s] > 0) ratios += square / result.variance[s];
    }
    result.root_mean_square_error = std::sqrt(squares / n);
    result.mean_squared_deviation_ratio = ratios / n;
}

}  // namespace

KrigingResult ordinary_kriging(const Samples& samples, const Variogram& variogram, std::span<const Point> targets,
                               const KrigingOptions& options) {
    const auto p = prepare(samples, variogram, options.neighbours);
    KrigingResult result{std::vector<double>(targets.size()), std::vector<double>(targets.size())};
    const auto places = stretched_targets(targets, variogram.anisotropy);
    if (p.neighbours == samples.size()) krige_with_all(p, places, result);
    else krige_with_nearest(p, places, result);
    for (double& variance : result.variance) variance *= p.variance_scale;
    transform_back(options.back_transform, result);
    return result;
}

CrossValidation leave_one_out(const Samples& samples, const Variogram& variogram, const KrigingOptions& options) {
    if (samples.size() < 2) throw std::invalid_argument("cross-validation needs at least two samples");
    const auto p = prepare(samples, variogram, options.neighbours);
    CrossValidation result{std::vector<double>(samples.size()), std::vector<double>(samples.size())};
    if (p.neighbours + 1 >= samples.size()) {
        KrigingSystem system;
        if (!system.factor(p.samples, all_of(p.samples), p.variogram)) unsolvable();
        system.leave_one_out(result.residual, result.variance);
    } else {
        cross_validate_with_nearest(p, result);
    }
    for (double& variance : result.variance) variance *= p.variance_scale;
    summarise(result);
    return result;
}

}  // namespace galena
