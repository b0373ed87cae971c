#include "numerics/weighted_flow.hpp"

#include <algorithm>

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
          central_(relative.weighting == Weighting::central), vertical_(relative.vertical) {}

    [[nodiscard]] FaceFactor at(const Face& f) const {
        if (f.axis == Axis::z && !vertical_) return {1, 0, 0};
        const bool from_left = value_[f.left] >= value_[f.right];
        const auto weighting = central_ && both_active(f) ? Weighting::central : Weighting::upstream;
        return face_factor(weighting, factor_[f.left], slope_[f.left], factor_[f.right], slope_[f.right], from_left);
    }

private:
    [[nodiscard]] bool both_active(const Face& f) const {
        return status_[f.left] == CellStatus::active && status_[f.right] == CellStatus::active;
    }

    const double *factor_, *slope_, *value_;
    const CellStatus* status_;
    bool central_, vertical_;
};

}  // namespace

void weighted_flux(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative, std::span<const double> value,
                   FaceField& flux) {
    const FaceWeights weights(grid, relative, value);
    const double* v = value.data();
    for_each_face(grid, [&](const Face& f) { flux[f] = conductance[f] * weights.at(f).factor * (v[f.left] - v[f.right]); });
}

void weighted_flux_slopes(const Grid& grid, const FaceField& conductance, const RelativeConductance& relative,
                          std::span<const double> value, FaceField& from_left, FaceField& from_right) {
    const FaceWeights weights(grid, relative, value);
    const double* v = value.data();
    for_each_face(grid, [&](const Face& f) {
        const auto k = weights.at(f);
        const double c = conductance[f], difference = v[f.left] - v[f.right];
        from_left[f] = c * (k.factor + k.by_left * difference);
        from_right[f] = c * (k.factor - k.by_right * difference);
    });
}

void add_net_inflow(const Grid& grid, const FaceField& flux, std::span<double> out) {
    const Index nx = grid.nx(), ny = grid.ny(), plane = grid.column_count();
    const double *fx = flux.x.data(), *fy = flux.y.data(), *fz = flux.z.data();
    double* o = out.data();
    parallel_blocks(ny * grid.nz(), std::max<Index>(1, sum_block / nx), [&](Index begin, Index end) {
        for (Index row = begin; row < end; ++row) {
            const Index j = row % ny, k = row / ny, cell = row * nx, x = row * (nx + 1), y = (k * (ny + 1) + j) * nx;
            for (Index i = 0; i < nx; ++i)
                o[cell + i] += fx[x + i] - fx[x + i + 1] + fy[y + i] - fy[y + i + nx] + fz[cell + i] - fz[cell + i + plane];
        }
    });
}

}  // namespace galena
