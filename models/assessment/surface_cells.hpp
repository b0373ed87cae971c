#pragma once
// The surface that people, plants and samplers meet.

#include "simulation/domain.hpp"

namespace galena {

/// The highest cell of the zone in each of its columns, ascending. An unknown zone is a mistake and gives none.
std::vector<Index> surface_cells(const Domain& domain, const Name& zone, Diagnostics& diagnostics);

}  // namespace galena
