#include "simulation/spatial_value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include <boost/math/distributions/normal.hpp>

#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "grid/gaussian_field.hpp"
#include "grid/interpolation.hpp"
#include "grid/kriging.hpp"
#include "grid/surface.hpp"
#include "grid/variogram.hpp"

namespace galena {

namespace {

/// Samples of one depth range.
struct SampleGroup {
    double depth_top = 0, depth_bottom = infinite;  ///< below ground [m]
    Samples samples;                                ///< values in the unit of the data
};

/// Where samples come from, whether a survey or a plain file of points.
struct SampleSource {
    FilePath file;
    std::string x, y, depth_top_column, depth_bottom_column;
    std::vector<double> depth;
    Unit unit;
    NonDetect non_detect = NonDetect::half;
    std::string title;
    Places places;  ///< of the keys that name the columns
};

std::optional<SampleSource> find_source(const SpatialValue& value, const Site& site, Diagnostics& diagnostics) {
    const auto& source = *value.source;
    SampleSource found;
    auto unit_text = source.unit;
    if (!source.points.empty()) {
        found.file = source.points;
        found.x = source.x;
        found.y = source.y;
        found.title = source.points.path.filename().string();
        found.places = value.places;
    } else {
        const auto& surveys = site.section<SurveyTables>().list;
        const auto at = std::find_if(surveys.begin(), surveys.end(), [&](const SurveyTable& s) { return s.name == source.survey; });
        if (at == surveys.end()) {
            std::vector<std::string> names;
            for (const auto& s : surveys) names.push_back(s.name.text);
            diagnostics.error(source.survey.place, fmt::format("there is no survey '{}'", source.survey.text),
                              names.empty() ? "add a [[survey]]" : suggestion(source.survey.text, names));
            return {};
        }
        found = {at->file,  at->x, at->y,          at->depth_top_column,      at->depth_bottom_column,
                 at->depth, {},    at->non_detect, "survey " + at->name.text, at->places};
        if (unit_text.empty()) unit_text = at->unit;
    }
    const auto given = Unit::parse(unit_text);
    if (!given || !given->same_dimension(unit(value.unit_text))) {
        diagnostics.error(value.places.of("unit"), fmt::format("{}: the numbers in {} are in '{}'", value.name, found.title, unit_text),
                          value.unit_text.empty() ? "give unit = \"1\" for a plain number"
                                                  : fmt::format("a unit like '{}' is expected; give unit", value.unit_text));
        return {};
    }
    found.unit = *given;
    return found;
}

/// What a value not detected counts as.
double counted(const Measurement& m, NonDetect rule) {
    if (!m.below_detection) return m.value;
    return rule == NonDetect::half ? 0.5 * m.value : rule == NonDetect::zero ? 0.0 : m.value;
}

/// Columns of a table of samples.
struct SampleColumns {
    std::optional<std::size_t> x, y, value, depth_top, depth_bottom;
};

SampleColumns find_columns(const CsvTable& table, const SpatialValue& value, const SampleSource& from, Diagnostics& diagnostics) {
    const auto require = [&](const std::string& name, const Places& places, const char* key) {
        return table.require_column(name, places.of(key), diagnostics);
    };
    SampleColumns columns;
    columns.x = require(from.x, from.places, "x");
    columns.y = require(from.y, from.places, "y");
    columns.value = require(value.source->column, value.places, "column");
    if (from.depth_top_column.empty()) return columns;
    columns.depth_top = require(from.depth_top_column, from.places, "depth_top_column");
    columns.depth_bottom = require(from.depth_bottom_column, from.places, "depth_bottom_column");
    return columns;
}

/// How many samples of a column were taken how.
struct SampleCounts {
    std::size_t measured = 0, not_measured = 0, not_detected = 0;
};

/// Sorts the rows of a table into groups of one depth range.
std::map<std::pair<double, double>, SampleGroup> group_by_depth(const CsvTable& table, const SampleColumns& columns,
                                                                const SpatialSource& source, const SampleSource& from, SampleCounts& counts,
                                                                Diagnostics& diagnostics) {
    const bool kriged = source.method == InterpolationMethod::kriging || source.method == InterpolationMethod::simulation;
    const bool needs_logarithm = source.transform == Transform::log && kriged;
    std::map<std::pair<double, double>, SampleGroup> groups;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto x = table.required_number(row, *columns.x, diagnostics), y = table.required_number(row, *columns.y, diagnostics);
        const auto m = table.measurement(row, *columns.value, diagnostics);
        double upper = from.depth.empty() ? 0.0 : from.depth[0], lower = from.depth.empty() ? infinite : from.depth[1];
        if (columns.depth_top) {
            upper = table.required_number(row, *columns.depth_top, diagnostics).value_or(0);
            lower = table.required_number(row, *columns.depth_bottom, diagnostics).value_or(infinite);
            if (!(upper < lower))
                diagnostics.error(table.place(row, *columns.depth_top), fmt::format("{}: the depth range {} m to {} m is empty",
                                                                                    table.describe(row, *columns.depth_top), upper, lower));
        }
        if (!m) {
            if (table.text(row, *columns.value).empty()) ++counts.not_measured;
            continue;
        }
        if (!x || !y) continue;
        counts.not_detected += m->below_detection;
        ++counts.measured;
        const double number = counted(*m, from.non_detect);
        if (needs_logarithm && !(number > 0))
            diagnostics.error(table.place(row, *columns.value),
                              fmt::format("{}: {} has no logarithm", table.describe(row, *columns.value), number),
                              "use transform = \"linear\", or another non_detect");
        auto& group = groups[{upper, lower}];
        group.depth_top = upper;
        group.depth_bottom = lower;
        group.samples.add(*x, *y, number);
    }
    return groups;
}

std::string count_text(const SampleCounts& counts, NonDetect rule) {
    auto text = fmt::format("{} values, {} not measured, {} not detected", counts.measured, counts.not_measured, counts.not_detected);
    if (counts.not_detected == 0) return text;
    return text + (rule == NonDetect::half ? " (half the limit)" : rule == NonDetect::zero ? " (counted as zero)" : " (the limit)");
}

std::vector<SampleGroup> read_samples(const SpatialValue& value, const SampleSource& from, Remarks& remarks, Diagnostics& diagnostics) {
    const auto before = diagnostics.error_count();
    const auto& source = *value.source;
    const auto table = read_csv(from.file.path.string(), from.file.place, diagnostics);
    if (diagnostics.error_count() != before) return {};
    const auto columns = find_columns(table, value, from, diagnostics);
    if (diagnostics.error_count() != before) return {};
    SampleCounts counts;
    auto groups = group_by_depth(table, columns, source, from, counts, diagnostics);
    if (diagnostics.error_count() != before) return {};
    if (counts.measured == 0) {
        diagnostics.error(value.places.of("column"),
                          fmt::format("{}: the column '{}' of {} holds no measured value", value.name, source.column, from.title),
                          "choose another column, or fill this one");
        return {};
    }
    remarks.push_back(fmt::format("{}, {}: {}", from.title, source.column, count_text(counts, from.non_detect)));
    std::vector<SampleGroup> all;
    for (auto& [range, group] : groups) {
        auto merged = merge_duplicates(group.samples);
        if (merged.merged > 0) {
            diagnostics.warning(from.file.place,
                                fmt::format("{}, {}: {} samples share a place with another; each place counts once, with their mean",
                                            from.title, source.column, merged.merged));
            remarks.push_back(
                fmt::format("{}, {}: {} samples at places that occur twice were averaged", from.title, source.column, merged.merged));
        }
        group.samples = std::move(merged.samples);
        all.push_back(std::move(group));
    }
    return all;
}

struct Interpolated {
    std::vector<double> values;    ///< in the unit of the data
    std::vector<double> variance;  ///< of kriging, on the scale that was kriged; empty otherwise
};

VariogramModel model_of(VariogramShape shape) {
    static constexpr VariogramModel models[] = {VariogramModel::spherical, VariogramModel::exponential, VariogramModel::gaussian};
    return models[static_cast<std::size_t>(shape)];
}

Variogram variogram_for(const SpatialSource& source, const Samples& samples, const std::string& title, const Place& place, Remarks& remarks,
                        Diagnostics& diagnostics) {
    const auto model = model_of(source.variogram);
    Variogram result;
    result.model = model;
    result.anisotropy = {source.anisotropy_angle, source.anisotropy_ratio};
    if (source.nugget && source.partial_sill && source.range) {
        result.nugget = *source.nugget;
        result.partial_sill = *source.partial_sill;
        result.range = *source.range;
        remarks.push_back(fmt::format("{}: variogram as given: {} with nugget {:.4g}, partial sill {:.4g}, range {:.4g} m", title,
                                      words<VariogramShape>[static_cast<std::size_t>(source.variogram)], result.nugget, result.partial_sill,
                                      result.range));
        return result;
    }
    VariogramOptions options;
    options.cutoff = source.cutoff.value_or(0.0);
    options.bins = source.bins;
    options.anisotropy = result.anisotropy;
    const auto fit = fit_variogram(experimental_variogram(samples, options), model);
    if (!fit.converged) {
        diagnostics.error(place,
                          fmt::format("{}: no {} variogram could be fitted to {} samples", title,
                                      words<VariogramShape>[static_cast<std::size_t>(source.variogram)], samples.x.size()) +
                              (fit.remark.empty() ? "" : ": " + fit.remark),
                          "give nugget, partial_sill and range, or use method = \"inverse_distance\"");
        return result;
    }
    result.nugget = source.nugget.value_or(fit.variogram.nugget);
    result.partial_sill = source.partial_sill.value_or(fit.variogram.partial_sill);
    result.range = source.range.value_or(fit.variogram.range);
    remarks.push_back(fmt::format("{}: {} variogram fitted: nugget {:.4g}, partial sill {:.4g}, range {:.4g} m", title,
                                  words<VariogramShape>[static_cast<std::size_t>(source.variogram)], result.nugget, result.partial_sill,
                                  result.range));
    return result;
}

/// A random field through the samples instead of the smooth best estimate.
Interpolated simulate(const Samples& samples, const Variogram& variogram, std::span<const Point> points, const KrigingOptions& options,
                      bool log, const std::string& title, const Realisation& draw, Remarks& remarks) {
    auto values = conditional_simulation(samples, variogram, points, options, draw.seed, fmt::format("samples/{}/{}", title, draw.number));
    if (log)
        for (double& v : values) v = std::exp(v);
    remarks.push_back(fmt::format("{}: random field number {} through the samples, seed {}", title, draw.number, draw.seed));
    return {std::move(values), {}};
}

Interpolated krige(const SpatialSource& source, Samples samples, std::span<const Point> points, const std::string& title,
                   const Place& place, const Realisation& draw, Remarks& remarks, Diagnostics& diagnostics) {
    const bool log = source.transform == Transform::log;
    if (log) samples = logarithm(samples);
    const auto variogram = variogram_for(source, samples, title, place, remarks, diagnostics);
    if (diagnostics.has_errors()) return {};
    const bool mean = source.back_transform == LogBackTransform::mean;
    KrigingOptions options;
    options.neighbours = static_cast<std::size_t>(source.neighbours);
    options.back_transform = !log ? BackTransform::none : mean ? BackTransform::mean : BackTransform::median;
    if (source.method == InterpolationMethod::simulation && draw.number > 0)
        return simulate(samples, variogram, points, options, log, title, draw, remarks);
    const auto check = leave_one_out(samples, variogram, options);
    remarks.push_back(
        fmt::format("{}: leave-one-out RMSE {:.4g}{}", title, check.root_mean_square_error, log ? " (of the logarithms)" : ""));
    auto kriged = ordinary_kriging(samples, variogram, points, options);
    if (log)
        remarks.push_back(
            fmt::format("{}: log kriging gives the {} of the content; the mass in the budget depends on this choice (back_transform)",
                        title, mean ? "mean exp(Z* + variance/2)" : "median exp(Z*)"));
    return {std::move(kriged.estimate), std::move(kriged.variance)};
}

Interpolated interpolate(const SpatialSource& source, const Samples& samples, std::span<const Point> points, const std::string& title,
                         const Place& place, const Realisation& draw, Remarks& remarks, Diagnostics& diagnostics) {
    switch (source.method) {
        case InterpolationMethod::kriging:
        case InterpolationMethod::simulation: {
            if (samples.x.size() >= 3) return krige(source, samples, points, title, place, draw, remarks, diagnostics);
            diagnostics.error(place, fmt::format("{}: {} samples are too few for kriging", title, samples.x.size()),
                              "use method = \"nearest\"");
            return {};
        }
        case InterpolationMethod::inverse_distance:
            return {inverse_distance(samples, points, {source.power, static_cast<std::size_t>(source.neighbours)}), {}};
        case InterpolationMethod::nearest: return {nearest_sample(samples, points), {}};
    }
    return {};
}

/// Values read out of an ESRI ASCII grid, in the unit of the file.
std::vector<double> raster_values(const SpatialSource& source, std::span<const Point> points, Diagnostics& diagnostics) {
    const auto raster = read_ascii_grid(source.raster.path.string(), source.raster.place, diagnostics);
    std::vector<double> values(points.size());
    for (std::size_t n = 0; n < points.size(); ++n)
        values[n] = raster ? raster->at(points[n].x, points[n].y) : std::numeric_limits<double>::quiet_NaN();
    const auto outside =
        !raster ? 0 : std::count_if(points.begin(), points.end(), [&](const Point& p) { return !raster->covers(p.x, p.y); });
    if (outside > 0)
        diagnostics.warning(
            source.raster.place,
            fmt::format("{} of {} columns of the grid lie outside the raster and take its nearest value", outside, points.size()),
            "is the raster in the crs of the site?");
    return values;
}

Unit unit_of_file(const SpatialValue& value) {
    return value.source->unit.empty() ? unit(value.unit_text) : *Unit::parse(value.source->unit);
}

/// One row per cell, x fastest, lowest layer first.
CellField cells_from_file(const SpatialValue& value, const Grid& grid, Diagnostics& diagnostics) {
    const auto& source = *value.source;
    CellField field(grid);
    const auto before = diagnostics.error_count();
    const auto table = read_csv(source.cells.path.string(), source.cells.place, diagnostics);
    if (diagnostics.error_count() != before) return field;
    const auto column = table.require_column(source.column, value.places.of("column"), diagnostics);
    if (!column) return field;
    if (static_cast<Index>(table.row_count()) != grid.cell_count()) {
        diagnostics.error(source.cells.place,
                          fmt::format("{}: the file has {} rows, the grid has {} cells", value.name, table.row_count(), grid.cell_count()),
                          "one row per cell is expected, x fastest, then y, from the lowest layer up");
        return field;
    }
    const auto numbers = table.numbers(*column, diagnostics);
    const auto unit_given = unit_of_file(value);
    for (Index c = 0; c < grid.cell_count(); ++c) field[c] = unit_given.to_si(numbers[static_cast<std::size_t>(c)]);
    return field;
}

void check_bounds(const SpatialValue& value, const CellField& field, const Grid& grid, Diagnostics& diagnostics) {
    for (Index c = 0; c < grid.cell_count(); ++c) {
        if (!grid.active(c) || (std::isfinite(field[c]) && value.bounds.contains(field[c]))) continue;
        const auto& shown = unit(value.unit_text);
        diagnostics.error(
            value.place,
            std::isfinite(field[c])
                ? fmt::format("{} = {} is out of bounds in {}", value.name, quantity_text(field[c], shown), grid.describe(c))
                : fmt::format("{} has no value in {}", value.name, grid.describe(c)),
            std::isfinite(field[c]) ? fmt::format("{} must be {}", value.name, value.bounds.text(shown)) : "the data leave a gap there");
        return;
    }
}

/// Cells take a share of a depth range's value as large as the part of their thickness that lies in it; the rest is background.
void fill_from_survey(const SpatialValue& value, const Site& site, Domain& domain, CellField& field, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    const auto from = find_source(value, site, diagnostics);
    if (!from) return;
    const auto groups = read_samples(value, *from, domain.remarks, diagnostics);
    std::vector<Point> points;
    for (Index c = 0; c < grid.column_count(); ++c) points.push_back(grid.centre_crs(c));
    CellField covered(grid), variance;
    for (const auto& group : groups) {
        auto title = fmt::format("{}, {}", from->title, value.source->column);
        if (groups.size() > 1) title += fmt::format(", {:g} to {:g} m", group.depth_top, group.depth_bottom);
        const auto found =
            interpolate(*value.source, group.samples, points, title, value.place, site.realisation(), domain.remarks, diagnostics);
        if (found.values.empty()) return;
        if (!found.variance.empty() && variance.empty()) variance = CellField(grid);
        for (Index c = 0; c < grid.cell_count(); ++c) {
            if (!grid.active(c)) continue;
            const auto column = static_cast<std::size_t>(grid.column(c));
            const double ground = grid.surfaces()[static_cast<std::size_t>(grid.cell_count()) + column];
            const double overlap = std::min(ground - grid.bottom(c), group.depth_bottom) - std::max(ground - grid.top(c), group.depth_top);
            const double share = std::clamp(overlap / grid.thickness(c), 0.0, 1.0);
            if (share <= 0) continue;
            field[c] += share * from->unit.to_si(found.values[column]);
            covered[c] += share;
            if (!variance.empty()) variance[c] = std::max(variance[c], found.variance[column]);
        }
    }
    if (groups.empty()) return;
    Index partly = 0, open = 0, first_open = -1;
    const double background = value.background.value_or(0.0);
    for (Index c = 0; c < grid.cell_count(); ++c) {
        if (!grid.active(c)) continue;
        if (covered[c] > 1 + 1e-9) field[c] /= covered[c];  // depth ranges that overlap count by their share
        const double rest = std::max(0.0, 1 - covered[c]);
        if (rest > 1e-9) {
            if (covered[c] > 0) ++partly;
            ++open;
            if (first_open < 0) first_open = c;
            field[c] += rest * background;
        }
    }
    if (open > 0 && !value.background)
        diagnostics.error(value.place,
                          fmt::format("{}: {} cells, such as {}, lie outside the depth range of the samples", value.name, open,
                                      grid.describe(first_open)),
                          "give background = \"...\" for them");
    if (partly > 0)
        domain.remarks.push_back(fmt::format("{}, {}: {} cells lie partly in the depth range of the samples and take a share of it",
                                             from->title, value.source->column, partly));
    if (!variance.empty())
        domain.extra_fields.push_back(
            {"kriging_variance/" + value.source->column, "1",
             fmt::format("kriging variance of {} on the scale that was kriged ({})", value.source->column,
                         value.source->transform == Transform::log ? "natural logarithm" : "the data's own unit, squared"),
             std::move(variance)});
}

/// A standard normal field, and from it the property by its distribution: what lies below a value has the same probability in both.
CellField random_field_of(const SpatialValue& value, const Realisation& draw, Domain& domain) {
    const auto& table = *value.source->random_field;
    const auto& distribution = *table.distribution;
    const int which = domain.random_fields[value.name]++;
    if (draw.number == 0) {
        domain.remarks.push_back(fmt::format("{}: a random field; this run takes its central value {} everywhere", value.name,
                                             quantity_text(distribution.central(), unit(value.unit_text))));
        return CellField(domain.grid, distribution.central());
    }
    const FieldCovariance covariance{
        {model_of(table.variogram), table.nugget, 1 - table.nugget, table.range, {table.anisotropy_angle, table.anisotropy_ratio}},
        table.vertical_range.value_or(0.0)};
    auto field = gaussian_field(domain.grid, covariance, draw.seed, fmt::format("field/{}/{}/{}", value.name, which, draw.number));
    const boost::math::normal standard;
    const bool plain = table.sigma_ln && !table.minimum && !table.maximum;
    parallel_for(field.size(), [&](Index c) {
        field[c] = plain ? distribution.central() * std::exp(*table.sigma_ln * field[c])
                         : distribution.quantile(std::clamp(boost::math::cdf(standard, field[c]), 1e-15, 1 - 1e-15));
    });
    domain.remarks.push_back(fmt::format("{}: random field number {}, seed {}", value.name, draw.number, draw.seed));
    return field;
}

}  // namespace

