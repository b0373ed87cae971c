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
    last_ = {};
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

/// q = liner(drop − q · resistance): what a liner that is not linear passes in series with a resistance [s] to uniform flow. Liners resist
/// far more than what lies above, so that the equation nearly iterates itself; where that does not settle at once, brackets do.
double through_nonlinear(const Liner& liner, double drop, double resistance, const Overburden& waste, const LinerMoment& moment) {
    if (drop <= 0) return 0;
    const double most = liner.flux(drop, waste, moment);
    double q = std::min(most, drop / resistance), before = most;
    for (int n = 0; n < 12; ++n) {
        const double next = liner.flux(drop - q * resistance, waste, moment);
        const double change = next - q;
        if (std::abs(change) <= 4e-15 * most) return next;
        if (n > 0 && std::abs(change) > 0.1 * std::abs(before)) break;
        before = change;
        q = next;
    }
    const auto excess = [&](double flux) { return flux - liner.flux(drop - flux * resistance, waste, moment); };
    const double bound = std::min(most, drop / resistance);
    if (excess(bound) <= 0) return bound;
    std::uintmax_t iterations = 200;
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, 0.0, bound, boost::math::tools::eps_tolerance<double>(50), iterations);
    return 0.5 * (low + high);
}

}  // namespace

/// The flux is the same for all cells of a level floor: the last one is remembered.
double FacilityFloor::open_flux(double drop, const Overburden& waste, const Liner& liner, const LinerMoment& moment) const {
    const bool same = last_.drop == drop && last_.thickness == waste.thickness && last_.from == moment.from && last_.to == moment.to;
    if (same) return last_.flux;
    const double above = waste.present() ? waste.thickness / waste.conductivity : 0.0, leakance = liner.leakance(moment);
    const double flux = std::isnan(leakance) ? through_nonlinear(liner, drop, above, waste, moment) : drop / (above + 1 / leakance);
    last_ = {drop, waste.thickness, moment.from, moment.to, std::max(0.0, flux)};
    return last_.flux;
}

FacilityFloor::Seepage FacilityFloor::seepage(std::size_t n, double stage, const Overburden& waste, double head, const Liner& liner,
                                              const LinerMoment& moment) const {
    const double open = open_flux(stage - base[n] + liner.depth(), waste, liner, moment);
    const double below = std::max(head, centre[n]), level_under_liner = base[n] - liner.depth();
    // Open pores as long as the water that comes leaves the liner's underside without pressure.
    if (below + open * resistance[n] <= level_under_liner) return {open, 0};
    const double above = waste.present() ? waste.thickness / waste.conductivity : 0.0, leakance = liner.leakance(moment);
    const double in_series = above + resistance[n];
    const bool slides = head > centre[n];
    if (!std::isnan(leakance)) {
        const double flux = (stage - below) / (in_series + 1 / leakance);
        return {slides ? flux : std::max(0.0, flux), slides ? 1 / (in_series + 1 / leakance) : 0.0};
    }
    const auto pressed = [&](double level) { return through_nonlinear(liner, stage - level, in_series, waste, moment); };
    const double connected = pressed(below);
    if (!slides) return {connected, 0};
    const double nearby = 1e-6 * std::max(1e-3, stage - below);
    return {connected, std::max(0.0, (connected - pressed(below + nearby)) / nearby)};
}

double mean_decay(double a) { return a > 1e-12 ? -std::expm1(-a) / a : 1.0; }

double reservoir_outflow(double held, double fed, double duration, double time) {
    const double a = duration / time;
    return fed * (1 - mean_decay(a)) - held * std::expm1(-a);
}

}  // namespace galena
