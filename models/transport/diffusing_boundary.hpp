#pragma once
// A boundary of flow out of which substances also diffuse: a facility on a clay liner.

#include <memory>
#include <string>

#include "transport/solute_source.hpp"

namespace galena {

class DiffusingBoundary {
public:
    virtual ~DiffusingBoundary() = default;
    /// What diffuses of a substance besides the flow, as a source of its cells; null when nothing does.
    [[nodiscard]] virtual std::shared_ptr<SoluteSource> diffusion_of(const std::string& substance) = 0;
};

}  // namespace galena
