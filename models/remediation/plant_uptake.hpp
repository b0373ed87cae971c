#pragma once
// Plants take metals out of the soil within reach of their roots: harvests, and uptake as a first-order reaction between them.

#include <functional>

#include "remediation/measure.hpp"

namespace galena {

/// The land of a crop: columns, and of each the cells its roots reach.
class PlantUptake {
public:
    /// Cells down to `root_depth` below the ground in the columns above any cell of the zone. No bulk density is a mistake.
    void resolve(const Measure& measure, const Name& zone, double root_depth, const Domain& domain, Diagnostics& diagnostics);

    [[nodiscard]] const std::vector<Index>& cells() const { return cells_; }
    [[nodiscard]] double area() const { return area_; }
    [[nodiscard]] std::size_t columns() const { return columns_.size(); }
    /// Numbers of its columns in the grid.
    [[nodiscard]] std::vector<Index> grid_columns(const Grid& grid) const;
    [[nodiscard]] double area_of(std::size_t column) const { return columns_[column].area; }
    /// Mean content of the rooted soil [kg/kg], and its mean pH (7 where none is given).
    [[nodiscard]] double content(std::size_t column, std::span<const double> contents, const Domain& domain) const;
    [[nodiscard]] double ph(std::size_t column, const Domain& domain) const;
    /// Rates [1/s], one per cell, at which the water gives what the plants take: `uptake` [kg/m²/s] of a column, shared among its cells by
    /// what they hold.
    [[nodiscard]] std::vector<double> rates(const State& state, Index substance, std::span<const double> contents, const Domain& domain,
                                            const std::function<double(std::size_t column)>& uptake) const;

private:
    struct Column {
        std::size_t first, count;  ///< of its cells
        double area;               ///< [m²]
    };
    std::vector<Index> cells_;
    std::vector<double> share_;  ///< part of the cell's thickness that is rooted
    std::vector<Column> columns_;
    double area_ = 0;
};

/// Moments of harvest: begun + n · interval, n = 1, 2, ...
struct Harvests {
    double interval = seconds_per_year;
    double gathered = 0;  ///< how many until now

    [[nodiscard]] double next(double begun) const { return begun + (gathered + 1) * interval; }
    /// True once per harvest, when it is due.
    bool due(double begun, double now) {
        if (now < next(begun) * (1 - 1e-12)) return false;
        ++gathered;
        return true;
    }
};

}  // namespace galena
