#include "scenario/site.hpp"

#include <cmath>
#include <fstream>
#include <regex>
#include <sstream>

#include <fmt/format.h>
#include <unistd.h>

#include "core/suggestion.hpp"
#include "scenario/scenario.hpp"

namespace galena {

// ---- declarations -----------------------------------------------------------------------------------------------------------------

auto SiteTable::parameters() {
    using T = SiteTable;
    return std::tuple{
        parameter("name", &T::name, "name of the site, for titles"),
        parameter("crs", &T::crs, "coordinate reference system, e.g. \"EPSG:28992\"; carried into every output").with_default(),
        parameter("origin", &T::origin, "m", anything, "coordinates of the grid's lower left corner: [x, y]").with_default(),
        parameter("rotation", &T::rotation, "degree", between(-6.2832, 6.2832), "of the grid's x axis, counter-clockwise").with_default(),
        parameter("vertical_datum", &T::vertical_datum, "what elevations count from, e.g. \"NAP\"").with_default(),
        parameter("start", &T::start, "date the run starts at"),
        parameter("end", &T::end, "date the run ends at (or give duration)"),
        parameter("duration", &T::duration, "d", positive, "length of the run (or give end)"),
        parameter("temperature", &T::temperature, "degC", between(253.15, 373.15), "of the groundwater").with_default(),
        parameter("water_density", &T::water_density, "kg/m3", between(900, 1400), "of the groundwater").with_default(),
    };
}

auto LayerTable::parameters() {
    using T = LayerTable;
    return std::tuple{
        parameter("name", &T::name, "name of the layer"),
        parameter("thickness", &T::thickness, "m", not_negative, "thickness, constant or varying (or give bottom)"),
        parameter("bottom", &T::bottom, "m", anything, "elevation of the lower surface, constant or varying (or give thickness)"),
        parameter("cells", &T::cells, between(1, 10000), "rows of cells the layer is cut into").with_default(),
    };
}

auto ActiveTable::parameters() {
    using T = ActiveTable;
    return std::tuple{
        parameter("polygon", &T::polygon, "CSV or GeoJSON polygon; columns with their centre outside are inactive"),
        parameter("x", &T::x, "CSV column of the x coordinate; the first when absent").with_default(),
        parameter("y", &T::y, "CSV column of the y coordinate; the second when absent").with_default(),
    };
}

auto GridTable::parameters() {
    using T = GridTable;
    return std::tuple{
        parameter("nx", &T::nx, between(1, 1e6), "cells along x; may be left out when dx lists them all").with_default(),
        parameter("ny", &T::ny, between(1, 1e6), "cells along y; may be left out when dy lists them all").with_default(),
        parameter("dx", &T::dx, "cell widths along x: \"10 m\" for all, or a list in which \"20 x 5 m\" stands for twenty cells"),
        parameter("dy", &T::dy, "cell widths along y, likewise"),
        parameter("top", &T::top, "m", anything, "elevation of the ground surface, constant or varying"),
        parameter("layer", &T::layers, "layers from the top down"),
        parameter("minimum_thickness", &T::minimum_thickness, "m", not_negative,
                  "cells thinner than this hold nothing; the cells above and below them are connected")
            .with_default(),
        parameter("active", &T::active, "which columns take part; all when absent"),
    };
}

auto WhereTable::parameters() {
    using T = WhereTable;
    return std::tuple{
        parameter("property", &T::property, "elevation, depth, thickness, or a property of the medium such as hydraulic_conductivity"),
        parameter("above", &T::above, "keeps cells whose value lies above this quantity"),
        parameter("below", &T::below, "keeps cells whose value lies below this quantity"),
    };
}

auto ZoneTable::parameters() {
    using T = ZoneTable;
    return std::tuple{
        parameter("name", &T::name, "name of the zone"),
        parameter("x_min", &T::x_min, "m", anything, "cells with their centre at or beyond this x"),
        parameter("x_max", &T::x_max, "m", anything, "cells with their centre at or before this x"),
        parameter("y_min", &T::y_min, "m", anything, "likewise for y"),
        parameter("y_max", &T::y_max, "m", anything, "likewise for y"),
        parameter("z_min", &T::z_min, "m", anything, "likewise for the elevation"),
        parameter("z_max", &T::z_max, "m", anything, "likewise for the elevation"),
        parameter("polygon", &T::polygon, "CSV or GeoJSON polygon that holds the cell centres"),
        parameter("line", &T::line, "CSV file of the points of a line; cells with their centre near it"),
        parameter("within", &T::within, "m", positive, "how near to the line"),
        parameter("x", &T::x, "CSV column of the x coordinate of polygon or line; the first when absent").with_default(),
        parameter("y", &T::y, "CSV column of the y coordinate; the second when absent").with_default(),
        parameter("layers", &T::layers, "layers by name, or by number from 1 at the top (\"2\", \"2-4\")"),
        parameter("top_cells", &T::top_cells, "only the highest active cell of each column").with_default(),
        parameter("where", &T::where, "keeps cells by the value of a property"),
    };
}

auto MediumTable::parameters() {
    using T = MediumTable;
    return std::tuple{
        parameter("zone", &T::zone, "cells that get these properties").with_default(),
        parameter("hydraulic_conductivity", &T::hydraulic_conductivity, "m/d", positive, "saturated hydraulic conductivity, horizontal"),
        parameter("hydraulic_conductivity_y", &T::hydraulic_conductivity_y, "m/d", positive, "along y, where it differs from x"),
        parameter("hydraulic_conductivity_vertical", &T::hydraulic_conductivity_vertical, "m/d", positive,
                  "vertical; equal to the horizontal when absent"),
        parameter("anisotropy_vertical", &T::anisotropy_vertical, "", positive,
                  "vertical over horizontal conductivity (instead of the vertical one)"),
        parameter("specific_storage", &T::specific_storage, "1/m", not_negative,
                  "water released per volume and metre of head; needed by transient flow"),
        parameter("specific_yield", &T::specific_yield, "", open_fraction,
                  "water that drains per volume when the water table falls; the rest of the porosity stays behind"),
        parameter("porosity", &T::porosity, "", open_fraction, "all water a saturated cell holds"),
        parameter("effective_porosity", &T::effective_porosity, "", open_fraction,
                  "mobile part of the porosity, used by transport; the porosity when absent"),
        parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "dry bulk density; needed by sorption and soil contents"),
        parameter("pH", &T::pH, "", between(0, 14), "of the soil; standards and pH-dependent sorption depend on it"),
        parameter("organic_matter", &T::organic_matter, "%", fraction, "of the dry soil, by mass; pH-dependent sorption may depend on it"),
        parameter("clay", &T::clay, "%", fraction, "of the dry soil, by mass; pH-dependent sorption may depend on it"),
    };
}

