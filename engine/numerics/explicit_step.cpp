#include "numerics/explicit_step.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace galena {

namespace {

constexpr double safety = 0.95;           ///< of the bound on a step: its rest outweighs rounding
constexpr double cost_of_fast_cell = 60;  ///< solving for a cell, in explicit updates of one
constexpr double longest_share = 0.2;     ///< of the cells that are ever solved for

bool even(const std::vector<double>& widths) {
    return std::all_of(widths.begin(), widths.end(), [&](double w) { return std::abs(w - widths.front()) <= 1e-12 * widths.front(); });
}

}  // namespace

// ---- the operator -----------------------------------------------------------------------------------------------------------------

void ExplicitStep::measure_widths() {
    const Index columns = grid_.column_count(), nz = grid_.nz();
    std::vector<double> dz;
    flat_ = true;
    for (Index k = 0; k < nz; ++k) {
        const double first = grid_.thickness(k * columns);
        dz.push_back(first);
        for (Index c = k * columns; flat_ && c < (k + 1) * columns; ++c) flat_ = std::abs(grid_.thickness(c) - first) <= 1e-9 * first;
    }
    // Layers of varying thickness: their mean is what slopes across them are measured with.
    if (!flat_)
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
        for (const double f : flux) sum += 2 * std::max(f, 0.0);
        if (transport_.cross) {
            const auto& t = *transport_.cross;
            const double px = steepest(x_, i), py = steepest(y_, j), pz = steepest(z_, k);
            for (const Index f : {x, x + 1}) sum += cross_of(t.xy, t.xz, f, py, pz);
            for (const Index f : {y, y + nx}) sum += cross_of(t.yx, t.yz, f, px, pz);
            for (const Index f : {c, c + columns}) sum += cross_of(t.zx, t.zy, f, px, py);
        }
        rate_[c] = inverse[c] > 0 ? sum * inverse[c] : (sum > 0 ? INFINITY : 0.0);
    });
}

// A step of 0.95 / r leaves explicit the cells whose rate is at most r. Rates are counted in classes of a twentieth; the cost of a span is
// the number of steps times (all cells + the dearer fast ones).
ExplicitStep::Choice ExplicitStep::choose(double span, double most_fast) const {
    constexpr int per_decade = 20, classes = 40 * per_decade;
    std::vector<Index> count(classes, 0);
    const auto class_of = [](double rate) {
        return std::clamp(static_cast<int>(std::floor((std::log10(rate) + 25) * per_decade)), 0, classes - 1);
    };
    double fastest = 0;
    Index nothing = 0, all = 0;
    for (Index c = 0; c < grid_.cell_count(); ++c) {
        if (rate_[c] <= 0) continue;
        ++all;
        if (std::isinf(rate_[c])) {
            ++nothing;
            continue;
        }
        fastest = std::max(fastest, rate_[c]);
        ++count[static_cast<std::size_t>(class_of(rate_[c]))];
    }
    if (fastest == 0) return {span, nothing};
    Choice best{safety / fastest, nothing};
    const auto steps = [&](double duration) { return std::ceil(span / duration * (1 - 1e-12)); };
    double least = steps(best.duration) * (static_cast<double>(all) + cost_of_fast_cell * static_cast<double>(nothing));
    Index above = nothing;
    for (int n = class_of(fastest); n >= 0; --n) {
        above += count[static_cast<std::size_t>(n)];
        if (static_cast<double>(above) > std::min(most_fast, longest_share) * static_cast<double>(all)) break;
        const double duration = safety / std::pow(10.0, static_cast<double>(n) / per_decade - 25);
        const double cost = steps(duration) * (static_cast<double>(all) + cost_of_fast_cell * static_cast<double>(above));
        if (cost < least) {
            least = cost;
            best = {duration, above};
        }
        if (duration > span) break;
    }
    return best;
}

