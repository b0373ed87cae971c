#pragma once
// Kinds of values a site file may give where a plain number is not enough: files, series in time, values that vary in space.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/date.hpp"
#include "core/error.hpp"
#include "scenario/distribution.hpp"
#include "scenario/document.hpp"
#include "scenario/parameter.hpp"

namespace galena {

/// Where a table and the values of its keys stand. A declared struct with a member `Places places` gets it filled.
struct Places {
    Place table;
    std::map<std::string, Place, std::less<>> values;

    [[nodiscard]] bool has(std::string_view key) const { return values.find(key) != values.end(); }
    /// Of the key's value where the file gives it, else of the table.
    [[nodiscard]] const Place& of(std::string_view key) const {
        const auto found = values.find(key);
        return found == values.end() ? table : found->second;
    }
};

/// A path of the site file, resolved against the folder the site file is in, and the place that asked for it.
struct FilePath {
    std::filesystem::path path;
    Place place;
    [[nodiscard]] bool empty() const { return path.empty(); }
};

/// Text with its place: a reference to something named elsewhere in the file.
struct Name {
    std::string text;
    Place place;
    [[nodiscard]] bool empty() const { return text.empty(); }
    bool operator==(const Name& other) const { return text == other.text; }
};

enum class SeriesKind { step, linear };
template <>
inline const Words words<SeriesKind> = {"step", "linear"};

/// A number that may change in time: constant, or dated values that hold until the next one (steps) or are joined by lines.
struct Series {
    Series() = default;
    Series(double constant) : values{constant} {}  // NOLINT: a constant is a series

    SeriesKind kind = SeriesKind::step;
    std::vector<Date> dates;     ///< ascending; empty for a constant
    std::vector<double> values;  ///< SI; one per date
    Place place;

    [[nodiscard]] bool constant() const { return dates.empty(); }
    /// The value at `seconds` after `start`; before the first date the first value, after the last the last.
    [[nodiscard]] double at(Date start, double seconds) const;
    /// The value that holds at the end of the step [from, to]: of a line its end, of steps the one that held during the step, for the
    /// next value begins only when the step is over.
    [[nodiscard]] double at_end(Date start, double from, double to) const { return at(start, kind == SeriesKind::step ? from : to); }
    /// The mean over [from, to], seconds after `start`: a flux averaged like this brings in the exact volume.
    [[nodiscard]] double mean(Date start, double from, double to) const;
};

enum class InterpolationMethod { kriging, inverse_distance, nearest, simulation };
enum class Transform { linear, log };
enum class LogBackTransform { median, mean };
enum class VariogramShape { spherical, exponential, gaussian };
template <>
inline const Words words<InterpolationMethod> = {"kriging", "inverse_distance", "nearest", "simulation"};
template <>
inline const Words words<Transform> = {"linear", "log"};
template <>
inline const Words words<LogBackTransform> = {"median", "mean"};
template <>
inline const Words words<VariogramShape> = {"spherical", "exponential", "gaussian"};

/// A quantity whose unit is only known to whoever holds it: kept as it stands in the file.
struct QuantityNode {
    Node node;
};

/// { random_field = { ... } }: a property drawn at random in space, with a variogram of the standard normal field behind it.
struct RandomFieldTable {
    std::optional<QuantityNode> median, mean, sd, minimum, maximum;
    std::optional<double> sigma_ln;
    VariogramShape variogram = VariogramShape::exponential;
    double range = 0, nugget = 0;
    std::optional<double> vertical_range;
    double anisotropy_angle = 0, anisotropy_ratio = 1;
    std::optional<Distribution> distribution;  ///< SI; made from the keys by whoever knows the unit
    Places places;

