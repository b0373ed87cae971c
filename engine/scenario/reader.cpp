#include "scenario/reader.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"

namespace galena {

std::string Bounds::text(const Unit& shown) const {
    const bool bounded_below = std::isfinite(low), bounded_above = std::isfinite(high);
    if (!bounded_below && !bounded_above) return {};
    if (low == 0 && !bounded_above) return low_included ? "not negative" : "positive";
    const auto low_text = quantity_text(low, shown), high_text = quantity_text(high, shown);
    if (bounded_below && bounded_above) {
        if (low_included && high_included) return fmt::format("from {} to {}", low_text, high_text);
        return fmt::format("{} {} and {} {}", low_included ? "at least" : "above", low_text, high_included ? "at most" : "below",
                           high_text);
    }
    if (bounded_below) return fmt::format("{} {}", low_included ? "at least" : "above", low_text);
    return fmt::format("{} {}", high_included ? "at most" : "below", high_text);
}

namespace reading {

std::string show(double value, const Unit& u) { return std::isfinite(value) ? quantity_text(value, u) : ""; }

namespace {

std::string example_quantity(std::string_view unit_text) {
    return unit_text.empty() || unit_text == "1" ? "a plain number such as 0.3"
                                                 : fmt::format("a quantity in quotes such as \"1 {}\"", unit_text);
}

bool in_bounds(double si, const Node& node, const Rule& rule, ReadContext& context) {
    if (!std::isfinite(si)) {
        context.diagnostics.error(node.place, fmt::format("{} is not a finite number", rule.name),
                                  "give " + example_quantity(rule.unit_text));
        return false;
    }
    if (rule.bounds.contains(si)) return true;
    const auto& shown = unit(rule.unit_text);
    context.diagnostics.error(node.place, fmt::format("{} = {} is out of bounds", rule.name, quantity_text(si, shown)),
                              fmt::format("{} must be {}", rule.name, rule.bounds.text(shown)));
    return false;
}

/// Whatever a distribution can give has to be allowed as well. `given`: the unit of its numbers.
bool spread_in_bounds(const Node& node, const Rule& rule, const Unit& given, ReadContext& context) {
    if (!node.spread) return true;
    const auto& shown = unit(rule.unit_text);
    bool good = true;
    for (const auto& value : node.spread->values) {
        double ignored = 0;
        good = read_value(value, rule, context, ignored) && good;
    }
    if (!node.spread->values.empty()) return good;
    const double low = given.to_si(node.spread->low), high = given.to_si(node.spread->high);
    if (low >= rule.bounds.low && high <= rule.bounds.high) return true;
    const bool below = low < rule.bounds.low;
    const double end = below ? low : high;
    const auto reach = std::isfinite(end) ? fmt::format("{} {}", below ? "down to" : "up to", quantity_text(end, shown))
                                          : fmt::format("without {} end", below ? "lower" : "upper");
    context.diagnostics.error(
        node.place, fmt::format("the distribution of {} reaches {}", rule.name, reach),
        fmt::format("{} must be {}; cut it off with {}", rule.name, rule.bounds.text(shown), below ? "minimum" : "maximum"));
    return false;
}

/// The same for texts, whole numbers and choices, of which only discrete distributions exist.
template <class Value>
bool spread_values_good(const Node& node, const Rule& rule, ReadContext& context, Value&& reads) {
    if (!node.spread) return true;
    if (node.spread->values.empty()) {
        context.diagnostics.error(node.place, fmt::format("{} cannot have this distribution: {}", rule.name, node.spread->distribution),
                                  "it is no quantity; use discrete = { values = [...], probabilities = [...] }");
        return false;
    }
    return std::all_of(node.spread->values.begin(), node.spread->values.end(), reads);
}

/// Text such as "12 m/d" to SI, with the dimension the rule expects.
bool quantity_from_text(const std::string& text, const Node& node, const Rule& rule, ReadContext& context, double& out) {
    const auto split = split_quantity(text);
    if (!split) {
        const bool number = text.find_first_of("0123456789") == text.find_first_not_of(" +-.");
        context.diagnostics.error(
            node.place,
            fmt::format("{} = \"{}\" {}", rule.name, text, number ? "is not one number with its unit" : "does not begin with a number"),
            "give " + example_quantity(rule.unit_text));
        return false;
    }
    const auto given = Unit::parse(split->unit);
    if (!given) {
        context.diagnostics.error(node.place, fmt::format("{} = \"{}\" has the unknown unit '{}'", rule.name, text, split->unit),
                                  "give " + example_quantity(rule.unit_text));
        return false;
    }
    const auto& expected = unit(rule.unit_text);
    if (!given->same_dimension(expected)) {
        const auto found = split->unit.empty() ? std::string("no unit") : fmt::format("the unit '{}'", split->unit);
        auto hint = expected.dimensionless() ? "it is a plain number or a fraction such as \"35 %\""
                                             : fmt::format("a unit like '{}' is expected", expected.text);
        if (expected.kind == UnitKind::content && given->dimensionless()) hint += "; a content is not a fraction";
        context.diagnostics.error(node.place, fmt::format("{} = \"{}\" has {}", rule.name, text, found), hint);
        return false;
    }
    out = given->to_si(split->number);
    return in_bounds(out, node, rule, context) && spread_in_bounds(node, rule, *given, context);
}

bool check_ascending(const Series& series, const Node& node, const Rule& rule, ReadContext& context) {
    for (std::size_t i = 1; i < series.dates.size(); ++i)
        if (!(series.dates[i - 1] < series.dates[i])) {
            context.diagnostics.error(node.place,
                                      fmt::format("{}: the dates of the series do not ascend: {} is followed by {}", rule.name,
                                                  series.dates[i - 1].text(), series.dates[i].text()),
                                      "sort the rows by date and give each date once");
            return false;
        }
    return true;
}

/// { file = "rain.csv", time = "date", column = "rain", unit = "mm/d" }
struct SeriesFile {
    FilePath file;
    std::string time = "date", column, unit;
    SeriesKind kind = SeriesKind::step;

