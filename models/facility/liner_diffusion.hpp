#pragma once
// What diffuses through a liner besides the flow. Steady transport through a layer of clay, from water of C0 above to C in the cell below, with
// the flux q and d = n De/L (van Genuchten & Parker 1984):
//     J = q C0 + d B(|q|/d) (C0 − C),   B(x) = x/(exp(x) − 1)
// The first term is the flow's, which brings C0 where q > 0 (where q < 0 it takes C away). The second is an exchange with the cell below, solved
// together with its concentration; it may go back into the waste.

#include "transport/solute_source.hpp"

namespace galena {

class WasteFacility;

/// d B(|q|/d) [m/s]: per plan area and difference of concentration.
double diffusive_exchange(double flux, double diffusion);

class LinerDiffusion final : public SoluteSource {
public:
    LinerDiffusion(WasteFacility& facility, const std::string& substance);

    [[nodiscard]] std::string_view type() const override { return "liner_diffusion"; }
    [[nodiscard]] bool exchanges() const override { return true; }
    void exchange(double duration, std::span<const double> water, std::span<double> coefficient,
                  std::span<double> equilibrium) const override;
    void take(std::span<const double> dissolved) override;
    [[nodiscard]] std::vector<const Series*> series() const override { return {}; }

private:
    WasteFacility& facility_;
};

}  // namespace galena
