#pragma once
// Infiltration by another method than galena's, on a dense grid: explicit steps of the water content, fluxes by differences of Kirchhoff's
// potential ∫ K dψ, so that no mean of conductivities is involved but in the small part of gravity.

#include <algorithm>
#include <cmath>
#include <vector>

namespace galena::verification {

/// ∫ K dψ between two pressure heads [m], by the trapezoidal rule and linear interpolation. Law: static conductivity(ψ) [m/s], theta(ψ) [-],
/// pressure(θ) [m].
template <class Law>
class KirchhoffPotential {
public:
    KirchhoffPotential(double driest, double wettest) : driest_(driest), width_((wettest - driest) / points) {
        for (int n = 1; n <= points; ++n)
            values_.push_back(values_.back() + 0.5 * width_ * (Law::conductivity(place(n - 1)) + Law::conductivity(place(n))));
    }
    [[nodiscard]] double at(double psi) const {
        const double x = std::clamp((psi - driest_) / width_, 0.0, points - 1e-9);
        const auto n = static_cast<std::size_t>(x);
        return values_[n] + (x - static_cast<double>(n)) * (values_[n + 1] - values_[n]);
    }
    /// Largest K dψ/dθ [m²/s].
    [[nodiscard]] double largest_diffusivity() const {
        double largest = 0;
        for (int n = 1; n <= points; ++n)
            largest = std::max(largest, (values_[static_cast<std::size_t>(n)] - values_[static_cast<std::size_t>(n) - 1]) /
                                            (Law::theta(place(n)) - Law::theta(place(n - 1))));
        return largest;
    }

private:
    static constexpr int points = 20000;
    [[nodiscard]] double place(int n) const { return driest_ + n * width_; }

    double driest_, width_;
    std::vector<double> values_{0.0};
};

/// Pressure heads [m] of equal cells from the bottom up, `seconds` after the surface was brought to the pressure head `surface`; `psi`: those
/// at the start, `bottom`: held at the lower end. No pressure head may ever leave the range of those given.
template <class Law>
std::vector<double> explicit_infiltration(std::vector<double> psi, double surface, double bottom, double depth, double seconds) {
    const auto [least, most] = std::minmax_element(psi.begin(), psi.end());
    const KirchhoffPotential<Law> potential(std::min({*least, surface, bottom}), std::max({*most, surface, bottom}));
    const double dz = depth / static_cast<double>(psi.size()), longest = 0.2 * dz * dz / potential.largest_diffusivity();
    std::vector<double> theta, flux(psi.size() + 1);
    for (const double p : psi) theta.push_back(Law::theta(p));
    for (double t = 0; t < seconds;) {
        const double dt = std::min(longest, seconds - t);
        for (std::size_t f = 0; f <= theta.size(); ++f) {
            const double below = f > 0 ? psi[f - 1] : bottom, above = f < theta.size() ? psi[f] : surface;
            const double distance = f > 0 && f < theta.size() ? dz : 0.5 * dz;
            flux[f] = -(potential.at(above) - potential.at(below)) / distance - 0.5 * (Law::conductivity(below) + Law::conductivity(above));
        }
        for (std::size_t c = 0; c < theta.size(); ++c) {
            theta[c] += dt / dz * (flux[c] - flux[c + 1]);
            psi[c] = Law::pressure(theta[c]);
        }
        t += dt;
    }
    return psi;
}

/// Depth [m] at which the pressure head passes `level`, from cell centres counted from the bottom up; -1 where it does not.
inline double front_depth(const std::vector<double>& psi, double depth, double level) {
    const double dz = depth / static_cast<double>(psi.size());
    for (std::size_t c = psi.size() - 1; c > 0; --c)
        if (psi[c] > level && psi[c - 1] <= level) {
            const double part = (psi[c] - level) / (psi[c] - psi[c - 1]);
            return depth - (static_cast<double>(c) + 0.5 - part) * dz;
        }
    return -1;
}

}  // namespace galena::verification
