// Implicit steps: the linear system of one substance, and Newton's method where its storage is not linear.

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"
#include "transport/linear_decay.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

/// Couplings, and what is lost and gained: all but storage.
void SoluteTransport::assemble(const State& state, const Solute& solute, const Step& step) {
    const auto& grid = domain_.grid;
    const bool shared = !solute.implicit_share.empty();
    const auto* migration = domain_.alterations.migration_of(solute.id);
    for_each_face(grid, [&](const Face& f) {
        const double spreads = spreading(solute, f.axis, f.index);
        const double q = migration ? state.water_flux[f] + (*migration)[f] : state.water_flux[f];
        const double left = shared ? solute.implicit_share[f.left] : 1.0, right = shared ? solute.implicit_share[f.right] : 1.0;
        const bool both = solute.shares_spreading;
        matrix_.from_left[f] = std::max(0.0, q) * left + spreads * (both ? left : 1.0);
        matrix_.from_right[f] = std::max(0.0, -q) * right + spreads * (both ? right : 1.0);
    });
    losses_.fill(0);
    gains_.fill(0);
    add_outflow_coefficients(grid, matrix_.from_left, matrix_.from_right, losses_);
    if (!solute.transfer.x.empty()) add_inflow_of_faces(grid, solute.transfer, gains_);
    for (const auto& exchange : state.water_exchanges) {
        const double entering = entering_concentration(exchange, solute, step), taken = exchange.share_taken(solute.id);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            if (exchange.rate[n] > 0) gains_[exchange.cells[n]] += exchange.rate[n] * entering;
            else losses_[exchange.cells[n]] -= exchange.rate[n] * taken;
        }
    }
    for (const auto& reaction : state.reactions) {
        if (reaction.substance != solute.id) continue;
        for (std::size_t n = 0; n < reaction.cells.size(); ++n) {
            const Index c = reaction.cells[n];
            losses_[c] += reaction.rate[n] * state.mobile_water[c];
            gains_[c] += reaction.release[n];
        }
    }
    if (!solute.produced.empty() || solute.table.zero_order_rate > 0)
        for_each_cell(grid, [&](Index c) { gains_[c] += production_of(state, solute, c) - decayed_at_once(solute, c) / step.duration; });
    for (const auto& source : solute.sources) {
        if (source->holds_concentration()) continue;
        if (source->exchanges()) {
            const auto [coefficient, equilibrium] = exchange_of(state, *source, step);
            for (std::size_t n = 0; n < coefficient.size(); ++n) {
                losses_[source->cells()[n]] += coefficient[n];
                gains_[source->cells()[n]] += coefficient[n] * equilibrium[n];
            }
            continue;
        }
        const auto rate = rate_of(*source, step);
        for (std::size_t n = 0; n < rate.size(); ++n) gains_[source->cells()[n]] += rate[n];
    }
}

/// Makes the row of a held cell diagonal · C = diagonal · held: nothing comes in, and what leaves still reaches the neighbours.
void SoluteTransport::hold_concentrations(const Solute& solute, const Step& step) {
    const auto& grid = domain_.grid;
    held_cells_.assign(solute.storage.linear() ? 0 : static_cast<std::size_t>(grid.cell_count()), 0);
    for (const auto& source : solute.sources) {
        if (!source->holds_concentration() || switched_off(*source)) continue;
        std::vector<double> held(source->cells().size());
        source->held(step.origin, step.start, step.end(), held);
        for (std::size_t n = 0; n < held.size(); ++n) {
            const Index c = source->cells()[n];
            for (const Side side : {Side::west, Side::south, Side::bottom})
                matrix_.from_left.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            for (const Side side : {Side::east, Side::north, Side::top})
                matrix_.from_right.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            right_hand_side_[c] = matrix_.diagonal[c] * held[n];
            if (!held_cells_.empty()) held_cells_[static_cast<std::size_t>(c)] = 1;
        }
    }
}

