#include "numerics/limited_transfer.hpp"

#include <algorithm>

#include "core/vector_clones.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/limited_transfer_kernel.hpp"

namespace galena {

namespace {

constexpr std::array<Side, 6> all_sides{Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top};

// One function per kernel and law, so that each is compiled for every instruction set.
GALENA_WIDE_CLONES void van_leer_slopes(const SlopeRow& row, double* flux) { slope_kernel<VanLeerSlope>(row, flux); }
GALENA_WIDE_CLONES void superbee_slopes(const SlopeRow& row, double* flux) { slope_kernel<SuperbeeSlope>(row, flux); }
GALENA_WIDE_CLONES void koren_slopes(const SlopeRow& row, double* flux) { slope_kernel<KorenSlope>(row, flux); }
GALENA_WIDE_CLONES void cross_gradients(const float* t, const double* left, const double* right, Index stride, const double* per_before,
                                        const double* per_after, double* flux, Index n) {
    cross_gradient_kernel(t, left, right, stride, per_before, per_after, flux, n);
}
GALENA_WIDE_CLONES void early_outflow(const double* q, const double* g, const double* left, const double* right, const double* share_left,
                                      const double* share_right, double* flux, Index n) {
    early_outflow_kernel(q, g, left, right, share_left, share_right, flux, n);
}
GALENA_WIDE_CLONES void mark_excess(const CellRow& c, const double* x, const double* south, const double* north, const double* below,
                                    const double* above, const double* still, double duration, std::uint8_t* excess, Index n) {
    excess_kernel(c, x, south, north, below, above, still, duration, excess, n);
}

/// First face of a row between it and the next row along y or z.
Index first_face(const Grid& grid, Axis axis, Index row) {
    const Index nx = grid.nx(), ny = grid.ny();
    return axis == Axis::x ? row * (nx + 1) + 1 : axis == Axis::y ? ((row / ny) * (ny + 1) + row % ny + 1) * nx : (row + ny) * nx;
}

/// body(side, other cell, what enters through it) for every side with a neighbour.
template <class Body>
void for_each_inflow(const Grid& grid, const FaceField& flux, Index cell, Body&& body) {
    for (const Side side : all_sides)
        if (const Index other = neighbour(grid, cell, side); other >= 0)
            body(side, other, (points_inwards(side) ? 1 : -1) * flux.along(axis_of(side))[outer_face(grid, cell, side)]);
}

}  // namespace

/// Of one thread.
struct LimitedTransfer::Scratch {
    explicit Scratch(std::size_t nx) : padded(nx + 4), flux(nx + 1), before(nx), after(nx) {
        for (auto& list : factors) list.resize(nx);
    }
    std::vector<double> padded, flux, before, after;
    std::array<std::vector<double>, 4> factors;
};

LimitedTransfer::LimitedTransfer(const Grid& grid, Limiter limiter, bool slopes_from_inflow)
    : grid_(grid), limiter_(slopes_from_inflow ? Limiter::upwind : limiter), slopes_from_inflow_(slopes_from_inflow),
      widths_(face_widths(grid)), may_leave_(grid.cell_count(), 1.0), may_enter_(grid.cell_count(), 1.0),
      limited_(static_cast<std::size_t>(grid.cell_count()), 0) {
    list_faces_without_slope();
}

void LimitedTransfer::list_faces_without_slope() {
    for (Index c = 0; c < grid_.cell_count(); ++c)
        for (const Side side : {Side::east, Side::north, Side::top}) {
            const Index other = neighbour(grid_, c, side);
            if (other < 0) continue;
            const Face face{axis_of(side), outer_face(grid_, c, side), c, other};
            if (!(grid_.active(c) && grid_.active(other))) {
                closed_.push_back(face);
                continue;
            }
            const auto opposite = static_cast<Side>(static_cast<int>(side) - 1);
            const Index far_left = neighbour(grid_, c, opposite), far_right = neighbour(grid_, other, side);
            if (far_left >= 0 && !grid_.active(far_left)) no_far_left_.push_back(face);
            if (far_right >= 0 && !grid_.active(far_right)) no_far_right_.push_back(face);
        }
}

// ---- slopes and cross terms -------------------------------------------------------------------------------------------------------

void LimitedTransfer::limited_slopes(const SlopeRow& row, double* flux) const {
    switch (limiter_) {
        case Limiter::upwind: std::fill_n(flux, row.n, 0.0); return;
        case Limiter::van_leer: return van_leer_slopes(row, flux);
        case Limiter::superbee: return superbee_slopes(row, flux);
        case Limiter::koren: return koren_slopes(row, flux);
    }
}

void LimitedTransfer::slopes_along_x(const TransferStep& step, Index row, Scratch& work, double* out) const {
    const Index nx = grid_.nx(), n = nx - 1, face = first_face(grid_, Axis::x, row);
    const double* c = step.concentration.data() + row * nx;
    double* p = work.padded.data() + 2;
    std::copy(c, c + nx, p);
    p[-1] = c[0];
    p[nx] = c[nx - 1];
    const auto& w = widths_[0];
    const SlopeRow r{n,
                     p - 1,
                     p,
                     p + 1,
                     p + 2,
                     step.water_flux->x.data() + face,
                     w.stretch_left.data() + 1,
                     w.stretch_right.data() + 1,
                     w.reach_left.data() + 1,
                     w.reach_right.data() + 1};
    limited_slopes(r, work.flux.data());
    if (step.cross) add_cross(step, Axis::x, row, work);
    std::copy_n(work.flux.data(), n, out + face);
}

void LimitedTransfer::slopes_across(const TransferStep& step, Axis axis, Index row, Scratch& work, double* out) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), stride = axis == Axis::y ? nx : nx * ny, face = first_face(grid_, axis, row);
    const Index position = axis == Axis::y ? row % ny : row / ny, count = axis == Axis::y ? ny : grid_.nz();
    const double* left = step.concentration.data() + row * nx;
    const double* right = left + stride;
    const auto& w = widths_[static_cast<std::size_t>(axis)];
    const auto at = static_cast<std::size_t>(position + 1);
    const std::array<const std::vector<double>*, 4> lists{&w.stretch_left, &w.stretch_right, &w.reach_left, &w.reach_right};
    for (std::size_t l = 0; l < 4; ++l) std::fill(work.factors[l].begin(), work.factors[l].end(), (*lists[l])[at]);
    const SlopeRow r{nx,
                     position > 0 ? left - stride : left,
                     left,
                     right,
                     position + 2 < count ? right + stride : right,
                     step.water_flux->along(axis).data() + face,
                     work.factors[0].data(),
                     work.factors[1].data(),
                     work.factors[2].data(),
                     work.factors[3].data()};
    limited_slopes(r, work.flux.data());
    if (step.cross) add_cross(step, axis, row, work);
    std::copy_n(work.flux.data(), nx, out + face);
}

