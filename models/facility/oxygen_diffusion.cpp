#include "facility/oxygen_diffusion.hpp"

#include <cmath>

namespace galena {

double oxygen_diffusion(double porosity, double saturation) {
    constexpr double in_air = 1.8e-5, in_water = 2.5e-9, solubility = 0.03;
    const double air = porosity * (1 - saturation), water = porosity * saturation;
    return (in_air * std::pow(air, 3.3) + solubility * in_water * std::pow(water, 3.3)) / (porosity * porosity);
}

double oxygen_flux(double diffusion, double rate, double cover_resistance) {
    return oxygen_in_air / (cover_resistance + 1 / std::sqrt(rate * diffusion));
}

}  // namespace galena
