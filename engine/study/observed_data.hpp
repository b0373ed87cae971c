#pragma once
// Measured heads and concentrations beside the simulated ones, and the trend in what was measured.

#include "scenario/section.hpp"
#include "study/statistics.hpp"

namespace galena {

/// [[observed]]
struct ObservedTable {
    Name point, substance;
    std::optional<Series> heads, concentrations;
    std::optional<double> limit;
    Place place;
    Places places;

    static auto parameters() {
        using T = ObservedTable;
        return std::tuple{
            parameter("point", &T::point, "observation point the values were measured at"),
            parameter("heads", &T::heads, "m", anything, "measured hydraulic heads (or give concentrations)"),
            parameter("concentrations", &T::concentrations, "mg/L", not_negative, "measured dissolved concentrations of the substance"),
            parameter("substance", &T::substance, "substance of the concentrations").with_default(),
            parameter("limit", &T::limit, "mg/L", positive, "the trend is followed up to this concentration"),
        };
    }
    void check(ReadContext& context);
};
struct ObservedTables {
    static constexpr std::string_view section = "observed", meaning = "measured heads and concentrations that the run is compared with";
    std::vector<ObservedTable> list;
};

/// How well simulated values meet measured ones.
struct Fit {
    std::size_t count = 0;
    double bias = 0;            ///< mean of simulated − measured
    double rmse = 0;            ///< root mean square of the same
    double nash_sutcliffe = 0;  ///< 1 − Σ(sim − meas)² / Σ(meas − mean)² (Nash and Sutcliffe 1970); NaN where measurements do not vary
};
Fit fit_of(const std::vector<double>& measured, const std::vector<double>& simulated);

/// Time from the last measurement until the trend line reaches the limit; 0 when the last value of the line lies above it, infinite when
/// the line does not rise to it. In the unit of the times.
double time_to_limit(const Trend& trend, double last_time, double limit);

}  // namespace galena
