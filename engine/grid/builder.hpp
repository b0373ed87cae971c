#pragma once
// Builders of grids: variety goes in here, the Grid stays one concrete type.

#include <memory>

#include "core/error.hpp"
#include "grid/grid.hpp"

namespace galena {

/// A layer as a builder wants it: the elevation of its lower surface under every column, or its thickness.
struct LayerPlan {
    std::string name;
    int cells = 1;
    bool by_thickness = true;
    std::vector<double> values;  ///< one per column, x fastest: thickness or bottom elevation [m]
    Place place;
};

struct GridPlan {
    std::vector<double> dx, dy;  ///< widths [m]
    Georeference georeference;
    std::vector<double> top;        ///< elevation of the ground per column [m]
    std::vector<LayerPlan> layers;  ///< from the top down
    double minimum_thickness = 0.01;
    Place place;
};

/// What the builder did that people should know.
struct GridReport {
    Index pass_through = 0;      ///< cells thinner than the minimum thickness between others
    std::vector<Index> clipped;  ///< per layer: columns in which its bottom lay above its top and was lowered to it
};

/// Local coordinates of the columns' centres, x fastest.
std::vector<Point> column_centres(const std::vector<double>& dx, const std::vector<double>& dy);

/// Builds a layered grid. A bottom above the layer's top is lowered to it (the layer is pinched out there). Cells thinner than the minimum
/// become pass-through. A layer of zero thickness everywhere, or one that is not finite, is a mistake; nullopt then.
std::unique_ptr<Grid> build_layered_grid(const GridPlan& plan, GridReport& report, Diagnostics& diagnostics);

/// Makes columns inactive. inside: one per column.
void deactivate_columns(Grid& grid, const std::vector<bool>& inside);

}  // namespace galena