/// What a nonlinear storage loses to decay by the amounts at the beginning of the step. A linear one needs no memory of it (linear_decay.hpp).
void SoluteTransport::start_decay(const State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    if (solute.storage.linear() || !solute.storage.decays()) return;
    if (solute.decay_early.empty()) solute.decay_early = CellField(domain_.grid), solute.decay_late = CellField(domain_.grid);
    const auto& water = state.mobile_water_before.empty() ? state.mobile_water : state.mobile_water_before;
    const auto before = before_[s];
    parallel_blocks(domain_.grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        solute.storage.start({step.duration}, water.span().subspan(at, n), begin, before.subspan(at, n),
                             solute.decay_late.span().subspan(at, n), solute.decay_early.span().subspan(at, n));
        for (Index c = begin; c < end; ++c)  // the law gives amounts back only to rounding
            solute.decay_early[c] =
                domain_.grid.active(c) ? std::clamp(solute.decay_early[c], 0.0, std::max(0.0, solute.amount_before[c])) : 0.0;
    });
}

std::span<const double> SoluteTransport::late_of(const Solute& solute, std::size_t first, std::size_t count) {
    return solute.decay_late.empty() ? std::span<const double>() : solute.decay_late.span().subspan(first, count);
}

/// Diagonal and right-hand side: (held + decayed)(C) / dt + losses · C = amount before / dt + gains, with the storage linearised at the
/// present concentrations: exact for a linear one.
void SoluteTransport::add_storage(const State& state, Index s, const Step& step) {
    const auto& grid = domain_.grid;
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto old = before_[s];
    const std::span<const double> now = state.concentration[s];
    const double per_time = 1 / step.duration;
    const bool decays = solute.storage.decays();
    parallel_blocks(grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        StoreChunk chunk;
        const auto first = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        if (!solute.storage.linear())
            solute.storage.evaluate({step.duration}, state.mobile_water.span().subspan(first, n),
                                    chunk.block(begin, now.subspan(first, n), late_of(solute, first, n)));
        for (Index c = begin; c < end; ++c) {
            const auto at = static_cast<std::size_t>(c), in_chunk = at - first;
            matrix_.diagonal[c] = 1;  // inactive, or a dead end of pinched cells
            right_hand_side_[c] = 0;
            if (!grid.active(c)) {
                if (losses_[c] > 0) matrix_.diagonal[c] = losses_[c], right_hand_side_[c] = gains_[c];
                if (!solute.storage.linear()) slope_[c] = intercept_[c] = 0;
                continue;
            }
            if (solute.storage.linear()) {
                const double water = state.mobile_water[c], capacity = solute.storage.capacity(c);
                const double water_before = state.mobile_water_before.empty() ? water : state.mobile_water_before[c];
                const auto [early, late] = decays ? linear_decay(solute.storage, water, capacity, step.duration) : FittedDecay{};
                matrix_.diagonal[c] = (1 + late) * (water + capacity) * per_time + losses_[c];
                right_hand_side_[c] = (1 - early) * (water_before + capacity) * old[at] * per_time + gains_[c];
            } else {
                slope_[c] = chunk.slope[in_chunk];
                intercept_[c] = chunk.held[in_chunk] + chunk.decayed[in_chunk] - slope_[c] * now[at];
                matrix_.diagonal[c] = slope_[c] * per_time + losses_[c];
                const double early = solute.decay_early.empty() ? 0.0 : solute.decay_early[c];
                right_hand_side_[c] = (solute.amount_before[c] - early - intercept_[c]) * per_time + gains_[c];
            }
            if (!(matrix_.diagonal[c] > 0)) matrix_.diagonal[c] = 1;
        }
    });
}

double SoluteTransport::solve_linear(State& state, Index s, const Step& step, double tolerance) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    add_storage(state, s, step);
    hold_concentrations(solute, step);
    solver_->prepare(matrix_);
    const auto report =
        solver_->solve(right_hand_side_, state.concentration[s],
                       {.tolerance = tolerance, .max_iterations = table_.maximum_iterations, .nonnegative = solute.storage.linear()});
    statistics_.add(report.solver, report.iterations, solute.storage.linear() ? report.relative_residual : 0);
    if (!report.converged && !(report.relative_residual < 1e3 * tolerance)) fail(solute, report.failure(), report.worst_cell, step);
    return report.relative_residual;
}

