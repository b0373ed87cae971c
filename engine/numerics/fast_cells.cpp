#include "numerics/fast_cells.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace galena {

Index FastCells::position(Index cell) const { return std::lower_bound(cells_.begin(), cells_.end(), cell) - cells_.begin(); }

void FastCells::part(const Grid& grid, const std::vector<std::uint8_t>& flags, const FaceField& water_flux, const FaceField& conductance,
                     FaceField& explicit_flux, FaceField& explicit_conductance) {
    cells_.clear();
    into_.clear();
    out_of_.clear();
    among_.clear();
    for (Index c = 0; c < grid.cell_count(); ++c)
        if (flags[static_cast<std::size_t>(c)]) cells_.push_back(c);
    const auto fast = [&](Index c) { return flags[static_cast<std::size_t>(c)] != 0; };
    for_each_face(grid, [&](const Face& f) {
        const double q = water_flux[f];
        explicit_flux[f] = fast(q >= 0 ? f.left : f.right) ? 0.0 : q;
        explicit_conductance[f] = fast(f.left) || fast(f.right) ? 0.0 : conductance[f];
    });
    outflow_.assign(cells_.size(), 0.0);
    for (std::size_t n = 0; n < cells_.size(); ++n)
        for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top}) {
            const Index c = cells_[n], other = neighbour(grid, c, side);
            if (other < 0 || grid.status(other) == CellStatus::inactive) continue;
            const Axis axis = side < Side::south ? Axis::x : side < Side::bottom ? Axis::y : Axis::z;
            const Index face = outer_face(grid, c, side);
            const bool growing = side == Side::east || side == Side::north || side == Side::top;
            const double q = (growing ? 1 : -1) * water_flux.along(axis)[face], g = conductance.along(axis)[face];
            const double out = std::max(q, 0.0) + g;
            outflow_[n] += out;
            if (out > 0) (fast(other) ? among_ : out_of_).push_back({c, other, out});
            if (!fast(other) && g > 0) into_.push_back({other, c, g});
        }
}

void FastCells::factorise(const Grid& grid, const CellField& inverse_capacity, const std::vector<double>& loss_of_fast, double duration) {
    factors_.reset();
    if (cells_.empty()) return;
    const auto size = static_cast<Eigen::Index>(cells_.size());
    std::vector<Eigen::Triplet<double>> entries;
    for (std::size_t n = 0; n < cells_.size(); ++n) {
        const double capacity = grid.active(cells_[n]) ? 1 / inverse_capacity[cells_[n]] : 0.0;
        const double diagonal = capacity + duration * (outflow_[n] + loss_of_fast[n]);
        entries.emplace_back(static_cast<int>(n), static_cast<int>(n), diagonal > 0 ? diagonal : 1.0);
    }
    for (const auto& c : among_)
        entries.emplace_back(static_cast<int>(position(c.target)), static_cast<int>(position(c.source)), -duration * c.coefficient);
    Eigen::SparseMatrix<double> matrix(size, size);
    matrix.setFromTriplets(entries.begin(), entries.end());
    factors_ = std::make_unique<Eigen::SparseLU<Eigen::SparseMatrix<double>, Eigen::COLAMDOrdering<int>>>();
    // An M-matrix by columns keeps its pivots on the diagonal, and its factors have the signs that make every solution of a
    // right-hand side that is not negative a sum of products that are not negative.
    factors_->isSymmetric(true);
    factors_->setPivotThreshold(0.0);
    factors_->compute(matrix);
    if (factors_->info() != Eigen::Success) throw std::runtime_error("the cells with fast water could not be factorised");
}

void FastCells::solve(std::vector<double>& values) {
    Eigen::Map<Eigen::VectorXd> mapped(values.data(), static_cast<Eigen::Index>(values.size()));
    const Eigen::VectorXd solution = factors_->solve(mapped);
    mapped = solution;
}

std::size_t FastCells::bytes() const {
    const auto list = sizeof(Coupling) * (into_.size() + out_of_.size() + among_.size()) + cells_.size() * (sizeof(Index) + sizeof(double));
    return list + (factors_ ? static_cast<std::size_t>(factors_->nnzL() + factors_->nnzU()) * 12 : 0);
}

}  // namespace galena
