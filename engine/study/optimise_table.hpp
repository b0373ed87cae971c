#pragma once
// [optimise]: what `galena optimise` may choose, and what the plan has to keep.

#include "scenario/section.hpp"

namespace galena {

/// [[optimise.variable]]
struct OptimiseVariableTable {
    Name key;
    std::optional<QuantityNode> low, high;
    std::vector<QuantityNode> values;
    bool whole = false;
    Place place;
    Places places;

    static auto parameters() {
        using T = OptimiseVariableTable;
        return std::tuple{
            parameter("key", &T::key,
                      "what is chosen, by table, name and key: \"measure.plant.well.P1.rate\", \"measure.plant.duration\", "
                      "\"zone.trench.x_max\"; "
                      "or a measure that is done or not: \"measure.slurry wall\""),
            parameter("low", &T::low, "lowest value: a quantity, a number or a date"),
            parameter("high", &T::high, "highest value"),
            parameter("whole", &T::whole, "only whole numbers from low to high: every one is tried").with_default(),
            parameter("values", &T::values, "the values to choose from, instead of low and high: every one is tried"),
        };
    }
    void check(ReadContext& context);
};

/// [[optimise.limit]]
struct OptimiseLimitTable {
    Name receptor, substance;
    std::optional<double> below;
    std::optional<Date> from, until;
    Place place;
    Places places;

    static auto parameters() {
        using T = OptimiseLimitTable;
        return std::tuple{
            parameter("receptor", &T::receptor, "name of a [[receptor]]"),
            parameter("substance", &T::substance, "whose dissolved concentration is limited"),
            parameter("below", &T::below, "mg/L", positive, "the limit; that of the receptor when absent"),
            parameter("from", &T::from, "it has to be kept from this date on; from the start when absent"),
            parameter("until", &T::until, "and until this date; until the end when absent"),
        };
    }
};

enum class OptimiseGoal { net_present_cost, capital, operation };
template <>
inline const Words words<OptimiseGoal> = {"net_present_cost", "capital", "operation"};

struct OptimiseTable {
    static constexpr std::string_view section = "optimise",
                                      meaning = "the cheapest plan that keeps limits: what `galena optimise` may choose";

    Name scenario;
    OptimiseGoal goal = OptimiseGoal::net_present_cost;
    int global_trials = 40, local_trials = 30;
    double tolerance = 1e-3;
    std::vector<OptimiseVariableTable> variables;
    std::vector<OptimiseLimitTable> limits;
    Place place;
    Places places;

    static auto parameters() {
        using T = OptimiseTable;
        return std::tuple{
            parameter("scenario", &T::scenario, "the [[scenario]] that is optimised; the base site with all measures when absent")
                .with_default(),
            parameter("goal", &T::goal, "what is made small, at middle prices").with_default(),
            parameter("global_trials", &T::global_trials, between(0, 1e6), "runs of the search over the whole range of the variables")
                .with_default(),
            parameter("local_trials", &T::local_trials, between(0, 1e6), "runs of the search around the best of these").with_default(),
            parameter("tolerance", &T::tolerance, "", Bounds{0, 1, false, false},
                      "the local search ends when its steps are this part of the ranges")
                .with_default(),
            parameter("variable", &T::variables, "what may be chosen: [[optimise.variable]]"),
            parameter("limit", &T::limits, "what has to be kept: [[optimise.limit]]"),
        };
    }
};

}  // namespace galena
