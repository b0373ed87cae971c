// What follows the pass of an explicit step: fast cells, sources and boundaries, decay, concentrations held.

#include <algorithm>

#include "numerics/column_kernel.hpp"
#include "numerics/explicit_step.hpp"
#include "numerics/fitted_decay.hpp"

namespace galena {

/// True of a cell beside the row's plume that has more than next to nothing, or that the pass left alone.
bool ExplicitStep::beyond_plume(const ExplicitSolute& s, Index cell) const {
    const Index nx = grid_.nx(), i = cell % nx;
    const auto row = static_cast<std::size_t>(cell / nx);
    const auto &reach = s.next_reach[row], &plume = s.next_plume[row];
    return i < reach.begin || i >= reach.end || ((i < plume.begin || i >= plume.end) && s.next[cell] > s.threshold);
}

/// True of a cluster that the plume or a source has come to. Beyond the plume fast cells keep what they have, as all others do.
bool ExplicitStep::reached(const ExplicitSolute& s, Index cluster) const {
    for (const auto& span : fast_.spans(cluster)) {
        const auto& reach = s.next_reach[static_cast<std::size_t>(span.row)];
        if (!reach.empty() && span.begin < reach.end && span.end > reach.begin) return true;
    }
    for (Index n = fast_.first(cluster); n < fast_.end(cluster); ++n)
        if (s.fast_gain[static_cast<std::size_t>(n)] > 0) return true;
    return false;
}

/// A cluster of fast cells: what they hold after the explicit part and what slow ones send them, solved for. True if there is anything.
bool ExplicitStep::finish_cluster(ExplicitSolute& s, double duration, Index cluster) const {
    const Index first = fast_.first(cluster), end = fast_.end(cluster);
    const auto& cells = fast_.cells();
    double* values = s.fast_values.data();
    bool anything = false;
    for (Index n = first; n < end; ++n) {
        // A pinched-out cell holds nothing: what came in is what there is.
        const auto at = static_cast<std::size_t>(n);
        const Index c = cells[at];
        values[n] = (s.fast_capacity[at] > 0 ? s.next[c] : s.next[c] - s.now[c]) * s.fast_scale[at] + duration * s.fast_gain[at];
    }
    for (const auto& in : fast_.into(cluster)) values[in.position] += duration * in.coefficient * s.now[in.source];
    for (Index n = first; n < end; ++n) anything = anything || values[n] != 0;
    if (anything) s.systems.solve(cluster, {values + first, static_cast<std::size_t>(end - first)});
    for (Index n = first; n < end; ++n) s.next[cells[static_cast<std::size_t>(n)]] = values[n];
    return anything;
}

/// The fast cells by clusters, then what they exchange with the slow cells beside them.
void ExplicitStep::finish_fast(ExplicitSolute& s, double duration, std::vector<Index>& touched) const {
    if (fast_.empty()) return;
    constexpr Index block = 512;
    const auto& cells = fast_.cells();
    const auto& borders = fast_.borders();
    const Index batches = fast_.batch_count(), blocks = (std::ssize(borders) + block - 1) / block;
    std::vector<std::vector<Index>> beyond(static_cast<std::size_t>(std::max(batches, blocks)));
    const auto collect = [&] {
        for (auto& list : beyond) {
            touched.insert(touched.end(), list.begin(), list.end());
            list.clear();
        }
    };
    parallel_for_each_item(batches, [&](Index batch) {
        for (Index cluster = fast_.first_of_batch(batch); cluster < fast_.first_of_batch(batch + 1); ++cluster) {
            auto& active = s.fast_active[static_cast<std::size_t>(cluster)];
            active = reached(s, cluster) ? 1 : 0;
            if (!active || !finish_cluster(s, duration, cluster)) continue;
            for (Index n = fast_.first(cluster); n < fast_.end(cluster); ++n)
                if (const Index c = cells[static_cast<std::size_t>(n)]; s.next[c] != 0 && beyond_plume(s, c))
                    beyond[static_cast<std::size_t>(batch)].push_back(c);
        }
    });
    collect();
    parallel_blocks(std::ssize(borders), block, [&](Index begin, Index end) {
        for (Index n = begin; n < end; ++n) {
            const auto at = static_cast<std::size_t>(n);
            const Index c = borders[at].cell;
            double gain = 0;
            for (const auto& entry : fast_.from_fast(at))
                if (s.fast_active[static_cast<std::size_t>(entry.cluster)])
                    gain += entry.coefficient * s.fast_values[static_cast<std::size_t>(entry.position)] - entry.loss * s.now[c];
            if (gain == 0) continue;
            s.next[c] += duration * gain * s.inverse_capacity[c];
            if (beyond_plume(s, c)) beyond[static_cast<std::size_t>(n / block)].push_back(c);
        }
    });
    collect();
}

/// Sources and boundaries of the other cells, implicit in what they take.
void ExplicitStep::finish_special(ExplicitSolute& s, double duration, std::vector<Index>& touched) const {
    for (auto& special : s.special) {
        const Index c = special.cell;
        if (!special.held && special.gain == 0 && s.next[c] == 0) continue;  // nothing to take: the plume has not come here
        touched.push_back(c);
        if (special.held || fast_flags_[static_cast<std::size_t>(c)]) continue;
        if (special.gain == 0 && special.loss == 0) continue;  // nothing happens here yet: not even rounding
        const double capacity = 1 / s.inverse_capacity[c];
        s.next[c] = (capacity * s.next[c] + duration * special.gain) / (capacity + duration * special.loss);
    }
}

void ExplicitStep::decay(ExplicitSolute& s, double duration) const {
    const Index nx = grid_.nx(), rows = grid_.ny() * grid_.nz();
    std::vector<double> lost(static_cast<std::size_t>(rows));
    parallel_blocks(rows, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const auto reach = s.next_reach[static_cast<std::size_t>(row)];
            double sum = 0;
            for (Index c = row * nx + reach.begin; c < row * nx + reach.end; ++c) {
                // What decays by the concentration before the step is no more than transport left of it.
                const auto [early, late] = fitted_decay(duration * s.decay[c] * s.inverse_capacity[c]);
                if (!(s.inverse_capacity[c] > 0)) continue;
                const double moved = s.next[c];
                s.next[c] = std::max(0.0, moved - early * s.now[c]) / (1 + late);
                sum += (moved - s.next[c]) / s.inverse_capacity[c];
            }
            lost[static_cast<std::size_t>(row)] = sum;
        }
    });
    for (const double amount : lost) s.decayed += amount;
}

