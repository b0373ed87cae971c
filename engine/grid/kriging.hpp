#pragma once
// Ordinary kriging: the best linear unbiased estimate between samples, with its variance.

#include <span>
#include <vector>

#include "grid/samples.hpp"
#include "grid/variogram.hpp"

namespace galena {

/// What becomes of estimates made from logarithms.
enum class BackTransform {
    none,    ///< estimates stay on the scale of the samples given
    median,  ///< exp(Z*): the median of the lognormal distribution at the point
    mean     ///< exp(Z* + variance/2): its mean (Journel and Huijbregts 1978, VIII.A; the Lagrange term is left out)
};

struct KrigingOptions {
    /// Nearest samples used per point (in stretched distance); 0: all, which costs n³/3 once and n² per point (multiply-adds): fine for
    /// hundreds of samples, minutes for 5000.
    std::size_t neighbours = 0;
    BackTransform back_transform = BackTransform::none;
};

/// One number per target.
struct KrigingResult {
    std::vector<double> estimate;
    std::vector<double> variance;  ///< kriging variance, on the scale of the samples given (of the logarithms, where these were given)
    double regularisation = 0;     ///< added to the diagonal [values²] where the system was not positive definite; 0 as a rule
};

/// Estimates at the targets (z is ignored), exact at samples. With all neighbours the covariances are factored once (Cholesky) and
/// the targets follow in blocks; with few, one small system per group of targets that share their neighbours.
/// samples: one value per place (merge_duplicates); for log kriging give logarithm(samples) and a back_transform.
/// Throws std::invalid_argument for no samples or an impossible variogram, SimulationError when the system cannot be solved.
KrigingResult ordinary_kriging(const Samples& samples, const Variogram& variogram, std::span<const Point> targets,
                               const KrigingOptions& options = {});

/// Each sample estimated from the others.
struct CrossValidation {
    std::vector<double> residual;  ///< measured − estimated, on the scale of the samples given
    std::vector<double> variance;  ///< kriging variance of each estimate
    double mean_error = 0;         ///< of the residuals; near 0 when unbiased
    double root_mean_square_error = 0;
    double mean_squared_deviation_ratio = 0;  ///< mean of residual²/variance; near 1 when the variance is right
};

/// Leave-one-out cross-validation with the variogram held fixed; needs at least two samples. With all neighbours one factorization
/// gives every residual (Dubrule 1983). options.back_transform is not applied.
CrossValidation leave_one_out(const Samples& samples, const Variogram& variogram, const KrigingOptions& options = {});

}  // namespace galena
