#pragma once
// Points in the unit cube for the runs of an ensemble. Every number depends on (seed, its place) alone.

#include <cstdint>
#include <string>
#include <vector>

namespace galena {

/// One row per run, one probability in (0, 1) per uncertain value.
using Design = std::vector<std::vector<double>>;

/// Independent draws.
Design monte_carlo(std::uint64_t seed, std::size_t runs, std::size_t values);

/// McKay, Beckman and Conover (1979): every column has exactly one draw in each of `runs` equal parts of (0, 1), in random order.
Design latin_hypercube(std::uint64_t seed, std::size_t runs, std::size_t values);

/// The sequence of Sobol' (1967) with the direction numbers of Joe and Kuo (2008), as Boost.Random gives it, moved by a random digital
/// shift (a bitwise sum, which keeps its evenness) that depends on the seed. At most 3667 values. Best with runs = 2^m.
Design sobol_sequence(std::uint64_t seed, std::size_t runs, std::size_t values);

/// A wanted rank correlation of two columns.
struct RankCorrelation {
    std::size_t first = 0, second = 0;
    double rank = 0;
};

/// True when the correlations, with 1 on the diagonal and 0 elsewhere, can all hold at once (positive definite).
bool possible(const std::vector<RankCorrelation>& correlations, std::size_t values);

/// Reorders the columns named so that their rank correlations come near the ones wanted: Iman and Conover (1982), with van der Waerden
/// scores. The scores get the Pearson correlation 2 sin(π ρ/6) that belongs to the rank correlation ρ of normal variables. What a column
/// holds, and so its marginal distribution and stratification, stays. Needs more runs than columns named; else nothing is done.
void correlate(Design& design, const std::vector<RankCorrelation>& correlations, std::uint64_t seed);

}  // namespace galena
