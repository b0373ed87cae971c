#pragma once
// Minimisation without derivatives of something that is dear to evaluate: a whole simulation, say. NLopt is behind the .cpp.

#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace galena {

/// What one trial gave.
struct Evaluation {
    double objective = std::numeric_limits<double>::quiet_NaN();  ///< to be made small; NaN: it could not be evaluated
    std::vector<double> constraints;                              ///< g, each to be at most 0; of the order of 1 where far from kept

    [[nodiscard]] bool evaluated() const { return objective == objective; }
    /// The sum of what exceeds 0; infinite when it could not be evaluated.
    [[nodiscard]] double violation() const;
};

struct Trial {
    std::vector<double> at;
    Evaluation found;
    bool local = false;  ///< tried by the local search
};

struct OptimisationProblem {
    std::vector<double> low, high;  ///< bounds of each number, low < high; none: there is one trial
    std::vector<double> start;      ///< the first trial; the middle when empty
    std::size_t constraints = 0;
    std::function<Evaluation(std::span<const double>)> evaluate;
};

struct OptimisationEffort {
    int global_trials = 60;   ///< of the global search; 0: none
    int local_trials = 40;    ///< of the local search from the best point so far; 0: none
    double tolerance = 1e-3;  ///< the local search ends when its steps are this part of the spans between the bounds
    double kept = 1e-6;       ///< a constraint is kept when it is at most this
};

struct Optimum {
    std::vector<Trial> history;  ///< every distinct trial, in the order they were made
    std::size_t best = 0;        ///< the cheapest that keeps the constraints, else the one nearest to keeping them
    bool feasible = false;       ///< of the best
};

/// The trials that minimise() begins with whatever they give, in its order: they may be evaluated beforehand, side by side.
std::vector<std::vector<double>> certain_trials(const OptimisationProblem& problem, const OptimisationEffort& effort = {});

/// Globally DIRECT-L (Gablonsky & Kelley 2001) on objective + penalty, then locally COBYLA (Powell 1994) with the constraints themselves.
/// Deterministic: the same problem gives the same trials. Throws what `evaluate` throws, and std::logic_error for bounds out of order.
Optimum minimise(const OptimisationProblem& problem, const OptimisationEffort& effort = {});

}  // namespace galena
