// The pass of an explicit step over the cells: strips of rows, whose fluxes never leave the cache.

#include <algorithm>
#include <array>
#include <memory>
#include <numeric>
#include <utility>

#include "numerics/explicit_step.hpp"

namespace galena {

namespace {

constexpr Index lanes = 8;  ///< of the widest vectors

}  // namespace

// ---- where the plume is -----------------------------------------------------------------------------------------------------------

/// The cells of every row between the first and the last with more than next to nothing; and the second buffer, a copy of the first.
void ExplicitStep::find_plume(ExplicitSolute& s) const {
    const Index nx = grid_.nx(), rows = grid_.ny() * grid_.nz();
    const double* from = s.now;
    double* to = s.next;
    const double most = parallel_maximum(grid_.cell_count(), [=](Index c) { return to[c] = from[c]; }).value;
    s.threshold = negligible_ * std::max(most, 0.0);
    for (auto* list : {&s.plume, &s.reach, &s.next_plume, &s.next_reach}) list->assign(static_cast<std::size_t>(rows), {});
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

/// What the plume may touch in a step: one cell further in every direction. It never shrinks within a call of advance(), because beyond it
/// both buffers hold the same.
RowReach ExplicitStep::reach_of(const ExplicitSolute& s, Index row) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), rows = ny * grid_.nz();
    RowReach reach = s.reach[static_cast<std::size_t>(row)];
    const auto join = [&](Index other, Index more) {
        const auto& p = s.plume[static_cast<std::size_t>(other)];
        if (!p.empty()) reach.include(std::max<Index>(0, p.begin - more), std::min(nx, p.end + more));
    };
    const Index j = row % ny;
    join(row, 1);
    if (j > 0) join(row - 1, 0);
    if (j < ny - 1) join(row + 1, 0);
    if (row >= ny) join(row - ny, 0);
    if (row + ny < rows) join(row + ny, 0);
    // In whole vectors: a few cells more cost less than cells one by one at the end of a row.
    if (!reach.empty()) reach = {reach.begin / lanes * lanes, std::min(nx, (reach.end + lanes - 1) / lanes * lanes)};
    return reach;
}

// ---- faces of a row ---------------------------------------------------------------------------------------------------------------

/// The faces between the cells begin .. end − 1 of a row; those at the ends of the reach are closed: the last one is computed all the same,
/// so that there are as many faces as cells, and then closed. padded: nx + 4 numbers.
FaceRow ExplicitStep::faces_along_x(const ExplicitSolute& s, Index row, RowReach reach, double* padded, double* flux) const {
    const Index nx = grid_.nx(), first = reach.begin + 1;
    flux[reach.begin] = flux[reach.end] = 0;
    FaceRow f;
    // At the end of the field there is nothing to compute the last face from.
    f.n = reach.end - reach.begin - (row * nx + reach.end + 2 > grid_.cell_count() ? 1 : 0);
    if (f.n <= 0) return f;
    const double* c = s.now + row * nx;
    if (reach.begin == 0 || reach.end == nx) {
        // One more cell at each end, so that the first and last faces are computed as all others.
        double* copy = padded + 2;
        std::copy(c + reach.begin, c + reach.end, copy + reach.begin);
        copy[reach.begin - 1] = reach.begin > 0 ? c[reach.begin - 1] : c[reach.begin];
        copy[reach.end] = copy[reach.end + 1] = reach.end < nx ? c[reach.end] : c[reach.end - 1];
        c = copy;
    }
    f.far_left = c + first - 2;
    f.left = c + first - 1;
    f.right = c + first;
    f.far_right = c + first + 1;
    f.inverse_left = s.inverse_capacity.data() + row * nx + first - 1;
    f.inverse_right = f.inverse_left + 1;
    const Index face = row * (nx + 1) + first;
    f.water_flux = (flux_.x.empty() ? *transport_.water_flux : flux_).x.data() + face;
    f.conductance = conductance_x_.data() + face;
    f.flux = flux + first;
    if (!even_x_) {
        f.widths = FaceRow::Widths::along;
        f.stretch_left = x_.stretch_left.data() + first;
        f.stretch_right = x_.stretch_right.data() + first;
        f.reach_left = x_.reach_left.data() + first;
        f.reach_right = x_.reach_right.data() + first;
    }
    if (transport_.cross) {
        const Index all = std::exchange(f.n, reach.end - reach.begin - 1);  // the closed face needs none
        add_cross(s, Axis::x, row, first, f);
        f.n = all;
    }
    return f;
}