void ExplicitStep::part(std::vector<ExplicitSolute>& solutes, double duration) {
    const bool anew = parted_for_ != duration;
    if (anew) {
        if (flux_.x.empty()) {
            flux_ = FaceField(grid_);
            conductance_ = FaceField(grid_);
        }
        fast_flags_.assign(static_cast<std::size_t>(grid_.cell_count()), 0);
        fast_count_ = 0;
        for (Index c = 0; c < grid_.cell_count(); ++c)
            if (rate_[c] * duration > 1) fast_flags_[static_cast<std::size_t>(c)] = 1, ++fast_count_;
        if (transport_.cross) {
            cross_ = *transport_.cross;
            std::vector<float>* lists[3][2] = {{&cross_.xy, &cross_.xz}, {&cross_.yx, &cross_.yz}, {&cross_.zx, &cross_.zy}};
            for_each_face(grid_, [&](const Face& f) {
                if (!fast_flags_[static_cast<std::size_t>(f.left)] && !fast_flags_[static_cast<std::size_t>(f.right)]) return;
                for (auto* list : lists[static_cast<std::size_t>(f.axis)]) (*list)[static_cast<std::size_t>(f.index)] = 0;
            });
        }
        parted_for_ = duration;
    }
    for (auto& solute : solutes) {
        if (!anew && solute.duration == duration) continue;
        solute.fast.part(grid_, fast_flags_, *transport_.water_flux, *transport_.conductance, flux_, conductance_);
        solute.fast_loss.assign(solute.fast.cells().size(), 0.0);
        for (const auto& special : solute.special)
            if (fast_flags_[static_cast<std::size_t>(special.cell)])
                solute.fast_loss[static_cast<std::size_t>(solute.fast.position(special.cell))] += special.loss;
        solute.fast.factorise(grid_, solute.inverse_capacity, solute.fast_loss, duration);
        solute.duration = duration;
    }
}

// ---- where the plume is -----------------------------------------------------------------------------------------------------------

/// The cells of every row between the first and the last with more than next to nothing.
void ExplicitStep::find_plume(ExplicitSolute& s) const {
    const Index nx = grid_.nx(), rows = grid_.ny() * grid_.nz();
    const double most = parallel_maximum(grid_.cell_count(), [&](Index c) { return s.concentration[static_cast<std::size_t>(c)]; }).value;
    s.threshold = negligible_ * std::max(most, 0.0);
    s.plume.assign(static_cast<std::size_t>(rows), {});
    s.reach.assign(static_cast<std::size_t>(rows), {});
    parallel_blocks(rows, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
            const double* c = s.now + r * nx;
            Index first = 0, last = nx;
            while (first < last && !(c[first] > s.threshold)) ++first;
            while (last > first && !(c[last - 1] > s.threshold)) --last;
            s.plume[static_cast<std::size_t>(r)] = {first, last};
        }
    });
}

/// What the plume may touch in a step: one cell further in every direction. It never shrinks within a call of advance().
void ExplicitStep::widen(ExplicitSolute& s) {
    const Index nx = grid_.nx(), ny = grid_.ny(), rows = ny * grid_.nz();
    double sum = 0;
    for (Index r = 0; r < rows; ++r) {
        auto& reach = s.reach[static_cast<std::size_t>(r)];
        const auto join = [&](Index row, Index more) {
            const auto& p = s.plume[static_cast<std::size_t>(row)];
            if (p.empty()) return;
            const Index begin = std::max<Index>(0, p.begin - more), end = std::min(nx, p.end + more);
            if (reach.empty()) reach = {begin, end};
            else reach = {std::min(reach.begin, begin), std::max(reach.end, end)};
        };
        join(r, 1);
        if (r % ny > 0) join(r - 1, 0);
        if (r % ny < ny - 1) join(r + 1, 0);
        if (r >= ny) join(r - ny, 0);
        if (r + ny < rows) join(r + ny, 0);
        sum += static_cast<double>(reach.end - reach.begin);
    }
    cells_computed_ += sum;
}

// ---- one step ---------------------------------------------------------------------------------------------------------------------

/// Rows that one thread takes at a time: their bounds depend on the grid alone.
struct ExplicitStep::Strip {
    Index first_j, last_j, first_k, last_k;  ///< inclusive
};

