#pragma once
// How unlike two values are at a distance: the experimental variogram of samples and the model fitted to it.

#include <string>
#include <string_view>
#include <vector>

#include "grid/samples.hpp"

namespace galena {

enum class VariogramModel { spherical, exponential, gaussian };

[[nodiscard]] std::string_view name(VariogramModel model);

/// A variogram with nugget: γ(h) = nugget + partial_sill · g(h / range), γ(0) = 0, where
/// g(r) = 1.5 r − 0.5 r³ up to r = 1 (spherical), 1 − exp(−r) (exponential), 1 − exp(−r²) (Gaussian);
/// Journel and Huijbregts (1978), III.B. The practical range is range, 3 range, √3 range. Units: values², metres.
struct Variogram {
    VariogramModel model = VariogramModel::spherical;
    double nugget = 0;        ///< ≥ 0
    double partial_sill = 1;  ///< ≥ 0
    double range = 1;         ///< > 0, along the direction of greatest range [m]
    Anisotropy anisotropy{};

    [[nodiscard]] double sill() const { return nugget + partial_sill; }
    /// γ at a distance in stretched coordinates [m].
    [[nodiscard]] double at_distance(double distance) const;
    /// γ between two points that lie dx, dy apart [m].
    [[nodiscard]] double operator()(double dx, double dy) const;
};

/// How pairs are counted; the defaults are those of gstat (Pebesma 2004).
struct VariogramOptions {
    double cutoff = 0;        ///< greatest distance of a pair [m]; 0: a third of the diagonal of the samples' bounding box
    int bins = 15;            ///< of equal width from 0 to the cutoff; a pair on a bound belongs to the lower bin
    Anisotropy anisotropy{};  ///< distances are measured in stretched coordinates
};

/// Mean semivariance per bin of distance (Matheron's estimator); bins without pairs are left out.
struct ExperimentalVariogram {
    struct Bin {
        Index pairs = 0;
        double distance = 0;      ///< mean of its pairs [m]
        double semivariance = 0;  ///< Σ (z_i − z_j)² / (2 pairs)
    };
    std::vector<Bin> bins;
    double cutoff = 0;  ///< as used [m]
    Anisotropy anisotropy{};
};

/// Needs one value per place and at least two samples; throws std::invalid_argument when options make no sense.
ExperimentalVariogram experimental_variogram(const Samples& samples, const VariogramOptions& options = {});

/// A fitted variogram and how well it fits.
struct VariogramFit {
    Variogram variogram;
    double sum_of_squares = 0;  ///< Σ N_j/h_j² (γ_j − γ(h_j))²
    bool converged = false;     ///< the best range lies inside the range of distances searched
    std::string remark;         ///< why not, in one sentence to show the user; empty when converged
};

/// Weighted least squares with weights N_j/h_j² (gstat's fit.method 7), nugget and partial sill ≥ 0. For each range the best nugget
/// and sill follow in closed form (variable projection: Golub and Pereyra 1973), so that one number is searched and the minimum is
/// the least over all ranges from a tenth of the shortest mean distance to ten times the cutoff.
VariogramFit fit_variogram(const ExperimentalVariogram& experimental, VariogramModel model);

}  // namespace galena
