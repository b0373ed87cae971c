#pragma once
// What every linear solver does before and after its iteration: look for numbers that are not finite, solve the cells that hang on
// no other, measure the right-hand side, and judge the solution by its true residual.

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/linear_solver.hpp"

namespace galena {

class Stopwatch {
public:
    [[nodiscard]] double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Watches the residuals of an iteration.
class Progress {
public:
    /// patience: iterations without a new smallest residual after which the iteration is called stagnant.
    Progress(const SolveOptions& options, SolveReport& report, int patience)
        : tolerance_(options.tolerance), report_(report), patience_(patience), best_(report.relative_residual) {}

    /// Notes the residual after one more iteration; returns true when the iteration should stop: tolerance met, stagnant, not finite.
    bool done(double relative_residual);

private:
    double tolerance_;
    SolveReport& report_;
    int patience_, since_best_ = 0;
    double best_;
};

/// The matrix as an iteration sees it, with its uncoupled cells marked.
class LinearSystem {
public:
    /// Marks the cells with no coupling and looks for coefficients that are not finite or diagonals that are not positive.
    void prepare(const StencilView<double>& a, bool symmetric);

    [[nodiscard]] const StencilView<double>& matrix() const { return a_; }
    /// 1 for the cells that hang on others, 0 for those that do not.
    [[nodiscard]] std::span<const std::uint8_t> coupled() const { return coupled_; }
    [[nodiscard]] std::size_t bytes() const { return coupled_.capacity(); }
    [[nodiscard]] Index cell_count() const { return a_.cell_count(); }

    /// Solves the uncoupled cells of x, leaves the residual of the start in r, and fills reference() and report.relative_residual.
    /// Returns false when nothing is left to iterate: converged already, or hopeless (report says which).
    bool start(std::span<const double> b, std::span<double> x, std::span<double> r, const SolveOptions& options, SolveReport& report);

    /// ‖b'‖₂ of the last start; positive if start returned true.
    [[nodiscard]] double reference() const { return reference_; }

    /// r = b − A x, projected when the system is singular; returns ‖r‖₂ / reference.
    double true_residual(std::span<const double> b, std::span<const double> x, std::span<double> r, const SolveOptions& options) const;

    /// Runs pass() from the residual in r until the true residual meets the tolerance. A recurrence may drift from the true residual:
    /// pass() is run again from the latter as long as that helps. pass() counts report.iterations and may leave a note to give up.
    template <class Pass>
    void iterate(std::span<const double> b, std::span<double> x, std::span<double> r, const SolveOptions& options, SolveReport& report,
                 Pass&& pass) const {
        while (true) {
            const double before = report.relative_residual;
            pass();
            report.relative_residual = true_residual(b, x, r, options);
            if (report.relative_residual <= options.tolerance || !report.note.empty() || report.iterations >= options.max_iterations)
                return;
            if (!(report.relative_residual < 0.5 * before)) {
                report.note = "stagnated: starting anew from the true residual does not help";
                return;
            }
        }
    }

    /// Judges x by its true residual (left in r) and completes the report; keeps a note that is there already.
    void finish(std::span<const double> b, std::span<double> x, std::span<double> r, const SolveOptions& options,
                SolveReport& report) const;

private:
    bool finite_start(std::span<const double> b, std::span<const double> x, std::span<const double> r, double norm,
                      SolveReport& report) const;
    bool balanced(std::span<const double> b, SolveReport& report);
    double reference_norm(std::span<const double> b, std::span<const double> x, std::span<double> work) const;
    [[nodiscard]] double coupled_mean(std::span<const double> v) const;
    void add_to_coupled(double value, std::span<double> v) const;
    void zero_solution(std::span<double> x, const SolveOptions& options) const;

    StencilView<double> a_;
    bool symmetric_ = true;
    std::vector<std::uint8_t> coupled_;
    Index coupled_count_ = 0;
    Index invalid_cell_ = -1;
    double reference_ = 0;
    double start_mean_ = 0;
};

}  // namespace galena
