#pragma once
// The few cells through which water runs so fast that explicit steps would have to be tiny for their sake. What leaves a fast cell goes by
// its concentration at the end of the step, what leaves any other by that at the beginning: conservative, positive and bounded, with one
// unknown per fast cell alone. Fast cells that touch each other form clusters, each a small system of its own.

#include <cstdint>
#include <span>
#include <vector>

#include "grid/field.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/sparse_factors.hpp"

namespace galena {

class FastCells {
public:
    /// Dispersion from a slow cell into the fast one at `position`, by the concentration at the beginning [m³/s].
    struct Inflow {
        Index position, source;
        double coefficient;
    };
    /// From the fast cell at `position` into another one, at `target`, by the concentration at the end [m³/s].
    struct Coupling {
        Index position, target;
        double coefficient;
    };
    /// A slow cell beside fast ones.
    struct Border {
        Index cell, first;  ///< of its entries in from_fast()
    };
    /// What it gets from a fast cell by the concentration there at the end, and what it hands it by its own at the beginning [m³/s].
    struct Entry {
        Index position, cluster;
        double coefficient, loss;
    };
    /// Cells begin .. end − 1 of a row, fast or beside fast ones.
    struct Span {
        Index row, begin, end;
    };

    /// flags: 1 for the fast cells. water_flux, conductance: of all faces [m³/s].
    void part(const Grid& grid, const std::vector<std::uint8_t>& flags, const FaceField& water_flux, const FaceConductance& conductance);

    /// Fast cells, cluster by cluster, the largest first, ascending in each. A position is an index into them.
    [[nodiscard]] const std::vector<Index>& cells() const { return cells_; }
    [[nodiscard]] bool empty() const { return cells_.empty(); }
    [[nodiscard]] Index cluster_count() const { return static_cast<Index>(clusters_.size()) - 1; }
    /// Positions first .. end − 1 of a cluster.
    [[nodiscard]] Index first(Index cluster) const { return clusters_[static_cast<std::size_t>(cluster)]; }
    [[nodiscard]] Index end(Index cluster) const { return clusters_[static_cast<std::size_t>(cluster) + 1]; }
    /// Clusters first .. end − 1 of a batch: enough work for a thread to fetch.
    [[nodiscard]] Index batch_count() const { return static_cast<Index>(batches_.size()) - 1; }
    [[nodiscard]] Index first_of_batch(Index batch) const { return batches_[static_cast<std::size_t>(batch)]; }
    [[nodiscard]] std::span<const Inflow> into(Index cluster) const { return part_of(into_, into_of_, cluster); }
    [[nodiscard]] std::span<const Coupling> among(Index cluster) const { return part_of(among_, among_of_, cluster); }
    /// Where a cluster and the cells beside it lie.
    [[nodiscard]] std::span<const Span> spans(Index cluster) const { return part_of(spans_, spans_of_, cluster); }
    /// All that leaves a fast cell per concentration [m³/s].
    [[nodiscard]] double outflow(Index position) const { return outflow_[static_cast<std::size_t>(position)]; }
    /// Ascending by cell.
    [[nodiscard]] const std::vector<Border>& borders() const { return borders_; }
    [[nodiscard]] std::span<const Entry> from_fast(std::size_t border) const {
        const auto begin = static_cast<std::size_t>(borders_[border].first);
        const auto stop = border + 1 < borders_.size() ? static_cast<std::size_t>(borders_[border + 1].first) : from_fast_.size();
        return std::span(from_fast_).subspan(begin, stop - begin);
    }
    /// −1 for a slow cell.
    [[nodiscard]] Index position(Index cell) const;
    [[nodiscard]] std::size_t bytes() const;

private:
    template <class T>
    static std::span<const T> part_of(const std::vector<T>& all, const std::vector<Index>& starts, Index cluster) {
        const auto begin = static_cast<std::size_t>(starts[static_cast<std::size_t>(cluster)]);
        return std::span(all).subspan(begin, static_cast<std::size_t>(starts[static_cast<std::size_t>(cluster) + 1]) - begin);
    }
    void add_spans(const Grid& grid, std::vector<Index>& cells);
    void find_clusters(const Grid& grid, const std::vector<std::uint8_t>& flags);

    std::vector<Index> cells_, clusters_{0}, batches_{0};
    std::vector<std::pair<Index, Index>> position_of_;  ///< (cell, position), ascending
    std::vector<Inflow> into_;
    std::vector<Coupling> among_;
    std::vector<Span> spans_;
    std::vector<Index> into_of_{0}, among_of_{0}, spans_of_{0};  ///< where each cluster's begin
    std::vector<double> outflow_;
    std::vector<Border> borders_;
    std::vector<Entry> from_fast_;
};

/// The systems of one solute's clusters, factorised.
class FastSystems {
public:
    /// capacity: what each fast cell holds per concentration, loss: what sources take of it [m³/s], both by position.
    void factorise(const FastCells& fast, const std::vector<double>& capacity, const std::vector<double>& loss, double duration);
    /// Turns the amounts that the cells of a cluster and the step before hold [kg] into concentrations; none negative where no amount is. May
    /// be called by several threads for different clusters.
    void solve(Index cluster, std::span<double> values) const { systems_[static_cast<std::size_t>(cluster)].solve(values); }
    [[nodiscard]] std::size_t bytes() const;

private:
    std::vector<SparseFactors> systems_;
};

}  // namespace galena