    static auto parameters() {
        using T = SeriesFile;
        return std::tuple{
            parameter("file", &T::file, "CSV file of the series"),
            parameter("time", &T::time, "column of the dates").with_default(),
            parameter("column", &T::column, "column of the values"),
            parameter("unit", &T::unit, "unit of the values").with_default(),
            parameter("kind", &T::kind, "step: a value holds until the next date; linear: values are joined by lines").with_default(),
        };
    }
};

}  // namespace
}  // namespace reading

Schema series_schema() {
    return schema_of<reading::SeriesFile>(
        "series", "a number in time: a quantity, a list [{ from = 1990-01-01, value = \"1 mm/d\" }, ...], or a CSV file");
}

Schema spatial_schema() {
    return schema_of<SpatialSource>(
        "space", "a number in space: a quantity, or a table that says where the numbers are and how they get to the cells");
}

namespace reading {
namespace {

bool series_from_table(const Node& node, const Rule& rule, ReadContext& context, Series& out) {
    SeriesFile given;
    if (!read_table(node, rule.name, context, given, {})) return false;
    auto& diagnostics = context.diagnostics;
    const auto places = places_of(node);
    const auto before = diagnostics.error_count();
    const auto unit_given = Unit::parse(given.unit);
    if (!unit_given || !unit_given->same_dimension(unit(rule.unit_text)))
        diagnostics.error(places.of("unit"), fmt::format("{}: the values of the series are in '{}'", rule.name, given.unit),
                          fmt::format("give unit = \"{}\" or another of its dimension", rule.unit_text));
    const auto table = read_csv(given.file.path.string(), given.file.place, diagnostics);
    if (diagnostics.error_count() != before) return false;
    const auto time = table.require_column(given.time, places.of("time"), diagnostics),
               column = table.require_column(given.column, places.of("column"), diagnostics);
    if (!time || !column) return false;
    std::optional<Date> last;
    out.kind = given.kind;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto date = Date::parse(table.text(row, *time));
        if (!date)
            diagnostics.error(table.place(row, *time),
                              fmt::format("{}: '{}' is no date", table.describe(row, *time), table.text(row, *time)), "write 1990-01-31");
        if (date && last && !(*last < *date))
            diagnostics.error(table.place(row, *time),
                              fmt::format("{}: {} does not come after {}", table.describe(row, *time), date->text(), last->text()),
                              "sort the rows by date and give each date once");
        if (date) last = date;
        const auto number = table.required_number(row, *column, diagnostics);
        if (!date || !number || !unit_given) continue;
        const double si = unit_given->to_si(*number);
        if (!rule.bounds.contains(si))
            diagnostics.error(table.place(row, *column),
                              fmt::format("{}: {} = {} is out of bounds", table.describe(row, *column), rule.name,
                                          quantity_text(si, unit(rule.unit_text))),
                              fmt::format("{} must be {}", rule.name, rule.bounds.text(unit(rule.unit_text))));
        out.dates.push_back(*date);
        out.values.push_back(si);
    }
    if (table.row_count() == 0) diagnostics.error(given.file.place, fmt::format("{}: the series has no rows", rule.name));
    return diagnostics.error_count() == before;
}

bool series_from_list(const Node& node, const Rule& rule, ReadContext& context, Series& out) {
    bool good = !node.items.empty();
    if (!good)
        context.diagnostics.error(node.place, fmt::format("{} is an empty series", rule.name),
                                  "give at least one { from = 1990-01-01, value = \"...\" }");
    for (const auto& item : node.items) {
        const auto* from = item.is_table() ? item.find("from") : nullptr;
        const auto* value = item.is_table() ? item.find("value") : nullptr;
        if (!from || !value || item.entries.size() != 2) {
            context.diagnostics.error(item.place, fmt::format("{}: {} is no step of a series", rule.name, item.found()),
                                      "each step is { from = 1990-01-01, value = \"...\" }");
            good = false;
            continue;
        }
        Date date;
        double number = 0;
        good = read_value(from->value, {"from", "", anything}, context, date) && good;
        good = read_value(value->value, rule, context, number) && good;
        out.dates.push_back(date);
        out.values.push_back(number);
    }
    return good && check_ascending(out, node, rule, context);
}

}  // namespace

bool expect(const Node& node, Node::Kind kind, const Rule& rule, ReadContext& context, std::string_view expected) {
    if (node.kind == kind) return true;
    const bool doubled = kind == Node::Kind::table && node.is_array() && !node.items.empty() && node.items.front().is_table();
    const auto brackets = expected.ends_with("of names") ? fmt::format("name each by its own key: [{}.NAME], in single brackets", rule.name)
                                                         : fmt::format("it stands only once: [{}], in single brackets", rule.name);
    context.diagnostics.error(node.place, fmt::format("{} should be {}, not {}", rule.name, expected, node.found()),
                              doubled ? brackets : "");
    return false;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, double& out) {
    if (node.kind == Node::Kind::text) return quantity_from_text(node.text, node, rule, context, out);
    if (node.kind == Node::Kind::integer || node.kind == Node::Kind::number) {
        if (!unit(rule.unit_text).dimensionless()) {
            context.diagnostics.error(node.place, fmt::format("{} = {} has no unit", rule.name, node.number),
                                      fmt::format("write \"{} {}\"", node.number, rule.unit_text));
            return false;
        }
        out = node.number;
        return in_bounds(out, node, rule, context) && spread_in_bounds(node, rule, unit(""), context);
    }
    context.diagnostics.error(node.place, fmt::format("{} should be a quantity, not {}", rule.name, node.found()),
                              "give " + example_quantity(rule.unit_text));
    return false;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, int& out) {
    if (!expect(node, Node::Kind::integer, rule, context, "a whole number")) return false;
    if (!in_bounds(node.number, node, rule, context)) return false;
    if (std::abs(node.number) > 2e9) {
        context.diagnostics.error(node.place, fmt::format("{} = {} is too large", rule.name, node.integer));
        return false;
    }
    out = static_cast<int>(node.integer);
    int ignored = 0;
    return spread_values_good(node, rule, context, [&](const Node& value) { return read_value(value, rule, context, ignored); });
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, bool& out) {
    if (!expect(node, Node::Kind::boolean, rule, context, "true or false")) return false;
    out = node.boolean;
    bool ignored = false;
    return spread_values_good(node, rule, context, [&](const Node& value) { return read_value(value, rule, context, ignored); });
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, std::string& out) {
    if (!expect(node, Node::Kind::text, rule, context, "text in quotes")) return false;
    out = node.text;
    if (!node.spread || node.spread->values.empty()) return true;  // a quantity that is read later, as text
    std::string ignored;
    return spread_values_good(node, rule, context, [&](const Node& value) { return read_value(value, rule, context, ignored); });
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, Name& out) {
    out.place = node.place;
    if (!read_value(node, rule, context, out.text)) return false;
    if (!out.text.empty()) return true;
    context.diagnostics.error(node.place, fmt::format("{} is empty", rule.name));
    return false;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, Date& out) {
    if (node.kind == Node::Kind::date) {
        out = node.date;
        return true;
    }
    if (node.kind == Node::Kind::text)
        if (const auto parsed = Date::parse(node.text)) {
            out = *parsed;
            return true;
        }
    context.diagnostics.error(node.place, fmt::format("{} should be a date, not {}", rule.name, node.found()),
                              "write 1990-01-31 or 1990-01-31T12:00:00, without quotes");
    return false;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, FilePath& out) {
    if (!expect(node, Node::Kind::text, rule, context, "a file name in quotes")) return false;
    out.place = node.place;
    const std::filesystem::path given(node.text);
    out.path = (given.is_absolute() ? given : context.folder / given).lexically_normal();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(out.path, ignored)) return true;
    std::vector<std::string> near;
    const auto folder = out.path.has_parent_path() ? out.path.parent_path() : std::filesystem::path(".");
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) near.push_back(entry.path().filename().string());
    const auto guess = nearest_word(given.filename().string(), near);
    context.diagnostics.error(node.place, fmt::format("{}: there is no file '{}'", rule.name, node.text),
                              guess.empty() ? "files are looked for from the folder of the site file"
                                            : fmt::format("did you mean '{}'?", (given.parent_path() / guess).string()));
    return false;
}