/// Fluxes through the faces begin .. end of a row of cells; those at the ends of the reach are closed.
void ExplicitStep::flux_along_x(const ExplicitSolute& s, double duration, Index row, RowReach reach, std::vector<double>& work,
                                double* flux) const {
    const Index nx = grid_.nx(), n = reach.end - reach.begin - 1;
    flux[reach.begin] = flux[reach.end] = 0;
    if (n <= 0) return;
    // Two more cells on each side, so that the first and last faces are computed as all others.
    const double* c = s.now + row * nx;
    double* padded = work.data() + 2;
    std::copy(c + reach.begin, c + reach.end, padded + reach.begin);
    padded[reach.begin - 1] = reach.begin > 0 ? c[reach.begin - 1] : c[reach.begin];
    padded[reach.end] = reach.end < nx ? c[reach.end] : c[reach.end - 1];
    const Index first = reach.begin + 1, face = row * (nx + 1) + first;
    FluxRow r{n, padded + first - 2, padded + first - 1, padded + first, padded + first + 1, nullptr, nullptr, nullptr, nullptr};
    r.inverse_left = s.inverse_capacity.data() + row * nx + first - 1;
    r.inverse_right = r.inverse_left + 1;
    r.water_flux = flux_.x.data() + face;
    r.conductance = conductance_.x.data() + face;
    if (!even_x_) {
        r.stretch_left = x_.stretch_left.data() + first;
        r.stretch_right = x_.stretch_right.data() + first;
        r.reach_left = x_.reach_left.data() + first;
        r.reach_right = x_.reach_right.data() + first;
    }
    limited_flux_row(limiter_, r, duration, flux + first);
    if (transport_.cross) add_cross(s, Axis::x, row, first, n, flux + first);
}

/// Fluxes through the faces between a row and the next one along y or z: where both reach; elsewhere closed. flux: nx numbers.
void ExplicitStep::flux_across(const ExplicitSolute& s, double duration, Axis axis, Index row, double* flux) const {
    const Index nx = grid_.nx(), ny = grid_.ny();
    const Index stride_rows = axis == Axis::y ? 1 : ny, stride = stride_rows * nx;
    const Index position = axis == Axis::y ? row % ny : row / ny, count = axis == Axis::y ? ny : grid_.nz();
    const auto &here = s.reach[static_cast<std::size_t>(row)], &there = s.reach[static_cast<std::size_t>(row + stride_rows)];
    if (here.empty() && there.empty()) return;
    const Index low = here.empty() ? there.begin : there.empty() ? here.begin : std::min(here.begin, there.begin);
    const Index high = here.empty() ? there.end : there.empty() ? here.end : std::max(here.end, there.end);
    std::fill(flux + low, flux + high, 0.0);
    const Index first = std::max(here.begin, there.begin), n = std::min(here.end, there.end) - first;
    if (here.empty() || there.empty() || n <= 0) return;
    const double* left = s.now + row * nx + first;
    const double* right = left + stride;
    const Index face = axis == Axis::y ? ((row / ny) * (ny + 1) + row % ny + 1) * nx + first : (row + ny) * nx + first;
    FluxRow r{
        n,      position > 0 ? left - stride : left, left, right, position + 2 < count ? right + stride : right, nullptr, nullptr, nullptr,
        nullptr};
    r.inverse_left = s.inverse_capacity.data() + row * nx + first;
    r.inverse_right = r.inverse_left + stride;
    r.water_flux = flux_.along(axis).data() + face;
    r.conductance = conductance_.along(axis).data() + face;
    std::vector<double> factors;
    if (!(axis == Axis::y ? even_y_ : even_z_)) {
        const auto& w = axis == Axis::y ? y_ : z_;
        const auto at = static_cast<std::size_t>(position + 1), size = static_cast<std::size_t>(n);
        factors.resize(4 * size);
        const double* lists[4];
        int l = 0;
        for (const auto* list : {&w.stretch_left, &w.stretch_right, &w.reach_left, &w.reach_right}) {
            std::fill_n(factors.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(l) * size), size, (*list)[at]);
            lists[l] = factors.data() + static_cast<std::size_t>(l) * size;
            ++l;
        }
        r.stretch_left = lists[0];
        r.stretch_right = lists[1];
        r.reach_left = lists[2];
        r.reach_right = lists[3];
    }
    limited_flux_row(limiter_, r, duration, flux + first);
    if (transport_.cross) add_cross(s, axis, row, first, n, flux + first);
}