/// The faces between a row and the next one along y or z, where both reach; elsewhere they are closed. flux: nx numbers.
FaceRow ExplicitStep::faces_across(const ExplicitSolute& s, Axis axis, Index row, RowReach here, RowReach there, double* flux) const {
    FaceRow f;
    if (here.empty() && there.empty()) return f;
    const Index nx = grid_.nx(), ny = grid_.ny();
    RowReach both = here;
    if (!there.empty()) both.include(there.begin, there.end);
    const Index first = std::max(here.begin, there.begin), last = std::min(here.end, there.end);
    if (here.empty() || there.empty() || first >= last) {
        std::fill(flux + both.begin, flux + both.end, 0.0);
        return f;
    }
    std::fill(flux + both.begin, flux + first, 0.0);
    std::fill(flux + last, flux + both.end, 0.0);
    const bool along_y = axis == Axis::y;
    const Index stride = (along_y ? 1 : ny) * nx, position = along_y ? row % ny : row / ny, count = along_y ? ny : grid_.nz();
    const Index face = along_y ? ((row / ny) * (ny + 1) + row % ny + 1) * nx + first : (row + ny) * nx + first;
    f.n = last - first;
    f.first = first - here.begin;
    f.left = s.now + row * nx + first;
    f.right = f.left + stride;
    f.far_left = position > 0 ? f.left - stride : f.left;
    f.far_right = position + 2 < count ? f.right + stride : f.right;
    f.inverse_left = s.inverse_capacity.data() + row * nx + first;
    f.inverse_right = f.inverse_left + stride;
    f.water_flux = (flux_.x.empty() ? *transport_.water_flux : flux_).along(axis).data() + face;
    f.conductance = (along_y ? conductance_y_ : conductance_z_).data() + face;
    f.flux = flux + first;
    if (!(along_y ? even_y_ : even_z_)) {
        const auto& w = along_y ? y_ : z_;
        const Index at = position + 1;
        f.widths = FaceRow::Widths::across;
        f.stretch_left = w.stretch_left.data() + at;
        f.stretch_right = w.stretch_right.data() + at;
        f.reach_left = w.reach_left.data() + at;
        f.reach_right = w.reach_right.data() + at;
    }
    if (transport_.cross) add_cross(s, axis, row, first, f);
    return f;
}

/// Cross terms of the faces of an axis; `first`: number of the right cell in its row (x), or of both (y, z).
void ExplicitStep::add_cross(const ExplicitSolute& s, Axis axis, Index row, Index first, FaceRow& faces) const {
    const Index nx = grid_.nx(), ny = grid_.ny();
    const std::array<Index, 3> stride{1, nx, nx * ny}, position{0, row % ny, row / ny}, count{nx, ny, grid_.nz()};
    const auto& cross = cross_.empty() ? *transport_.cross : cross_;
    const std::vector<float>* lists[3][3] = {
        {nullptr, &cross.xy, &cross.xz}, {&cross.yx, nullptr, &cross.yz}, {&cross.zx, &cross.zy, nullptr}};
    const Widths* widths[3] = {&x_, &y_, &z_};
    const auto normal = static_cast<std::size_t>(axis);
    const Index left = row * nx + first - (axis == Axis::x ? 1 : 0);
    const Index face = axis == Axis::x   ? row * (nx + 1) + first
                       : axis == Axis::y ? ((row / ny) * (ny + 1) + row % ny + 1) * nx + first
                                         : (row + ny) * nx + first;
    for (std::size_t d = 0; d < 3; ++d) {
        if (d == normal || count[d] < 3) continue;
        // Where there is no neighbour the coefficient is 0; nothing may be read beyond the field all the same.
        if (d > 0 && (position[d] == 0 || position[d] == count[d] - 1)) continue;
        const Index skip = d == 0 && left == 0 ? 1 : 0;  // the first and the last cell of the field
        const Index cut = d == 0 && left + faces.n + stride[normal] == grid_.cell_count() ? 1 : 0;
        auto& c = faces.cross[static_cast<std::size_t>(faces.crosses++)];
        c.n = faces.n - skip - cut;
        c.coefficient = lists[normal][d]->data() + face + skip;
        c.left = s.now + left + skip;
        c.right = c.left + stride[normal];
        c.stride = stride[d];
        c.flux = faces.flux + skip;
        const auto at = static_cast<std::size_t>(d == 0 ? 1 : position[d]);
        c.per_before = widths[d]->per_distance[at];
        c.per_after = d == 0 ? c.per_before : widths[d]->per_distance[at + 1];
        c.per_distance = d == 0 && !even_x_ ? x_.per_distance.data() + first + skip : nullptr;
    }
}

