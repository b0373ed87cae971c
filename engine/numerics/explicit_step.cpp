#include "numerics/explicit_step.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace galena {

namespace {

constexpr double safety = 0.95;           ///< of the bound on a step: its rest outweighs rounding
constexpr double cost_of_fast_cell = 20;  ///< solving for a cell, in explicit updates of one
constexpr double longest_share = 0.2;     ///< of the cells that are ever solved for

/// Rates in classes, eight to a doubling: exponent and first three bits of a number, and back to the smallest number of a class.
constexpr int class_bits = 49;
std::size_t class_of(double rate) { return static_cast<std::size_t>(std::bit_cast<std::uint64_t>(rate) >> class_bits); }
double least_of(std::size_t number) { return std::bit_cast<double>(static_cast<std::uint64_t>(number) << class_bits); }

bool even(const std::vector<double>& widths) {
    return std::all_of(widths.begin(), widths.end(), [&](double w) { return std::abs(w - widths.front()) <= 1e-12 * widths.front(); });
}

}  // namespace

// ---- the operator -----------------------------------------------------------------------------------------------------------------

void ExplicitStep::measure_widths() {
    const Index columns = grid_.column_count(), nz = grid_.nz();
    std::vector<double> dz;
    bool flat = true;
    for (Index k = 0; k < nz; ++k) {
        const double first = grid_.thickness(k * columns);
        dz.push_back(first);
        for (Index c = k * columns; flat && c < (k + 1) * columns; ++c) flat = std::abs(grid_.thickness(c) - first) <= 1e-9 * first;
    }
    // Layers of varying thickness: their mean is what slopes across them are measured with.
    if (!flat)
        for (Index k = 0; k < nz; ++k) {
            double sum = 0, count = 0;
            for (Index c = k * columns; c < (k + 1) * columns; ++c)
                if (grid_.active(c)) sum += grid_.thickness(c), count += 1;
            dz[static_cast<std::size_t>(k)] = count > 0 ? sum / count : 1.0;
        }
    even_x_ = even(grid_.dx());
    even_y_ = even(grid_.dy());
    even_z_ = even(dz);
    const auto fill = [](const std::vector<double>& w, Widths& out) {
        const std::size_t n = w.size();
        for (auto* list : {&out.stretch_left, &out.stretch_right, &out.reach_left, &out.reach_right}) list->assign(n + 1, 1.0);
        out.per_distance.assign(n + 1, 0.0);
        for (std::size_t f = 1; f < n; ++f) {
            const double across = 0.5 * (w[f - 1] + w[f]);
            out.per_distance[f] = 1 / across;
            out.reach_left[f] = w[f - 1] / across;
            out.reach_right[f] = w[f] / across;
            if (f > 1) out.stretch_left[f] = across / (0.5 * (w[f - 2] + w[f - 1]));
            if (f + 1 < n) out.stretch_right[f] = across / (0.5 * (w[f] + w[f + 1]));
        }
    };
    fill(grid_.dx(), x_);
    fill(grid_.dy(), y_);
    fill(dz, z_);
}

