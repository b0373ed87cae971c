#include "facility/dam_failure.hpp"

#include <cmath>

namespace galena {

DamFailure rico_2008(double stored, double height) {
    const double volume = 0.354 * std::pow(stored, 1.01);
    return {volume, 1.61 * std::pow(height * volume, 0.66)};
}

DamFailure concha_larrauri_lall_2018(double stored, double height) {
    const double volume = std::pow(10, -0.477 + 0.954 * std::log10(stored));
    return {volume, std::pow(10, 0.484 + 0.545 * std::log10(height * volume / stored * volume))};
}

double inundated_area(double volume) { return 80 * std::pow(volume, 2.0 / 3); }

}  // namespace galena
