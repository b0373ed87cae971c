#include "facility/facility_floor.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include <boost/math/tools/roots.hpp>
#include <fmt/format.h>

#include "grid/polygon.hpp"

namespace galena {

std::vector<Index> FacilityFloor::columns(const std::string& facility, const Name& zone, const std::optional<FilePath>& polygon,
                                          const Domain& domain, Diagnostics& diagnostics) {
    const auto& grid = domain.grid;
    std::set<Index> tops;
    if (!polygon) {
        for (const Index c : domain.zones.cells(zone, diagnostics)) tops.insert(grid.top_active_cell(c));
        return {tops.begin(), tops.end()};
    }
    const auto outline = read_polygon(polygon->path.string(), polygon->place, diagnostics);
    if (outline.empty()) return {};
    for (const auto& part : outline.polygons())
        for (const auto& ring : part.rings())
            for (std::size_t v = 0; v < ring.size(); ++v)
                if (grid.find_column({ring.x[v], ring.y[v], 0}) < 0) {
                    diagnostics.error(
                        polygon->place,
                        fmt::format("the liner of '{}' lies outside the grid: the outline passes x = {:.10g} m, y = {:.10g} m", facility,
                                    ring.x[v], ring.y[v]),
                        reach_of(grid));
                    return {};
                }
    for (Index c = 0; c < grid.column_count(); ++c) {
        const auto p = grid.centre_crs(c);
        if (outline.contains(p.x, p.y) && grid.top_active_cell(c) >= 0) tops.insert(grid.top_active_cell(c));
    }
    if (tops.empty())
        diagnostics.error(polygon->place, fmt::format("the outline of '{}' holds no centre of an active column", facility), reach_of(grid));
    return {tops.begin(), tops.end()};
}

void FacilityFloor::resolve(const std::vector<Index>& cells, const std::optional<SpatialValue>& elevation, const Site& site, Domain& domain,
                            Diagnostics& diagnostics) {
    area.clear();
    base.clear();
    total_area = 0;
    lowest = infinite;
    const auto floor = elevation ? field_of(*elevation, site, domain, diagnostics) : CellField();
    for (const Index c : cells) {
        area.push_back(domain.grid.area(c));
        base.push_back(elevation ? floor[c] : domain.grid.top(c));
        total_area += area.back();
        lowest = std::min(lowest, base.back());
    }
}

void FacilityFloor::adopt_medium(const std::vector<Index>& cells, const Liner& liner, const Domain& domain) {
    centre.clear();
    resistance.clear();
    for (std::size_t n = 0; n < cells.size(); ++n) {
        centre.push_back(std::min(base[n] - liner.depth(), domain.grid.elevation(cells[n])));
        resistance.push_back(0.5 * domain.grid.thickness(cells[n]) / domain.medium.conductivity(Axis::z, cells[n]));
    }
}

namespace {

/// q = liner(drop − q · resistance): what a liner that is not linear passes in series with a resistance [s] to uniform flow.
double through_nonlinear(const Liner& liner, double drop, double resistance, const Overburden& waste, const LinerMoment& moment) {
    if (drop <= 0) return 0;
    const double most = liner.flux(drop, waste, moment);
    if (most * resistance <= 1e-14 * drop) return most;
    const auto excess = [&](double q) { return q - liner.flux(drop - q * resistance, waste, moment); };
    const double bound = std::min(most, drop / resistance);
    if (excess(bound) <= 0) return bound;
    std::uintmax_t iterations = 200;
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, 0.0, bound, boost::math::tools::eps_tolerance<double>(50), iterations);
    return 0.5 * (low + high);
}

}  // namespace

FacilityFloor::Seepage FacilityFloor::seepage(std::size_t n, double stage, const Overburden& waste, double head, const Liner& liner,
                                              const LinerMoment& moment) const {
    const double above = waste.present() ? waste.thickness / waste.conductivity : 0.0, leakance = liner.leakance(moment);
    const auto driven = [&](double drop, double in_series) {
        return std::isnan(leakance) ? through_nonlinear(liner, drop, in_series, waste, moment) : drop / (in_series + 1 / leakance);
    };
    const double below = std::max(head, centre[n]);
    const auto pressed = [&](double level) { return driven(stage - level, above + resistance[n]); };
    const double connected = pressed(below), open = driven(stage - base[n] + liner.depth(), above);
    if (open < connected) return {std::max(0.0, open), 0};
    if (head <= centre[n]) return {std::max(0.0, connected), 0};
    if (!std::isnan(leakance)) return {connected, 1 / (above + resistance[n] + 1 / leakance)};
    const double nearby = 1e-6 * std::max(1e-3, stage - below);
    return {connected, std::max(0.0, (connected - pressed(below + nearby)) / nearby)};
}

double mean_decay(double a) { return a > 1e-12 ? -std::expm1(-a) / a : 1.0; }

double reservoir_outflow(double held, double fed, double duration, double time) {
    const double a = duration / time;
    return fed * (1 - mean_decay(a)) - held * std::expm1(-a);
}

}  // namespace galena
