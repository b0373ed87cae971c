#include "remediation/receptor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "assessment/comparison_table.hpp"
#include "assessment/limit_ladder.hpp"
#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "transport/substance.hpp"

namespace galena {

REGISTER_SECTION(ReceptorTables)

void ReceptorTable::check(ReadContext& context) {
    auto& diagnostics = context.diagnostics;
    const auto title = fmt::format("receptor '{}'", name.text);
    const int ways = (x || y ? 1 : 0) + !zone.empty() + !boundary.empty() + !line.empty() + !along.empty();
    if (ways != 1 || x.has_value() != y.has_value())
        diagnostics.error(place, fmt::format("{} is given in {} ways", title, ways),
                          "give exactly one of: x and y, zone, boundary, line, along");
    if (z && depth) diagnostics.error(places.of("depth"), fmt::format("{} gives both z and depth", title), "give one of them");
    if (screen_top.has_value() != screen_bottom.has_value() || (screen_top && *screen_top <= *screen_bottom))
        diagnostics.error(places.of(screen_top ? "screen_top" : "screen_bottom"), fmt::format("the screen of {} is no range", title),
                          "give screen_top above screen_bottom, or neither");
    if (screen_top && (z || depth || !x))
        diagnostics.error(places.of("screen_top"), fmt::format("{} has a screen, but is no well", title),
                          "a monitoring well has x, y, screen_top and screen_bottom, and neither z nor depth");
    if ((top || bottom) && line.empty())
        diagnostics.error(places.of(top ? "top" : "bottom"), fmt::format("{} has an edge, but is no control plane", title),
                          "give the line above which the plane stands");
    if (top && bottom && *top <= *bottom)
        diagnostics.error(places.of("top"), fmt::format("the control plane of {} ends below where it begins", title),
                          "give top above bottom");
    if (!use.empty() && standard.empty())
        diagnostics.error(places.of("class"), fmt::format("{} gives a class and no standard", title), "name the standard");
}

// ---- where it lies ----------------------------------------------------------------------------------------------------------------

ReceptorPlace::ReceptorPlace(const ReceptorTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    const auto title = fmt::format("receptor '{}'", table.name.text);
    if (!table.zone.empty()) cells_ = domain.zones.cells(table.zone, diagnostics);
    if (!table.boundary.empty()) {
        std::vector<std::string> known;
        for (const auto& boundary : site.section<WaterBoundaries>().list)
            if (boundary) known.push_back(boundary->label.text);
        if (std::find(known.begin(), known.end(), table.boundary.text) == known.end())
            diagnostics.error(table.boundary.place, fmt::format("{}: there is no boundary '{}'", title, table.boundary.text),
                              suggestion(table.boundary.text, known));
        boundary_ = table.boundary.text;
    }
    if (!table.line.empty() && check_line(table.line, title, table.places.of("line"), diagnostics)) {
        faces_ = crossed_faces(domain.grid, {table.line, table.top, table.bottom});
        if (faces_.empty())
            diagnostics.error(table.places.of("line"), title + ": its plane passes between no two cells", reach_of(domain.grid));
    }
    if (!table.along.empty() && check_line(table.along, title, table.places.of("along"), diagnostics)) {
        warn_of_reach(table.along, domain.grid, title, table.places.of("along"), diagnostics);
        find_along(table, title, domain, diagnostics);
    }
    if (table.x && table.screen_top) find_well(table, title, domain, diagnostics);
    else if (table.x) find_point(table, title, domain, diagnostics);
}

void ReceptorPlace::find_point(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    const Index lowest = grid.find_column({*table.x, *table.y, 0});
    const double ground = lowest < 0 ? 0.0 : grid.surfaces()[static_cast<std::size_t>(grid.cell_count() + lowest)];
    Index cell = lowest < 0 ? -1 : grid.top_active_cell(lowest);
    if (lowest >= 0 && (table.z || table.depth)) cell = grid.find_cell({*table.x, *table.y, table.z ? *table.z : ground - *table.depth});
    if (cell < 0 || !grid.active(cell)) diagnostics.error(table.place, title + " lies in no active cell", reach_of(grid));
    else cells_ = {cell};
}

/// The cells that its screen crosses give water by conductivity times length.
void ReceptorPlace::find_well(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    const auto& conductivity = domain.medium.hydraulic_conductivity;
    double sum = 0;
    const Index lowest = grid.find_column({*table.x, *table.y, 0});
    for (Index c = lowest; lowest >= 0 && c < grid.cell_count(); c += grid.column_count()) {
        const double length = std::min(*table.screen_top, grid.top(c)) - std::max(*table.screen_bottom, grid.bottom(c));
        if (length <= 0 || !grid.active(c)) continue;
        cells_.push_back(c);
        weights_.push_back(length * (conductivity.empty() ? 1.0 : conductivity[c]));
        sum += weights_.back();
    }
    for (auto& w : weights_) w /= sum;
    if (cells_.empty()) diagnostics.error(table.place, title + ": its screen crosses no active cell", reach_of(grid));
}

/// Points along the line, half the smallest cell apart, lie in the columns that it passes.
void ReceptorPlace::find_along(const ReceptorTable& table, const std::string& title, const Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    double step = std::numeric_limits<double>::infinity();
    for (Index c = 0; c < grid.column_count(); ++c) step = std::min({step, 0.5 * grid.width_x(c), 0.5 * grid.width_y(c)});
    std::set<Index> found;
    for (std::size_t n = 1; n < table.along.size(); ++n) {
        const auto &u = table.along[n - 1], &v = table.along[n];
        const double length = std::hypot(v[0] - u[0], v[1] - u[1]);
        const int parts = std::max(1, static_cast<int>(std::ceil(length / step)));
        for (int p = 0; p <= parts; ++p) {
            const double t = static_cast<double>(p) / parts;
            const Index lowest = grid.find_column({u[0] + t * (v[0] - u[0]), u[1] + t * (v[1] - u[1]), 0});
            if (const Index cell = lowest < 0 ? -1 : grid.top_active_cell(lowest); cell >= 0) found.insert(cell);
        }
    }
    cells_.assign(found.begin(), found.end());
    if (cells_.empty()) diagnostics.error(table.places.of("along"), title + ": its line passes over no active cell", reach_of(grid));
}

Reached ReceptorPlace::look(const State& state, Index substance) const {
    const auto concentration = state.concentration[substance];
    const auto at = [&](Index c) { return concentration[static_cast<std::size_t>(c)]; };
    Reached seen;
    for (std::size_t n = 0; n < cells_.size(); ++n)
        if (weights_.empty()) seen.concentration = std::max(seen.concentration, at(cells_[n]));
        else seen.concentration += weights_[n] * at(cells_[n]);
    double water = 0, passing = 0;
    for (const auto& face : faces_) {
        const double q = state.water_flux.along(face.axis)[face.face];
        const double c = q > 0 ? at(face.left) : at(face.right);
        seen.rate += -face.direction * q * c;  // from the left of the line to its right counts as passing
        passing += std::abs(q) * c;
        water += std::abs(q);
    }
    if (!boundary_.empty())
        for (const auto& exchange : state.water_exchanges)
            if (exchange.name == boundary_)
                for (std::size_t n = 0; n < exchange.cells.size(); ++n)
                    if (exchange.rate[n] < 0) {
                        seen.rate -= exchange.rate[n] * at(exchange.cells[n]);
                        passing -= exchange.rate[n] * at(exchange.cells[n]);
                        water -= exchange.rate[n];
                    }
    if (cells_.empty()) seen.concentration = water > 0 ? passing / water : 0.0;
    return seen;
}

// ---- its limits -------------------------------------------------------------------------------------------------------------------

namespace {

/// The limits of the standard for what `limits` leaves open.
void add_limits_of_standard(const ReceptorTable& table, const std::vector<std::string>& ids, const Standard& library,
                            std::vector<std::string>& remarks, std::map<std::string, double>& limits, Diagnostics& diagnostics) {
    const auto title = fmt::format("receptor '{}'", table.name.text);
    const auto standard = library.named(table.standard);
    if (standard.limits().empty()) {
        diagnostics.error(table.places.of("standard"), fmt::format("{}: there is no standard \"{}\"", title, table.standard),
                          suggestion(table.standard, library.names_of_standards()));
        return;
    }
    const auto& name = standard.limits().front().standard;
    if (standard.limits().front().for_soil() || standard.limits().front().medium == "produce") {
        diagnostics.error(table.places.of("standard"), fmt::format("{}: {} limits no water", title, name),
                          "a receptor is reached by water; [assessment] holds soil against it");
        return;
    }
    const auto rungs = rungs_of(standard, table.use);
    if (rungs.size() != 1) {
        diagnostics.error(table.places.of(table.use.empty() ? "standard" : "class"),
                          table.use.empty() ? fmt::format("{}: {} has several classes or uses, and 'class' chooses none", title, name)
                                            : fmt::format("{}: {} has no class or use \"{}\"", title, name, table.use),
                          suggestion(table.use, standard.uses()));
        return;
    }
    for (const auto& id : ids) {
        if (limits.contains(id)) continue;
        const auto* limit = standard.find(rungs[0].uses, id, rungs[0].kind, 7);
        if (limit) limits[id] = limit->value;
        else remarks.push_back(fmt::format("{}: {} {} for {}", title, name, standard.refusal(rungs[0].uses, id), id));
        if (limit && !limit->well_known())
            remarks.push_back(
                fmt::format("{}: the limit of {} in {} is {}: look it up before you rely on it", title, id, name, limit->confidence));
    }
}

}  // namespace

std::map<std::string, double> receptor_limits(const ReceptorTable& table, const Site& site, std::vector<std::string>& remarks,
                                              Diagnostics& diagnostics) {
    std::vector<std::string> ids;
    for (const auto& [id, substance] : site.section<SubstanceTables>().list) ids.push_back(id);
    auto limits = table.limit;
    for (const auto& [id, limit] : table.limit)
        if (std::find(ids.begin(), ids.end(), id) == ids.end())
            diagnostics.error(table.places.of("limit"),
                              fmt::format("receptor '{}' limits '{}', which is no substance of this site", table.name.text, id),
                              suggestion(id, ids));
    if (table.standard.empty()) return limits;
    std::vector<std::pair<std::filesystem::path, Place>> own;
    for (const auto& file : site.section<AssessmentTable>().limits) own.emplace_back(file.path, file.place);
    Diagnostics unheard;  // mistakes in the tables are told by [assessment], once
    add_limits_of_standard(table, ids, Standard::library(own, site.has("assessment") ? unheard : diagnostics), remarks, limits,
                           diagnostics);
    return limits;
}

}  // namespace galena
