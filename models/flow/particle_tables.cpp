#include "flow/particle_tables.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

namespace galena {

namespace {

std::vector<std::string> names_of(const std::vector<NamedBoundary>& boundaries) {
    std::vector<std::string> names;
    for (const auto& boundary : boundaries) names.push_back(boundary.name);
    return names;
}

/// Travel times of the particles that ended alike [s], sorted.
using EndsByReason = std::map<std::pair<std::string, std::string>, std::vector<double>>;
EndsByReason ends_of(const ParticleGroup& group, const Grid& grid, const std::vector<std::string>& names) {
    EndsByReason ends;
    for (std::size_t n = 0; n < group.particles.size(); ++n) {
        const auto end = group.end_of(n, grid, names);
        ends[{end.reason, end.boundary}].push_back(group.particles[n].time);
    }
    for (auto& [end, times] : ends) std::sort(times.begin(), times.end());
    return ends;
}

Point start_point(const ParticleStart& start, const Grid& grid) {
    const auto centre = grid.centre(start.cell);
    return grid.georeference().to_crs({centre.x + (start.place[0] - 0.5) * grid.width_x(start.cell),
                                       centre.y + (start.place[1] - 0.5) * grid.width_y(start.cell), start.z});
}

/// Plan area of the columns that the pathlines of a group touch [m²].
double touched_area(const ParticleGroup& group, const Grid& grid) {
    std::set<Index> columns;
    const auto touch = [&](Point local) {
        if (const Index column = grid.find_column(grid.georeference().to_crs(local)); column >= 0) columns.insert(column);
    };
    for (const auto& path : group.paths)
        // Points lie on the faces between cells, so the middle of two that follow each other lies in the cell passed.
        for (std::size_t n = 1; n < path.size(); ++n)
            touch({0.5 * (path[n - 1].point.x + path[n].point.x), 0.5 * (path[n - 1].point.y + path[n].point.y), 0});
    double area = 0;
    for (const Index column : columns) area += grid.area(column);
    return area;
}

}  // namespace

double quantile(std::span<const double> sorted, double p) {
    if (sorted.empty()) return std::nan("");
    const double at = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const auto above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Table particle_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries) {
    Table table{"particles", "Where particles started and ended", {}};
    for (const auto* text : {"group", "reason", "boundary"}) table.columns.push_back({text, "", {}, {}});
    for (const auto* number : {"particle", "crossings"}) table.columns.push_back({number, "1", {}, {}});
    for (const auto* length : {"start_x", "start_y", "start_z", "end_x", "end_y", "end_z"}) table.columns.push_back({length, "m", {}, {}});
    table.columns.push_back({"travel_time", "d", {}, {}});
    const auto names = names_of(boundaries);
    for (const auto& group : groups)
        for (std::size_t n = 0; n < group.particles.size(); ++n) {
            const auto& p = group.particles[n];
            const auto end = group.end_of(n, grid, names);
            const auto from = start_point(group.starts[n], grid);
            // A group that keeps no pathlines still keeps the last point.
            const auto to = group.paths[n].empty() ? from : grid.georeference().to_crs(group.paths[n].back().point);
            const std::array<std::string, 3> texts{group.table.name.text, end.reason, end.boundary};
            const std::array<double, 9> numbers{
                static_cast<double>(n + 1), static_cast<double>(p.crossings), from.x, from.y, from.z, to.x, to.y, to.z,
                p.time / seconds_per_day};
            for (std::size_t c = 0; c < texts.size(); ++c) table.columns[c].texts.push_back(texts[c]);
            for (std::size_t c = 0; c < numbers.size(); ++c) table.columns[texts.size() + c].numbers.push_back(numbers[c]);
        }
    return table;
}

Table particle_end_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries) {
    Table table{"particle_ends", "How particles ended, and their travel times", {}};
    for (const auto* text : {"group", "reason", "boundary"}) table.columns.push_back({text, "", {}, {}});
    for (const auto* number : {"particles", "share"}) table.columns.push_back({number, "1", {}, {}});
    for (const auto* time : {"least", "p10", "median", "p90", "most"}) table.columns.push_back({time, "d", {}, {}});
    const auto names = names_of(boundaries);
    for (const auto& group : groups)
        for (const auto& [end, times] : ends_of(group, grid, names)) {
            const auto all = static_cast<double>(group.particles.size()), count = static_cast<double>(times.size());
            const std::array<std::string, 3> texts{group.table.name.text, end.first, end.second};
            std::vector<double> numbers{count, count / all};
            for (const double p : {0.0, 0.1, 0.5, 0.9, 1.0}) numbers.push_back(quantile(times, p) / seconds_per_day);
            for (std::size_t c = 0; c < texts.size(); ++c) table.columns[c].texts.push_back(texts[c]);
            for (std::size_t c = 0; c < numbers.size(); ++c) table.columns[texts.size() + c].numbers.push_back(numbers[c]);
        }
    return table;
}

