// Heads that balance: Newton with the full Jacobian, damped where the ground is not linear.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <numeric>

#include <Eigen/LU>
#include <fmt/format.h>

#include "flow/water_flow.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/vector_kernel.hpp"

namespace galena {

namespace {

/// Books a linear solve; what the solver had to do beyond its usual way is said once in the log, also where it did not get all the way.
/// within_newton: it is solved as exactly as the iteration needs, which says nothing of what the heads are worth.
void book(SolverStatistics& statistics, const SolveReport& report, bool within_newton) {
    statistics.add(report.solver, report.iterations, within_newton ? 0 : report.relative_residual);
    if (report.note.empty()) return;
    const auto known = std::find(statistics.notes.begin(), statistics.notes.end(), report.note);
    if (known == statistics.notes.end() && statistics.notes.size() < 8) statistics.notes.push_back(report.note);
}

/// While it lives, corrections stop where a cell dries or fills; whoever throws past it leaves nothing switched on.
class StopAtBends {
public:
    explicit StopAtBends(Ground& ground, bool* careful = nullptr) : ground_(ground), careful_(careful) { set(true); }
    ~StopAtBends() { set(false); }
    StopAtBends(const StopAtBends&) = delete;
    StopAtBends& operator=(const StopAtBends&) = delete;

private:
    void set(bool on) const {
        ground_.stop_at_bends(on);
        if (careful_) *careful_ = on;
    }
    Ground& ground_;
    bool* careful_;  ///< set as long; nullptr: nothing
};

/// In words, where no boundary that follows the head is in reach any more: then no head balances what the others bring and take. Else "".
std::string nothing_balances(const std::vector<std::shared_ptr<WaterBoundary>>& boundaries, const std::vector<std::vector<double>>& rate,
                             const std::vector<std::vector<double>>& slope) {
    double net = 0;
    for (std::size_t b = 0; b < boundaries.size(); ++b) {
        if (boundaries[b]->holds_head() || std::any_of(slope[b].begin(), slope[b].end(), [](double s) { return s > 0; })) return "";
        net = std::accumulate(rate[b].begin(), rate[b].end(), net);
    }
    if (net == 0) return "";
    return fmt::format(
        "there is no steady state: {:.4g} m3/d more {}, and no boundary that follows the head is in reach to balance it (drains and "
        "evapotranspiration only take water, a drain above its elevation, evapotranspiration down to its extinction depth)",
        std::abs(net) * seconds_per_day, net < 0 ? "is taken than enters" : "enters than is taken");
}

}  // namespace

void WaterFlow::make_room() {
    if (!residual_.empty()) return;
    const auto& grid = domain_.grid;
    residual_ = DoubleArray(grid.cell_count());
    correction_ = DoubleArray(grid.cell_count());
    if (ground_->nonlinear() || layers_) flux_ = FaceField(grid);
    if (ground_->nonlinear()) {
        jacobian_ = Stencil(grid);
        newton_solver_ = make_nonsymmetric_solver(table_.solver.empty() ? "multigrid_gcr" : table_.solver);
        if (layers_) shift_ = through_ = FaceField(grid);
    } else {
        matrix_ = SymmetricStencil(grid);
        solver_ = make_symmetric_solver(table_.solver.empty() ? symmetric_solver_names().front() : table_.solver);
    }
}

void WaterFlow::solve(State& state, const FlowMoment& moment, double duration) {
    make_room();
    hold_heads(state, moment);
    began_with_ = 0;
    const auto begin = std::chrono::steady_clock::now();
    const auto balance = solve_or_weigh_upstream(state, moment, duration);
    statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (!balance.converged && duration == 0)
        if (const auto cause = nothing_balances(boundaries_, rate_, slope_); !cause.empty()) fail(cause, -1, moment);
    if (!balance.converged)
        fail(fmt::format("no convergence after {} iterations of Newton; imbalance {:.3g} of the water that passes", newton_iterations_,
                         balance.imbalance / balance.throughput),
             worst_cell(), moment);
    if (ground_->nonlinear() && balance.throughput > 0)
        statistics_.worst_residual = std::max(statistics_.worst_residual, balance.imbalance / balance.throughput);
    finish_fluxes(state, duration);
    if (layer_error_open_) estimate_layer_error(state, moment, duration);
    if (table_.regime == Regime::steady && !changes_in_time_) {  // solved for good: give the memory back to transport
        residual_ = DoubleArray();
        correction_ = DoubleArray();
        matrix_ = SymmetricStencil();
        jacobian_ = Stencil();
        flux_ = shift_ = through_ = FaceField();
        solver_.reset();
        newton_solver_.reset();
        layers_iteration_.reset();
    }
}

/// Central weighting is not monotone where the ground changes sharply between two cells. Where it does not get there the upstream cell decides.
WaterFlow::Balance WaterFlow::solve_or_weigh_upstream(State& state, const FlowMoment& moment, double duration) {
    const auto once = [&] { return duration == 0 ? solve_steady(state, moment) : solve_step(state, moment, duration); };
    upstream_ = false;
    if (weighting() == Weighting::upstream) return once();
    if (duration == 0) return sharpen_steady(state, moment);
    const CellField start = state.hydraulic_head;
    try {
        if (const auto balance = once(); balance.converged) return balance;
    } catch (const StepFailed&) {  // NOLINT: upstream weighting is tried
    }
    state.hydraulic_head = start;
    upstream_ = true;
    const auto balance = once();
    if (balance.converged) ++upstream_solves_;
    return balance;
}

/// A steady state may lie far from where it starts: upstream weighting gets there, and the mean has but a little way to go from there. Where
/// Newton does not go it, the state reached stays.
WaterFlow::Balance WaterFlow::sharpen_steady(State& state, const FlowMoment& moment) {
    upstream_ = true;
    const auto monotone = solve_steady(state, moment);
    if (!monotone.converged) return monotone;
    const CellField reached = state.hydraulic_head;
    upstream_ = false;
    try {
        const auto balance = layers_ && corrected_ ? solve_steady_corrected(state, moment) : newton(state, moment, 0);
        if (balance.converged) return balance;
    } catch (const StepFailed&) {  // NOLINT: what was reached stays
    }
    upstream_ = true;
    ++upstream_solves_;
    state.hydraulic_head = reached;
    auto balance = compute_residual(state, moment, 0);
    balance.converged = true;
    return balance;
}

WaterFlow::Balance WaterFlow::solve_steady(State& state, const FlowMoment& moment) {
    return layers_ ? solve_steady_layers(state, moment) : find_steady(state, moment);
}

WaterFlow::Balance WaterFlow::solve_step(State& state, const FlowMoment& moment, double duration) {
    return layers_ ? solve_step_layers(state, moment, duration) : newton_with_care(state, moment, duration);
}

/// Newton alone where that gets there, else from the same heads by ways that are longer and surer.
WaterFlow::Balance WaterFlow::find_steady(State& state, const FlowMoment& moment) {
    const CellField start = state.hydraulic_head;
    pseudo_time_steps_ = soft_laws_ = 0;
    Balance balance;
    const auto arrives = [&](auto&& way) {
        state.hydraulic_head = start;
        balance.converged = false;
        try {
            balance = way();
        } catch (const StepFailed&) {  // NOLINT: the next way is tried
        }
        return balance.converged;
    };
    const auto in_pseudo_time = [&] {
        const StopAtBends stop(*ground_);
        return continue_in_pseudo_time(state, moment);
    };
    if (arrives([&] { return newton(state, moment, 0); })) return balance;
    if (ground_->formulation() == Formulation::water_table) {
        if (arrives([&] { return continue_through_soft_laws(state, moment); })) return balance;
        soft_laws_ = 0;
        if (arrives([&] { return newton_at_bends(state, moment, 0); })) return balance;
    }
    if (ground_->formulation() == Formulation::variably_saturated) {
        if (arrives(in_pseudo_time)) return balance;
        state.hydraulic_head = start;
        return continue_in_time(state, moment);
    }
    state.hydraulic_head = start;
    return in_pseudo_time();
}

void WaterFlow::hold_heads(State& state, const FlowMoment& moment) const {
    for (const auto& boundary : boundaries_) {
        if (!boundary->holds_head()) continue;
        std::vector<double> heads(boundary->cells().size());
        boundary->held_head(moment, heads);
        for (std::size_t n = 0; n < heads.size(); ++n) state.hydraulic_head[boundary->cells()[n]] = heads[n];
    }
}

WaterFlow::Balance WaterFlow::newton(State& state, const FlowMoment& moment, double duration) {
    auto balance = predict(state, moment, duration);
    note_start(balance);
    double before = infinite;
    for (newton_iterations_ = 0;; ++newton_iterations_) {
        if (!std::isfinite(balance.imbalance)) fail("the heads are no longer finite", worst_cell(), moment);
        balance.converged = converged(state, balance, before);
        if (balance.converged || newton_iterations_ >= (careful_ ? 4 : 1) * table_.maximum_newton_iterations) return balance;
        const double ratio = balance.imbalance / before;
        before = balance.imbalance;
        balance = ground_->nonlinear() ? correct_nonlinear(state, balance, ratio, moment, duration)
                                       : correct_linear(state, balance, moment, duration);
    }
}

/// Newton; where that does not get there with a water table, again from the same heads with corrections that stop where a cell dries or fills:
/// rain on ground that is dry at first would throw heads far above it and back.
WaterFlow::Balance WaterFlow::newton_with_care(State& state, const FlowMoment& moment, double duration) {
    if (ground_->formulation() != Formulation::water_table) return newton(state, moment, duration);
    const CellField start = state.hydraulic_head;
    try {
        if (const auto balance = newton(state, moment, duration); balance.converged) return balance;
    } catch (const StepFailed&) {  // NOLINT: the second way is tried
    }
    state.hydraulic_head = start;
    return newton_at_bends(state, moment, duration);
}

WaterFlow::Balance WaterFlow::newton_at_bends(State& state, const FlowMoment& moment, double duration) {
    const StopAtBends stop(*ground_, &careful_);
    return newton(state, moment, duration);
}

/// Where the iteration starts: at the heads of the last step, moved on as they did in that one unless that is clearly worse. What is left
/// then is rough, and the first iteration takes it away: an imbalance twice as large still saves an iteration.
WaterFlow::Balance WaterFlow::predict(State& state, const FlowMoment& moment, double duration) {
    constexpr double acceptable = 2;
    if (duration == 0 || head_rate_.empty()) return compute_residual(state, moment, duration);
    const auto standing = compute_residual(state, moment, duration);
    trial_start_ = state.hydraulic_head;
    ground_->correct(head_rate_, duration, state.hydraulic_head);
    hold_heads(state, moment);
    const auto moved = compute_residual(state, moment, duration);
    if (moved.imbalance < acceptable * standing.imbalance) return moved;
    state.hydraulic_head = trial_start_;
    return compute_residual(state, moment, duration);
}

/// The solve has begun with fluxes as large as these.
void WaterFlow::note_start(const Balance& balance) { began_with_ = std::max({began_with_, balance.imbalance, balance.throughput}); }

/// An imbalance is measured by the water that passes. Where the balance is that none does, that says nothing: there it is measured by the water
/// that the heads at the start would have moved, of which the tolerance asks for six digits more.
bool WaterFlow::converged(const State& state, const Balance& balance, double before) const {
    constexpr double still = 1e-6;
    if (balance.imbalance <= tolerance() * std::max(balance.throughput, still * began_with_)) return true;
    if (newton_iterations_ == 0) return false;
    if (balance.throughput == 0) return true;
    // Rounding of the heads bounds what can be reached: stop where iterations no longer help and the balance is good.
    if (newton_iterations_ < 2 || balance.imbalance <= 0.5 * before) return false;
    const double good = ground_->nonlinear() ? tolerance() : std::max(1e3 * tolerance(), 1e-7);
    return balance.imbalance <= std::max(good * balance.throughput, rounding_of_heads(state));
}

/// The imbalance that heads rounded to doubles leave at best [m³/s]; where water hardly moves any more it is all that is left.
double WaterFlow::rounding_of_heads(const State& state) const {
    const double* diagonal = ground_->nonlinear() ? jacobian_.diagonal.data() : matrix_.diagonal.data();
    const auto share = [&](Index c) { return domain_.grid.active(c) ? diagonal[c] * std::abs(state.hydraulic_head[c]) : 0.0; };
    return std::numeric_limits<double>::epsilon() * parallel_sum(domain_.grid.cell_count(), share);
}

// ---- saturated ground -------------------------------------------------------------------------------------------------------------

void WaterFlow::assemble_symmetric(double duration) {
    set_couplings(domain_.grid, conductance_, held_, matrix_);
    finish_diagonal(matrix_.diagonal, duration);
}

/// Storage and boundaries on the diagonal; 1 for cells that are not unknowns.
void WaterFlow::finish_diagonal(DoubleArray& diagonal, double duration) const {
    const auto& grid = domain_.grid;
    if (duration > 0) {
        const double* capacity = water_.capacity.data();  // 0 in cells without storage
        double* d = diagonal.data();
        parallel_blocks(diagonal.size(), sum_block,
                        [=](Index begin, Index end) { add_scaled_kernel(1 / duration, capacity + begin, d + begin, end - begin); });
    }
    if (relaxation_ > 0) for_each_cell(grid, [&](Index c) { diagonal[c] += grid.area(c) * relaxation_; });
    for (std::size_t b = 0; b < boundaries_.size(); ++b)
        for (std::size_t n = 0; n < slope_[b].size(); ++n) diagonal[boundaries_[b]->cells()[n]] += slope_[b][n];
    parallel_for(grid.cell_count(), [&](Index c) {
        if (held_[static_cast<std::size_t>(c)] || grid.status(c) == CellStatus::inactive || !(diagonal[c] > 0)) diagonal[c] = 1;
    });
}

/// The Jacobian is B − Σ u_b v_bᵀ, B what was assembled, u_b and v_b the response and the slopes of a boundary whose cells act together.
/// From correction = B⁻¹ r: correction += Σ β_b B⁻¹ u_b with (I − VᵀB⁻¹U) β = VᵀB⁻¹ r (Sherman & Morrison 1950, Woodbury 1950).
void WaterFlow::add_joint_responses(const std::function<void(std::span<const double>, std::span<double>)>& solve) {
    const auto n = static_cast<Eigen::Index>(joint_responses_.size());
    if (n == 0) return;
    const auto product = [&](const JointResponse& joint, const DoubleArray& x) {
        double sum = 0;
        for (std::size_t i = 0; i < joint.slope.size(); ++i) sum += joint.slope[i] * x[boundaries_[joint.boundary]->cells()[i]];
        return sum;
    };
    Eigen::MatrixXd matrix = Eigen::MatrixXd::Identity(n, n);
    Eigen::VectorXd right(n);
    std::vector<DoubleArray> answers;
    for (Eigen::Index b = 0; b < n; ++b) {
        const auto& joint = joint_responses_[static_cast<std::size_t>(b)];
        DoubleArray response(domain_.grid.cell_count());
        for (std::size_t i = 0; i < joint.response.size(); ++i) {
            const Index cell = boundaries_[joint.boundary]->cells()[i];
            if (!held_[static_cast<std::size_t>(cell)]) response[cell] = joint.response[i];
        }
        answers.emplace_back(domain_.grid.cell_count());
        solve(response, answers.back());
        right[b] = product(joint, correction_);
    }
    for (Eigen::Index a = 0; a < n; ++a)
        for (Eigen::Index b = 0; b < n; ++b)
            matrix(a, b) -= product(joint_responses_[static_cast<std::size_t>(a)], answers[static_cast<std::size_t>(b)]);
    const Eigen::VectorXd share = matrix.partialPivLu().solve(right);
    if (!share.allFinite()) return;  // the well hangs on nothing: without it the correction is still a step
    for (Eigen::Index b = 0; b < n; ++b) {
        const double *answer = answers[static_cast<std::size_t>(b)].data(), factor = share[b];
        double* correction = correction_.data();
        parallel_for(correction_.size(), [=](Index c) { correction[c] += factor * answer[c]; });
    }
}

/// Heads += what the residual asks for. Boundaries that switch may be overshot: a correction that makes things worse is shortened.
WaterFlow::Balance WaterFlow::correct_linear(State& state, const Balance& balance, const FlowMoment& moment, double duration) {
    assemble_symmetric(duration);
    solver_->prepare(matrix_);
    correction_.fill(0.0);
    const SolveOptions options{.tolerance = 1e-3 * std::min(1e-6, std::sqrt(tolerance())), .max_iterations = table_.maximum_iterations};
    const auto report = corrected_ ? solve_with_cross_fluxes(options) : solver_->solve(residual_, correction_, options);
    book(statistics_, report, false);
    // A correction that at least halves the residual is a step forward; the outer iteration sees to the rest.
    if (!report.converged && !(report.relative_residual < 0.5)) fail(report.failure(), report.worst_cell, moment);
    add_joint_responses([&](std::span<const double> b, std::span<double> x) {
        const auto more = solver_->solve(b, x, options);
        book(statistics_, more, false);
    });
    ground_->correct(correction_, 1, state.hydraulic_head);
    const auto whole = compute_residual(state, moment, duration);
    if (!(whole.imbalance > balance.imbalance) || whole.imbalance <= rounding_of_heads(state)) return whole;
    double length = 1;
    while (length > 1e-3) {
        ground_->correct(correction_, -0.5 * length, state.hydraulic_head);
        length *= 0.5;
        const auto shorter = compute_residual(state, moment, duration);
        if (shorter.imbalance <= (1 - 1e-4 * length) * balance.imbalance) return shorter;
    }
    ground_->correct(correction_, 1 - length, state.hydraulic_head);
    return compute_residual(state, moment, duration);
}

// ---- ground with a water table or retention curves --------------------------------------------------------------------------------

void WaterFlow::assemble_jacobian(const State& state, double duration) {
    const auto& grid = domain_.grid;
    auto& [g, diagonal, from_left, from_right] = jacobian_;
    weighted_flux_slopes(grid, conductance_, relative_conductance(), state.hydraulic_head, from_left, from_right);
    if (corrected_) weighted_conductance(grid, conductance_, relative_conductance(), state.hydraulic_head, through_);
    diagonal.fill(0.0);
    add_outflow_coefficients(grid, from_left, from_right, diagonal);
    for (const Index c : held_cells_)
        for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top}) {
            from_left.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            from_right.along(axis_of(side))[outer_face(grid, c, side)] = 0;
        }
    finish_diagonal(diagonal, duration);
}