void LimitedTransfer::add_slopes_from_inflow(const TransferStep& step, FaceField& out) const {
    const auto& q = *step.water_flux;
    const auto* c = step.concentration.data();
    const auto distance = [&](Index a, Index b, Axis axis) { return half_width(grid_, a, axis) + half_width(grid_, b, axis); };
    for_each_face(grid_, [&](const Face& f) {
        if (!grid_.active(f.left) || !grid_.active(f.right)) return;
        const Index up = q[f] >= 0 ? f.left : f.right, down = q[f] >= 0 ? f.right : f.left;
        Index beyond = -1;
        double most = 0, apart = 0;
        for_each_inflow(grid_, q, up, [&](Side side, Index other, double in) {
            if (!(in > most) || !grid_.active(other)) return;
            most = in;
            beyond = other;
            apart = distance(up, other, axis_of(side));
        });
        const double step_down = c[down] - c[up];
        if (beyond < 0 || step_down == 0) return;
        const double ratio = (c[up] - c[beyond]) / apart * distance(up, down, f.axis) / step_down;
        if (ratio > 0) out[f] += q[f] * ratio / (1 + ratio) * step_down;
    });
}

/// Cross terms of the faces in work.flux. Next to a cell that is not there coefficients are 0; those faces are left out.
void LimitedTransfer::add_cross(const TransferStep& step, Axis axis, Index row, Scratch& work) const {
    const Index nx = grid_.nx(), ny = grid_.ny();
    const std::array<Index, 3> stride{1, nx, nx * ny}, position{0, row % ny, row / ny}, count{nx, ny, grid_.nz()};
    const auto normal = static_cast<std::size_t>(axis);
    const auto& t = *step.cross;
    const std::vector<float>* lists[3][3] = {{nullptr, &t.xy, &t.xz}, {&t.yx, nullptr, &t.yz}, {&t.zx, &t.zy, nullptr}};
    const Index face = first_face(grid_, axis, row), faces = axis == Axis::x ? nx - 1 : nx;
    for (std::size_t d = 0; d < 3; ++d) {
        if (d == normal || count[d] < 3 || (d > 0 && (position[d] == 0 || position[d] == count[d] - 1))) continue;
        const Index skip = d == 0 ? 1 : 0, n = faces - 2 * skip;
        if (n <= 0) continue;
        const double* l = step.concentration.data() + row * nx + skip;
        const auto at = static_cast<std::size_t>(d == 0 ? skip : position[d]);
        const double *before = widths_[d].per_distance.data() + at, *after = before + 1;
        if (d > 0) {
            std::fill(work.before.begin(), work.before.end(), *before);
            std::fill(work.after.begin(), work.after.end(), *after);
            before = work.before.data();
            after = work.after.data();
        }
        cross_gradients(lists[normal][d]->data() + face + skip, l, l + stride[normal], stride[d], before, after, work.flux.data() + skip,
                        n);
    }
}