Table capture_zone_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries) {
    Table table{
        "capture_zones",
        "Area in plan that wells draw on",
        {{"well", "", {}, {}}, {"group", "", {}, {}}, {"found_by", "", {}, {}}, {"particles", "1", {}, {}}, {"area", "ha", {}, {}}}};
    const auto add = [&](const std::string& well, const ParticleGroup& group, const char* found_by, std::size_t count, double area) {
        table.columns[0].texts.push_back(well);
        table.columns[1].texts.push_back(group.table.name.text);
        table.columns[2].texts.emplace_back(found_by);
        table.columns[3].numbers.push_back(static_cast<double>(count));
        table.columns[4].numbers.push_back(area / 1e4);
    };
    for (const auto& group : groups) {
        const bool forward = group.table.direction == TrackDirection::forward;
        if (!forward && !group.table.well.empty())
            add(group.table.well.text, group, "columns that pathlines touch", group.particles.size(), touched_area(group, grid));
        if (!forward || group.table.zone.empty()) continue;
        for (std::size_t b = 0; b < boundaries.size(); ++b) {
            if (boundaries[b].type != "well") continue;
            std::size_t count = 0;
            double area = 0;
            for (std::size_t n = 0; n < group.particles.size(); ++n) {
                const auto halt = group.particles[n].halt;
                if (group.taker[n] != static_cast<int>(b) || (halt != Halt::captured && halt != Halt::stopped)) continue;
                ++count;
                area += group.starts[n].area;
            }
            add(boundaries[b].name, group, "starts that it captures", count, area);
        }
    }
    return table;
}

Table pathline_table(const std::vector<ParticleGroup>& groups, const Grid& grid) {
    Table table{"pathlines", "Points of pathlines", {{"group", "", {}, {}}, {"particle", "1", {}, {}}}};
    for (const auto* length : {"x", "y", "z"}) table.columns.push_back({length, "m", {}, {}});
    table.columns.push_back({"travel_time", "d", {}, {}});
    for (const auto& group : groups) {
        if (!group.table.pathlines) continue;
        for (std::size_t n = 0; n < group.paths.size(); ++n)
            for (const auto& at : group.paths[n]) {
                const auto p = grid.georeference().to_crs(at.point);
                table.columns[0].texts.push_back(group.table.name.text);
                const std::array<double, 5> numbers{static_cast<double>(n + 1), p.x, p.y, p.z, at.time / seconds_per_day};
                for (std::size_t c = 0; c < numbers.size(); ++c) table.columns[c + 1].numbers.push_back(numbers[c]);
            }
    }
    return table;
}

LineSet pathlines_of(const ParticleGroup& group, const Grid& grid, const std::vector<NamedBoundary>& boundaries) {
    LineSet set;
    for (const char c : group.table.name.text) set.name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' ? c : '_';
    LineSet::Numbers travelled{"travel_time", "d", {}}, number{"particle", "1", {}}, whole{"travel_time", "d", {}},
        halt{"end_reason", "1", {}}, taker{"boundary", "1", {}};
    set.begin.push_back(0);
    for (std::size_t n = 0; n < group.paths.size(); ++n) {
        if (group.paths[n].empty()) continue;  // not released: nothing to draw
        for (const auto& at : group.paths[n]) {
            set.points.push_back(grid.georeference().to_crs(at.point));
            travelled.values.push_back(at.time / seconds_per_day);
        }
        set.begin.push_back(static_cast<Index>(set.points.size()));
        number.values.push_back(static_cast<double>(n + 1));
        whole.values.push_back(group.particles[n].time / seconds_per_day);
        halt.values.push_back(static_cast<double>(group.particles[n].halt));
        taker.values.push_back(static_cast<double>(group.taker[n] + 1));
    }
    set.point_values = {std::move(travelled)};
    set.line_values = {std::move(number), std::move(whole), std::move(halt), std::move(taker)};
    set.key =
        "end_reason: 0 time over, 1 left through a boundary or the grid's side, 2 captured, 3 stopped, 4 stagnant, 5 dry cell, 6 too many "
        "crossings; boundary:";
    for (std::size_t b = 0; b < boundaries.size(); ++b)
        set.key += fmt::format(" {} {} '{}'{}", b + 1, boundaries[b].type, boundaries[b].name, b + 1 < boundaries.size() ? "," : "");
    return set;
}

std::vector<std::string> particle_summary(const std::vector<ParticleGroup>& groups, const Grid& grid,
                                          const std::vector<NamedBoundary>& boundaries) {
    std::vector<std::string> lines;
    const auto names = names_of(boundaries);
    for (const auto& group : groups) {
        lines.push_back(fmt::format("particles '{}': {}, {}", group.table.name.text, group.particles.size(),
                                    words<TrackDirection>[static_cast<std::size_t>(group.table.direction)]));
        for (const auto& [end, times] : ends_of(group, grid, names))
            lines.push_back(fmt::format("  {:>7} {}{}, travel time {:.4g} d (median)", times.size(), end.first,
                                        end.second.empty() ? "" : " '" + end.second + "'", quantile(times, 0.5) / seconds_per_day));
    }
    const auto zones = capture_zone_table(groups, grid, boundaries);
    for (std::size_t row = 0; row < zones.columns[0].texts.size(); ++row)
        lines.push_back(fmt::format("capture zone of '{}' ({}, {}): {:.4g} ha", zones.columns[0].texts[row], zones.columns[1].texts[row],
                                    zones.columns[2].texts[row], zones.columns[4].numbers[row]));
    return lines;
}

}  // namespace galena
