#include "numerics/optimisation.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>

#include <nlopt.hpp>

namespace galena {

double Evaluation::violation() const {
    if (!evaluated()) return std::numeric_limits<double>::infinity();
    double sum = 0;
    for (const double g : constraints) sum += std::max(0.0, g);
    return sum;
}

namespace {

/// The first trial, as numbers from 0 to 1.
std::vector<double> start_of(const OptimisationProblem& problem) {
    std::vector<double> start(problem.low.size(), 0.5);
    for (std::size_t n = 0; n < problem.start.size(); ++n)
        start[n] = std::clamp((problem.start[n] - problem.low[n]) / (problem.high[n] - problem.low[n]), 0.0, 1.0);
    return start;
}

/// From numbers from 0 to 1 to those between the bounds.
std::vector<double> between_bounds(const OptimisationProblem& problem, const std::vector<double>& x) {
    std::vector<double> at;
    for (std::size_t n = 0; n < x.size(); ++n) {
        const double part = std::clamp(x[n], 0.0, 1.0);
        at.push_back(part == 1 ? problem.high[n] : problem.low[n] + part * (problem.high[n] - problem.low[n]));
    }
    return at;
}

constexpr double rounding = 1e-9;  ///< of the way between the bounds and numbers from 0 to 1
bool same_point(const std::vector<double>& a, const std::vector<double>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](double u, double v) { return std::abs(u - v) <= rounding; });
}

/// The searches see numbers from 0 to 1; a point that comes back is not evaluated again.
class Search {
public:
    Search(const OptimisationProblem& problem, const OptimisationEffort& effort) : problem_(problem), effort_(effort) {
        for (std::size_t n = 0; n < problem.low.size(); ++n)
            if (!(problem.low[n] < problem.high[n])) throw std::logic_error("optimisation: bounds out of order");
    }

    Optimum run() {
        const auto start = start_of(problem_);
        const auto& first = trial(start);
        if (first.found.evaluated() && first.found.objective != 0) scale_ = std::abs(first.found.objective);
        if (dimension() > 0) {
            if (effort_.global_trials > 1) search(nlopt::GN_DIRECT_L, start, 1 + effort_.global_trials);
            local_ = true;
            if (effort_.local_trials > 0) {
                const auto begun = tried_.size();
                search(nlopt::LN_COBYLA, tried_[best()], static_cast<int>(begun) + effort_.local_trials);
            }
        }
        optimum_.best = best();
        optimum_.feasible = optimum_.history[optimum_.best].found.violation() <= effort_.kept * static_cast<double>(problem_.constraints);
        return std::move(optimum_);
    }

private:
    struct Enough {};

    [[nodiscard]] std::size_t dimension() const { return problem_.low.size(); }

    const Trial& trial(const std::vector<double>& x) {
        for (std::size_t t = 0; t < tried_.size(); ++t)
            if (same_point(x, tried_[t])) return optimum_.history[t];
        if (static_cast<int>(tried_.size()) >= most_trials_) throw Enough{};
        Trial fresh;
        fresh.at = between_bounds(problem_, x);
        fresh.found = problem_.evaluate(fresh.at);
        fresh.local = local_;
        if (fresh.found.evaluated() && fresh.found.constraints.size() != problem_.constraints)
            throw std::logic_error("optimisation: an evaluation with another number of constraints");
        tried_.push_back(x);
        optimum_.history.push_back(std::move(fresh));
        return optimum_.history.back();
    }

    /// One number for the global search: a tenth too much of what a constraint measures counts as much as the whole objective.
    [[nodiscard]] double merit(const Evaluation& found) const {
        return found.evaluated() ? found.objective / scale_ + 10 * found.violation() : 1e3;
    }

    [[nodiscard]] std::size_t best() const {
        const auto worse = [&](const Trial& a, const Trial& b) {
            const double va = a.found.violation(), vb = b.found.violation();
            const double kept = effort_.kept * static_cast<double>(problem_.constraints);
            if (va <= kept && vb <= kept) return a.found.objective < b.found.objective;
            return va < vb;
        };
        return static_cast<std::size_t>(std::min_element(optimum_.history.begin(), optimum_.history.end(), worse) -
                                        optimum_.history.begin());
    }

