#pragma once
// Linear solvers behind two small interfaces: symmetric positive definite (flow) and nonsymmetric M-matrices (transport).

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "numerics/stencil.hpp"

namespace galena {

struct SolveOptions {
    double tolerance = 1e-8;  ///< on ‖b − A x‖₂ / ‖b‖₂, see SolveReport::relative_residual
    int max_iterations = 1000;
    /// Symmetric solvers: no cell is tied to a fixed value, so A has the constant vector as its null space (pure Neumann, steady).
    /// The solver then checks that b sums to nothing and keeps the mean of the starting x.
    bool singular = false;
    /// Nonsymmetric solvers: return x ≥ 0 in every cell; asks for an M-matrix and b ≥ 0.
    bool nonnegative = false;
};

/// What a solve did. `relative_residual` is ‖b − A x‖₂ / ‖b'‖₂ with the residual computed anew from the x returned. b' is the
/// right-hand side after the cells that hang on no other (fixed heads, inactive cells) are solved and carried over: it is b without
/// those cells when the operator is symmetric. Else a fixed head of 100 m in a row with diagonal 1 would hide conductances of 1e-6.
struct SolveReport {
    bool converged = false;
    int iterations = 0;
    double relative_residual = 0;
    double prepare_seconds = 0;  ///< of the last prepare
    double seconds = 0;          ///< of this solve, without prepare
    /// Bytes moved by the last prepare and by this solve, counted by the solver; 0 where it does not count. In every pass over the unknowns
    /// each array counts once, one that is written twice (write-allocate), as if nothing stayed in a cache from one pass to the next.
    double prepare_bytes_moved = 0, bytes_moved = 0;
    std::string solver;
    std::string note;             ///< why it failed, or what had to be done to succeed; empty when nothing is worth saying
    Index worst_cell = -1;        ///< when not converged: the cell of largest |residual| / diagonal, or of the number that is not finite
    std::vector<double> history;  ///< relative residual before the first and after every iteration, as the iteration knew it

    /// "the linear solver 'x' stopped at a relative residual of 0.7 after 12 iterations: why"
    [[nodiscard]] std::string failure() const;
};

/// Solves A x = b for a symmetric positive definite stencil. prepare() keeps a view: the stencil must stay alive and unchanged in place
/// until the last solve; call prepare() again after changing it. A failure is reported, not thrown.
class SymmetricSolver {
public:
    virtual ~SymmetricSolver() = default;
    virtual void prepare(const SymmetricStencil& a) = 0;
    /// b, x: all cells; x brings the start and takes the solution.
    virtual SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) = 0;
    /// Bytes held beside the stencil, b and x.
    [[nodiscard]] virtual std::size_t bytes() const = 0;
};

/// Solves A x = b for a nonsymmetric stencil; as SymmetricSolver. Several right-hand sides: prepare once, solve for each.
class NonsymmetricSolver {
public:
    virtual ~NonsymmetricSolver() = default;
    virtual void prepare(const Stencil& a) = 0;
    virtual SolveReport solve(std::span<const double> b, std::span<double> x, const SolveOptions& options) = 0;
    [[nodiscard]] virtual std::size_t bytes() const = 0;
};

/// Names make_symmetric_solver and make_nonsymmetric_solver know, the best first.
[[nodiscard]] const std::vector<std::string>& symmetric_solver_names();
[[nodiscard]] const std::vector<std::string>& nonsymmetric_solver_names();

/// Throw std::invalid_argument for a name not in the list.
[[nodiscard]] std::unique_ptr<SymmetricSolver> make_symmetric_solver(std::string_view name);
[[nodiscard]] std::unique_ptr<NonsymmetricSolver> make_nonsymmetric_solver(std::string_view name);

}  // namespace galena
