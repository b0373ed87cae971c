#pragma once
// What a site says about its flow: [flow].

#include <optional>
#include <string>

#include "flow/ground.hpp"
#include "scenario/reader.hpp"

namespace galena {

enum class Regime { steady, transient };
template <>
inline const Words words<Regime> = {"steady", "transient"};

/// What is done where layers are not level (numerics/deformed_layers.hpp).
enum class SlopingLayers { corrected, two_point };
template <>
inline const Words words<SlopingLayers> = {"corrected", "two_point"};
template <>
inline const Words words<Weighting> = {"upstream", "central"};

/// [flow]
struct FlowTable {
    static constexpr std::string_view section = "flow",
                                      meaning = "flow of water in the ground: saturated, with a water table, or variably saturated";

    Formulation formulation = Formulation::saturated;
    Regime regime = Regime::steady;
    Weighting weighting = Weighting::central;
    SpatialValue initial_head;
    std::optional<double> tolerance;
    int maximum_iterations = 2000;
    int maximum_newton_iterations = 50;
    std::string solver;
    std::optional<SlopingLayers> sloping_layers;
    double initial_step = 86400;
    double growth = 1.5;
    std::optional<double> maximum_step;
    std::optional<double> maximum_head_change;
    std::optional<double> head_error, water_content_error;
    Place place;
    Places places;

    static auto parameters() {
        using T = FlowTable;
        return std::tuple{
            parameter("formulation", &T::formulation,
                      "saturated: pores are full at any head; water_table: they are full below the head, and what specific yield leaves "
                      "stays above it; variably_saturated: retention curves tell (Richards)")
                .with_default(),
            parameter("regime", &T::regime, "steady: flow is in balance with its boundaries at every time; transient: storage counts")
                .with_default(),
            parameter(
                "weighting", &T::weighting,
                "variably saturated: relative conductivity of a face; central: the mean of both cells, second order where the grid is fine "
                "enough, else upstream; where a step does not converge with it, upstream stands in; upstream: of the cell the water comes "
                "from, first order and monotone")
                .with_default(),
            parameter("initial_head", &T::initial_head, "m", anything, "hydraulic head at the start; the first guess of a steady state"),
            parameter("tolerance", &T::tolerance, "", Bounds{0, 0.1, false, true},
                      "imbalance over all cells at which iterations end, as a fraction of the water that passes; when absent 1e-10 in "
                      "saturated ground; else 1e-7 in a steady state and 1e-6 in a step, where the next one makes up for what is left"),
            parameter("maximum_iterations", &T::maximum_iterations, between(1, 1e6), "of the linear solver").with_default(),
            parameter("maximum_newton_iterations", &T::maximum_newton_iterations, between(1, 1000), "of the nonlinear boundaries")
                .with_default(),
            parameter("solver", &T::solver, "linear solver; the best one when absent").with_default(),
            parameter(
                "sloping_layers", &T::sloping_layers,
                "where layers are not level: corrected: fluxes by all components of the gradient (second order; the default; with a water "
                "table or variably saturated, two-point ones stand in where they do not converge); two_point: along the layer and "
                "across it as if it were level, the error is estimated"),
            parameter("initial_step", &T::initial_step, "d", positive, "transient: first step after the start and after every event")
                .with_default(),
            parameter("growth", &T::growth, "", between(1, 10), "transient: largest ratio of one step to the one before").with_default(),
            parameter("maximum_step", &T::maximum_step, "d", positive, "transient: longest step"),
            parameter("maximum_head_change", &T::maximum_head_change, "m", positive,
                      "transient: steps are chosen so that heads change about this much"),
            parameter("head_error", &T::head_error, "m", positive,
                      "transient: largest error that the length of one step may add to a head; longer steps are repeated shorter. A "
                      "quarter of it halves the error of the run")
                .source("Thomas & Gladwell 1988"),
            parameter("water_content_error", &T::water_content_error, "", Bounds{0, 1, false, true},
                      "transient, with a water table or variably saturated: the same of the water content; where fronts pass it says more "
                      "than head_error. Variably saturated: 0.01 when neither is given; 1 bounds nothing")
                .source("Kavetski, Binning & Sloan 2001"),
        };
    }
    void check(ReadContext& context) {
        if (formulation != Formulation::variably_saturated)
            reading::report_unused(places, "flow", {"weighting"}, "only variably saturated ground has a relative conductivity to weigh",
                                   context);
        if (formulation == Formulation::saturated)
            reading::report_unused(places, "flow", {"water_content_error"}, "ground that is always full has no water content to watch",
                                   context);
        if (regime == Regime::steady)
            reading::report_unused(places, "flow",
                                   {"initial_step", "growth", "maximum_step", "maximum_head_change", "head_error", "water_content_error"},
                                   "steady flow chooses no steps; set regime = \"transient\"", context);
    }
};

}  // namespace galena