    void search(nlopt::algorithm algorithm, std::vector<double> x, int most_trials) {
        most_trials_ = most_trials;
        penalised_ = algorithm != nlopt::LN_COBYLA;
        fault_ = nullptr;
        optimiser_ = nlopt::opt(algorithm, static_cast<unsigned>(dimension()));
        optimiser_.set_lower_bounds(0.0);
        optimiser_.set_upper_bounds(1.0);
        optimiser_.set_min_objective(objective, this);
        optimiser_.set_maxeval(20 * most_trials + 100);  // points that were tried before count here, not among the trials
        if (!penalised_) {
            optimiser_.set_xtol_abs(effort_.tolerance);
            optimiser_.set_initial_step(0.1);
            if (problem_.constraints > 0)
                optimiser_.add_inequality_mconstraint(constraints, this, std::vector<double>(problem_.constraints, effort_.kept));
        }
        double value = 0;
        try {
            optimiser_.optimize(x, value);
        } catch (const nlopt::forced_stop&) {  // enough, or a fault kept for us
        } catch (const nlopt::roundoff_limited&) {
        } catch (const std::runtime_error&) {  // "nlopt failure": what was tried until then stands
        }
        if (fault_) std::rethrow_exception(fault_);
    }

    /// An exception may not pass through NLopt's C code: it is kept, and the search is stopped.
    const Trial* guarded_trial(unsigned n, const double* x) {
        try {
            if (!fault_) return &trial({x, x + n});
        } catch (const Enough&) {
        } catch (...) {
            fault_ = std::current_exception();
        }
        optimiser_.force_stop();
        return nullptr;
    }

    static double objective(unsigned n, const double* x, double*, void* self) {
        auto& search = *static_cast<Search*>(self);
        const auto* found = search.guarded_trial(n, x);
        if (!found) return 1e3;
        if (search.penalised_) return search.merit(found->found);
        return found->found.evaluated() ? found->found.objective / search.scale_ : 1e3;
    }
    static void constraints(unsigned count, double* result, unsigned n, const double* x, double*, void* self) {
        const auto* found = static_cast<Search*>(self)->guarded_trial(n, x);
        for (unsigned k = 0; k < count; ++k) result[k] = found && found->found.evaluated() ? found->found.constraints[k] : 1.0;
    }

    const OptimisationProblem& problem_;
    OptimisationEffort effort_;
    nlopt::opt optimiser_;
    Optimum optimum_;
    std::vector<std::vector<double>> tried_;  ///< from 0 to 1, as the history
    double scale_ = 1;
    int most_trials_ = std::numeric_limits<int>::max();
    bool local_ = false, penalised_ = true;
    std::exception_ptr fault_;
};

}  // namespace

/// DIRECT begins in the middle and a third of the range to either side of it, along every axis (Jones et al. 1993).
std::vector<std::vector<double>> certain_trials(const OptimisationProblem& problem, const OptimisationEffort& effort) {
    constexpr double third = 1.0 / 3.0;
    std::vector<std::vector<double>> points{start_of(problem)};
    const auto most = static_cast<std::size_t>(1 + std::max(0, effort.global_trials));
    const auto add = [&](const std::vector<double>& x) {
        const bool known = std::any_of(points.begin(), points.end(), [&](const auto& p) { return same_point(p, x); });
        if (!known && points.size() < most) points.push_back(x);
    };
    if (!problem.low.empty() && effort.global_trials > 1) {
        std::vector<double> x(problem.low.size(), 0.5);
        add(x);
        for (auto& coordinate : x) {
            const double middle = coordinate;
            for (const double side : {-third, third}) {
                coordinate = middle + side;
                add(x);
            }
            coordinate = middle;
        }
    }
    for (auto& point : points) point = between_bounds(problem, point);
    return points;
}

Optimum minimise(const OptimisationProblem& problem, const OptimisationEffort& effort) { return Search(problem, effort).run(); }

}  // namespace galena