// ---- one pass ---------------------------------------------------------------------------------------------------------------------

/// Rows that one thread takes at a time: their bounds depend on the grid alone.
struct ExplicitStep::Strip {
    Index first_j, last_j, first_k, last_k;  ///< inclusive
    [[nodiscard]] Index rows() const { return last_j - first_j + 1; }
};

/// Fluxes through the two sides along y of the present row, those through the bottoms and tops of a plane of rows, and the reach of the rows
/// of this plane and the next, the rows beside the strip included.
class ExplicitStep::StripWork {
public:
    StripWork(Index nx, Index rows)
        : nx_(nx), rows_(rows), numbers_(std::make_unique_for_overwrite<double[]>(size())), reach_(2 * static_cast<std::size_t>(rows + 2)) {
        std::fill_n(nothing(), nx, 0.0);
    }
    [[nodiscard]] double* padded() const { return numbers_.get(); }       ///< nx + 4
    [[nodiscard]] double* x_flux() const { return padded() + nx_ + 4; }   ///< nx + 1
    [[nodiscard]] double* nothing() const { return x_flux() + nx_ + 1; }  ///< nx zeros
    [[nodiscard]] double* south(Index j) const { return nothing() + (1 + j % 2) * nx_; }
    [[nodiscard]] double* bottom(Index k, Index row) const { return nothing() + (3 + (k % 2) * rows_ + row) * nx_; }
    /// row: −1 .. rows
    [[nodiscard]] RowReach& reach(Index k, Index row) { return reach_[static_cast<std::size_t>((k % 2) * (rows_ + 2) + row + 1)]; }

private:
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(3 * nx_ + 5 + (2 + 2 * rows_) * nx_); }

    Index nx_, rows_;
    std::unique_ptr<double[]> numbers_;
    std::vector<RowReach> reach_;
};

/// One row of a strip and where its fluxes are kept.
struct ExplicitStep::RowPlace {
    Index j, k;
    RowReach here, north, top;
    double *padded, *x_flux;
    double *south_flux, *north_flux, *bottom_flux, *top_flux;
};

/// What the same row one layer higher will want, asked for while this one is computed.
void ExplicitStep::fetch_row_above(const ExplicitSolute& s, const RowPlace& at) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), nz = grid_.nz(), row = (at.k + 1) * ny + at.j, begin = at.top.begin;
    const Index n = at.top.end - begin;
    if (n <= 0) return;
    const auto& q = flux_.x.empty() ? *transport_.water_flux : flux_;
    const Index x = row * (nx + 1) + begin, y = ((at.k + 1) * (ny + 1) + at.j + 1) * nx + begin, z = (row + ny) * nx + begin;
    fetch_ahead(q.x.data() + x, n);
    fetch_ahead(q.y.data() + y, n);
    fetch_ahead(q.z.data() + z, n);
    fetch_ahead(conductance_x_.data() + x, n);
    fetch_ahead(conductance_y_.data() + y, n);
    fetch_ahead(conductance_z_.data() + z, n);
    fetch_ahead(s.next + row * nx + begin, n);
    if (at.k + 2 < nz) fetch_ahead(s.inverse_capacity.data() + z, n);
    if (at.k + 3 < nz) fetch_ahead(s.now + z + nx * ny, n);
    if (!transport_.cross) return;
    const auto& cross = cross_.empty() ? *transport_.cross : cross_;
    for (const auto* list : {&cross.xy, &cross.xz}) fetch_ahead(list->data() + x, n);
    for (const auto* list : {&cross.yx, &cross.yz}) fetch_ahead(list->data() + y, n);
    for (const auto* list : {&cross.zx, &cross.zy}) fetch_ahead(list->data() + z, n);
}

