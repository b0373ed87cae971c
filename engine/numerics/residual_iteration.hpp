#pragma once
// A x = b for an operator that is known by what it does to a vector, preconditioned by one that can be solved.

#include <functional>
#include <span>

#include "numerics/linear_solver.hpp"

namespace galena {

/// Generalised conjugate residuals (Eisenstat, Elman & Schultz 1983), flexible and truncated: the residual never grows, and the
/// preconditioner may be an iteration of its own.
class ResidualIteration {
public:
    /// y = A x; and z ≈ A⁻¹ r, which returns the iterations it took. Sizes: all cells.
    using Multiply = std::function<void(std::span<const double> x, std::span<double> y)>;
    using Precondition = std::function<int(std::span<const double> r, std::span<double> z)>;

    explicit ResidualIteration(Index cells);

    /// x brings the start and takes the solution. report.iterations counts those of the preconditioner, report.history has one entry for
    /// each own iteration.
    SolveReport solve(const Multiply& multiply, const Precondition& precondition, std::span<const double> b, std::span<double> x,
                      const SolveOptions& options);

    [[nodiscard]] std::size_t bytes() const;

private:
    struct Direction {
        DoubleArray z, az;
        double squared = 0;  ///< az·az
    };
    void make_orthogonal(Direction& next, std::size_t used) const;

    Index cells_;
    DoubleArray residual_;
    std::vector<Direction> kept_;
};

}  // namespace galena
