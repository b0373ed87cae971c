#include "transport/solute_source.hpp"

namespace galena {

REGISTER_SECTION(SoluteSources)

void SoluteSource::resolve(const Site&, Domain& domain, Diagnostics& diagnostics) { cells_ = domain.zones.cells(zone, diagnostics); }

}  // namespace galena
