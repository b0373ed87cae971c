#include "grid/gaussian_field.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>

#include "grid/fourier.hpp"

namespace galena {

namespace {

/// The smallest length not below n that has no prime factor above 5, for which transforms are fast; a multiple of four,
/// unless it is 1.
Index fast_length(Index n) {
    if (n <= 1) return 1;
    for (Index length = (n + 3) / 4 * 4;; length += 4) {
        Index rest = length;
        for (const Index factor : {2, 3, 5})
            while (rest % factor == 0) rest /= factor;
        if (rest == 1) return length;
    }
}

/// Signed distance around a ring of m points.
double around(Index i, Index m) { return static_cast<double>(i <= m / 2 ? i : i - m); }

}  // namespace

double FieldCovariance::at(double dx, double dy, double dz) const {
    const auto p = variogram.anisotropy.stretched(dx, dy);
    const double up = vertical_range > 0 ? dz * variogram.range / vertical_range : dz;
    return variogram.sill() - variogram.at_distance(std::sqrt(p.x * p.x + p.y * p.y + up * up));
}

std::array<double, 3> FieldCovariance::reach() const {
    // γ reaches 99 % of its partial sill there.
    const double ranges = variogram.model == VariogramModel::spherical ? 1.0 : variogram.model == VariogramModel::exponential ? 4.6 : 2.15;
    const double plane = ranges * variogram.range, up = vertical_range > 0 ? ranges * vertical_range : plane;
    return {plane, plane, up};
}

GaussianLattice::GaussianLattice(const Point& origin, std::array<double, 3> spacing, std::array<Index, 3> points,
                                 const FieldCovariance& covariance)
    : origin_(origin), spacing_(spacing), points_(points), embedded_{} {
    const auto reach = covariance.reach();
    for (std::size_t a = 0; a < 3; ++a) {
        const auto beyond = static_cast<Index>(std::ceil(reach[a] / spacing[a]));
        embedded_[a] = points[a] == 1 ? 1 : fast_length(std::min(points[a] + beyond, 2 * points[a]));
    }
    const auto [mx, my, mz] = embedded_;
    DoubleArray row(embedded_size());
    parallel_blocks(my * mz, std::max<Index>(1, sum_block / mx), [&, mx = mx, my = my, mz = mz](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const double dy = around(line % my, my) * spacing_[1], dz = around(line / my, mz) * spacing_[2];
            for (Index i = 0; i < mx; ++i) {
                // At half way around a ring both signs of an anisotropic covariance stand for the same point: their mean keeps it even.
                const double dx = around(i, mx) * spacing_[0];
                row[line * mx + i] =
                    0.5 * (covariance.at(dx, dy, dz) +
                           covariance.at(2 * i == mx ? -dx : dx, 2 * (line % my) == my ? -dy : dy, 2 * (line / my) == mz ? -dz : dz));
            }
        }
    });
    const FourierTransform transform(embedded_);
    const auto spectrum = transform.forward(row);
    const Index count = transform.frequencies();
    const double all =
        parallel_sum(count, [&](Index f) { return transform.weight(f) * std::abs(spectrum[static_cast<std::size_t>(f)].real()); });
    const double kept =
        parallel_sum(count, [&](Index f) { return transform.weight(f) * std::max(0.0, spectrum[static_cast<std::size_t>(f)].real()); });
    cut_off_ = (all - kept) / kept;
    // The sill is the sum of the eigenvalues over their number, negative ones included.
    const double factor = kept > 0 ? covariance.variogram.sill() / kept : 0;
    roots_ = DoubleArray(count);
    parallel_for(count, [&](Index f) {
        roots_[f] = std::sqrt(std::max(0.0, spectrum[static_cast<std::size_t>(f)].real()) * factor * static_cast<double>(embedded_size()));
    });
}

std::vector<double> GaussianLattice::draw(std::uint64_t seed, std::string_view stream) const {
    const RandomStream random(seed, stream);
    DoubleArray noise(embedded_size());
    parallel_for((embedded_size() + 1) / 2, [&](Index pair) {
        const auto [first, second] = random.normals(static_cast<std::uint64_t>(pair));
        noise[2 * pair] = first;
        if (2 * pair + 1 < noise.size()) noise[2 * pair + 1] = second;
    });
    const FourierTransform transform(embedded_);
    auto spectrum = transform.forward(noise);
    parallel_for(transform.frequencies(), [&](Index f) { spectrum[static_cast<std::size_t>(f)] *= roots_[f]; });
    transform.backward(spectrum, noise);
    std::vector<double> field(static_cast<std::size_t>(points_[0] * points_[1] * points_[2]));
    parallel_blocks(points_[1] * points_[2], std::max<Index>(1, sum_block / points_[0]), [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index j = line % points_[1], k = line / points_[1];
            const double* from = noise.data() + (k * embedded_[1] + j) * embedded_[0];
            std::copy_n(from, points_[0], field.data() + line * points_[0]);
        }
    });
    return field;
}

