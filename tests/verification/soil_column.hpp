#pragma once
// A column of soil as a site file, 1 m² in plan with the ground's surface at 0, and soils of the literature.

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "site_builder.hpp"

namespace galena::verification {

/// Layers are [[grid.layer]] tables from the top down; `rest`: every other table.
inline std::string column_of_layers(const std::string& layers, const std::string& duration, const std::string& rest) {
    return fmt::format(R"(
[site]
name = "column"
start = 2020-01-01
duration = "{}"
[grid]
nx = 1
ny = 1
dx = "1 m"
dy = "1 m"
top = "0 m"
minimum_thickness = "1 mm"
{}
{}
)",
                       duration, layers, rest);
}

inline std::string layer(const std::string& name, double thickness, int cells) {
    return fmt::format("[[grid.layer]]\nname = \"{}\"\nthickness = \"{:.17g} m\"\ncells = {}\n", name, thickness, cells);
}

/// One layer of `cells` equal cells over `depth` m.
inline std::string column(double depth, int cells, const std::string& duration, const std::string& rest) {
    return column_of_layers(layer("soil", depth, cells), duration, rest);
}

/// Heads [m] as a column of a CSV file, from pressure heads that are the same everywhere.
inline std::string uniform_pressure(double depth, int cells, double pressure) {
    std::vector<double> heads;
    for (int k = 0; k < cells; ++k) heads.push_back(-depth + (k + 0.5) * depth / cells + pressure);
    return one_column(heads);
}

/// Pressure heads [m] of the cells, from the bottom up.
inline std::vector<double> pressure_heads(const SiteRun& run) {
    std::vector<double> psi;
    for (Index c = 0; c < run.grid().cell_count(); ++c) psi.push_back(run.head(c) - run.grid().elevation(c));
    return psi;
}

/// van Genuchten (1980) with Mualem's conductivity and L = 1/2; metres, and seconds or days as ks has them.
struct SoilLaw {
    double theta_r, theta_s, alpha, n, ks;
    [[nodiscard]] double saturation(double psi) const { return psi < 0 ? std::pow(1 + std::pow(-alpha * psi, n), 1 / n - 1) : 1.0; }
    [[nodiscard]] double theta(double psi) const { return theta_r + (theta_s - theta_r) * saturation(psi); }
    [[nodiscard]] double conductivity(double psi) const {
        const double m = 1 - 1 / n, se = saturation(psi);
        return ks * std::sqrt(se) * std::pow(1 - std::pow(1 - std::pow(se, 1 / m), m), 2);
    }
    /// Pressure head at which the conductivity is k < ks.
    [[nodiscard]] double pressure_of_conductivity(double k) const {
        double wet = 0, dry = -1e4 / alpha;
        for (int i = 0; i < 200; ++i) {
            const double middle = 0.5 * (wet + dry);
            (conductivity(middle) > k ? wet : dry) = middle;
        }
        return 0.5 * (wet + dry);
    }
    /// [[medium]] and [[retention]] of a zone; ks in m/d.
    [[nodiscard]] std::string tables(const std::string& zone = "all") const {
        return fmt::format(R"(
[[medium]]
zone = "{0}"
hydraulic_conductivity = "{1:.17g} m/d"
specific_storage = "0 1/m"
porosity = {2:.17g}
[[retention]]
type = "van_genuchten"
zone = "{0}"
alpha = "{3:.17g} 1/m"
n = {4:.17g}
residual_water_content = {5:.17g}
)",
                           zone, ks, theta_s, alpha, n, theta_r);
    }
};

}  // namespace galena::verification
