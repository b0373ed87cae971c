#pragma once
// Direct solution of a small symmetric system with a narrow band: the bottom of a multigrid hierarchy.

#include <vector>

#include "core/parallel.hpp"

namespace galena {

/// A = L D Lᵀ within the band. Directions in which A is singular to rounding (a part that hangs on nothing) get no correction.
class BandCholesky {
public:
    /// lower: row i holds the entries of the columns i − width ... i − 1, 0 where there is none; diagonal: n entries.
    void factorise(Index width, std::vector<double> diagonal, std::vector<double> lower);
    /// Overwrites b by A⁻¹ b.
    void solve(std::vector<double>& b) const;
    [[nodiscard]] std::size_t bytes() const { return (inverse_.size() + lower_.size()) * sizeof(double); }

private:
    Index width_ = 0;
    std::vector<double> inverse_, lower_;
};

}  // namespace galena
