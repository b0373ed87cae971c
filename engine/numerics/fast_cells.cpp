#include "numerics/fast_cells.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <stdexcept>

#include <Eigen/LU>

namespace galena {

namespace {

constexpr Index small = 48;  ///< cells of a cluster up to which the inverse itself is cheaper than factors

constexpr Index batch_size = 128;  ///< cells

constexpr std::array<Side, 6> sides{Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top};

/// The cell beyond a side that takes part; −1 where there is none.
Index open_neighbour(const Grid& grid, Index cell, Side side) {
    const Index other = neighbour(grid, cell, side);
    return other >= 0 && grid.status(other) != CellStatus::inactive ? other : -1;
}

}  // namespace

Index FastCells::position(Index cell) const {
    const auto at = std::lower_bound(position_of_.begin(), position_of_.end(), std::pair{cell, Index{-1}});
    return at != position_of_.end() && at->first == cell ? at->second : -1;
}

void FastCells::find_clusters(const Grid& grid, const std::vector<std::uint8_t>& flags) {
    cells_.clear();
    clusters_.assign(1, 0);
    std::vector<std::uint8_t> waiting = flags;
    std::vector<Index> stack;
    for (Index seed = 0; seed < grid.cell_count(); ++seed) {
        if (!waiting[static_cast<std::size_t>(seed)]) continue;
        waiting[static_cast<std::size_t>(seed)] = 0;
        stack.push_back(seed);
        while (!stack.empty()) {
            const Index c = stack.back();
            stack.pop_back();
            cells_.push_back(c);
            for (const Side side : sides)
                if (const Index other = open_neighbour(grid, c, side); other >= 0 && waiting[static_cast<std::size_t>(other)]) {
                    waiting[static_cast<std::size_t>(other)] = 0;
                    stack.push_back(other);
                }
        }
        std::sort(cells_.begin() + clusters_.back(), cells_.end());
        clusters_.push_back(static_cast<Index>(cells_.size()));
    }
    batches_.assign(1, 0);
    for (Index cluster = 0; cluster < cluster_count(); ++cluster)
        if (end(cluster) - first(batches_.back()) >= batch_size || cluster + 1 == cluster_count()) batches_.push_back(cluster + 1);
    position_of_.clear();
    for (std::size_t n = 0; n < cells_.size(); ++n) position_of_.emplace_back(cells_[n], static_cast<Index>(n));
    std::sort(position_of_.begin(), position_of_.end());
}

void FastCells::part(const Grid& grid, const std::vector<std::uint8_t>& flags, const FaceField& water_flux, const FaceField& conductance) {
    struct Passing {
        Index cell, position;
        double gain, loss;
    };
    find_clusters(grid, flags);
    into_.clear();
    among_.clear();
    into_of_.assign(1, 0);
    among_of_.assign(1, 0);
    outflow_.assign(cells_.size(), 0.0);
    std::vector<Passing> passing;
    for (Index cluster = 0; cluster < cluster_count(); ++cluster) {
        for (Index at = first(cluster); at < end(cluster); ++at)
            for (const Side side : sides) {
                const Index c = cells_[static_cast<std::size_t>(at)], other = open_neighbour(grid, c, side);
                if (other < 0) continue;
                const Axis axis = side < Side::south ? Axis::x : side < Side::bottom ? Axis::y : Axis::z;
                const Index face = outer_face(grid, c, side);
                const double q = (points_inwards(side) ? -1 : 1) * water_flux.along(axis)[face], g = conductance.along(axis)[face];
                const double out = std::max(q, 0.0) + g;
                outflow_[static_cast<std::size_t>(at)] += out;
                if (flags[static_cast<std::size_t>(other)]) {
                    if (out > 0) among_.push_back({at, position(other), out});
                } else if (out > 0) {
                    passing.push_back({other, at, out, g});
                    if (g > 0) into_.push_back({at, other, g});
                }
            }
        into_of_.push_back(static_cast<Index>(into_.size()));
        among_of_.push_back(static_cast<Index>(among_.size()));
    }
    std::sort(passing.begin(), passing.end(), [](const Passing& a, const Passing& b) {
        return std::pair{a.cell, a.position} < std::pair{b.cell, b.position};
    });
    borders_.clear();
    from_fast_.clear();
    for (const auto& p : passing) {
        if (borders_.empty() || borders_.back().cell != p.cell) borders_.push_back({p.cell, static_cast<Index>(from_fast_.size()), 0.0});
        borders_.back().loss += p.loss;
        from_fast_.push_back({p.position, p.gain});
    }
}

// An M-matrix by columns keeps its pivots on the diagonal, and its factors have the signs that make every solution of a right-hand side that
// is not negative a sum of products that are not negative; so has its inverse no negative entry.
void FastSystems::factorise(const FastCells& fast, const std::vector<double>& capacity, const std::vector<double>& loss, double duration) {
    systems_.clear();
    systems_.resize(static_cast<std::size_t>(fast.cluster_count()));
    std::atomic<bool> sound = true;
    parallel_for_each_item(fast.cluster_count(), [&](Index cluster) {
        const Index first = fast.first(cluster), size = fast.end(cluster) - first;
        std::vector<Eigen::Triplet<double>> entries;
        for (Index n = 0; n < size; ++n) {
            const auto at = static_cast<std::size_t>(first + n);
            const double diagonal = capacity[at] + duration * (fast.outflow(first + n) + loss[at]);
            entries.emplace_back(static_cast<int>(n), static_cast<int>(n), diagonal > 0 ? diagonal : 1.0);
        }
        for (const auto& c : fast.among(cluster))
            entries.emplace_back(static_cast<int>(c.target - first), static_cast<int>(c.position - first), -duration * c.coefficient);
        Eigen::SparseMatrix<double> matrix(size, size);
        matrix.setFromTriplets(entries.begin(), entries.end());
        auto& system = systems_[static_cast<std::size_t>(cluster)];
        if (size <= small) {
            system.inverse = Eigen::PartialPivLU<Eigen::MatrixXd>(Eigen::MatrixXd(matrix)).inverse();
            return;
        }
        system.factors = std::make_unique<Factors>();
        system.factors->isSymmetric(true);
        system.factors->setPivotThreshold(0.0);
        system.factors->compute(matrix);
        if (system.factors->info() != Eigen::Success) sound = false;
    });
    if (!sound) throw std::runtime_error("the cells with fast water could not be factorised");
}

void FastSystems::solve(Index cluster, std::span<const double> amounts, std::span<double> concentrations) const {
    const auto& system = systems_[static_cast<std::size_t>(cluster)];
    const auto size = static_cast<Eigen::Index>(amounts.size());
    const Eigen::Map<const Eigen::VectorXd> from(amounts.data(), size);
    Eigen::Map<Eigen::VectorXd> to(concentrations.data(), size);
    if (!system.factors) to.noalias() = system.inverse * from;
    else to = system.factors->solve(from);
}

std::size_t FastCells::bytes() const {
    return sizeof(Inflow) * into_.size() + sizeof(Coupling) * among_.size() + sizeof(Border) * borders_.size() +
           sizeof(Entry) * from_fast_.size() + cells_.size() * (3 * sizeof(Index) + sizeof(double));
}

std::size_t FastSystems::bytes() const {
    std::size_t sum = 0;
    for (const auto& system : systems_)
        sum += system.factors ? static_cast<std::size_t>(system.factors->nnzL() + system.factors->nnzU()) * 12
                              : sizeof(double) * static_cast<std::size_t>(system.inverse.size());
    return sum;
}

}  // namespace galena