auto SurveyTable::parameters() {
    using T = SurveyTable;
    return std::tuple{
        parameter("name", &T::name, "name of the survey"),
        parameter("file", &T::file, "CSV file: coordinates and one column per substance; empty = not measured, <0.05 = not detected"),
        parameter("x", &T::x, "column of the x coordinate").with_default(),
        parameter("y", &T::y, "column of the y coordinate").with_default(),
        parameter("depth_top_column", &T::depth_top_column, "column of the sample's upper depth below ground [m]").with_default(),
        parameter("depth_bottom_column", &T::depth_bottom_column, "column of the sample's lower depth below ground [m]").with_default(),
        parameter("depth", &T::depth, "m", not_negative,
                  "depth range of all samples below ground: [\"0 m\", \"0.2 m\"]; the whole column when absent"),
        parameter("unit", &T::unit, "unit of the substance columns").with_default(),
        parameter("non_detect", &T::non_detect, "what '<0.05' counts as: half the limit, zero, or the limit").with_default(),
    };
}

auto ObservationTable::parameters() {
    using T = ObservationTable;
    return std::tuple{
        parameter("name", &T::name, "name of the point"),
        parameter("x", &T::x, "m", anything, "coordinate"),
        parameter("y", &T::y, "m", anything, "coordinate"),
        parameter("z", &T::z, "m", anything, "elevation (or give depth; the highest active cell when both are absent)"),
        parameter("depth", &T::depth, "m", not_negative, "depth below the top of the grid"),
    };
}

auto OutputTable::parameters() {
    using T = OutputTable;
    return std::tuple{
        parameter("interval", &T::interval, "d", positive, "fields are written this often; start and end always are"),
        parameter("times", &T::times, "d", not_negative, "times after the start at which fields are written"),
        parameter("dates", &T::dates, "dates at which fields are written"),
        parameter("vtk", &T::vtk, "write VTK files for ParaView").with_default(),
        parameter("checkpoint_interval", &T::checkpoint_interval, "d", positive,
                  "simulated time between checkpoints; at output times when absent"),
        parameter("closure_tolerance", &T::closure_tolerance, "", positive,
                  "largest cumulative imbalance of water or a substance, as a fraction")
            .with_default(),
        parameter("stop_on_closure", &T::stop_on_closure, "a larger imbalance fails the run").with_default(),
        parameter("zones", &T::zones, "zones whose totals are written to zones.csv"),
    };
}

