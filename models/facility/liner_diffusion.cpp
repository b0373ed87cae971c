#include "facility/liner_diffusion.hpp"

#include <cmath>
#include <numeric>

#include "facility/waste_facility.hpp"

namespace galena {

double diffusive_exchange(double flux, double diffusion) {
    const double x = diffusion > 0 ? std::abs(flux) / diffusion : 0.0;
    return x > 1e-12 ? diffusion * x / std::expm1(x) : diffusion;
}

LinerDiffusion::LinerDiffusion(WasteFacility& facility, const std::string& of) : facility_(facility) {
    label = facility.label;
    substance = {of, facility.place};
    place = facility.place;
    cells_ = facility.cells();
}

void LinerDiffusion::exchange(double duration, std::span<const double>, std::span<double> coefficient,
                              std::span<double> equilibrium) const {
    facility_.diffuse(substance.text, duration, coefficient, equilibrium);
}

void LinerDiffusion::take(std::span<const double> dissolved) {
    facility_.take_diffused(substance.text, std::accumulate(dissolved.begin(), dissolved.end(), 0.0));
}

}  // namespace galena