/// Cross terms of n faces of an axis; `first`: number of the right cell in its row (x), or of both (y, z).
void ExplicitStep::add_cross(const ExplicitSolute& s, Axis axis, Index row, Index first, Index n, double* flux) const {
    const Index nx = grid_.nx(), ny = grid_.ny();
    const std::array<Index, 3> stride{1, nx, nx * ny}, position{0, row % ny, row / ny}, count{nx, ny, grid_.nz()};
    const Index normal_stride = stride[static_cast<std::size_t>(axis)];
    const Index left = row * nx + first - (axis == Axis::x ? 1 : 0);
    const Index face = axis == Axis::x   ? row * (nx + 1) + first
                       : axis == Axis::y ? ((row / ny) * (ny + 1) + row % ny + 1) * nx + first
                                         : (row + ny) * nx + first;
    const std::vector<float>* lists[3][3] = {
        {nullptr, &cross_.xy, &cross_.xz}, {&cross_.yx, nullptr, &cross_.yz}, {&cross_.zx, &cross_.zy, nullptr}};
    const Widths* widths[3] = {&x_, &y_, &z_};
    std::array<double, 512> before, after;
    for (std::size_t d = 0; d < 3; ++d) {
        if (d == static_cast<std::size_t>(axis) || count[d] < 3) continue;
        // Where there is no neighbour the coefficient is 0; nothing may be read beyond the field all the same.
        const bool edge = d > 0 && (position[d] == 0 || position[d] == count[d] - 1);
        if (edge) continue;
        const float* coefficient = lists[static_cast<std::size_t>(axis)][d]->data() + face;
        for (Index from = 0; from < n; from += 512) {
            const Index m = std::min<Index>(512, n - from);
            const double* l = s.now + left + from;
            CrossRow r{m,
                       coefficient + from,
                       l,
                       l - stride[d],
                       l + stride[d],
                       l + normal_stride,
                       l + normal_stride - stride[d],
                       l + normal_stride + stride[d],
                       nullptr,
                       nullptr,
                       nullptr,
                       nullptr};
            Index skip = 0;  // the first and last cell of a row of the field have no neighbour to read
            if (d == 0 && left + from == 0) skip = 1;
            if (d == 0 && left + from + m + normal_stride == grid_.cell_count()) --r.n;
            if (d == 0) {
                const double* per = widths[0]->per_distance.data() + first + from;
                r.per_before_left = r.per_before_right = per;
                r.per_after_left = r.per_after_right = per + 1;
            } else {
                const auto at = static_cast<std::size_t>(position[d]);
                std::fill_n(before.begin(), m, widths[d]->per_distance[at]);
                std::fill_n(after.begin(), m, widths[d]->per_distance[at + 1]);
                r.per_before_left = r.per_before_right = before.data();
                r.per_after_left = r.per_after_right = after.data();
            }
            if (skip) {
                --r.n;
                ++r.coefficient;
                for (auto* p : {&r.left, &r.left_before, &r.left_after, &r.right, &r.right_before, &r.right_after, &r.per_before_left,
                                &r.per_after_left, &r.per_before_right, &r.per_after_right})
                    ++*p;
            }
            limited_cross_row(r, flux + from + skip);
        }
    }
}

