// What a tailings pond tells of itself at output times, indicators of its dam included. Indicators only: stability is another matter.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "facility/tailings_pond.hpp"

namespace galena {

/// The steepest upward gradient at the toe, between the two highest cells of its columns [-].
double TailingsPond::exit_gradient(const Moment& moment) const {
    const auto& grid = moment.domain.grid;
    double steepest = 0;
    for (const Index top : toe_cells_) {
        const Index below = top - grid.column_count();
        if (below < 0 || !grid.active(below)) continue;
        const auto& head = moment.state.hydraulic_head;
        steepest = std::max(steepest, (head[below] - head[top]) / (grid.elevation(top) - grid.elevation(below)));
    }
    return steepest;
}

std::vector<FacilityFigure> TailingsPond::figures(const Moment& moment) const {
    const double surface = basin_.stage(tailings_volume(now_.solids, now_.consolidating));
    std::vector<FacilityFigure> all{
        {"water level", "m", surface + now_.depth},
        {"free water", "m3", now_.free},
        {"area of free water", "m2", now_.free > 0 ? floor_.total_area * share_covered(surface + now_.depth) : 0.0},
        {"seepage", "m3/a", now_.seepage, true},
        {"seepage per area", "mm/a", now_.seepage / floor_.total_area, true},
        {"water seeped since the start", "m3", now_.seeped},
        {"overflow", "m3/a", now_.overflow, true},
        {"water overflowed since the start", "m3", now_.overflowed}};
    if (tailings) {
        all.push_back({"thickness of the tailings", "m", tailings_volume(now_.solids, now_.consolidating) / floor_.total_area});
        all.push_back({"consolidation water", "m3", now_.consolidating});
        all.push_back({"drainable pore water", "m3", now_.drainable});
    }
    chemistry_.add_figures(concentration, all);
    if (dam) {
        // Kozeny's parabola with its focus at the toe drain, y² = y0² + 2 y0 x, through the edge of the pond (Casagrande 1937).
        const bool drains = now_.drain_time > 0 && now_.free <= 0;
        const double height = drains ? now_.drainable / (tailings->specific_yield * floor_.total_area)
                                     : std::max(0.0, surface + now_.depth - basin_.lowest());
        const double focal = std::hypot(dam->toe_distance, height) - dam->toe_distance;
        all.push_back({"phreatic line above the toe drain", "m", focal});
        all.push_back({"phreatic line half way", "m", std::sqrt(focal * focal + focal * dam->toe_distance)});
        all.push_back({"seepage through the dam per length", "m2/d", dam->conductivity * focal});
        if (!toe_cells_.empty()) all.push_back({"exit gradient at the toe", "1", exit_gradient(moment)});
    }
    return all;
}

std::vector<std::string> TailingsPond::closing_lines() const {
    std::vector<std::string> lines{
        fmt::format("pond '{}' ({}): {} seeped into the ground", label.text, liner->text(), quantity_text(now_.seeped, unit("m3")))};
    if (now_.overflowed > 0) lines.front() += fmt::format(", {} went over the spillway", quantity_text(now_.overflowed, unit("m3")));
    add_release_lines(lines);
    chemistry_.add_lines(lines);
    return lines;
}

}  // namespace galena
