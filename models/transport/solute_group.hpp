#pragma once
// Solutes that share an operator: water fluxes, conductances and the choice of fast cells are kept once for all.

#include "numerics/face_operators.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

struct SoluteTransport::Group {
    double diffusion = 0;  ///< molecular [m²/s]
    TransportOperator transport;
    std::vector<Index> members;  ///< numbers of the solutes
    std::vector<ExplicitSolute> solutes;
    std::unique_ptr<ExplicitStep> step;
};

}  // namespace galena