std::vector<double> values_at(const SpatialValue& value, std::span<const Point> points, const Site& site, Remarks& remarks,
                              Diagnostics& diagnostics) {
    if (!value.source) return std::vector<double>(points.size(), value.constant);
    const auto& source = *value.source;
    std::vector<double> values;
    Unit given = unit(value.unit_text);
    if (source.random_field) {
        diagnostics.error(value.place, fmt::format("{} cannot be a random field: the cells follow from it", value.name),
                          "use points or raster");
        return std::vector<double>(points.size(), 0.0);
    }
    if (!source.raster.empty()) {
        values = raster_values(source, points, diagnostics);
        given = unit_of_file(value);
    } else if (!source.cells.empty()) {
        diagnostics.error(source.cells.place, fmt::format("{} cannot be given per cell: the cells follow from it", value.name),
                          "use points or raster");
        return std::vector<double>(points.size(), 0.0);
    } else {
        const auto from = find_source(value, site, diagnostics);
        if (!from) return std::vector<double>(points.size(), 0.0);
        const auto groups = read_samples(value, *from, remarks, diagnostics);
        if (!groups.empty())
            values = interpolate(source, groups.front().samples, points, fmt::format("{}, {}", from->title, source.column), value.place,
                                 site.realisation(), remarks, diagnostics)
                         .values;
        values.resize(points.size(), 0.0);
        given = from->unit;
    }
    for (double& v : values) v = given.to_si(v);
    return values;
}

CellField field_of(const SpatialValue& value, const Site& site, Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    if (!value.source) return CellField(grid, value.constant);
    const auto before = diagnostics.error_count();
    if (value.source->random_field) return random_field_of(value, site.realisation(), domain);
    CellField field(grid);
    if (!value.source->cells.empty()) {
        field = cells_from_file(value, grid, diagnostics);
    } else if (!value.source->raster.empty()) {
        std::vector<Point> points;
        for (Index c = 0; c < grid.column_count(); ++c) points.push_back(grid.centre_crs(c));
        const auto values = values_at(value, points, site, domain.remarks, diagnostics);
        for (Index c = 0; c < grid.cell_count(); ++c) field[c] = values[static_cast<std::size_t>(grid.column(c))];
    } else {
        fill_from_survey(value, site, domain, field, diagnostics);
    }
    if (diagnostics.error_count() == before) check_bounds(value, field, grid, diagnostics);
    return field;
}

}  // namespace galena