bool read_value(const Node& node, const Rule&, ReadContext&, QuantityNode& out) {
    out.node = node;
    return true;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, Series& out) {
    out = Series{};
    out.place = node.place;
    if (node.is_array()) return series_from_list(node, rule, context, out);
    if (node.is_table()) return series_from_table(node, rule, context, out);
    double constant = 0;
    if (!read_value(node, rule, context, constant)) return false;
    out.values = {constant};
    return true;
}

bool read_value(const Node& node, const Rule& rule, ReadContext& context, Node& out) {
    if (!expect(node, Node::Kind::table, rule, context, "a table")) return false;
    out = node;
    return true;
}

namespace {

/// Keys of a source in space that its kind or method does not read.
bool check_used(const SpatialSource& source, const Places& places, std::string_view name, ReadContext& context) {
    const auto before = context.diagnostics.error_count();
    const auto unused = [&](std::initializer_list<std::string_view> keys, const std::string& why) {
        report_unused(places, name, keys, why, context);
    };
    if (source.random_field) {
        unused({"column", "x", "y", "unit", "method", "transform", "back_transform", "variogram", "nugget", "partial_sill", "range",
                "cutoff", "bins", "anisotropy_angle", "anisotropy_ratio", "neighbours", "power", "background"},
               "a random field has its own keys");
        return context.diagnostics.error_count() == before;
    }
    const bool interpolated = !source.survey.empty() || !source.points.empty();
    const std::string kind = !source.raster.empty() ? "a raster" : !source.cells.empty() ? "a file of cells" : "a survey";
    if (source.points.empty())
        unused({"x", "y"}, kind == "a survey" ? "a survey names its own coordinate columns" : "only points have coordinate columns");
    if (!source.raster.empty()) unused({"column"}, "a raster has no columns");
    if (!interpolated) {
        unused({"method", "transform", "back_transform", "variogram", "nugget", "partial_sill", "range", "cutoff", "bins",
                "anisotropy_angle", "anisotropy_ratio", "neighbours", "power", "background"},
               kind + " is not interpolated");
        return context.diagnostics.error_count() == before;
    }
    const auto method = fmt::format("method = \"{}\" does not use it", words<InterpolationMethod>[static_cast<std::size_t>(source.method)]);
    const bool kriging = source.method == InterpolationMethod::kriging || source.method == InterpolationMethod::simulation;
    if (!kriging)
        unused({"transform", "back_transform", "variogram", "nugget", "partial_sill", "range", "cutoff", "bins", "anisotropy_angle",
                "anisotropy_ratio"},
               method);
    if (source.method != InterpolationMethod::inverse_distance) unused({"power"}, method);
    if (source.method == InterpolationMethod::nearest) unused({"neighbours"}, method);
    if (kriging && source.transform == Transform::linear) unused({"back_transform"}, "only transform = \"log\" has to be transformed back");
    if (kriging && source.nugget && source.partial_sill && source.range)
        unused({"cutoff", "bins"}, "the variogram is given, so none is fitted");
    return context.diagnostics.error_count() == before;
}

}  // namespace

