#include "simulation/domain.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "grid/builder.hpp"
#include "grid/polygon.hpp"
#include "grid/polyline.hpp"
#include "simulation/spatial_value.hpp"

namespace galena {

const std::vector<Index>* Zones::find(const std::string& name) const {
    const auto it = zones_.find(name);
    return it == zones_.end() ? nullptr : &it->second;
}

const std::vector<Index>& Zones::cells(const Name& name, Diagnostics& diagnostics) const {
    static const std::vector<Index> none;
    if (const auto* found = find(name.text)) return *found;
    std::vector<std::string> known;
    for (const auto& [key, cells] : zones_) known.push_back(key);
    diagnostics.error(name.place, fmt::format("there is no zone '{}'", name.text), suggestion(name.text, known));
    return none;
}

std::vector<Index> active_side_cells(const Grid& grid, Side side) {
    auto cells = grid.side_cells(side);
    std::erase_if(cells, [&](Index c) { return !grid.active(c); });
    return cells;
}

CellField Domain::saturated_water() const {
    CellField water(grid);
    const auto& porosity = medium.mobile_porosity();
    for_each_cell(grid, [&](Index c) { water[c] = porosity[c] * grid.volume(c); });
    return water;
}

void require_value_at_start(const Series& series, Date start, Diagnostics& diagnostics) {
    if (series.constant() || !(series.dates.front() > start)) return;
    diagnostics.error(series.place,
                      fmt::format("the series begins on {}, after the start of the run on {}", series.dates.front().text(), start.text()),
                      "give a value from the start of the run on");
}

std::string reach_of(const Grid& grid) {
    const double length = grid.x_edges().back(), width = grid.y_edges().back();
    double x_low = infinite, x_high = -infinite, y_low = infinite, y_high = -infinite;
    for (const auto& corner : {Point{0, 0, 0}, Point{length, 0, 0}, Point{0, width, 0}, Point{length, width, 0}}) {
        const auto p = grid.georeference().to_crs(corner);
        x_low = std::min(x_low, p.x), x_high = std::max(x_high, p.x);
        y_low = std::min(y_low, p.y), y_high = std::max(y_high, p.y);
    }
    return fmt::format("the grid reaches from ({:.10g}, {:.10g}) to ({:.10g}, {:.10g}) m", x_low, y_low, x_high, y_high);
}

namespace {

// ---- grid -------------------------------------------------------------------------------------------------------------------------

std::unique_ptr<Grid> build_grid(const Site& site, Remarks& remarks, Diagnostics& diagnostics) {
    const auto& where = site.section<SiteTable>();
    const auto& table = site.section<GridTable>();
    GridPlan plan;
    plan.dx = table.widths_x;
    plan.dy = table.widths_y;
    plan.georeference = {where.crs, where.vertical_datum, where.origin[0], where.origin[1], where.rotation};
    plan.minimum_thickness = table.minimum_thickness;
    plan.place = table.place;
    auto centres = column_centres(plan.dx, plan.dy);
    for (auto& p : centres) p = plan.georeference.to_crs(p);
    const auto before = diagnostics.error_count();
    plan.top = values_at(table.top, centres, site, remarks, diagnostics);
    for (const auto& layer : table.layers) {
        LayerPlan part{layer.name, layer.cells, layer.thickness.has_value(), {}, layer.places.table};
        part.values = values_at(layer.thickness ? *layer.thickness : *layer.bottom, centres, site, remarks, diagnostics);
        plan.layers.push_back(std::move(part));
    }
    if (diagnostics.error_count() != before) return nullptr;
    GridReport report;
    auto grid = build_layered_grid(plan, report, diagnostics);
    if (!grid) return nullptr;
    for (std::size_t n = 0; n < report.clipped.size(); ++n)
        if (report.clipped[n] > 0)
            remarks.push_back(fmt::format("layer {} '{}': its bottom lay above its top in {} of {} columns and was lowered to it", n + 1,
                                          table.layers[n].name, report.clipped[n], grid->column_count()));
    if (table.active) {
        const auto& outline = table.active->polygon;
        const auto polygon = read_polygon(outline.path.string(), outline.place, diagnostics, {table.active->x, table.active->y});
        if (diagnostics.error_count() != before) return nullptr;
        std::vector<bool> inside(centres.size());
        for (std::size_t c = 0; c < centres.size(); ++c) inside[c] = polygon.contains(centres[c].x, centres[c].y);
        deactivate_columns(*grid, inside);
    }
    const Index active = grid->active_count();
    if (active == 0) {
        diagnostics.error(
            table.active ? table.active->polygon.place : table.place, "the grid has no active cell",
            table.active
                ? fmt::format("the polygon holds no centre of a column; {}: is the polygon in the crs of the site, is [site] origin right?",
                              reach_of(*grid))
                : std::string("every cell is thinner than minimum_thickness"));
        return nullptr;
    }
    remarks.push_back(fmt::format("grid: {}, {} of {} active", grid->size_text(), active, grid->cell_count()));
    if (report.pass_through > 0)
        remarks.push_back(fmt::format("{} cells thinner than {:g} m hold nothing and connect the cells above and below them",
                                      report.pass_through, table.minimum_thickness));
    return grid;
}

// ---- zones ------------------------------------------------------------------------------------------------------------------------

/// Layers by name or number ("2", "2-4") as a mask over the grid's layers.
std::vector<bool> layer_mask(const ZoneTable& zone, const Grid& grid, Diagnostics& diagnostics) {
    std::vector<bool> mask(grid.layers().size(), zone.layers.empty());
    const auto& layers = grid.layers();
    std::vector<std::string> names;
    for (const auto& layer : layers) names.push_back(layer.name);
    for (const auto& text : zone.layers) {
        std::size_t first = 0, last = 0;
        if (const auto at = std::find(names.begin(), names.end(), text); at != names.end()) {
            first = last = static_cast<std::size_t>(at - names.begin()) + 1;
        } else {
            int a = 0, b = 0, used = 0;
            if (std::sscanf(text.c_str(), "%d-%d%n", &a, &b, &used) == 2 && static_cast<std::size_t>(used) == text.size())
                first = static_cast<std::size_t>(std::max(a, 0)), last = static_cast<std::size_t>(std::max(b, 0));
            else if (std::sscanf(text.c_str(), "%d%n", &a, &used) == 1 && static_cast<std::size_t>(used) == text.size())
                first = last = static_cast<std::size_t>(std::max(a, 0));
        }
        if (first < 1 || last < first || last > layers.size()) {
            auto allowed = names;
            allowed.push_back(fmt::format("1 to {}", layers.size()));
            diagnostics.error(zone.places.of("layers"), fmt::format("zone '{}': there is no layer '{}'", zone.name.text, text),
                              suggestion(text, allowed));
            continue;
        }
        for (std::size_t n = first - 1; n < last; ++n) mask[n] = true;
    }
    return mask;
}

void add_zone(const ZoneTable& zone, Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    const auto before = diagnostics.error_count();
    const auto layers = layer_mask(zone, grid, diagnostics);
    std::vector<bool> columns(static_cast<std::size_t>(grid.column_count()), true);
    if (zone.polygon) {
        const auto polygon = read_polygon(zone.polygon->path.string(), zone.polygon->place, diagnostics, {zone.x, zone.y});
        for (Index c = 0; c < grid.column_count(); ++c) {
            const auto p = grid.centre_crs(c);
            columns[static_cast<std::size_t>(c)] = polygon.contains(p.x, p.y);
        }
    }
    if (zone.line && zone.within) {
        const auto line = read_polyline(zone.line->path.string(), zone.line->place, diagnostics, {zone.x, zone.y});
        for (Index c = 0; c < grid.column_count(); ++c) {
            const auto p = grid.centre_crs(c);
            if (line.distance(p.x, p.y) > *zone.within) columns[static_cast<std::size_t>(c)] = false;
        }
    }
    const auto within = [](double v, const std::optional<double>& low, const std::optional<double>& high) {
        return (!low || v >= *low) && (!high || v <= *high);
    };
    std::vector<Index> cells;
    for (Index c = 0; c < grid.cell_count(); ++c) {
        if (!grid.active(c) || !columns[static_cast<std::size_t>(grid.column(c))] || !layers[grid.layer_of(c)]) continue;
        const auto p = grid.centre_crs(c);
        if (!within(p.x, zone.x_min, zone.x_max) || !within(p.y, zone.y_min, zone.y_max) || !within(p.z, zone.z_min, zone.z_max)) continue;
        if (zone.top_cells && grid.top_active_cell(c) != c) continue;
        cells.push_back(c);
    }
    if (diagnostics.error_count() != before) cells = {};
    else if (cells.empty())
        diagnostics.error(zone.place, fmt::format("zone '{}' selects no active cell", zone.name.text),
                          fmt::format("its conditions must all hold for at least one cell centre; {}", reach_of(grid)));
    domain.zones.set(zone.name.text, std::move(cells));
}

/// The property that a `where` speaks of, with its unit; nullptr with a mistake when there is none.
struct Property {
    std::string name, unit_text;
    std::function<double(Index)> value;
};

std::vector<Property> properties_of(const Domain& domain) {
    const auto& g = domain.grid;
    const auto& m = domain.medium;
    std::vector<Property> all{
        {"elevation", "m", [&g](Index c) { return g.elevation(c); }},
        {"depth", "m", [&g](Index c) { return g.surfaces()[static_cast<std::size_t>(g.cell_count() + g.column(c))] - g.elevation(c); }},
        {"thickness", "m", [&g](Index c) { return g.thickness(c); }}};
    const auto add = [&](const char* name, const char* unit_text, const CellField& field) {
        if (!field.empty()) all.push_back({name, unit_text, [&field](Index c) { return field[c]; }});
    };
    add("hydraulic_conductivity", "m/d", m.hydraulic_conductivity);
    add("hydraulic_conductivity_vertical", "m/d", m.hydraulic_conductivity_vertical);
    add("specific_storage", "1/m", m.specific_storage);
    add("specific_yield", "1", m.specific_yield);
    add("porosity", "1", m.porosity);
    add("effective_porosity", "1", m.effective_porosity);
    add("bulk_density", "kg/m3", m.bulk_density);
    add("pH", "1", m.pH);
    add("organic_matter", "%", m.organic_matter);
    add("clay", "%", m.clay);
    return all;
}

void restrict_zone(const ZoneTable& zone, Domain& domain, Diagnostics& diagnostics) {
    const auto& where = *zone.where;
    const auto all = properties_of(domain);
    const auto at = std::find_if(all.begin(), all.end(), [&](const Property& p) { return p.name == where.property; });
    if (at == all.end()) {
        std::vector<std::string> names;
        for (const auto& p : all) names.push_back(p.name);
        diagnostics.error(where.places.of("property"), fmt::format("zone '{}': there is no property '{}'", zone.name.text, where.property),
                          suggestion(where.property, names));
        return;
    }
    const auto before = diagnostics.error_count();
    const auto threshold = [&](std::string_view key, const std::optional<std::string>& text, double absent) {
        if (!text) return absent;
        Node node;
        node.kind = Node::Kind::text;
        node.text = *text;
        node.place = where.places.of(key);
        ReadContext context{diagnostics, {}};
        double value = absent;
        reading::read_value(node, {key, at->unit_text, anything}, context, value);
        return value;
    };
    const double low = threshold("above", where.above, -infinite), high = threshold("below", where.below, infinite);
    if (diagnostics.error_count() != before) return;
    auto cells = *domain.zones.find(zone.name.text);
    if (cells.empty()) return;
    double lowest = infinite, highest = -infinite;
    for (const Index c : cells) {
        lowest = std::min(lowest, at->value(c));
        highest = std::max(highest, at->value(c));
    }
    std::erase_if(cells, [&](Index c) { return !(at->value(c) > low && at->value(c) < high); });
    if (cells.empty())
        diagnostics.error(where.places.table,
                          fmt::format("zone '{}' selects no cell: {} lies nowhere in this range", zone.name.text, where.property),
                          fmt::format("it goes from {} to {} where the other conditions hold", quantity_text(lowest, unit(at->unit_text)),
                                      quantity_text(highest, unit(at->unit_text))));
    domain.zones.set(zone.name.text, std::move(cells));
}

/// Known before any property of the medium is.
bool is_geometric(const std::string& property) { return property == "elevation" || property == "depth" || property == "thickness"; }

/// A zone chosen by a property of the medium cannot decide about properties of the medium.
void check_media_zones(const Site& site, Diagnostics& diagnostics) {
    for (const auto& medium : site.section<MediumTables>().list)
        for (const auto& zone : site.section<ZoneTables>().list)
            if (zone.name == medium.zone && zone.where && !is_geometric(zone.where->property))
                diagnostics.error(medium.zone.place,
                                  fmt::format("the zone '{}' is chosen by {}, so it cannot be used in a [[medium]]", zone.name.text,
                                              zone.where->property),
                                  "choose it by geometry (box, polygon, layers, elevation, depth, thickness)");
}

// ---- medium -----------------------------------------------------------------------------------------------------------------------

/// Fills one property from all media that give it; a cell that none covers is a mistake.
CellField fill_property(const Site& site, Domain& domain, std::optional<SpatialValue> MediumTable::*member, std::string_view name,
                        bool must_cover, Diagnostics& diagnostics) {
    const auto& media = site.section<MediumTables>().list;
    CellField field;
    Place place;
    for (const auto& medium : media) {
        if (!(medium.*member)) continue;
        const auto& value = *(medium.*member);
        if (field.empty()) {
            field = CellField(domain.grid, std::nan(""));
            place = value.place;
        }
        const auto& cells = domain.zones.cells(medium.zone, diagnostics);
        if (!value.source) {
            for (const Index c : cells) field[c] = value.constant;
        } else {
            const auto values = field_of(value, site, domain, diagnostics);
            for (const Index c : cells) field[c] = values[c];
        }
    }
    if (field.empty() || !must_cover) return field;
    for (Index c = 0; c < domain.grid.cell_count(); ++c)
        if (domain.grid.active(c) && std::isnan(field[c])) {
            diagnostics.error(place, fmt::format("{} is not given for {}", name, domain.grid.describe(c)),
                              "give it in a [[medium]] without a zone first, then override it in zones");
            break;
        }
    parallel_for(domain.grid.cell_count(), [&](Index c) {
        if (!domain.grid.active(c)) field[c] = 0;
    });
    return field;
}

/// The mobile part of the porosity cannot exceed the whole. (That the whole is given, flow and transport see to.)
void check_effective_porosity(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    const auto& m = domain.medium;
    if (m.effective_porosity.empty() || m.porosity.empty()) return;
    Place place;
    for (const auto& medium : site.section<MediumTables>().list)
        if (medium.effective_porosity) place = medium.effective_porosity->place;
    for (Index c = 0; c < domain.grid.cell_count(); ++c)
        if (domain.grid.active(c) && m.effective_porosity[c] > m.porosity[c]) {
            diagnostics.error(place,
                              fmt::format("effective_porosity {:.3g} exceeds porosity {:.3g} in {}", m.effective_porosity[c], m.porosity[c],
                                          domain.grid.describe(c)),
                              "the mobile part cannot be larger than the whole");
            return;
        }
}

void build_medium(const Site& site, Domain& domain, Diagnostics& diagnostics) {
    auto& m = domain.medium;
    const auto fill = [&](std::optional<SpatialValue> MediumTable::*member, std::string_view name, bool must_cover = true) {
        return fill_property(site, domain, member, name, must_cover, diagnostics);
    };
    m.hydraulic_conductivity = fill(&MediumTable::hydraulic_conductivity, "hydraulic_conductivity");
    m.porosity = fill(&MediumTable::porosity, "porosity");
    m.specific_storage = fill(&MediumTable::specific_storage, "specific_storage");
    m.specific_yield = fill(&MediumTable::specific_yield, "specific_yield");
    m.bulk_density = fill(&MediumTable::bulk_density, "bulk_density");
    m.pH = fill(&MediumTable::pH, "pH");
    m.organic_matter = fill(&MediumTable::organic_matter, "organic_matter");
    m.clay = fill(&MediumTable::clay, "clay");
    // These two default to another property where they are not given.
    const auto or_else = [&](CellField field, const CellField& other) {
        if (field.empty() || other.empty()) return field;
        parallel_for(domain.grid.cell_count(), [&](Index c) {
            if (std::isnan(field[c])) field[c] = other[c];
        });
        return field;
    };
    m.effective_porosity = or_else(fill(&MediumTable::effective_porosity, "effective_porosity", false), m.porosity);
    m.hydraulic_conductivity_y =
        or_else(fill(&MediumTable::hydraulic_conductivity_y, "hydraulic_conductivity_y", false), m.hydraulic_conductivity);
    auto vertical = fill(&MediumTable::hydraulic_conductivity_vertical, "hydraulic_conductivity_vertical", false);
    const auto ratio = fill(&MediumTable::anisotropy_vertical, "anisotropy_vertical", false);
    if (!ratio.empty() && !m.hydraulic_conductivity.empty()) {
        if (vertical.empty()) vertical = CellField(domain.grid, std::nan(""));
        parallel_for(domain.grid.cell_count(), [&](Index c) {
            if (std::isnan(vertical[c]) && !std::isnan(ratio[c])) vertical[c] = ratio[c] * m.hydraulic_conductivity[c];
        });
    }
    m.hydraulic_conductivity_vertical = or_else(std::move(vertical), m.hydraulic_conductivity);
    check_effective_porosity(site, domain, diagnostics);
}

}  // namespace

std::unique_ptr<Domain> build_domain(const Site& site, Diagnostics& diagnostics) {
    if (!site.sound("site") || !site.sound("grid") || !site.sound("survey")) return nullptr;
    Remarks remarks;
    auto grid = build_grid(site, remarks, diagnostics);
    if (!grid) return nullptr;
    auto domain = std::make_unique<Domain>(std::move(*grid));
    domain->start = site.section<SiteTable>().start;
    domain->remarks = std::move(remarks);
    std::vector<Index> all;
    for (Index c = 0; c < domain->grid.cell_count(); ++c)
        if (domain->grid.active(c)) all.push_back(c);
    domain->zones.set("all", std::move(all));
    if (site.sound("zone"))
        for (const auto& zone : site.section<ZoneTables>().list) {
            if (zone.name.text == "all") diagnostics.error(zone.name.place, "the zone 'all' is predefined", "choose another name");
            else add_zone(zone, *domain, diagnostics);
            if (zone.where && is_geometric(zone.where->property)) restrict_zone(zone, *domain, diagnostics);
        }
    if (site.sound("zone") && site.sound("medium")) {
        check_media_zones(site, diagnostics);
        build_medium(site, *domain, diagnostics);
        for (const auto& zone : site.section<ZoneTables>().list)
            if (zone.where && !is_geometric(zone.where->property) && domain->zones.find(zone.name.text))
                restrict_zone(zone, *domain, diagnostics);
    }
    return domain;
}

}  // namespace galena
