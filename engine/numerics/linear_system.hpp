#pragma once
// What every linear solver does before and after its iteration: look for numbers that are not finite, solve the cells that hang on
// no other, measure the right-hand side, and judge the solution by its true residual.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "numerics/block_sums.hpp"
#include "numerics/linear_solver.hpp"
#include "numerics/stencil_kernel.hpp"
#include "numerics/vector_kernel.hpp"

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

/// Watches the residuals of an iteration that cannot make them rise.
class Stagnation {
public:
    /// patience: iterations within which the residual has to be halved.
    explicit Stagnation(int patience) : patience_(patience) {}
    /// Notes the residual after one more iteration; returns true when the iteration is stagnant.
    bool after(double relative_residual);
    [[nodiscard]] std::string note() const;

private:
    int patience_;
    std::vector<double> residuals_;
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

    /// Solves the uncoupled cells of x and measures reference(): the first part of start. Returns false where start has to find out what
    /// is wrong, or that there is nothing to do.
    bool begin(std::span<const double> b, std::span<double> x, const SolveOptions& options);

    /// ‖b'‖₂ of the last start; positive if start returned true.
    [[nodiscard]] double reference() const { return reference_; }

    /// r = b − A x, projected when the system is singular; returns ‖r‖₂ / reference.
    double true_residual(std::span<const double> b, std::span<const double> x, std::span<double> r, const SolveOptions& options) const;

    /// As true_residual, without an array for it: store(row, values) takes each row of the residual, on any thread.
    template <class Store>
    double true_residual_by_rows(std::span<const double> b, std::span<const double> x, const SolveOptions& options, Store&& store) const {
        const double mean =
            options.singular ? residual_sums(b, x, 0, [](Index, const double*) {})[1] / static_cast<double>(coupled_count_) : 0;
        return std::sqrt(residual_sums(b, x, mean, store)[0]) / reference_;
    }

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
    /// {Σ r², Σ r} with r = b − A x − shift in coupled cells and 0 in others; each row of r goes to store.
    template <class Store>
    std::array<double, 2> residual_sums(std::span<const double> b, std::span<const double> x, double shift, Store&& store) const {
        return parallel_block_sums<2>(a_.row_count(), a_.rows_per_block(), [&](Index begin, Index end) {
            std::vector<double> r(static_cast<std::size_t>(a_.nx));
            std::array<double, 2> sums{};
            for (Index row = begin; row < end; ++row) {
                const Index at = row * a_.nx;
                residual_row(a_.row(row), b.data() + at, row_values(a_, x.data(), row), r.data(), a_.nx);
                mask_row(coupled_.data() + at, shift, r.data(), a_.nx);
                sums[0] += dot_kernel(r.data(), r.data(), a_.nx);
                if (shift == 0) sums[1] += sum_kernel(r.data(), a_.nx);
                store(row, static_cast<const double*>(r.data()));
            }
            return sums;
        });
    }

    bool finite_start(std::span<const double> b, std::span<const double> x, std::span<const double> r, double norm,
                      SolveReport& report) const;
    bool start_from_zero(std::span<const double> b, std::span<double> r, SolveReport& report);
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
