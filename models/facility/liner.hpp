#pragma once
// What lies between a facility and the ground, and how much water it lets through. One file per kind in models/facility/liner.

#include <memory>
#include <vector>

#include "facility/layers.hpp"
#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"

namespace galena {

/// Tailings on a liner: they lead water to a defect.
struct Overburden {
    double conductivity = infinite;  ///< [m/s]; infinite: open water
    double thickness = 0;            ///< [m]
    [[nodiscard]] bool present() const { return thickness > 0 && conductivity < infinite; }
};

/// The moment at which a liner is asked: it ages.
struct LinerMoment {
    Date origin;
    double from = 0, to = 0;  ///< seconds after the start
    [[nodiscard]] double value(const Series& series) const { return series.at_end(origin, from, to); }
};

class Liner {
public:
    static constexpr std::string_view family = "liner";
    virtual ~Liner() = default;
    Place place;
    Places places;

    /// Flux per plan area [m/s] under a drop of total head [m] between the top of the liner and the water under it; 0 for a drop of 0,
    /// growing with it. The overburden's own resistance to uniform flow is not in it, that to flow towards a defect is.
    [[nodiscard]] virtual double flux(double drop, const Overburden& overburden, const LinerMoment& moment) const = 0;
    /// Flux per drop [1/s] where that is a constant, infinite where nothing resists; NaN where the flux is not linear in the drop.
    [[nodiscard]] virtual double leakance(const LinerMoment& moment) const {
        (void)moment;
        return std::numeric_limits<double>::quiet_NaN();
    }
    /// Of all its layers [m]; it lies below the floor.
    [[nodiscard]] virtual double depth() const { return 0; }
    /// What a layer of clay adds to the solute that its water carries: effective diffusion times porosity over thickness [m/s].
    [[nodiscard]] virtual double diffusion() const { return 0; }
    [[nodiscard]] virtual std::vector<const Series*> series() const { return {}; }
    /// What it costs: items of `liner` in the unit costs.
    [[nodiscard]] virtual BuiltLayers layers() const = 0;
    /// "clay of 0.75 m, 1e-09 m/s", for people.
    [[nodiscard]] virtual std::string text() const = 0;
};
}  // namespace galena
