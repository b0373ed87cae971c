#pragma once
// Which uncertain values matter: designs of runs, and what their results say.

#include "study/sampling.hpp"
#include "study/statistics.hpp"

namespace galena {

/// Trajectories of Morris (1991): k + 1 runs each, between neighbours one value jumps by half of `levels` probabilities, which stand in the
/// middle of equal parts of (0, 1). Row t (k + 1) + s: run s of trajectory t.
struct MorrisDesign {
    Design runs;
    std::vector<std::vector<std::size_t>> order;  ///< per trajectory: which value jumps at step s
};
MorrisDesign morris_design(std::uint64_t seed, std::size_t trajectories, std::size_t values, int levels);

struct MorrisEffect {
    double mu = 0;       ///< mean elementary effect per unit of probability
    double mu_star = 0;  ///< mean of their sizes (Campolongo, Cariboni and Saltelli 2007): importance
    double sigma = 0;    ///< their standard deviation: interaction or curvature
    std::size_t count = 0;
};
/// results: one per row of the design; NaN (a failed run) leaves its elementary effects out.
std::vector<MorrisEffect> morris_effects(const MorrisDesign& design, const std::vector<double>& results);

/// Saltelli (2002): matrices A and B from one Sobol' sequence of 2k values, and for each value i the matrix A with column i of B.
/// (k + 2) · base runs, block by block: A, B, A_B⁽¹⁾ … A_B⁽ᵏ⁾.
Design saltelli_design(std::uint64_t seed, std::size_t base, std::size_t values);

struct SobolIndex {
    double first = 0, total = 0;
    Interval first_interval, total_interval;  ///< percentile bootstrap
};
/// First-order indices by Saltelli et al. (2010, table 2 b), totals by Jansen (1999). NaN results leave their base row out.
/// All 0 when the results do not vary; intervals NaN when they hardly do, so that many resamples have no variance.
std::vector<SobolIndex> sobol_indices(const std::vector<double>& results, std::size_t base, std::size_t values, std::size_t bootstrap,
                                      double confidence, std::uint64_t seed);

/// One at a time: all values central, then each at its 10th and its 90th percentile. 1 + 2k rows; NaN stands
/// for the central value.
Design tornado_design(std::size_t values);

}  // namespace galena