namespace {

/// The numbers of a random field, in the unit of the property it stands for; and whether all it can give is allowed.
bool finish_random_field(RandomFieldTable& field, const Rule& rule, ReadContext& context) {
    auto& d = context.diagnostics;
    const auto before = d.error_count();
    const auto title = fmt::format("the random field of {}", rule.name);
    const auto together = [&](bool first, std::string_view first_key, bool second, std::string_view second_key) {
        if (first != second)
            d.error(field.places.table,
                    fmt::format("{} gives {} without {}", title, first ? first_key : second_key, first ? second_key : first_key),
                    "give both");
    };
    reading::exactly_one(field.places, title, "median", "mean", d);
    together(field.median.has_value(), "median", field.sigma_ln.has_value(), "sigma_ln");
    together(field.mean.has_value(), "mean", field.sd.has_value(), "sd");
    if (d.error_count() != before) return false;
    const auto number = [&](const std::optional<QuantityNode>& given, std::string_view key, const Bounds& bounds, double absent) {
        if (given) read_value(given->node, {key, rule.unit_text, bounds}, context, absent);
        return absent;
    };
    const double centre = number(field.median ? field.median : field.mean, field.median ? "median" : "mean", rule.bounds, 0);
    const double sd = number(field.sd, "sd", not_negative, 0);
    const double low = number(field.minimum, "minimum", rule.bounds, -infinite),
                 high = number(field.maximum, "maximum", rule.bounds, infinite);
    if (d.error_count() == before && field.median && !(centre > 0))
        d.error(field.places.of("median"), fmt::format("{}: the median has no logarithm", title), "it must be positive");
    if (d.error_count() != before) return false;
    field.distribution = field.median ? Distribution::lognormal(centre, *field.sigma_ln) : Distribution::normal(centre, sd);
    if ((field.minimum || field.maximum) && !field.distribution->truncate(low, high)) {
        d.error(field.places.table, fmt::format("{}: nothing of it lies between minimum and maximum", title), "widen them");
        return false;
    }
    const auto support = field.distribution->support();
    if (support.low >= rule.bounds.low && support.high <= rule.bounds.high) return true;
    const bool below = support.low < rule.bounds.low;
    d.error(
        field.places.table, fmt::format("{} reaches without {} end", title, below ? "lower" : "upper"),
        fmt::format("{} must be {}; cut it off with {}", rule.name, rule.bounds.text(unit(rule.unit_text)), below ? "minimum" : "maximum"));
    return false;
}

}  // namespace

