#pragma once
// [risk]: how `galena risk` samples, and what it asks of every run.

#include "scenario/section.hpp"

namespace galena {

enum class Sampling { monte_carlo, latin_hypercube, sobol };
template <>
inline const Words words<Sampling> = {"monte_carlo", "latin_hypercube", "sobol"};

enum class SensitivityMethod { tornado, morris, sobol };
template <>
inline const Words words<SensitivityMethod> = {"tornado", "morris", "sobol"};

/// [[risk.limit]]
struct RiskLimitTable {
    Name substance;
    std::optional<double> concentration, content;
    std::vector<Name> receptors;
    Name zone;
    Place place;
    Places places;

    static auto parameters() {
        using T = RiskLimitTable;
        return std::tuple{
            parameter("substance", &T::substance, "substance the limit is for"),
            parameter("concentration", &T::concentration, "mg/L", positive,
                      "dissolved concentration that counts as exceeded above it; each receptor's own limit, or that of its standard, when "
                      "absent"),
            parameter("receptors", &T::receptors, "observation points and [[receptor]]s it is judged at; all when absent"),
            parameter("content", &T::content, "mg/kg", positive,
                      "instead of concentration: total content per dry soil that counts as exceeded above it, in every cell of the zone"),
            parameter("zone", &T::zone, "cells whose content is judged; all when absent").with_default(),
        };
    }
    void check(ReadContext& context);
};

/// [[risk.correlation]]
struct RiskCorrelationTable {
    std::vector<Name> between;
    double rank = 0;
    Places places;

    static auto parameters() {
        using T = RiskCorrelationTable;
        return std::tuple{
            parameter("between", &T::between, "names of two distributions"),
            parameter("rank", &T::rank, "", Bounds{-1, 1, false, false}, "their rank correlation (Spearman)").source("Iman & Conover 1982"),
        };
    }
    void check(ReadContext& context);
};

/// [[risk.monitoring]]
struct RiskMonitoringTable {
    Name receptor, substance;
    double detection = 0, response = 0;
    std::vector<Name> wells;
    std::vector<double> intervals{0.5 * seconds_per_year};
    Places places;

    static auto parameters() {
        using T = RiskMonitoringTable;
        return std::tuple{
            parameter("receptor", &T::receptor,
                      "observation point or [[receptor]] that the wells protect: one that has a limit of the substance in [risk]"),
            parameter("substance", &T::substance, "that is sampled"),
            parameter("detection", &T::detection, "mg/L", positive,
                      "concentration that counts as a finding: above background and its scatter"),
            parameter("wells", &T::wells, "observation points and [[receptor]]s to choose from; all other observation points when absent"),
            parameter("intervals", &T::intervals, "a", not_negative, "times between samplings that are compared; 0: all the time")
                .with_default(),
            parameter("response", &T::response, "a", not_negative, "time that is needed to do something: a later finding is none")
                .with_default(),
        };
    }
};

struct RiskTable {
    static constexpr std::string_view section = "risk",
                                      meaning = "how galena risk samples what is uncertain, and what it asks of every run";

    int samples = 200;
    Sampling sampling = Sampling::latin_hypercube;
    int seed = 1;
    int workers = 0;
    double max_failed = 0.05;
    double confidence = 0.95;
    std::vector<double> times;
    bool map = true;
    std::vector<RiskLimitTable> limits;
    std::vector<RiskCorrelationTable> correlations;
    std::vector<RiskMonitoringTable> monitoring;
    std::vector<SensitivityMethod> sensitivity;
    std::vector<Name> sobol_values;
    int trajectories = 10, levels = 4, base_samples = 128, bootstrap = 500;
    Place place;
    Places places;

    static auto parameters() {
        using T = RiskTable;
        return std::tuple{
            parameter("samples", &T::samples, between(2, 1e6), "runs of the ensemble").with_default(),
            parameter("sampling", &T::sampling, "how the runs are spread over the distributions; sobol is best with 2^m samples")
                .with_default(),
            parameter("seed", &T::seed, between(0, 2e9), "of all random numbers: the same seed gives the same ensemble").with_default(),
            parameter("workers", &T::workers, between(0, 1024), "runs at the same time; 0: as many as there are cores and memory")
                .with_default(),
            parameter("max_failed", &T::max_failed, "", fraction, "part of the runs that may fail").with_default(),
            parameter("confidence", &T::confidence, "", open_fraction, "of the intervals").with_default(),
            parameter("times", &T::times, "a", not_negative, "times after the start that are reported; the output times when absent"),
            parameter("map", &T::map, "write the probability of exceedance of every cell").with_default(),
            parameter("limit", &T::limits, "limits whose exceedance is counted; those of all [[receptor]]s when absent"),
            parameter("correlation", &T::correlations, "rank correlations between distributions"),
            parameter("monitoring", &T::monitoring, "monitoring wells that are ranked by what they would have seen"),
            parameter("sensitivity", &T::sensitivity, "further runs that tell which distributions matter"),
            parameter("trajectories", &T::trajectories, between(2, 10000),
                      "of Morris's method; each needs one run per distribution and one more")
                .with_default(),
            parameter("levels", &T::levels, between(2, 100), "of Morris's grid; even").with_default(),
            parameter("base_samples", &T::base_samples, between(8, 1e6),
                      "of Sobol's indices; each needs one run per distribution and two more; best 2^m")
                .with_default(),
            parameter("sobol_values", &T::sobol_values,
                      "names of the distributions that Sobol's indices are asked for, the others at their central values: those that a "
                      "screening found to matter; all when absent"),
            parameter("bootstrap", &T::bootstrap, between(0, 100000), "resamples for the intervals of Sobol's indices").with_default(),
        };
    }
    void check(ReadContext& context);
    [[nodiscard]] bool asks_for(SensitivityMethod method) const;
    /// True when Sobol's indices are asked for a distribution of that name.
    [[nodiscard]] bool decomposes(const std::string& name) const;
};

}  // namespace galena
