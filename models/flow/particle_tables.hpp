#pragma once
// What groups of particles found, as tables and lines.

#include "flow/particles.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// A boundary as the tables name it.
struct NamedBoundary {
    std::string type, name;
};

/// Quantile p of numbers sorted upwards, linear between them (Hyndman & Fan 1996, type 7); NaN of none.
double quantile(std::span<const double> sorted, double p);

/// "particles": one row per particle: where it started and ended, how long it took and why it ended.
Table particle_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries);
/// "particle_ends": per group and end reason the number of particles and quantiles of their travel times.
Table particle_end_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries);
/// "capture_zones": the plan area each well draws its water from. Of forward particles the area that those captured stand for; of backward
/// ones from a well the area of the columns that their pathlines touch.
Table capture_zone_table(const std::vector<ParticleGroup>& groups, const Grid& grid, const std::vector<NamedBoundary>& boundaries);
/// "pathlines": the points of every pathline that is kept.
Table pathline_table(const std::vector<ParticleGroup>& groups, const Grid& grid);

/// The pathlines of a group.
LineSet pathlines_of(const ParticleGroup& group, const Grid& grid, const std::vector<NamedBoundary>& boundaries);

/// One line per group: how many particles ended how.
std::vector<std::string> particle_summary(const std::vector<ParticleGroup>& groups, const Grid& grid,
                                          const std::vector<NamedBoundary>& boundaries);

}  // namespace galena