/// Where a concentration is held it does not fall while it decays: all that decays is made up for at once.
void ExplicitStep::decay_all(ExplicitSolute& s, double duration) const {
    std::vector<double> moved;
    for (const auto& special : s.special) moved.push_back(s.next[special.cell]);
    decay(s, duration);
    for (std::size_t n = 0; n < moved.size(); ++n) {
        auto& special = s.special[n];
        if (!special.held) continue;
        const Index c = special.cell;
        const double booked = (moved[n] - s.next[c]) / s.inverse_capacity[c], lost = duration * s.decay[c] * *special.held;
        s.decayed += lost - booked;
        special.supplied += lost - booked;
    }
}

// ---- vertical dispersion by the end of the step -----------------------------------------------------------------------------------

/// The columns of one row along x, from the lowest layer up and down again, within the reach of each layer.
void ExplicitStep::spread_columns(ExplicitSolute& s, double duration, Index j) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz(), layer = nx * ny;
    const auto reach_at = [&](Index k) { return k >= 0 && k < nz ? s.next_reach[static_cast<std::size_t>(k * ny + j)] : RowReach{}; };
    thread_local std::vector<double> numbers;
    thread_local std::vector<float> closed;
    numbers.assign(static_cast<std::size_t>(nx), 1.0);
    numbers.resize(static_cast<std::size_t>(nx * (nz + 1)));
    closed.assign(static_cast<std::size_t>(2 * nx), 0.0F);
    double *rest = numbers.data(), *parts = rest + nx;
    // Conductances between two layers: open where both are reached.
    const auto faces_above = [&](Index k) -> const float* {
        const RowReach here = reach_at(k), next = reach_at(k + 1);
        float* buffer = closed.data() + (k % 2 == 0 ? 0 : nx);
        const Index begin = std::max(here.begin, next.begin), end = std::min(here.end, next.end);
        std::fill_n(buffer, nx, 0.0F);
        if (k >= 0 && k + 1 < nz && begin < end) {
            const float* open = column_conductance_.data() + (k + 1) * layer + j * nx;
            std::copy(open + begin, open + end, buffer + begin);
        }
        return buffer;
    };
    const float* bottom = faces_above(-1);
    for (Index k = 0; k < nz; ++k) {
        const float* top = faces_above(k);
        const auto [begin, end] = reach_at(k);
        const Index row = k * layer + j * nx + begin;
        const double* below = k > 0 ? s.next + row - layer : s.next + row;
        if (begin < end)
            sweep_up({end - begin, bottom + begin, top + begin, s.inverse_capacity.data() + row, below, rest + begin, s.next + row,
                      parts + k * nx + begin},
                     duration);
        bottom = top;
    }
    for (Index k = nz - 1; k >= 0; --k) {
        const RowReach reach = reach_at(k);
        if (reach.empty()) continue;
        double* c = s.next + k * layer + j * nx;
        if (k + 1 < nz) sweep_down(reach.end - reach.begin, parts + k * nx + reach.begin, c + layer + reach.begin, c + reach.begin);
        auto [first, last] = reach;
        while (first < last && !(c[first] > s.threshold)) ++first;
        while (last > first && !(c[last - 1] > s.threshold)) --last;
        s.next_plume[static_cast<std::size_t>(k * ny + j)] = {first, last};
    }
}

void ExplicitStep::spread_vertically(ExplicitSolute& s, double duration) const {
    parallel_for_each_item(grid_.ny(), [&](Index j) { spread_columns(s, duration, j); });
}

/// Cells that were touched apart from the pass belong to the reach from now on, and to the plume where they have more than next to nothing.
void ExplicitStep::finish(ExplicitSolute& s, double duration) const {
    const Index nx = grid_.nx();
    std::vector<Index> touched;
    finish_fast(s, duration, touched);
    finish_special(s, duration, touched);
    for (const Index c : touched) s.next_reach[static_cast<std::size_t>(c / nx)].include(c % nx, c % nx + 1);
    // What a cell lost went by the concentration that it has now, before anything else changes it.
    for (auto& special : s.special)
        if (!special.held) special.dose += duration * s.next[special.cell];
    if (vertical_ == Vertical::by_end) spread_vertically(s, duration);
    if (!s.decay.empty()) decay_all(s, duration);
    for (auto& special : s.special) {
        if (!special.held) continue;
        const Index c = special.cell;
        const double capacity = 1 / s.inverse_capacity[c];
        special.supplied += capacity * (*special.held - s.next[c]) + duration * (special.loss * *special.held - special.gain);
        s.next[c] = *special.held;
        special.dose += duration * *special.held;
    }
    for (const Index c : touched)
        if (s.next[c] > s.threshold) s.next_plume[static_cast<std::size_t>(c / nx)].include(c % nx, c % nx + 1);
    std::swap(s.now, s.next);
    s.reach.swap(s.next_reach);
    s.plume.swap(s.next_plume);
}

}  // namespace galena
