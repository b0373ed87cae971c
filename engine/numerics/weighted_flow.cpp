#include "numerics/weighted_flow.hpp"

#include <algorithm>
#include <cstring>

#include "numerics/weighted_flow_kernel.hpp"

namespace galena {

// Where the factors of the two cells differ by more than about e², gravity and the mean would overshoot (a cell Péclet number above 2):
// the share of the mean fades into the upstream value between ratios of 4 and 12.
FaceFactor face_factor(Weighting weighting, double a, double da, double b, double db, bool from_left) {
    const double most = std::max(a, b), least = std::min(a, b);
    if (weighting == Weighting::upstream || !(most < 12 * least)) return from_left ? FaceFactor{a, da, 0} : FaceFactor{b, 0, db};
    double share = 1, by_a = 0, by_b = 0;
    if (most > 4 * least) {
        const double t = (most / least - 4) / 8, bend = -6 * t * (1 - t) / 8;
        const double by_most = bend / least, by_least = -bend * most / (least * least);
        share = 1 - t * t * (3 - 2 * t);
        by_a = a > b ? by_most : by_least;
        by_b = a > b ? by_least : by_most;
    }
    const double upstream = from_left ? a : b, beyond = 0.5 * (a + b) - upstream;
    const double of_a = share * (0.5 - from_left) + from_left + by_a * beyond;
    const double of_b = share * (0.5 - !from_left) + !from_left + by_b * beyond;
    return {upstream + share * beyond, of_a * da, of_b * db};
}

namespace {

class FaceWeights {
public:
    FaceWeights(const Grid& grid, const RelativeConductance& relative, std::span<const double> value)
        : factor_(relative.factor.data()), slope_(relative.slope.data()), value_(value.data()), status_(grid.statuses().data()),
          shift_(relative.shift), central_(relative.weighting == Weighting::central), vertical_(relative.vertical) {}

    /// What drives the flux.
    [[nodiscard]] double difference(const Face& f) const { return value_[f.left] - value_[f.right] + (shift_ ? (*shift_)[f] : 0.0); }
    [[nodiscard]] FaceFactor at(const Face& f) const {
        if (f.axis == Axis::z && !vertical_) return {1, 0, 0};
        const bool from_left = difference(f) >= 0;
        const auto weighting = central_ && both_active(f) ? Weighting::central : Weighting::upstream;
        return face_factor(weighting, factor_[f.left], slope_[f.left], factor_[f.right], slope_[f.right], from_left);
    }

private:
    [[nodiscard]] bool both_active(const Face& f) const {
        return status_[f.left] == CellStatus::active && status_[f.right] == CellStatus::active;
    }

    const double *factor_, *slope_, *value_;
    const CellStatus* status_;
    const FaceField* shift_;
    bool central_, vertical_;
};

/// body(axis, first face, first left cell, first right cell, number) for every row of interior faces. Faces beside inactive cells are left out:
/// rows that have some come piece by piece.
template <class Body>
void for_each_face_row(const Grid& grid, Body&& body) {
    const Index nx = grid.nx(), ny = grid.ny(), plane = grid.column_count();
    const CellStatus* status = grid.statuses().data();
    const auto pieces = [&](Axis axis, Index face, Index left, Index right, Index n) {
        const auto open = [&](Index i) { return status[left + i] != CellStatus::inactive && status[right + i] != CellStatus::inactive; };
        for (Index i = 0; i < n;) {
            if (!open(i)) {
                ++i;
                continue;
            }
            Index end = i + 1;
            while (end < n && open(end)) ++end;
            body(axis, face + i, left + i, right + i, end - i);
            i = end;
        }
    };
    const auto row_of_faces = [&](Axis axis, Index face, Index left, Index right, Index n) {
        const auto closed = [&](Index cell) { return std::memchr(status + cell, 0, static_cast<std::size_t>(n)) != nullptr; };
        if (n <= 0) return;
        if (closed(left) || closed(right)) pieces(axis, face, left, right, n);
        else body(axis, face, left, right, n);
    };
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny, first = row * nx;
            row_of_faces(Axis::x, row * (nx + 1) + 1, first, first + 1, nx - 1);
            if (j > 0) row_of_faces(Axis::y, (k * (ny + 1) + j) * nx, first - nx, first, nx);
            if (k > 0) row_of_faces(Axis::z, first, first - plane, first, nx);
        }
    });
}

