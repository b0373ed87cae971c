#pragma once
// L U of a small sparse matrix whose pivots may be taken from the diagonal, such as an M-matrix, for many solves.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace galena {

struct SparseEntry {
    std::int64_t row, column;
    double value;
};

/// P A Pᵀ = L U with approximate minimum degree as P (Amestoy, Davis & Duff 1996) on the pattern of A + Aᵀ. Of an M-matrix by columns the
/// factors have the signs that make every solution of a right-hand side that is not negative a sum of products that are not negative.
class SparseFactors {
public:
    /// entries: off the diagonal, each place once.
    void factorise(std::span<const double> diagonal, std::span<const SparseEntry> entries);
    /// values: the right-hand side, then the solution.
    void solve(std::span<double> values) const;
    [[nodiscard]] std::size_t bytes() const;

private:
    void find_pattern(std::size_t size, std::span<const SparseEntry> entries);

    std::vector<std::int32_t> place_;  ///< of a row or column of A in the factors
    /// Column k of L and row k of U below and right of the diagonal have the same pattern: places first_[k] .. first_[k + 1] − 1.
    std::vector<std::int32_t> first_, pattern_;
    std::vector<double> lower_, upper_, inverse_pivot_;
};

}  // namespace galena