Index GaussianLattice::nearest(const Point& p) const {
    const double at[3] = {(p.x - origin_.x) / spacing_[0], (p.y - origin_.y) / spacing_[1], (p.z - origin_.z) / spacing_[2]};
    Index index[3];
    for (std::size_t a = 0; a < 3; ++a) index[a] = std::clamp(static_cast<Index>(std::llround(at[a])), Index{0}, points_[a] - 1);
    return (index[2] * points_[1] + index[1]) * points_[0] + index[0];
}

namespace {

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
    void add(double v) {
        low = std::min(low, v);
        high = std::max(high, v);
    }
};

/// Points along one axis so that none lies further apart than asked, and not more than a lattice can hold.
struct AxisPlan {
    double origin, spacing;
    Index points;
};
AxisPlan plan_axis(const Extent& extent, double smallest, double range, Index most) {
    const double length = extent.high - extent.low;
    if (!(length > 0)) return {extent.low, 1, 1};
    double spacing = smallest;
    // Even cells keep their own spacing, however fine.
    const double count = length / smallest;
    if (std::abs(count - std::round(count)) > 1e-6 * count) spacing = std::max(smallest, range / 20);
    spacing = std::max(spacing, length / static_cast<double>(most - 1));
    return {extent.low, spacing, 1 + static_cast<Index>(std::llround(std::ceil(length / spacing - 1e-6)))};
}

constexpr Index most_across = 4096, most_upward = 1024;

}  // namespace

CellField gaussian_field(const Grid& grid, const FieldCovariance& given, std::uint64_t seed, std::string_view stream) {
    Extent x, y, z;
    double dx = x.low, dy = x.low, dz = x.low;
    for (std::size_t i = 1; i < grid.x_edges().size(); ++i) {
        dx = std::min(dx, grid.x_edges()[i] - grid.x_edges()[i - 1]);
        x.add(0.5 * (grid.x_edges()[i] + grid.x_edges()[i - 1]));
    }
    for (std::size_t j = 1; j < grid.y_edges().size(); ++j) {
        dy = std::min(dy, grid.y_edges()[j] - grid.y_edges()[j - 1]);
        y.add(0.5 * (grid.y_edges()[j] + grid.y_edges()[j - 1]));
    }
    for (Index c = 0; c < grid.cell_count(); ++c) {
        if (!grid.active(c)) continue;
        dz = std::min(dz, grid.thickness(c));
        z.add(grid.elevation(c));
    }
    // Directions count from north of the crs, the lattice follows the grid.
    auto covariance = given;
    covariance.variogram.anisotropy.angle += grid.georeference().rotation;
    const double range = covariance.variogram.range, across = range * covariance.variogram.anisotropy.ratio;
    const auto along_x = plan_axis(x, dx, across, most_across), along_y = plan_axis(y, dy, across, most_across);
    const auto upward = plan_axis(z, dz, covariance.vertical_range > 0 ? covariance.vertical_range : range, most_upward);
    const GaussianLattice lattice({along_x.origin, along_y.origin, upward.origin}, {along_x.spacing, along_y.spacing, upward.spacing},
                                  {along_x.points, along_y.points, upward.points}, covariance);
    const auto values = lattice.draw(seed, stream);
    CellField field(grid);
    for_each_cell(grid, [&](Index c) { field[c] = values[static_cast<std::size_t>(lattice.nearest(grid.centre(c)))]; });
    return field;
}

std::vector<double> conditional_simulation(const Samples& samples, const Variogram& variogram, std::span<const Point> targets,
                                           const KrigingOptions& options, std::uint64_t seed, std::string_view stream) {
    Extent x, y;
    for (const auto& p : targets) x.add(p.x), y.add(p.y);
    for (std::size_t s = 0; s < samples.size(); ++s) x.add(samples.x[s]), y.add(samples.y[s]);
    // Fine enough that two neighbours on the lattice differ by less than a tenth of the sill.
    const double fine = variogram.range * variogram.anisotropy.ratio / 20;
    const auto along_x = plan_axis(x, fine, fine * 20, most_across), along_y = plan_axis(y, fine, fine * 20, most_across);
    const GaussianLattice lattice({along_x.origin, along_y.origin, 0}, {along_x.spacing, along_y.spacing, 1},
                                  {along_x.points, along_y.points, 1}, {variogram, 0});
    const auto free = lattice.draw(seed, stream);
    const auto at = [&](double px, double py) { return free[static_cast<std::size_t>(lattice.nearest({px, py, 0}))]; };
    auto missed = samples;
    for (std::size_t s = 0; s < samples.size(); ++s) missed.value[s] -= at(samples.x[s], samples.y[s]);
    auto plain = options;
    plain.back_transform = BackTransform::none;
    auto result = ordinary_kriging(missed, variogram, targets, plain).estimate;
    for (std::size_t t = 0; t < targets.size(); ++t) result[t] += at(targets[t].x, targets[t].y);
    return result;
}

}  // namespace galena