/// One damped step of inexact Newton. ratio: of the last two imbalances; a slow descent needs no exact corrections
/// (Eisenstat & Walker 1996, choice 2).
WaterFlow::Balance WaterFlow::correct_nonlinear(State& state, const Balance& balance, double ratio, const FlowMoment& moment,
                                                double duration) {
    assemble_jacobian(state, duration);
    newton_solver_->prepare(jacobian_);
    correction_.fill(0.0);
    // The imbalance sums sizes, the linear solver squares: it has to do more for the last reduction than the ratio says.
    const double needed = 0.1 * tolerance() * balance.throughput / balance.imbalance;
    const double forcing = newton_iterations_ == 0 ? 0.01 : std::clamp(0.5 * ratio * ratio, 1e-3, 0.05);
    const auto report =
        solve_jacobian(residual_, correction_, {.tolerance = std::max(forcing, needed), .max_iterations = table_.maximum_iterations});
    book(statistics_, report, true);
    if (!report.converged && !(report.relative_residual < 0.5)) fail(report.failure(), report.worst_cell, moment);
    add_joint_responses([&](std::span<const double> b, std::span<double> x) {
        const auto more = solve_jacobian(b, x, {.tolerance = 1e-3, .max_iterations = table_.maximum_iterations});
        book(statistics_, more, true);
    });
    trial_start_ = state.hydraulic_head;
    Balance best;
    double best_length = 0, length = 1;
    for (int trial = 0; trial < 6; ++trial, length *= 0.5) {
        if (trial > 0) state.hydraulic_head = trial_start_;
        ground_->correct(correction_, length, state.hydraulic_head);
        const auto tried = compute_residual(state, moment, duration);
        if (tried.imbalance <= (1 - 1e-4 * length) * balance.imbalance) return tried;
        if (std::isfinite(tried.imbalance) && (best_length == 0 || tried.imbalance < best.imbalance)) best = tried, best_length = length;
    }
    // No length lowers the imbalance: the shortest steps out of a kink may have to raise it.
    state.hydraulic_head = trial_start_;
    ground_->correct(correction_, best_length > 0 ? best_length : length, state.hydraulic_head);
    return compute_residual(state, moment, duration);
}

SolveReport WaterFlow::solve_jacobian(std::span<const double> b, std::span<double> x, const SolveOptions& options) {
    return corrected_ ? solve_with_shifts(b, x, options) : newton_solver_->solve(b, x, options);
}

void WaterFlow::fail(const std::string& cause, Index cell, const FlowMoment& moment, double next_step) const {
    throw StepFailed(
        SimulationError("flow", cause, cell >= 0 ? domain_.grid.describe(cell) : "",
                        fmt::format("{} ({:.6g} d)", moment.origin.plus(moment.to).text(), moment.to / seconds_per_day), table_.place),
        next_step);
}

}  // namespace galena