void ExplicitStep::set_operator(const TransportOperator& transport, const CellField& inverse, const std::vector<std::uint8_t>& held) {
    transport_ = transport;
    held_ = held;
    parted_for_ = -1;
    if (x_.per_distance.empty()) measure_widths();
    if (rate_.empty()) rate_ = CellField(grid_);
    const auto& q = *transport.water_flux;
    const auto& g = *transport.conductance;
    const auto cross_of = [&](const std::vector<float>& first, const std::vector<float>& second, Index f, double per_1, double per_2) {
        const auto at = static_cast<std::size_t>(f);
        return 2 * (std::abs(static_cast<double>(first[at])) * per_1 + std::abs(static_cast<double>(second[at])) * per_2);
    };
    const auto steepest = [](const Widths& w, Index i) {
        return std::max(w.per_distance[static_cast<std::size_t>(i)], w.per_distance[static_cast<std::size_t>(i) + 1]);
    };
    const Index nx = grid_.nx(), columns = grid_.column_count();
    const double sharpness = limiter_ == Limiter::upwind ? 1 : 2;  // a limited slope lets twice as much leave
    parallel_for(grid_.cell_count(), [&](Index c) {
        rate_[c] = 0;
        if (grid_.status(c) == CellStatus::inactive || held_[static_cast<std::size_t>(c)]) return;
        const auto [i, j, k] = grid_.ijk(c);
        const Index x = outer_face(grid_, c, Side::west), y = outer_face(grid_, c, Side::south);
        // What passes a side of the box is the exchange of a boundary, which is implicit.
        const std::array<double, 6> flux{i > 0 ? -q.x[x] : 0.0, i < nx - 1 ? q.x[x + 1] : 0.0,
                                         j > 0 ? -q.y[y] : 0.0, j < grid_.ny() - 1 ? q.y[y + nx] : 0.0,
                                         k > 0 ? -q.z[c] : 0.0, k < grid_.nz() - 1 ? q.z[c + columns] : 0.0};
        double sum = g.x[x] + g.x[x + 1] + g.y[y] + g.y[y + nx] + g.z[c] + g.z[c + columns];
        for (const double f : flux) sum += sharpness * std::max(f, 0.0);
        if (transport_.cross) {
            const auto& t = *transport_.cross;
            const double px = steepest(x_, i), py = steepest(y_, j), pz = steepest(z_, k);
            for (const Index f : {x, x + 1}) sum += cross_of(t.xy, t.xz, f, py, pz);
            for (const Index f : {y, y + nx}) sum += cross_of(t.yx, t.yz, f, px, pz);
            for (const Index f : {c, c + columns}) sum += cross_of(t.zx, t.zy, f, px, py);
        }
        rate_[c] = inverse[c] > 0 ? sum * inverse[c] : (sum > 0 ? INFINITY : 0.0);
    });
    count_rates();
}

/// How many cells there are of every class of rates.
void ExplicitStep::count_rates() {
    rate_counts_.assign(class_of(INFINITY) + 1, 0);
    fastest_ = 0;
    moving_ = holding_nothing_ = 0;
    for (Index c = 0; c < grid_.cell_count(); ++c) {
        const double rate = rate_[c];
        if (rate <= 0) continue;
        ++moving_;
        if (std::isinf(rate)) ++holding_nothing_;
        else fastest_ = std::max(fastest_, rate), ++rate_counts_[class_of(rate)];
    }
}

// A step of 0.95 / r leaves explicit the cells whose rate is at most r. The cost of a span is the number of steps times (all cells + the
// dearer fast ones).
ExplicitStep::Choice ExplicitStep::choose(double span, double most_fast) const {
    if (fastest_ == 0) return {span, holding_nothing_};
    Choice best{safety / fastest_, holding_nothing_};
    const auto all = static_cast<double>(moving_);
    const auto steps = [&](double duration) { return std::ceil(span / duration * (1 - 1e-12)); };
    double least = steps(best.duration) * (all + cost_of_fast_cell * static_cast<double>(holding_nothing_));
    Index above = holding_nothing_;
    for (std::size_t n = class_of(fastest_); n > 0; --n) {
        above += rate_counts_[n];
        if (static_cast<double>(above) > std::min(most_fast, longest_share) * all) break;
        const double duration = safety / least_of(n);
        const double cost = steps(duration) * (all + cost_of_fast_cell * static_cast<double>(above));
        if (cost < least) {
            least = cost;
            best = {duration, above};
        }
        if (duration > span) break;
    }
    return best;
}