    static auto parameters() {
        using T = RandomFieldTable;
        return std::tuple{
            parameter("median", &T::median, "of a lognormal field; with sigma_ln"),
            parameter("sigma_ln", &T::sigma_ln, "", not_negative, "standard deviation of the natural logarithm"),
            parameter("mean", &T::mean, "of a normal field; with sd"),
            parameter("sd", &T::sd, "standard deviation"),
            parameter("minimum", &T::minimum, "the distribution is cut off below"),
            parameter("maximum", &T::maximum, "the distribution is cut off above"),
            parameter("variogram", &T::variogram, "shape of the variogram").with_default(),
            parameter("range", &T::range, "m", positive, "range parameter of the variogram, along the direction of longest likeness"),
            parameter("vertical_range", &T::vertical_range, "m", positive, "range parameter upward; the range when absent"),
            parameter("nugget", &T::nugget, "", Bounds{0, 1, true, false}, "part of the variance without likeness").with_default(),
            parameter("anisotropy_angle", &T::anisotropy_angle, "degree", between(-6.2832, 6.2832),
                      "direction of the longest range, clockwise from north")
                .with_default(),
            parameter("anisotropy_ratio", &T::anisotropy_ratio, "", Bounds{0, 1, false, true}, "shortest range over longest range")
                .with_default(),
        };
    }
};

/// Where the numbers of a property come from when they vary in space, and how they get from there to the cells.
struct SpatialSource {
    FilePath raster, points, cells;
    Name survey;
    std::string column;
    std::string x = "x", y = "y";
    std::string unit;
    InterpolationMethod method = InterpolationMethod::kriging;
    Transform transform = Transform::linear;
    LogBackTransform back_transform = LogBackTransform::median;
    VariogramShape variogram = VariogramShape::spherical;
    std::optional<double> nugget, partial_sill, range;
    std::optional<double> cutoff;
    int bins = 15;
    double anisotropy_angle = 0, anisotropy_ratio = 1;
    int neighbours = 0;
    double power = 2;
    std::string background;
    std::optional<RandomFieldTable> random_field;

    static auto parameters() {
        using S = SpatialSource;
        return std::tuple{
            parameter("survey", &S::survey, "name of a [[survey]] whose samples are interpolated").with_default(),
            parameter("points", &S::points, "CSV file of points to interpolate: columns x, y and the one named by `column`").with_default(),
            parameter("raster", &S::raster, "ESRI ASCII grid in the coordinates of the site").with_default(),
            parameter("cells", &S::cells, "CSV file with one row per cell of the grid, x fastest, then y, from the lowest layer up")
                .with_default(),
            parameter("random_field", &S::random_field, "drawn at random; galena run takes its central value everywhere"),
            parameter("column", &S::column, "column of the file or survey that holds the values").with_default(),
            parameter("x", &S::x, "column of the x coordinate (points)").with_default(),
            parameter("y", &S::y, "column of the y coordinate (points)").with_default(),
            parameter("unit", &S::unit, "unit of the numbers in the file; a survey names its own").with_default(),
            parameter("method", &S::method,
                      "how values between the points are found; simulation: a random field through them, for galena risk (else kriging)")
                .with_default(),
            parameter("transform", &S::transform, "kriging of the values themselves or of their natural logarithms").with_default(),
            parameter("back_transform", &S::back_transform, "after log kriging: the median exp(Z*), or the mean exp(Z* + variance / 2)")
                .with_default(),
            parameter("variogram", &S::variogram, "shape of the variogram").with_default(),
            parameter("nugget", &S::nugget, "", not_negative,
                      "variogram nugget, in squared units of the data (or of their logarithms); fitted when absent"),
            parameter("partial_sill", &S::partial_sill, "", not_negative, "variogram partial sill, likewise; fitted when absent"),
            parameter("range", &S::range, "m", positive, "variogram range parameter; fitted when absent"),
            parameter("cutoff", &S::cutoff, "m", positive,
                      "largest distance of the experimental variogram; a third of the diagonal of the samples' bounding box when absent"),
            parameter("bins", &S::bins, between(3, 200), "distance classes of the experimental variogram").with_default(),
            parameter("anisotropy_angle", &S::anisotropy_angle, "degree", between(-6.2832, 6.2832),
                      "direction of the longest range, clockwise from north")
                .with_default(),
            parameter("anisotropy_ratio", &S::anisotropy_ratio, "", Bounds{0, 1, false, true}, "shortest range over longest range")
                .with_default(),
            parameter("neighbours", &S::neighbours, between(0, 1e6), "nearest samples used per cell; 0 takes all").with_default(),
            parameter("power", &S::power, "", Bounds{0, 20, false, true}, "exponent of inverse-distance weighting").with_default(),
            parameter("background", &S::background, "value of cells outside the depth range of the samples, with its unit").with_default(),
        };
    }
};

/// A property that may vary in space: one number, or a source to interpolate from.
struct SpatialValue {
    SpatialValue() = default;
    SpatialValue(double value) : constant(value) {}  // NOLINT: a constant is a spatial value

    double constant = 0;  ///< SI; used when there is no source
    std::optional<SpatialSource> source;
    std::optional<double> background;  ///< SI
    std::string unit_text;             ///< of the declaration: the dimension expected and the unit shown
    Bounds bounds;                     ///< of the declaration, checked against every cell
    std::string name;                  ///< of the parameter, for messages
    Place place;
    Places places;  ///< of the keys of the source
};

}  // namespace galena
