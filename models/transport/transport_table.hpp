#pragma once
// The table [transport] of the site file.

#include "scenario/reader.hpp"
#include "transport/dispersion.hpp"

namespace galena {

enum class AdvectionScheme { upwind, tvd };
enum class DispersionKind { diagonal, tensor };
enum class Stepping { automatic, explicit_steps, local, implicit };
enum class TvdLimiter { van_leer, koren, superbee, modflow };
template <>
inline const Words words<AdvectionScheme> = {"upwind", "tvd"};
template <>
inline const Words words<DispersionKind> = {"diagonal", "tensor"};
template <>
inline const Words words<VelocityAt> = {"face", "cell"};
template <>
inline const Words words<Stepping> = {"automatic", "explicit", "local", "implicit"};
template <>
inline const Words words<TvdLimiter> = {"van_leer", "koren", "superbee", "modflow"};

/// Other dispersivities in a zone.
struct ZoneDispersivity {
    Name zone;
    SpatialValue longitudinal_dispersivity;
    std::optional<SpatialValue> transverse_horizontal_dispersivity, transverse_vertical_dispersivity;

    static auto parameters() {
        using T = ZoneDispersivity;
        return std::tuple{
            parameter("zone", &T::zone, "cells with other dispersivities"),
            parameter("longitudinal_dispersivity", &T::longitudinal_dispersivity, "m", not_negative, "along the flow, in this zone"),
            parameter("transverse_horizontal_dispersivity", &T::transverse_horizontal_dispersivity, "m", not_negative,
                      "a tenth of the longitudinal when absent"),
            parameter("transverse_vertical_dispersivity", &T::transverse_vertical_dispersivity, "m", not_negative,
                      "a hundredth of the longitudinal when absent"),
        };
    }
};

/// [transport]
struct TransportTable {
    static constexpr std::string_view section = "transport", meaning = "transport of dissolved substances";

    std::optional<SpatialValue> longitudinal_dispersivity, transverse_horizontal_dispersivity, transverse_vertical_dispersivity;
    std::optional<double> plume_length;
    std::vector<ZoneDispersivity> zones;
    TvdLimiter limiter = TvdLimiter::van_leer;
    AdvectionScheme advection = AdvectionScheme::upwind;
    DispersionKind dispersion = DispersionKind::diagonal;
    VelocityAt dispersion_velocity = VelocityAt::face;
    Stepping stepping = Stepping::automatic;
    std::optional<double> time_weighting;
    double negligible = 1e-10;
    double courant = 1;
    double initial_step = 86400;
    double growth = 2;
    std::optional<double> maximum_step;
    double tolerance = 1e-12;
    double nonlinear_tolerance = 1e-8;
    int maximum_iterations = 1000;
    std::string solver;
    Place place;
    Places places;

    static auto parameters() {
        using T = TransportTable;
        return std::tuple{
            parameter("longitudinal_dispersivity", &T::longitudinal_dispersivity, "m", not_negative, "along the flow; 0 when absent"),
            parameter("transverse_horizontal_dispersivity", &T::transverse_horizontal_dispersivity, "m", not_negative,
                      "across the flow, horizontally; a tenth of the longitudinal when absent"),
            parameter("transverse_vertical_dispersivity", &T::transverse_vertical_dispersivity, "m", not_negative,
                      "across the flow, vertically; a hundredth of the longitudinal when absent"),
            parameter("plume_length", &T::plume_length, "m", Bounds{1, 1e6, true, true},
                      "length that the plume travels: gives the longitudinal dispersivity where none is given, 0.83 m (log10 length)^2.414")
                .source("Xu & Eckstein 1995, eq. 14b"),
            parameter("in_zone", &T::zones, "zones with other dispersivities; later ones override earlier ones"),
            parameter("advection", &T::advection, "upwind (first order, smears fronts) or tvd (second order, sharp, no new extremes)")
                .with_default(),
            parameter("limiter", &T::limiter,
                      "of tvd: van_leer (smooth), koren (sharper), superbee (sharpest, steepens smooth fronts); modflow: van_leer with "
                      "the slope towards the cell that most water comes from, as MODFLOW 6 (implicit steps only)")
                .with_default(),
            parameter("dispersion", &T::dispersion, "diagonal, or tensor: with the cross terms, for flow oblique to the grid")
                .with_default()
                .source("Burnett & Frind 1987, eq. 7"),
            parameter(
                "dispersion_velocity", &T::dispersion_velocity,
                "velocity across a face that its dispersion goes by: of the face, or of the cell on each side, as in MODFLOW 6 (nothing "
                "then spreads out of a cell whose inflow and outflow cancel, such as that of a well)")
                .with_default(),
            parameter(
                "stepping", &T::stepping,
                "automatic (the cheapest of the others, by the number of cells and steps; vertical dispersion by columns where that is "
                "cheaper; implicit where water amounts change or a law is not linear); explicit (in as many steps as the fastest cell asks "
                "for); local (explicit, but implicit in the few fastest cells); implicit")
                .with_default(),
            parameter("time_weighting", &T::time_weighting, "", between(0.5, 1),
                      "of implicit steps: share of the fluxes that goes by the end of a step. 1 is fully implicit, 0.5 of second order in "
                      "time; cells that a step renews more than once take more, so that all stays bounded. 0.5 with tvd, 1 with upwind "
                      "when absent")
                .source("Crank & Nicolson 1947; bounded after Zalesak 1979"),
            parameter("negligible", &T::negligible, "", between(0, 1e-3),
                      "share of the largest concentration below which ground beyond a plume is not computed in explicit steps; its amounts "
                      "stay and are counted")
                .with_default(),
            parameter(
                "courant", &T::courant, "", positive,
                "implicit steps are chosen so that no cell's mobile and sorbed amount is renewed more often than this in a step; with "
                "stepping = \"automatic\" no cell but the fastest 2 % of those in which water moves")
                .with_default(),
            parameter("initial_step", &T::initial_step, "d", positive, "longest first step").with_default(),
            parameter("growth", &T::growth, "", between(1, 100), "largest ratio of one step to the one before").with_default(),
            parameter("maximum_step", &T::maximum_step, "d", positive, "longest step"),
            parameter("tolerance", &T::tolerance, "", Bounds{0, 1e-3, false, true}, "relative residual of the linear solver")
                .with_default(),
            parameter("nonlinear_tolerance", &T::nonlinear_tolerance, "", Bounds{0, 1e-2, false, true},
                      "change of the last Newton iteration over the largest concentration, where sorption is not linear; amounts are "
                      "conserved whatever it is")
                .with_default(),
            parameter("maximum_iterations", &T::maximum_iterations, between(1, 1e6), "of the linear solver").with_default(),
            parameter("solver", &T::solver, "linear solver; the best one when absent").with_default(),
        };
    }
    void check(ReadContext& context) const {
        if (advection == AdvectionScheme::upwind)
            reading::report_unused(places, "transport", {"limiter"}, "upwind fluxes are not limited; set advection = \"tvd\"", context);
        if (!longitudinal_dispersivity && !transverse_horizontal_dispersivity && !transverse_vertical_dispersivity && !plume_length &&
            zones.empty())
            reading::report_unused(places, "transport", {"dispersion", "dispersion_velocity"}, "no dispersivity is given", context);
        if (stepping == Stepping::implicit)
            reading::report_unused(places, "transport", {"negligible"}, "implicit steps compute every cell", context);
    }
};

}  // namespace galena