/// Returns the number of cells computed.
double ExplicitStep::process_row(ExplicitSolute& s, double duration, const RowPlace& at) const {
    const Index nx = grid_.nx(), ny = grid_.ny(), row = at.k * ny + at.j, begin = at.here.begin;
    RowStep step;
    if (at.j < ny - 1) step.north = faces_across(s, Axis::y, row, at.here, at.north, at.north_flux);
    if (at.k < grid_.nz() - 1) step.top = faces_across(s, Axis::z, row, at.here, at.top, at.top_flux);
    if (!at.here.empty()) {
        step.along = faces_along_x(s, row, at.here, at.padded, at.x_flux);
        step.n = at.here.end - begin;
        step.x_flux = at.x_flux + begin;
        step.south = at.south_flux + begin;
        step.north_flux = at.north_flux + begin;
        step.bottom = at.bottom_flux + begin;
        step.top_flux = at.top_flux + begin;
        step.old = s.now + row * nx + begin;
        step.inverse_capacity = s.inverse_capacity.data() + row * nx + begin;
        step.now = s.next + row * nx + begin;
    }
    fetch_row_above(s, at);
    advance_row(limiter_, step, duration);
    auto [first, last] = at.here;
    const double* c = s.next + row * nx;
    while (first < last && !(c[first] > s.threshold)) ++first;
    while (last > first && !(c[last - 1] > s.threshold)) --last;
    s.next_plume[static_cast<std::size_t>(row)] = {first, last};
    s.next_reach[static_cast<std::size_t>(row)] = at.here;
    return static_cast<double>(step.n);
}

double ExplicitStep::process_strip(ExplicitSolute& s, double duration, const Strip& strip) const {
    StripWork work(grid_.nx(), strip.rows());
    const Index ny = grid_.ny(), nz = grid_.nz(), rows = strip.rows();
    const Index south_end = strip.first_j > 0 ? -1 : 0, north_end = strip.last_j < ny - 1 ? rows : rows - 1;
    const auto find_reach = [&](Index k) {
        for (Index r = south_end; r <= north_end; ++r) work.reach(k, r) = reach_of(s, k * ny + strip.first_j + r);
    };
    find_reach(strip.first_k);
    double computed = 0;
    for (Index k = strip.first_k; k <= strip.last_k; ++k) {
        if (k < nz - 1) find_reach(k + 1);
        for (Index r = 0; r < rows; ++r) {
            const Index j = strip.first_j + r, row = k * ny + j;
            const RowReach here = work.reach(k, r);
            double *south = work.south(j), *bottom = work.bottom(k, r);
            const RowReach north = j < ny - 1 ? work.reach(k, r + 1) : RowReach{};
            const RowReach top = k < nz - 1 ? work.reach(k + 1, r) : RowReach{};
            if (here.empty()) {
                // The plume is not here: its neighbours get nothing from this row.
                const auto row_at = static_cast<std::size_t>(row);
                s.next_plume[row_at] = s.next_reach[row_at] = {};
                std::fill(work.south(j + 1) + north.begin, work.south(j + 1) + north.end, 0.0);
                std::fill(work.bottom(k + 1, r) + top.begin, work.bottom(k + 1, r) + top.end, 0.0);
                continue;
            }
            if (r == 0 && j > 0) limited_flux_row(limiter_, faces_across(s, Axis::y, row - 1, work.reach(k, -1), here, south), duration);
            if (k == strip.first_k && k > 0)
                limited_flux_row(limiter_, faces_across(s, Axis::z, row - ny, reach_of(s, row - ny), here, bottom), duration);
            computed += process_row(s, duration,
                                    {j, k, here, north, top, work.padded(), work.x_flux(), j > 0 ? south : work.nothing(),
                                     j < ny - 1 ? work.south(j + 1) : work.nothing(), k > 0 ? bottom : work.nothing(),
                                     k < nz - 1 ? work.bottom(k + 1, r) : work.nothing()});
        }
    }
    return computed;
}

void ExplicitStep::pass(ExplicitSolute& s, double duration) {
    const Index ny = grid_.ny(), nz = grid_.nz();
    const bool along_y = ny >= nz;
    const Index extent = along_y ? ny : nz, plane = grid_.cell_count() / extent;
    // Thick enough that fluxes computed twice at the edges do not weigh, thin enough that a small plume keeps all threads busy.
    const Index thickness = std::max<Index>(5, (8192 + plane - 1) / plane), count = std::max<Index>(1, extent / thickness);
    std::vector<double> computed(static_cast<std::size_t>(count));
    parallel_for_each_item(count, [&](Index n) {
        const Index first = n * extent / count, last = (n + 1) * extent / count - 1;
        computed[static_cast<std::size_t>(n)] =
            process_strip(s, duration, along_y ? Strip{first, last, 0, nz - 1} : Strip{0, ny - 1, first, last});
    });
    cells_computed_ += std::accumulate(computed.begin(), computed.end(), 0.0);
}

}  // namespace galena
