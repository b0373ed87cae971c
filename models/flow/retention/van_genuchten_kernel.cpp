#include "flow/retention/van_genuchten_kernel.hpp"

#include <algorithm>

#include "core/vector_clones.hpp"
#include "core/vector_math.hpp"

namespace galena {

// No branches: full ground is computed at the air-entry head (or a suction of next to nothing) and its values are then put aside.
template <bool square_root>
[[gnu::always_inline]] static inline void evaluate_curve(const VanGenuchtenShape& shape, const double* pressure, double* saturation,
                                                         double* saturation_slope, double* conductivity, double* conductivity_slope,
                                                         std::size_t count) {
    const double alpha = shape.alpha, n = shape.n, m = 1 - 1 / n, exponent = shape.connectivity, air_entry = shape.air_entry;
    const double se_unit = 1 / shape.entry_saturation, f_unit = 1 / shape.entry_mualem;
    const double least = std::max(air_entry, 1e-12 / alpha);
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double suction = std::max(-pressure[i], least);
        const double log_x = n * std::log(alpha * suction), x = std::exp(log_x), log_u = std::log1p(x), u = 1 + x;
        const double log_part = x > 1e6 ? -1 / x + 0.5 / (x * x) : log_x - log_u;  // of x / (1 + x)
        const double se = std::exp(-m * log_u) * se_unit, f = -std::expm1(m * log_part);
        const double steepness = m * n * x / (suction * u);  // of log se
        const double f_slope = m * n * (1 - f) / (suction * u);
        const double weight = square_root ? std::sqrt(se) : std::pow(se, exponent);
        const double k = weight * (f * f_unit) * (f * f_unit);
        const double k_slope = f > 0 ? k * (exponent * steepness + 2 * f_slope / f) : 0;
        const bool full = -pressure[i] <= air_entry;
        saturation[i] = full ? 1 : se;
        saturation_slope[i] = full ? 0 : steepness * se;
        conductivity[i] = full ? 1 : k;
        conductivity_slope[i] = full ? 0 : k_slope;
    }
}

GALENA_CLONES void van_genuchten_kernel(const VanGenuchtenShape& shape, std::span<const double> pressure_head, const RetentionValues& out) {
    const auto run = [&](auto square_root) {
        evaluate_curve<square_root>(shape, pressure_head.data(), out.saturation.data(), out.saturation_slope.data(),
                                    out.conductivity.data(), out.conductivity_slope.data(), pressure_head.size());
    };
    shape.connectivity == 0.5 ? run(std::true_type()) : run(std::false_type());
}

GALENA_CLONES void van_genuchten_inverse_kernel(const VanGenuchtenShape& shape, std::span<const double> saturation,
                                                std::span<double> pressure_head) {
    const double exponent = -1 / (1 - 1 / shape.n), root = 1 / shape.n, scale = -1 / shape.alpha, entry = shape.entry_saturation;
    const double* s = saturation.data();
    double* out = pressure_head.data();
#pragma omp simd
    for (std::size_t i = 0; i < saturation.size(); ++i) out[i] = scale * std::pow(std::expm1(exponent * std::log(s[i] * entry)), root);
}

}  // namespace galena
