// Where particles start: in the cells of a zone, at points, around a well.

#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "flow/particles.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

namespace {

/// Position of a point of the crs within its cell along x and y.
std::array<double, 2> place_within(const Grid& grid, Index cell, Point crs) {
    const auto p = grid.georeference().to_local(crs);
    const auto centre = grid.centre(cell);
    const auto share = [](double distance, double width) { return std::clamp(0.5 + distance / width, 0.0, 1.0); };
    return {share(p.x - centre.x, grid.width_x(cell)), share(p.y - centre.y, grid.width_y(cell))};
}

std::vector<ParticleStart> in_zone(const ParticleTable& table, const Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    const auto& cells = domain.zones.cells(table.zone, diagnostics);
    std::array<int, 3> n{1, 1, 1};
    std::copy(table.per_cell.begin(), table.per_cell.end(), n.begin());
    std::map<Index, int> cells_of_column;
    for (const Index cell : cells) ++cells_of_column[grid.column(cell)];
    std::vector<ParticleStart> starts;
    for (const Index cell : cells) {
        const double area = grid.area(cell) / (cells_of_column[grid.column(cell)] * n[0] * n[1] * n[2]);
        for (int c = 0; c < n[2]; ++c)
            for (int b = 0; b < n[1]; ++b)
                for (int a = 0; a < n[0]; ++a)
                    starts.push_back(
                        {cell, {(a + 0.5) / n[0], (b + 0.5) / n[1]}, grid.bottom(cell) + (c + 0.5) / n[2] * grid.thickness(cell), area});
    }
    return starts;
}

/// Adds the start at a point of the crs; `title` tells which, for the message.
void add_point(Point crs, const Place& place, const std::string& title, const Grid& grid, std::vector<ParticleStart>& starts,
               Diagnostics& diagnostics) {
    const Index cell = grid.find_cell(crs);
    if (cell < 0) {
        const Index column = grid.find_column(crs);
        diagnostics.error(place,
                          fmt::format("{} at x = {:.10g} m, y = {:.10g} m, z = {:.6g} m lies outside the grid", title, crs.x, crs.y, crs.z),
                          column < 0 ? reach_of(grid)
                                     : fmt::format("its column reaches from {:.6g} m to {:.6g} m", grid.bottom(column),
                                                   grid.top(column + (grid.cell_count() - grid.column_count()))));
    } else if (!grid.active(cell)) {
        diagnostics.error(place, fmt::format("{} lies in a cell that is not active: {}", title, grid.describe(cell)),
                          "no water moves there; start from an active cell");
    } else {
        starts.push_back({cell, place_within(grid, cell, crs), crs.z, 0});
    }
}

std::vector<ParticleStart> at_points(const ParticleTable& table, const Grid& grid, Diagnostics& diagnostics) {
    std::vector<ParticleStart> starts;
    for (std::size_t n = 0; n < table.points.size(); ++n) {
        const auto& p = table.points[n];
        add_point({p.x, p.y, p.z}, p.place, fmt::format("particles '{}': point {}", table.name.text, n + 1), grid, starts, diagnostics);
    }
    return starts;
}

std::vector<ParticleStart> from_file(const ParticleTable& table, const Grid& grid, Diagnostics& diagnostics) {
    const auto csv = read_csv(table.file->path.string(), table.file->place, diagnostics);
    const auto x = csv.require_column(table.x, table.places.of("x"), diagnostics);
    const auto y = csv.require_column(table.y, table.places.of("y"), diagnostics);
    const auto z = csv.require_column(table.z, table.places.of("z"), diagnostics);
    std::vector<ParticleStart> starts;
    if (!x || !y || !z) return starts;
    for (std::size_t row = 0; row < csv.row_count(); ++row) {
        const auto px = csv.required_number(row, *x, diagnostics), py = csv.required_number(row, *y, diagnostics),
                   pz = csv.required_number(row, *z, diagnostics);
        if (px && py && pz)
            add_point({*px, *py, *pz}, csv.place(row, *x), fmt::format("particles '{}': row {}", table.name.text, row + 1), grid, starts,
                      diagnostics);
    }
    if (csv.row_count() == 0 && !diagnostics.has_errors())
        diagnostics.error(table.file->place, fmt::format("particles '{}': the file has no points", table.name.text));
    return starts;
}

const WaterBoundary* find_well(const ParticleTable& table, const Site& site, Diagnostics& diagnostics) {
    std::vector<std::string> wells;
    for (const auto& boundary : site.section<WaterBoundaries>().list) {
        if (!boundary || boundary->type() != "well") continue;
        if (boundary->label.text == table.well.text) return boundary.get();
        wells.push_back(boundary->label.text);
    }
    diagnostics.error(table.well.place, fmt::format("particles '{}': there is no well '{}'", table.name.text, table.well.text),
                      wells.empty() ? "the site has no [[boundary]] of type \"well\"" : suggestion(table.well.text, wells));
    return nullptr;
}

std::vector<ParticleStart> around_well(const ParticleTable& table, const Site& site, Domain& domain, Diagnostics& diagnostics) {
    std::vector<ParticleStart> starts;
    const auto* well = find_well(table, site, diagnostics);
    if (!well || well->cells().empty()) return starts;  // a well without cells is reported by itself
    const auto& grid = domain.grid;
    const Index columns = grid.column_count();
    const auto centre = grid.centre_crs(well->cells().front());
    const double radius = table.radius.value_or(0.5 * std::hypot(grid.width_x(well->cells().front()), grid.width_y(well->cells().front())));
    Index left_out = 0;
    for (const Index screened : well->cells())
        for (int ring = 0; ring < table.rings; ++ring)
            for (int n = 0; n < table.count; ++n) {
                const double angle = 2 * std::numbers::pi * (n + 0.5) / table.count;
                const Point p{centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle), 0};
                const Index column = grid.find_column(p);
                const Index cell = column < 0 ? -1 : column + screened / columns * columns;  // of the same row of cells
                if (cell < 0 || !grid.active(cell)) {
                    ++left_out;
                    continue;
                }
                const double z = grid.bottom(cell) + (ring + 0.5) / table.rings * grid.thickness(cell);
                starts.push_back({cell, place_within(grid, cell, p), z, 0});
            }
    if (left_out > 0)
        domain.remarks.push_back(fmt::format("particles '{}': {} starts around well '{}' lie beyond the active cells and are left out",
                                             table.name.text, left_out, table.well.text));
    if (starts.empty())
        diagnostics.error(table.places.of("radius"),
                          fmt::format("particles '{}': no start around well '{}' lies in an active cell", table.name.text, table.well.text),
                          "give a smaller radius");
    return starts;
}

}  // namespace

std::vector<ParticleStart> particle_starts(const ParticleTable& table, const Site& site, Domain& domain, Diagnostics& diagnostics) {
    if (!table.zone.empty()) return in_zone(table, domain, diagnostics);
    if (!table.points.empty()) return at_points(table, domain.grid, diagnostics);
    if (table.file) return from_file(table, domain.grid, diagnostics);
    return around_well(table, site, domain, diagnostics);
}

}  // namespace galena
