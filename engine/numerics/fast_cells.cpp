#include "numerics/fast_cells.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace galena {

namespace {

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
    std::vector<std::vector<Index>> clusters;
    std::vector<std::uint8_t> waiting = flags;
    std::vector<Index> stack;
    for (Index seed = 0; seed < grid.cell_count(); ++seed) {
        if (!waiting[static_cast<std::size_t>(seed)]) continue;
        waiting[static_cast<std::size_t>(seed)] = 0;
        stack.push_back(seed);
        auto& cluster = clusters.emplace_back();
        while (!stack.empty()) {
            const Index c = stack.back();
            stack.pop_back();
            cluster.push_back(c);
            for (const Side side : sides)
                if (const Index other = open_neighbour(grid, c, side); other >= 0 && waiting[static_cast<std::size_t>(other)]) {
                    waiting[static_cast<std::size_t>(other)] = 0;
                    stack.push_back(other);
                }
        }
        std::sort(cluster.begin(), cluster.end());
    }
    // The largest first, so that no thread starts with it when the others are done.
    std::stable_sort(clusters.begin(), clusters.end(), [](const auto& one, const auto& other) { return one.size() > other.size(); });
    cells_.clear();
    clusters_.assign(1, 0);
    for (const auto& cluster : clusters) {
        cells_.insert(cells_.end(), cluster.begin(), cluster.end());
        clusters_.push_back(static_cast<Index>(cells_.size()));
    }
    batches_.assign(1, 0);
    for (Index cluster = 0; cluster < cluster_count(); ++cluster)
        if (end(cluster) - first(batches_.back()) >= batch_size || cluster + 1 == cluster_count()) batches_.push_back(cluster + 1);
    position_of_.clear();
    for (std::size_t n = 0; n < cells_.size(); ++n) position_of_.emplace_back(cells_[n], static_cast<Index>(n));
    std::sort(position_of_.begin(), position_of_.end());
}

/// cells: those of a cluster and those beside it.
void FastCells::add_spans(const Grid& grid, std::vector<Index>& cells) {
    std::sort(cells.begin(), cells.end());
    const Index nx = grid.nx();
    for (const Index c : cells) {
        const bool same = std::ssize(spans_) > spans_of_.back() && spans_.back().row == c / nx;
        if (!same) spans_.push_back({c / nx, c % nx, 0});
        spans_.back().end = c % nx + 1;
    }
    spans_of_.push_back(std::ssize(spans_));
    cells.clear();
}

void FastCells::part(const Grid& grid, const std::vector<std::uint8_t>& flags, const FaceField& water_flux,
                     const FaceConductance& conductance) {
    struct Passing {
        Index cell, position, cluster;
        double gain, loss;
    };
    find_clusters(grid, flags);
    into_.clear();
    among_.clear();
    spans_.clear();
    for (auto* starts : {&into_of_, &among_of_, &spans_of_}) starts->assign(1, 0);
    std::vector<Index> around;
    outflow_.assign(cells_.size(), 0.0);
    std::vector<Passing> passing;
    for (Index cluster = 0; cluster < cluster_count(); ++cluster) {
        for (Index at = first(cluster); at < end(cluster); ++at) {
            const Index c = cells_[static_cast<std::size_t>(at)];
            around.push_back(c);
            for (const Side side : sides) {
                const Index other = open_neighbour(grid, c, side);
                if (other < 0) continue;
                around.push_back(other);
                const Axis axis = side < Side::south ? Axis::x : side < Side::bottom ? Axis::y : Axis::z;
                const Index face = outer_face(grid, c, side);
                const double q = (points_inwards(side) ? -1 : 1) * water_flux.along(axis)[face], g = conductance.at(axis, face);
                const double out = std::max(q, 0.0) + g;
                outflow_[static_cast<std::size_t>(at)] += out;
                if (flags[static_cast<std::size_t>(other)]) {
                    if (out > 0) among_.push_back({at, position(other), out});
                } else if (out > 0) {
                    passing.push_back({other, at, cluster, out, g});
                    if (g > 0) into_.push_back({at, other, g});
                }
            }
        }
        add_spans(grid, around);
        into_of_.push_back(static_cast<Index>(into_.size()));
        among_of_.push_back(static_cast<Index>(among_.size()));
    }
    std::sort(passing.begin(), passing.end(), [](const Passing& a, const Passing& b) {
        return std::pair{a.cell, a.position} < std::pair{b.cell, b.position};
    });
    borders_.clear();
    from_fast_.clear();
    for (const auto& p : passing) {
        if (borders_.empty() || borders_.back().cell != p.cell) borders_.push_back({p.cell, std::ssize(from_fast_)});
        from_fast_.push_back({p.position, p.cluster, p.gain, p.loss});
    }
}

void FastSystems::factorise(const FastCells& fast, const std::vector<double>& capacity, const std::vector<double>& loss, double duration) {
    systems_.clear();
    systems_.resize(static_cast<std::size_t>(fast.cluster_count()));
    parallel_for_each_item(fast.cluster_count(), [&](Index cluster) {
        const Index first = fast.first(cluster), size = fast.end(cluster) - first;
        std::vector<double> diagonal(static_cast<std::size_t>(size));
        std::vector<SparseEntry> entries;
        for (Index n = 0; n < size; ++n) {
            const auto at = static_cast<std::size_t>(first + n);
            const double all = capacity[at] + duration * (fast.outflow(first + n) + loss[at]);
            diagonal[static_cast<std::size_t>(n)] = all > 0 ? all : 1.0;
        }
        for (const auto& c : fast.among(cluster)) entries.push_back({c.target - first, c.position - first, -duration * c.coefficient});
        systems_[static_cast<std::size_t>(cluster)].factorise(diagonal, entries);
    });
}

std::size_t FastCells::bytes() const {
    return sizeof(Inflow) * into_.size() + sizeof(Coupling) * among_.size() + sizeof(Border) * borders_.size() +
           sizeof(Entry) * from_fast_.size() + sizeof(Span) * spans_.size() + cells_.size() * (3 * sizeof(Index) + sizeof(double));
}

std::size_t FastSystems::bytes() const {
    std::size_t sum = 0;
    for (const auto& system : systems_) sum += system.bytes();
    return sum;
}

}  // namespace galena
