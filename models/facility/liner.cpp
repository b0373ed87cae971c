#include "facility/liner.hpp"

#include <cmath>

namespace galena {

double diffusion_factor(double flux, double diffusion) {
    if (!(diffusion > 0) || !(flux > 0)) return 1;
    return -1 / std::expm1(-flux / diffusion);
}

}  // namespace galena