void ExplicitStep::process_strip(std::vector<ExplicitSolute>& solutes, double duration, const Strip& strip) {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz();
    const auto rows = static_cast<std::size_t>(strip.last_j - strip.first_j + 1), row_size = static_cast<std::size_t>(nx);
    std::vector<double> work(row_size + 4), x(row_size + 1), nothing(row_size, 0.0);
    // Per solute: fluxes through the two sides along y of the present row, and through the tops of the rows below.
    std::vector<std::vector<double>> south(solutes.size(), std::vector<double>(row_size)), north = south;
    std::vector<std::vector<double>> bottom(solutes.size(), std::vector<double>(row_size * rows)),
        top(solutes.size(), std::vector<double>(row_size));
    for (Index k = strip.first_k; k <= strip.last_k; ++k)
        for (Index j = strip.first_j; j <= strip.last_j; ++j)
            for (std::size_t n = 0; n < solutes.size(); ++n) {
                auto& s = solutes[n];
                const Index row = k * ny + j;
                const auto reach = s.reach[static_cast<std::size_t>(row)];
                double* below = bottom[n].data() + static_cast<std::size_t>(j - strip.first_j) * row_size;
                if (j == strip.first_j && j > 0) flux_across(s, duration, Axis::y, row - 1, south[n].data());
                if (k == strip.first_k && k > 0) flux_across(s, duration, Axis::z, row - ny, below);
                if (j < ny - 1) flux_across(s, duration, Axis::y, row, north[n].data());
                if (k < nz - 1) flux_across(s, duration, Axis::z, row, top[n].data());
                if (!reach.empty()) {
                    flux_along_x(s, duration, row, reach, work, x.data());
                    const Index b = reach.begin;
                    const UpdateRow update{reach.end - b,
                                           s.now + row * nx + b,
                                           s.inverse_capacity.data() + row * nx + b,
                                           x.data() + b,
                                           (j > 0 ? south[n].data() : nothing.data()) + b,
                                           (j < ny - 1 ? north[n].data() : nothing.data()) + b,
                                           (k > 0 ? below : nothing.data()) + b,
                                           (k < nz - 1 ? top[n].data() : nothing.data()) + b};
                    update_row(update, duration, s.next + row * nx + b);
                }
                south[n].swap(north[n]);
                if (k < nz - 1) std::copy(top[n].begin(), top[n].end(), below);
            }
}

void ExplicitStep::pass(std::vector<ExplicitSolute>& solutes, double duration) {
    const Index ny = grid_.ny(), nz = grid_.nz();
    const bool along_y = ny >= nz;
    const Index extent = along_y ? ny : nz, plane = grid_.cell_count() / extent;
    // Thick enough that fluxes computed twice at the edges do not weigh, thin enough that a small plume keeps all threads busy.
    const Index thickness = std::max<Index>(4, (8192 + plane - 1) / plane), count = std::max<Index>(1, extent / thickness);
    parallel_for_each_item(count, [&](Index n) {
        const Index first = n * extent / count, last = (n + 1) * extent / count - 1;
        process_strip(solutes, duration, along_y ? Strip{first, last, 0, nz - 1} : Strip{0, ny - 1, first, last});
    });
}

/// The fast cells: what they hold after the explicit part and what slow ones send them, solved for; then what they send to slow ones.
void ExplicitStep::finish_fast(ExplicitSolute& s, double duration, std::vector<Index>& touched) {
    const auto& fast = s.fast;
    if (fast.empty()) return;
    const auto& cells = fast.cells();
    s.fast_amounts.assign(cells.size(), 0.0);
    bool anything = false;
    for (std::size_t n = 0; n < cells.size(); ++n) {
        // A pinched-out cell holds nothing: what came in is what there is.
        const Index c = cells[n];
        s.fast_amounts[n] = (grid_.active(c) ? s.next[c] : s.next[c] - s.now[c]) / s.inverse_capacity[c];
        anything = anything || s.fast_amounts[n] != 0;
    }
    for (const auto& c : fast.into()) {
        const double amount = duration * c.coefficient * s.now[c.source];
        if (amount == 0) continue;
        s.fast_amounts[static_cast<std::size_t>(fast.position(c.target))] += amount;
        s.next[c.source] -= amount * s.inverse_capacity[c.source];
        touched.push_back(c.source);
        anything = true;
    }
    for (const auto& special : s.special)
        if (fast_flags_[static_cast<std::size_t>(special.cell)] && special.gain > 0) {
            s.fast_amounts[static_cast<std::size_t>(fast.position(special.cell))] += duration * special.gain;
            anything = true;
        }
    if (!anything) return;
    s.fast.solve(s.fast_amounts);
    for (std::size_t n = 0; n < cells.size(); ++n) s.next[cells[n]] = s.fast_amounts[n];
    for (const auto& c : fast.out_of()) {
        const double amount = duration * c.coefficient * s.next[c.source];
        if (amount == 0) continue;
        s.next[c.target] += amount * s.inverse_capacity[c.target];
        touched.push_back(c.target);
    }
    touched.insert(touched.end(), cells.begin(), cells.end());
}