// ---- checks that a single value cannot show ---------------------------------------------------------------------------------------

void SiteTable::check(ReadContext& context) {
    auto& d = context.diagnostics;
    if (origin.size() != 2)
        d.error(places.of("origin"), fmt::format("origin has {} numbers", origin.size()),
                "give [\"x\", \"y\"], e.g. [\"178000 m\", \"329000 m\"]");
    origin.resize(2);
    reading::exactly_one(places, "site", "end", "duration", d);
    if (end && *end <= start)
        d.error(places.of("end"), fmt::format("the run ends on {}, but it starts on {}", end->text(), start.text()),
                "give an end after the start, or a duration");
}

void LayerTable::check(ReadContext& context) {
    reading::exactly_one(places, fmt::format("layer '{}'", name), "thickness", "bottom", context.diagnostics);
}

namespace {

/// "20 x 5 m" → twenty times 5 m; "5 m" → once.
bool append_widths(const std::string& text, const Place& place, std::string_view key, ReadContext& context, std::vector<double>& out) {
    static const std::regex repeated(R"(^\s*(\d+)\s*[x*×]\s*(.*)$)");
    std::smatch match;
    int times = 1;
    auto rest = text;
    if (std::regex_match(text, match, repeated)) {
        times = std::atoi(match[1].str().c_str());
        rest = match[2].str();
    }
    Node node;
    node.kind = Node::Kind::text;
    node.text = rest;
    node.place = place;
    double width = 0;
    if (!reading::read_value(node, {key, "m", positive}, context, width)) return false;
    out.insert(out.end(), static_cast<std::size_t>(times), width);
    return true;
}

void check_widths(const std::vector<std::string>& given, int& n, const Place& place, std::string_view key, std::string_view count_key,
                  ReadContext& context, std::vector<double>& out) {
    for (const auto& text : given)
        if (!append_widths(text, place, key, context, out)) return;
    if (out.empty()) {
        context.diagnostics.error(place, fmt::format("grid lacks '{}'", key), "e.g. \"10 m\" or [\"5 m\", \"20 x 10 m\"]");
        return;
    }
    if (out.size() == 1 && n > 1) out.assign(static_cast<std::size_t>(n), out[0]);
    if (n == 0) n = static_cast<int>(out.size());
    if (static_cast<std::size_t>(n) != out.size())
        context.diagnostics.error(place, fmt::format("{} = {}, but {} lists {} widths", count_key, n, key, out.size()),
                                  "give one width for all, or one per cell");
}

}  // namespace

namespace {

/// Better said before than by the system when memory runs out: that takes long, and may end another program.
void check_size(const GridTable& grid, Diagnostics& diagnostics) {
    constexpr double least_bytes_per_cell = 100;  // flow alone; one species and its work need about three times that
    double rows = 0;
    for (const auto& layer : grid.layers) rows += layer.cells;
    const double cells = static_cast<double>(grid.widths_x.size()) * static_cast<double>(grid.widths_y.size()) * rows;
    const double memory = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    if (cells * least_bytes_per_cell > memory)
        diagnostics.error(grid.place,
                          fmt::format("the grid has {:.3g} cells, which need {:.3g} GiB at least; this machine has {:.3g} GiB", cells,
                                      cells * least_bytes_per_cell / 1073741824, memory / 1073741824),
                          "take wider cells, or fewer rows of cells per layer");
}

}  // namespace

void GridTable::check(ReadContext& context) {
    check_widths(dx, nx, places.of("dx"), "dx", "nx", context, widths_x);
    check_widths(dy, ny, places.of("dy"), "dy", "ny", context, widths_y);
    check_size(*this, context.diagnostics);
    std::map<std::string, Place> seen;
    for (const auto& layer : layers) {
        const auto [at, fresh] = seen.emplace(layer.name, layer.places.of("name"));
        if (!fresh)
            context.diagnostics.error(layer.places.of("name"), fmt::format("a second layer is named '{}'", layer.name),
                                      fmt::format("the first is at {}; names must differ", at->second.text()));
    }
    if (layers.empty())
        context.diagnostics.error(place, "grid has no layers", "add at least one [[grid.layer]] with a name and a thickness or bottom");
}