void LimitedTransfer::close_faces(const FaceField& water_flux, FaceField& out) const {
    for (const auto& face : closed_) out[face] = 0;
    for (const auto& face : no_far_left_)
        if (water_flux[face] >= 0) out[face] = 0;
    for (const auto& face : no_far_right_)
        if (water_flux[face] < 0) out[face] = 0;
}

// ---- bounds -----------------------------------------------------------------------------------------------------------------------

/// Cells that the flux would take out of bounds, ascending.
void LimitedTransfer::find_excess(const TransferStep& step, const FaceField& flux, std::vector<Index>& cells) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz(), layer = nx * ny;
    const Index per_block = std::max<Index>(1, sum_block / nx), rows = ny * nz;
    std::vector<std::vector<Index>> found(static_cast<std::size_t>((rows + per_block - 1) / per_block));
    parallel_blocks(rows, per_block, [&](Index begin, Index end) {
        std::vector<double> padded(static_cast<std::size_t>(nx + 2));
        std::vector<std::uint8_t> excess(static_cast<std::size_t>(nx));
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny, at = row * nx, y = (k * (ny + 1) + j) * nx;
            const double* c = step.concentration.data() + at;
            std::copy(c, c + nx, padded.begin() + 1);
            padded.front() = c[0];
            padded.back() = c[nx - 1];
            const CellRow around{padded.data() + 1, j > 0 ? c - nx : c, j + 1 < ny ? c + nx : c, k > 0 ? c - layer : c,
                                 k + 1 < nz ? c + layer : c};
            mark_excess(around, flux.x.data() + row * (nx + 1), flux.y.data() + y, flux.y.data() + y + nx, flux.z.data() + at,
                        flux.z.data() + at + layer, step.still.data() + at, step.duration, excess.data(), nx);
            for (Index i = 0; i < nx; ++i)
                if (excess[static_cast<std::size_t>(i)]) found[static_cast<std::size_t>(begin / per_block)].push_back(at + i);
        }
    });
    for (const auto& list : found) cells.insert(cells.end(), list.begin(), list.end());
}

/// Share of a flux that both its cells can bear.
double LimitedTransfer::share(Index source, Index target) const { return std::min(may_leave_[source], may_enter_[target]); }

namespace {

struct Neighbourhood {
    double lowest, highest;
};
Neighbourhood bounds_around(const Grid& grid, std::span<const double> c, Index cell) {
    Neighbourhood bounds{c[static_cast<std::size_t>(cell)], c[static_cast<std::size_t>(cell)]};
    for (const Side side : all_sides)
        if (const Index other = neighbour(grid, cell, side); other >= 0) {
            bounds.lowest = std::min(bounds.lowest, c[static_cast<std::size_t>(other)]);
            bounds.highest = std::max(bounds.highest, c[static_cast<std::size_t>(other)]);
        }
    return bounds;
}

}  // namespace

bool LimitedTransfer::exceeds(const TransferStep& step, const FaceField& flux, Index cell) const {
    double gain = 0;
    for_each_inflow(grid_, flux, cell,
                    [&](Side, Index other, double in) { gain += step.duration * in * (in > 0 ? share(other, cell) : share(cell, other)); });
    const auto at = static_cast<std::size_t>(cell);
    const auto bounds = bounds_around(grid_, step.concentration, cell);
    const double room = (1 - transfer_margin) * step.still[at];
    return gain > room * (bounds.highest - step.concentration[at]) || -gain > room * (step.concentration[at] - bounds.lowest);
}