/// Sources and boundaries of the other cells, implicit in what they take; then concentrations held.
void ExplicitStep::finish_special(ExplicitSolute& s, double duration, std::vector<Index>& touched) {
    for (auto& special : s.special) {
        const Index c = special.cell;
        const double capacity = 1 / s.inverse_capacity[c];
        touched.push_back(c);
        if (!special.held && !fast_flags_[static_cast<std::size_t>(c)])
            s.next[c] = (capacity * s.next[c] + duration * special.gain) / (capacity + duration * special.loss);
    }
}

void ExplicitStep::finish(ExplicitSolute& s, double duration) {
    std::vector<Index> touched;
    finish_fast(s, duration, touched);
    finish_special(s, duration, touched);
    if (!s.decay.empty())
        s.decayed += parallel_sum(grid_.cell_count(), [&](Index c) {
            if (s.next[c] == 0) return 0.0;
            s.now[c] = s.next[c] /= 1 + duration * s.decay[c] * s.inverse_capacity[c];
            return duration * s.decay[c] * s.next[c];
        });
    for (auto& special : s.special) {
        const Index c = special.cell;
        if (special.held) {
            const double capacity = 1 / s.inverse_capacity[c];
            special.supplied += capacity * (*special.held - s.next[c]) + duration * (special.loss * *special.held - special.gain);
            s.next[c] = *special.held;
        }
        special.dose += duration * s.next[c];
    }
    follow_plume(s, touched);
    std::swap(s.now, s.next);
}

/// Cells outside of the rows' reach hold the same in both buffers; and the plume is where more than next to nothing is now.
void ExplicitStep::follow_plume(ExplicitSolute& s, const std::vector<Index>& touched) {
    const Index nx = grid_.nx(), rows = grid_.ny() * grid_.nz();
    parallel_blocks(rows, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index r = begin; r < end; ++r) {
            auto [first, last] = s.reach[static_cast<std::size_t>(r)];
            const double* c = s.next + r * nx;
            while (first < last && !(c[first] > s.threshold)) ++first;
            while (last > first && !(c[last - 1] > s.threshold)) --last;
            s.plume[static_cast<std::size_t>(r)] = {first, last};
        }
    });
    for (const Index c : touched) {
        const auto row = static_cast<std::size_t>(c / nx);
        const Index i = c % nx;
        const auto& reach = s.reach[row];
        if (i < reach.begin || i >= reach.end) s.now[c] = s.next[c];
        if (!(s.next[c] > s.threshold)) continue;
        auto& plume = s.plume[row];
        if (plume.empty()) plume = {i, i + 1};
        else plume = {std::min(plume.begin, i), std::max(plume.end, i + 1)};
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
        for (auto& s : solutes) widen(s);
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
    const auto faces = [](const FaceField& f) { return f.x.size() + f.y.size() + f.z.size(); };
    return sizeof(double) * static_cast<std::size_t>(faces(flux_) + faces(conductance_) + rate_.size()) + held_.size() +
           fast_flags_.size() + 4 * 2 * (cross_.xy.size() + cross_.yx.size() + cross_.zx.size());
}

}  // namespace galena