/// What the kernels take from a row of faces.
class FaceRows {
public:
    FaceRows(const FaceField& conductance, const RelativeConductance& relative, std::span<const double> value)
        : conductance_(conductance), relative_(relative), value_(value.data()) {}
    [[nodiscard]] FaceRow row(Axis axis, Index face, Index left, Index right, Index n) const {
        const double *factor = relative_.factor.data(), *slope = relative_.slope.data();
        return {n,
                conductance_.along(axis).data() + face,
                value_ + left,
                value_ + right,
                factor + left,
                factor + right,
                slope + left,
                slope + right};
    }
    [[nodiscard]] bool plain(Axis axis) const { return axis == Axis::z && !relative_.vertical && !relative_.shift; }
    [[nodiscard]] bool upstream() const { return relative_.weighting == Weighting::upstream && !relative_.shift; }

private:
    const FaceField& conductance_;
    const RelativeConductance& relative_;
    const double* value_;
};

}  // namespace

void weighted_flux(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative, std::span<const double> value,
                   FaceField& flux) {
    const FaceWeights weights(grid, relative, value);
    const FaceRows rows(conductance, relative, value);
    for_each_face_row(grid, [&](Axis axis, Index face, Index left, Index right, Index n) {
        double* out = flux.along(axis).data() + face;
        const auto row = rows.row(axis, face, left, right, n);
        if (rows.plain(axis)) return plain_flux_row(row, out);
        if (rows.upstream()) return upstream_flux_row(row, out);
        for (Index i = 0; i < n; ++i) {
            const Face f{axis, face + i, left + i, right + i};
            out[i] = conductance[f] * weights.at(f).factor * weights.difference(f);
        }
    });
}

void weighted_conductance(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative,
                          std::span<const double> value, FaceField& out) {
    const FaceWeights weights(grid, relative, value);
    for_each_face(grid, [&](const Face& f) { out[f] = conductance[f] * weights.at(f).factor; });
}

void weighted_flux_slopes(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative,
                          std::span<const double> value, FaceField& from_left, FaceField& from_right) {
    const FaceWeights weights(grid, relative, value);
    const FaceRows rows(conductance, relative, value);
    for_each_face_row(grid, [&](Axis axis, Index face, Index left, Index right, Index n) {
        double *by_left = from_left.along(axis).data() + face, *by_right = from_right.along(axis).data() + face;
        const auto row = rows.row(axis, face, left, right, n);
        if (rows.plain(axis)) {
            std::copy_n(row.conductance, n, by_left);
            std::copy_n(row.conductance, n, by_right);
            return;
        }
        if (rows.upstream()) return upstream_slopes_row(row, by_left, by_right);
        for (Index i = 0; i < n; ++i) {
            const Face f{axis, face + i, left + i, right + i};
            const auto k = weights.at(f);
            const double c = conductance[f], difference = weights.difference(f);
            by_left[i] = c * (k.factor + k.by_left * difference);
            by_right[i] = c * (k.factor - k.by_right * difference);
        }
    });
}

void add_net_inflow(const Grid& grid, const FaceField& flux, std::span<double> out) {
    const Index nx = grid.nx(), ny = grid.ny(), plane = grid.column_count();
    const double *fx = flux.x.data(), *fy = flux.y.data(), *fz = flux.z.data();
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny, cell = row * nx, y = (k * (ny + 1) + j) * nx;
            add_net_inflow_row({nx, fx + row * (nx + 1), fy + y, fy + y + nx, fz + cell, fz + cell + plane}, out.data() + cell);
        }
    });
}

}  // namespace galena
