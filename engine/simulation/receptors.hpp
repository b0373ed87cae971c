#pragma once
// Receptors as models offer them to studies: by name and limits, and what each sees of a state.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulation/domain.hpp"
#include "simulation/state.hpp"

namespace galena {

class Receptors {
public:
    struct Receptor {
        std::string name;
        std::map<std::string, double> limits;  ///< by substance [kg/m³]
    };
    virtual ~Receptors() = default;
    [[nodiscard]] virtual const std::vector<Receptor>& list() const = 0;
    /// Dissolved concentration of a substance (its number in the state) at a receptor (its number in the list) [kg/m³].
    [[nodiscard]] virtual double concentration(std::size_t receptor, const State& state, Index substance) const = 0;

    using Create = std::function<std::unique_ptr<Receptors>(const Site&, const Domain&, Diagnostics&)>;
    /// How to make them; set by the model that knows them.
    static Create& maker();
    /// nullptr where the site has none. Mistakes go to `diagnostics`.
    static std::unique_ptr<Receptors> of(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
        return maker() ? maker()(site, domain, diagnostics) : nullptr;
    }
};

}  // namespace galena
