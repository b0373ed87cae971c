#pragma once
// How much water the ground holds, and how well it conducts, at a pressure head below zero. One file per law in models/flow/retention.

#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/domain.hpp"

namespace galena {

/// A law at some pressure heads: effective saturation Se = (θ − θr)/(θs − θr), relative conductivity K/Ks, and their derivatives by the
/// pressure head [1/m], all not negative. One number per pressure head.
struct RetentionValues {
    std::span<double> saturation, saturation_slope, conductivity, conductivity_slope;
};

class RetentionCurve {
public:
    static constexpr std::string_view family = "retention";
    virtual ~RetentionCurve() = default;

    // Keys of every curve.
    Name zone{"all", {}};
    double residual_water_content = 0;
    Place place;
    Places places;

    [[nodiscard]] virtual std::string_view type() const = 0;
    /// Reads what it needs from files; mistakes go to `diagnostics`.
    virtual void resolve(Diagnostics& diagnostics) { (void)diagnostics; }
    virtual void evaluate(std::span<const double> pressure_head, const RetentionValues& out) const = 0;
    /// Pressure heads [m] at which the effective saturation is as given, above 0 and below 1.
    virtual void pressure_head(std::span<const double> saturation, std::span<double> out) const = 0;
    /// "alpha 3.35 1/m, n 2": for the summary.
    [[nodiscard]] virtual std::string text() const = 0;
};

/// [[retention]]
struct RetentionCurves {
    static constexpr std::string_view section = "retention",
                                      meaning = "retention curve of the ground in a zone; later tables override earlier ones";
    static constexpr std::string_view needs = "flow";
    std::vector<std::shared_ptr<RetentionCurve>> list;
};

/// Keys that every curve has, to be joined with its own.
inline auto retention_parameters() {
    return std::tuple{
        parameter("zone", &RetentionCurve::zone, "cells that follow this curve").with_default(),
        parameter("residual_water_content", &RetentionCurve::residual_water_content, "", Bounds{0, 1, true, false},
                  "water per volume that no suction takes out; full ground holds its porosity")
            .with_default(),
    };
}

}  // namespace galena