/// What may leave and enter a cell so that it keeps within bounds whatever becomes of the rest (Zalesak 1979, eq. 10 to 13).
void LimitedTransfer::set_shares(const TransferStep& step, const FaceField& flux, Index cell) {
    double entering = 0, leaving = 0;
    for_each_inflow(grid_, flux, cell, [&](Side, Index, double in) { (in > 0 ? entering : leaving) += step.duration * std::abs(in); });
    const auto at = static_cast<std::size_t>(cell);
    const auto [lowest, highest] = bounds_around(grid_, step.concentration, cell);
    double fall = step.still[at] * (step.concentration[at] - lowest), rise = step.still[at] * (highest - step.concentration[at]);
    if (step.room) {
        const auto more = step.room(cell, lowest, highest);
        fall = std::max(fall, more[0]);
        rise = std::max(rise, more[1]);
    }
    may_leave_[cell] = leaving > 0 ? std::min(1.0, (1 - transfer_margin) * fall / leaving) : 1.0;
    may_enter_[cell] = entering > 0 ? std::min(1.0, (1 - transfer_margin) * rise / entering) : 1.0;
}

/// Limits where bounds would be missed, and then where that takes away what held a neighbour within them, until all cells are within.
Index LimitedTransfer::limit(const TransferStep& step, FaceField& flux) {
    std::vector<Index> fresh, all, next;
    find_excess(step, flux, fresh);
    while (!fresh.empty()) {
        for (const Index c : fresh) {
            limited_[static_cast<std::size_t>(c)] = 1;
            set_shares(step, flux, c);
        }
        all.insert(all.end(), fresh.begin(), fresh.end());
        next.clear();
        for (const Index c : fresh) {
            if (may_leave_[c] >= 1 && may_enter_[c] >= 1) continue;
            for (const Side side : all_sides) {
                const Index other = neighbour(grid_, c, side);
                if (other >= 0 && !limited_[static_cast<std::size_t>(other)] && grid_.active(other) && exceeds(step, flux, other))
                    next.push_back(other);
            }
        }
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        fresh = next;
    }
    for (const Index c : all)
        for_each_inflow(grid_, flux, c, [&](Side side, Index other, double in) {
            if (limited_[static_cast<std::size_t>(other)] && points_inwards(side)) return;  // once per face: its left cell's turn
            flux.along(axis_of(side))[outer_face(grid_, c, side)] *= in > 0 ? share(other, c) : share(c, other);
        });
    for (const Index c : all) {
        limited_[static_cast<std::size_t>(c)] = 0;
        may_leave_[c] = may_enter_[c] = 1;
    }
    return std::ssize(all);
}

// ---- together ---------------------------------------------------------------------------------------------------------------------

void LimitedTransfer::add_early_outflow(const TransferStep& step, FaceField& out) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz();
    const std::vector<double> nothing(static_cast<std::size_t>(nx), 0.0);
    const double *c = step.concentration.data(), *share = step.implicit_share.data();
    parallel_blocks(ny * nz, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        const auto add = [&](Axis axis, Index row, Index stride, Index n) {
            const Index face = first_face(grid_, axis, row), left = row * nx;
            early_outflow(step.water_flux->along(axis).data() + face,
                          step.spreading ? step.spreading->along(axis).data() + face : nothing.data(), c + left, c + left + stride,
                          share + left, share + left + stride, out.along(axis).data() + face, n);
        };
        for (Index row = begin; row < end; ++row) {
            add(Axis::x, row, 1, nx - 1);
            if (row % ny < ny - 1) add(Axis::y, row, nx, nx);
            if (row / ny < nz - 1) add(Axis::z, row, nx * ny, nx);
        }
    });
}

Index LimitedTransfer::compute(const TransferStep& step, FaceField& out) {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz();
    parallel_blocks(ny * nz, std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        Scratch work(static_cast<std::size_t>(nx));
        for (Index row = begin; row < end; ++row) {
            slopes_along_x(step, row, work, out.x.data());
            if (row % ny < ny - 1) slopes_across(step, Axis::y, row, work, out.y.data());
            if (row / ny < nz - 1) slopes_across(step, Axis::z, row, work, out.z.data());
        }
    });
    if (slopes_from_inflow_) add_slopes_from_inflow(step, out);
    close_faces(*step.water_flux, out);
    const Index limited = limit(step, out);
    add_early_outflow(step, out);
    return limited;
}

}  // namespace galena