/// Takes the amounts that the linearised system balanced, and the concentrations at which the law holds them. Returns the largest change
/// of a concentration by that [kg/m³]; where it vanishes, the solution is found. An amount may stay below zero by the rounding of the
/// linear solver: the cell then holds nothing, and owes that much.
double SoluteTransport::update_amounts(State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    auto now = state.concentration[s];
    const Index cells = domain_.grid.cell_count();
    if (solute.passing.empty()) solute.passing = CellField(domain_.grid);
    std::vector<double> change(static_cast<std::size_t>((cells + store_chunk - 1) / store_chunk));
    parallel_blocks(cells, store_chunk, [&](Index begin, Index end) {
        std::array<double, store_chunk> solved, amount;
        StoreChunk chunk;
        const auto first = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        const auto water = state.mobile_water.span().subspan(first, n);
        const auto c = now.subspan(first, n);
        const auto late = late_of(solute, first, n);
        std::copy(c.begin(), c.end(), solved.begin());
        for (std::size_t i = 0; i < n; ++i)
            amount[i] = intercept_[begin + static_cast<Index>(i)] + slope_[begin + static_cast<Index>(i)] * c[i];
        solute.storage.invert({step.duration}, water, begin, std::span(amount).first(n), c, late);
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (held_cells_[first + i] || !(slope_[begin + static_cast<Index>(i)] > 0)) c[i] = solved[i];
            solute.passing[begin + static_cast<Index>(i)] = solved[i];
            worst = std::max(worst, std::abs(c[i] - std::max(solved[i], 0.0)));
        }
        solute.storage.evaluate({step.duration}, water, chunk.block(begin, c, late));
        for (std::size_t i = 0; i < n; ++i)
            solute.amount[begin + static_cast<Index>(i)] = held_cells_[first + i] ? chunk.held[i] : amount[i] - chunk.decayed[i];
        change[static_cast<std::size_t>(begin / store_chunk)] = worst;
    });
    return *std::max_element(change.begin(), change.end());
}

/// Newton's method in the amounts: the linear system balances them, the law turns them into concentrations. At a front entering clean
/// ground, where a Freundlich law has no bounded slope, an iteration in concentrations would creep or overshoot.
void SoluteTransport::solve_nonlinear(State& state, Index s, const Step& step) {
    constexpr int most = 50;
    constexpr double loosest = 1e-3;
    double tolerance = std::max(loosest, table_.tolerance);
    for (int iteration = 0; iteration < most; ++iteration) {
        const double residual = solve_linear(state, s, step, tolerance);
        const double change = update_amounts(state, s, step);
        const auto now = state.concentration[s];
        const double most_now = parallel_maximum(std::ssize(now), [&](Index c) { return now[static_cast<std::size_t>(c)]; }).value;
        const bool near = change <= table_.nonlinear_tolerance * most_now;
        if (near && residual <= 10 * table_.tolerance) {
            statistics_.worst_residual = std::max(statistics_.worst_residual, residual);
            return;
        }
        // As exact as the iteration is near its end: quadratic convergence is not spoilt, and nothing is solved better than needed.
        const double relative = most_now > 0 ? change / most_now : 0;
        tolerance = near || relative < 1e-4 ? table_.tolerance : std::clamp(0.01 * relative, table_.tolerance, loosest);
    }
    fail(solutes_[static_cast<std::size_t>(s)], fmt::format("the iteration for nonlinear sorption did not converge in {} steps", most), -1,
         step);
}

void SoluteTransport::solve_one(State& state, Index s, const Step& step) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    assemble(state, solute, step);
    if (solute.storage.linear()) {
        solve_linear(state, s, step, table_.tolerance);
        return;
    }
    if (slope_.empty()) {
        slope_ = DoubleArray(domain_.grid.cell_count());
        intercept_ = DoubleArray(domain_.grid.cell_count());
    }
    solve_nonlinear(state, s, step);
}

}  // namespace galena