void WhereTable::check(ReadContext& context) {
    if (!above && !below)
        context.diagnostics.error(places.table, "where gives neither above nor below", "give at least one, e.g. above = \"10 m/d\"");
}

void ZoneTable::check(ReadContext& context) {
    auto& d = context.diagnostics;
    if (line.has_value() != within.has_value())
        d.error(places.of(line ? "line" : "within"),
                fmt::format("zone '{}' gives {} without {}", name.text, line ? "line" : "within", line ? "within" : "line"),
                "a line needs how near to it cells are taken: within = \"50 m\"");
    if (!polygon && !line)
        reading::report_unused(places, fmt::format("zone '{}'", name.text), {"x", "y"},
                               "it names a column of polygon or line, and neither is given", context);
    const auto ordered = [&](std::string_view low_key, const std::optional<double>& low, std::string_view high_key,
                             const std::optional<double>& high) {
        if (low && high && *low > *high)
            d.error(places.of(high_key), fmt::format("zone '{}': {} lies below {}", name.text, high_key, low_key), "exchange the two");
    };
    ordered("x_min", x_min, "x_max", x_max);
    ordered("y_min", y_min, "y_max", y_max);
    ordered("z_min", z_min, "z_max", z_max);
}

void MediumTable::check(ReadContext& context) {
    if (hydraulic_conductivity_vertical && anisotropy_vertical)
        context.diagnostics.error(places.of("anisotropy_vertical"),
                                  "medium gives both hydraulic_conductivity_vertical and anisotropy_vertical", "give one of them");
}

void SurveyTable::check(ReadContext& context) {
    auto& d = context.diagnostics;
    if (!depth.empty() && (depth.size() != 2 || !(depth[0] < depth[1])))
        d.error(places.of("depth"), fmt::format("the depth of survey '{}' is no range", name.text),
                "give [upper, lower], e.g. [\"0 m\", \"0.2 m\"]");
    if (depth_top_column.empty() != depth_bottom_column.empty())
        d.error(places.of(depth_top_column.empty() ? "depth_bottom_column" : "depth_top_column"),
                fmt::format("survey '{}' gives only one of depth_top_column and depth_bottom_column", name.text), "give both");
    if (!depth.empty() && !depth_top_column.empty())
        reading::report_unused(places, fmt::format("survey '{}'", name.text), {"depth"},
                               "each sample has its own depth range in the columns", context);
    if (!Unit::parse(unit))
        d.error(places.of("unit"), fmt::format("survey '{}' has the unknown unit '{}'", name.text, unit), "e.g. unit = \"mg/kg\"");
}

void ObservationTable::check(ReadContext& context) {
    if (z && depth)
        context.diagnostics.error(places.of("depth"), fmt::format("observation '{}' gives both z and depth", name.text),
                                  "give one of them");
}

// ---- the whole file ---------------------------------------------------------------------------------------------------------------

namespace {

void register_engine_sections() {
    static const bool once = [] {
        register_section<SiteTable>();
        register_section<GridTable>();
        register_section<ZoneTables>();
        register_section<MediumTables>();
        register_section<SurveyTables>();
        register_section<ObservationTables>();
        register_section<OutputTable>();
        return true;
    }();
    (void)once;
}

/// The engine registers its own sections before main looks at the index, like the models do.
const bool engine_sections_registered = (register_engine_sections(), true);

template <class Named>
void check_names(const std::vector<Named>& list, std::string_view what, Diagnostics& diagnostics) {
    std::map<std::string, Place> seen;
    for (const auto& item : list) {
        const auto [at, fresh] = seen.emplace(item.name.text, item.name.place);
        if (!fresh && !item.name.text.empty())
            diagnostics.error(item.name.place, fmt::format("a second {} is named '{}'", what, item.name.text),
                              fmt::format("the first is at {}; names must differ", at->second.text()));
    }
}

}  // namespace

namespace {

/// A value of a list [{ from = DATE, value = ... }] that begins when the run is over never holds: a year mistyped, most likely. (Files may
/// reach beyond the run: they are records.)
void check_series_end(const Node& node, const Date& end, Diagnostics& diagnostics) {
    for (const auto& item : node.items) {
        const auto* from = item.is_table() && item.find("value") ? item.find("from") : nullptr;
        if (from && from->value.kind == Node::Kind::date && from->value.date > end)
            diagnostics.error(from->value.place,
                              fmt::format("the series goes on after the run: a value from {}, but the run ends on {}",
                                          from->value.date.text(), end.text()),
                              "remove it, or let the run last longer");
        check_series_end(item, end, diagnostics);
    }
    for (const auto& entry : node.entries) check_series_end(entry.value, end, diagnostics);
}

}  // namespace