bool read_value(const Node& node, const Rule& rule, ReadContext& context, SpatialValue& out) {
    out.place = node.place;
    out.unit_text = rule.unit_text;
    out.bounds = rule.bounds;
    out.name = rule.name;
    if (!node.is_table()) return read_value(node, rule, context, out.constant);
    SpatialSource source;
    if (!read_table(node, rule.name, context, source, {})) return false;
    out.places = places_of(node);
    const int ways =
        !source.survey.empty() + !source.points.empty() + !source.raster.empty() + !source.cells.empty() + source.random_field.has_value();
    if (ways != 1) {
        context.diagnostics.error(node.place, fmt::format("{} names {} sources", rule.name, ways),
                                  "give exactly one of survey, points, raster, cells, random_field");
        return false;
    }
    if (source.random_field) {
        const bool good = check_used(source, out.places, rule.name, context) && finish_random_field(*source.random_field, rule, context);
        out.source = std::move(source);
        return good;
    }
    if (source.column.empty() && source.raster.empty()) {
        context.diagnostics.error(node.place, fmt::format("{} does not say which column holds the values", rule.name),
                                  "add column = \"...\"");
        return false;
    }
    bool good = check_used(source, out.places, rule.name, context);
    if (!source.background.empty()) {
        const auto* entry = node.find("background");
        double value = 0;
        good = quantity_from_text(source.background, entry->value, {"background", rule.unit_text, rule.bounds}, context, value) && good;
        out.background = value;
    }
    if (!source.unit.empty()) {
        const auto given = Unit::parse(source.unit);
        if (!given || !given->same_dimension(unit(rule.unit_text))) {
            context.diagnostics.error(node.find("unit")->value.place,
                                      fmt::format("{}: '{}' is not a unit it can have", rule.name, source.unit),
                                      fmt::format("a unit like '{}' is expected", rule.unit_text));
            good = false;
        }
    } else if (source.survey.empty() && !unit(rule.unit_text).dimensionless()) {
        context.diagnostics.error(node.place, fmt::format("{} does not say the unit of the numbers in the file", rule.name),
                                  fmt::format("add unit = \"{}\"", rule.unit_text));
        good = false;
    }
    out.source = std::move(source);
    return good;
}

