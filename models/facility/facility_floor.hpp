#pragma once
// The floor of a facility: the highest cells of the columns under it, and what seeps from it through waste and liner into them.

#include <optional>
#include <vector>

#include "facility/liner.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

class FacilityFloor {
public:
    std::vector<double> area, base, centre, resistance;  ///< per cell: in plan [m²], floor and cell's centre [m], between them [s]
    double total_area = 0, lowest = 0;

    /// The highest active cells of the columns above a zone, or within an outline; an outline that leaves the grid is a mistake.
    static std::vector<Index> columns(const std::string& facility, const Name& zone, const std::optional<FilePath>& polygon,
                                      const Domain& domain, Diagnostics& diagnostics);
    /// elevation: of the floor, the top of the liner; the top of the ground when absent.
    void resolve(const std::vector<Index>& cells, const std::optional<SpatialValue>& elevation, const Site& site, Domain& domain,
                 Diagnostics& diagnostics);
    void adopt_medium(const std::vector<Index>& cells, const Liner& liner, const Domain& domain);

    struct Seepage {
        double flux = 0, slope = 0;  ///< [m/s], −d(flux)/d(head) [1/s]
    };
    /// Down from water at a stage [m] through waste of a thickness (saturated) and the liner into the n-th cell, whose head is given. Under
    /// the liner the pores are open to the air as long as the ground carries off what comes; else the water in the ground presses back. The
    /// smaller of both fluxes is the one that is. Negative where groundwater rises into the facility through a liner that lets it.
    [[nodiscard]] Seepage seepage(std::size_t n, double stage, const Overburden& waste, double head, const Liner& liner,
                                  const LinerMoment& moment) const;

private:
    /// Into open pores.
    [[nodiscard]] double open_flux(double drop, const Overburden& waste, const Liner& liner, const LinerMoment& moment) const;

    struct Last {
        double drop = 0, thickness = 0, from = -1, to = -1, flux = 0;
    };
    mutable Last last_;
};

/// What a linear reservoir of the amount `held` gives in a step, fed with `fed` during it: dW/dt = fed/duration − W/time, exact.
double reservoir_outflow(double held, double fed, double duration, double time);
/// (1 − exp(−a))/a: the mean over a step of a decay that is exp(−a) at its end.
double mean_decay(double a);

}  // namespace galena
