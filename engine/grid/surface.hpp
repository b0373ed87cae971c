#pragma once
// A surface z(x, y): the ground, the top of a clay, a water table.

#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "grid/kriging.hpp"
#include "grid/samples.hpp"

namespace galena {

/// A regular grid of elevations (ESRI ASCII grid).
struct Raster {
    Index columns = 0, rows = 0;
    double x_first = 0, y_first = 0;         ///< centre of the south-west cell [m]
    double cell_width = 0, cell_height = 0;  ///< [m]
    std::vector<double> values;              ///< rows from south to north, west to east within; NaN: no data

    /// Bilinear between the centres of the four cells around the point, and the nearest of them with data where one has none; NaN where
    /// none has. Points beyond the outer centres take the value of the nearest point of that rim, however far away: see covers.
    [[nodiscard]] double at(double x, double y) const;
    /// Within the outer edges of the raster.
    [[nodiscard]] bool covers(double x, double y) const;
};

/// Reads an ESRI ASCII grid: keys in any case, xllcorner or xllcenter, NODATA_value, cellsize or dx and dy. Mistakes go into
/// `diagnostics`, and nothing is returned.
std::optional<Raster> read_ascii_grid(const std::string& path, const Place& asked_at, Diagnostics& diagnostics);

/// How points become a surface.
enum class SurfaceMethod { inverse_distance, nearest, kriging };

class Surface {
public:
    static Surface constant(double z);
    static Surface raster(Raster raster);
    /// points: one value per place. Kriging fits a spherical variogram when none is given and uses the 24 nearest points. Throws
    /// std::invalid_argument for no points.
    static Surface through_points(Samples points, SurfaceMethod method = SurfaceMethod::inverse_distance,
                                  std::optional<Variogram> variogram = std::nullopt);

    /// Elevations at the points (their own z is ignored), NaN where a raster has no data.
    [[nodiscard]] std::vector<double> at(std::span<const Point> points) const;
    /// How many of the points lie beyond the edges of a raster, where its rim is drawn out; 0 for other surfaces.
    [[nodiscard]] std::size_t beyond_edges(std::span<const Point> points) const;

private:
    struct Scattered {
        Samples points;
        SurfaceMethod method;
        Variogram variogram;
    };
    using Kind = std::variant<double, Raster, Scattered>;
    explicit Surface(Kind kind) : kind_(std::move(kind)) {}
    Kind kind_;
};

/// Which columns of a CSV file hold the points of a surface; empty x, y, z: the first three.
struct SurfaceColumns {
    std::string x, y, z;
};

/// Reads x, y, z points. Rows without a value are left out; points at one place are averaged with a warning.
std::optional<Samples> read_surface_points(const std::string& path, const Place& asked_at, Diagnostics& diagnostics,
                                           const SurfaceColumns& columns = {});

}  // namespace galena