int read_choice(const Node& node, const Rule& rule, ReadContext& context, const Words& allowed) {
    if (!expect(node, Node::Kind::text, rule, context, "one of " + joined(allowed))) return -1;
    const auto found = std::find(allowed.begin(), allowed.end(), node.text);
    if (found != allowed.end()) {
        const auto reads = [&](const Node& value) { return read_choice(value, rule, context, allowed) >= 0; };
        return spread_values_good(node, rule, context, reads) ? static_cast<int>(found - allowed.begin()) : -1;
    }
    auto hint = fmt::format("allowed: {}", joined(allowed));
    if (const auto near = nearest_word(node.text, allowed); !near.empty()) hint = fmt::format("did you mean '{}'? {}", near, hint);
    context.diagnostics.error(node.place, fmt::format("{} = \"{}\" is unknown", rule.name, node.text), hint);
    return -1;
}

void report_unknown(const Entry& entry, std::string_view table, const std::vector<std::string>& known, ReadContext& context) {
    context.diagnostics.error(entry.place, fmt::format("'{}' is not a key of {}", entry.key, table), suggestion(entry.key, known));
}

std::vector<std::string> probably_meant(const std::vector<const Entry*>& unknown, const std::vector<std::string>& known) {
    std::vector<std::string> meant;
    for (const auto* entry : unknown)
        if (auto near = nearest_word(entry->key, known); !near.empty()) meant.push_back(std::move(near));
    return meant;
}

std::string title_of(const Node& table, std::string_view table_name) {
    const auto* name = table_name == "site" ? nullptr : table.find("name");
    return name && name->value.kind == Node::Kind::text ? fmt::format("{} '{}'", table_name, name->value.text) : std::string(table_name);
}

Places places_of(const Node& table) {
    Places places{table.place, {}};
    for (const auto& entry : table.entries) places.values.emplace(entry.key, entry.value.place);
    return places;
}

void report_unused(const Places& places, std::string_view table_name, std::initializer_list<std::string_view> keys, const std::string& why,
                   ReadContext& context) {
    for (const auto key : keys)
        if (places.has(key))
            context.diagnostics.error(places.of(key), fmt::format("{}: '{}' is given and not used", table_name, key), why + "; remove it");
}

bool exactly_one(const Places& places, std::string_view title, std::string_view first, std::string_view second, Diagnostics& diagnostics) {
    const bool both = places.has(first) && places.has(second);
    if (both) diagnostics.error(places.of(second), fmt::format("{} gives both {} and {}", title, first, second), "give one of them");
    else if (!places.has(first) && !places.has(second))
        diagnostics.error(places.table, fmt::format("{} gives neither {} nor {}", title, first, second), "give one of them");
    else return true;
    return false;
}

void report_missing(const Node& table, std::string_view table_name, const ParameterInfo& p, ReadContext& context) {
    const auto example = p.unit.empty() || p.unit == "1" ? std::string() : fmt::format(" (a quantity like \"1 {}\")", p.unit);
    context.diagnostics.error(table.place, fmt::format("{} lacks '{}'", title_of(table, table_name), p.name),
                              fmt::format("{}: {}{}", p.name, p.meaning, example));
}

}  // namespace reading

}  // namespace galena
