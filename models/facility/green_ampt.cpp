#include "facility/green_ampt.hpp"

#include <cmath>
#include <cstdint>

#include <boost/math/tools/roots.hpp>

namespace galena {

double green_ampt(double time, double conductivity, double depth, double suction, double deficit) {
    if (time <= 0) return 0;
    const double s = (depth + suction) * deficit, kt = conductivity * time;
    const auto excess = [&](double f) { return f - s * std::log1p(f / s) - kt; };
    // F lies above K t and, as F − s ln(1 + F/s) ≥ F²/(2(s + F)), below K t + √(K t (K t + 2 s)).
    std::uintmax_t iterations = 200;
    const double most = kt + std::sqrt(kt * (kt + 2 * s));
    const auto [low, high] =
        boost::math::tools::toms748_solve(excess, kt, most * (1 + 1e-12), boost::math::tools::eps_tolerance<double>(50), iterations);
    return 0.5 * (low + high);
}

}  // namespace galena