Site Site::from_tree(const Node& given, const std::filesystem::path& folder, Diagnostics& diagnostics) {
    Site site;
    ReadContext context{diagnostics, folder};
    const auto settled = std::make_shared<Node>(given);
    site.uncertainty_ = take_distributions(*settled, context);
    site.tree_ = settled;
    site.folder_ = folder;
    auto tree = *settled;
    TreeExpansions::instance().apply(tree, folder);
    std::vector<std::string> known;
    for (const auto& kind : SectionIndex::instance().kinds()) known.push_back(kind.name);
    std::vector<const Entry*> unknown;
    for (const auto& entry : tree.entries)
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) unknown.push_back(&entry);
    const auto misspelt = reading::probably_meant(unknown, known);
    for (const auto& kind : SectionIndex::instance().kinds()) {
        const auto* entry = tree.find(kind.name);
        if (!entry) {
            if (kind.required) {
                if (std::find(misspelt.begin(), misspelt.end(), kind.name) == misspelt.end())
                    diagnostics.error(tree.place, fmt::format("the site file has no {}", kind.heading()),
                                      fmt::format("add it: {}", kind.meaning));
                site.faulty_.insert(kind.name);
            }
            continue;
        }
        const auto before = diagnostics.error_count();
        site.sections_.emplace(kind.name, kind.read(entry->value, context));
        if (diagnostics.error_count() != before) site.faulty_.insert(kind.name);
    }
    for (const auto* entry : unknown)
        diagnostics.error(entry->place, fmt::format("'{}' is no table of a site file", entry->key), suggestion(entry->key, known));
    for (const auto& kind : SectionIndex::instance().kinds())
        if (const auto* entry = tree.find(kind.name); entry && !kind.needs.empty() && !site.has(kind.needs) &&
                                                      std::find(misspelt.begin(), misspelt.end(), kind.needs) == misspelt.end())
            diagnostics.error(entry->place, fmt::format("{} is given and not used: there is no [{}]", kind.heading(), kind.needs),
                              fmt::format("add [{}], or remove it", kind.needs));
    if (const auto* when = site.find<SiteTable>(); when && site.sound("site"))
        for (const auto& entry : tree.entries)
            if (entry.key != ScenarioTables::section) check_series_end(entry.value, when->start.plus(when->length()), diagnostics);
    check_names(site.section<ZoneTables>().list, "zone", diagnostics);
    check_names(site.section<SurveyTables>().list, "survey", diagnostics);
    check_names(site.section<ObservationTables>().list, "observation", diagnostics);
    check_names(site.section<ScenarioTables>().list, "scenario", diagnostics);
    return site;
}

std::vector<std::string> Site::keys(std::string_view section) const {
    std::vector<std::string> names;
    if (const auto* entry = tree_ ? tree_->find(section) : nullptr)
        for (const auto& inner : entry->value.entries) names.push_back(inner.key);
    return names;
}

bool Site::has_random_fields() const {
    const std::function<bool(const Node&)> random = [&](const Node& node) {
        return std::any_of(node.entries.begin(), node.entries.end(),
                           [&](const Entry& e) {
                               return e.key == "random_field" ||
                                      (e.key == "method" && e.value.kind == Node::Kind::text && e.value.text == "simulation") ||
                                      random(e.value);
                           }) ||
               std::any_of(node.items.begin(), node.items.end(), random);
    };
    return tree_ && random(*tree_);
}

Site Site::member(const std::vector<double>& u, Realisation realisation, Diagnostics& diagnostics) const {
    auto tree = *tree_;
    uncertainty_.place_into(tree, u);
    auto site = from_tree(tree, folder_, diagnostics);
    site.file_ = file_;
    site.text_ = text_;
    site.scenario_ = scenario_;
    site.realisation_ = realisation;
    return site;
}

Site Site::read(const std::filesystem::path& file, Diagnostics& diagnostics, const std::string& scenario) {
    auto tree = read_toml(file);
    take_scenario(tree, scenario, file.string(), diagnostics);
    auto site = from_tree(tree, file.parent_path(), diagnostics);
    site.file_ = file;
    site.scenario_ = scenario;
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    site.text_ = text.str();
    return site;
}

}  // namespace galena