/// What is computed explicitly: all that does not leave a fast cell.
void ExplicitStep::part_operator(double duration) {
    fast_flags_.assign(static_cast<std::size_t>(grid_.cell_count()), 0);
    Index count = 0;
    for (Index c = 0; c < grid_.cell_count(); ++c)
        if (rate_[c] * duration > 1) fast_flags_[static_cast<std::size_t>(c)] = 1, ++count;
    const auto fast = [&](Index c) { return fast_flags_[static_cast<std::size_t>(c)] != 0; };
    const auto& q = *transport_.water_flux;
    const auto& g = *transport_.conductance;
    fast_.part(grid_, fast_flags_, q, g);
    if (conductance_x_.size() == 0) {
        conductance_x_ = FloatArray(g.x.size());
        conductance_y_ = FloatArray(g.y.size());
        conductance_z_ = FloatArray(g.z.size());
    }
    FloatArray* conductances[3] = {&conductance_x_, &conductance_y_, &conductance_z_};
    if (count == 0) flux_ = FaceField();
    else flux_ = q;
    if (count > 0 && transport_.cross) cross_ = *transport_.cross;
    else cross_ = CrossDispersion();
    std::vector<float>* lists[3][2] = {{&cross_.xy, &cross_.xz}, {&cross_.yx, &cross_.yz}, {&cross_.zx, &cross_.zy}};
    for_each_face(grid_, [&](const Face& f) {
        const bool beside = fast(f.left) || fast(f.right);
        conductances[static_cast<std::size_t>(f.axis)]->data()[f.index] = beside ? 0.0F : static_cast<float>(g[f]);
        if (!beside) return;
        if (fast(q[f] >= 0 ? f.left : f.right)) flux_[f] = 0;
        if (!cross_.empty())
            for (auto* list : lists[static_cast<std::size_t>(f.axis)]) (*list)[static_cast<std::size_t>(f.index)] = 0;
    });
    parted_for_ = duration;
}

void ExplicitStep::part(std::vector<ExplicitSolute>& solutes, double duration) {
    const bool anew = parted_for_ != duration;
    if (anew) part_operator(duration);
    const auto& cells = fast_.cells();
    for (auto& s : solutes) {
        if (s.special.empty() && cells.empty()) continue;
        const bool stale = anew || s.duration != duration;
        if (stale) {
            s.fast_values.assign(cells.size(), 0.0);
            s.fast_capacity.assign(cells.size(), 0.0);
            s.fast_loss.assign(cells.size(), 0.0);
            for (std::size_t n = 0; n < cells.size(); ++n)
                s.fast_capacity[n] = grid_.active(cells[n]) ? 1 / s.inverse_capacity[cells[n]] : 0.0;
        }
        s.fast_gain.assign(cells.size(), 0.0);
        for (const auto& special : s.special) {
            if (!fast_flags_[static_cast<std::size_t>(special.cell)]) continue;
            const auto at = static_cast<std::size_t>(fast_.position(special.cell));
            s.fast_gain[at] = std::max(0.0, special.gain);
            if (stale) s.fast_loss[at] = special.loss;
        }
        if (stale) s.systems.factorise(fast_, s.fast_capacity, s.fast_loss, duration);
        s.duration = duration;
    }
}

void ExplicitStep::advance(std::vector<ExplicitSolute>& solutes, double duration, Index count) {
    part(solutes, duration);
    for (auto& s : solutes) {
        if (s.other.empty()) s.other = CellField(grid_);
        const double* from = s.concentration.data();
        double* to = s.other.data();
        parallel_for(grid_.cell_count(), [=](Index c) { to[c] = from[c]; });
        s.now = s.concentration.data();
        s.next = s.other.data();
        find_plume(s);
    }
    for (Index n = 0; n < count; ++n) {
        pass(solutes, duration);
        for (auto& s : solutes) finish(s, duration);
    }
    for (auto& s : solutes) {
        if (s.now == s.concentration.data()) continue;
        const double* from = s.now;
        double* to = s.concentration.data();
        parallel_for(grid_.cell_count(), [=](Index c) { to[c] = from[c]; });
    }
}

std::size_t ExplicitStep::bytes() const {
    const auto faces = flux_.x.size() + flux_.y.size() + flux_.z.size();
    return sizeof(double) * static_cast<std::size_t>(faces + rate_.size()) + held_.size() + fast_flags_.size() + conductance_x_.bytes() +
           conductance_y_.bytes() + conductance_z_.bytes() + 4 * 2 * (cross_.xy.size() + cross_.yx.size() + cross_.zx.size()) +
           fast_.bytes();
}

}  // namespace galena
