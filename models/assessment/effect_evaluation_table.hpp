#pragma once
// [effect_evaluation]: how the result of a remediation would be judged from samples.

#include "assessment/sample_statistics.hpp"
#include "scenario/section.hpp"

namespace galena {

template <>
inline const Words words<UclMethod> = {"student_t", "chebyshev", "bootstrap", "land_h"};

/// [[effect_evaluation.soil]]
struct SoilEvaluationTable {
    Name name;
    Name zone{"all", {}};
    std::map<std::string, double> target;
    int samples = 0;
    UclMethod ucl = UclMethod::student_t;
    double relative_error = 0;
    std::optional<double> detection_limit;
    int trials = 1000;
    int seed = 1;
    Places places;

    static auto parameters() {
        using T = SoilEvaluationTable;
        return std::tuple{
            parameter("name", &T::name, "of the area, in the table"),
            parameter("zone", &T::zone, "what is sampled: the highest cell of each of its columns, every point as likely").with_default(),
            parameter("target", &T::target, "mg/kg", positive, "of the remediation, by substance"),
            parameter("samples", &T::samples, between(0, 1000),
                      "how many are taken; 0: as many as HJ 25.5 wants for a pit bottom of this area")
                .with_default(),
            parameter("ucl", &T::ucl, "upper confidence limit of the mean, for 8 samples and more").with_default(),
            parameter("relative_error", &T::relative_error, "", between(0, 1), "standard deviation of a measurement over its value")
                .with_default(),
            parameter("detection_limit", &T::detection_limit, "mg/kg", positive, "results below it are only known to be below"),
            parameter("trials", &T::trials, between(10, 100000), "times the sampling is repeated").with_default(),
            parameter("seed", &T::seed, between(0, 2e9), "of the random draws").with_default(),
        };
    }
};

/// [[effect_evaluation.groundwater]]
struct GroundwaterEvaluationTable {
    Name well;
    std::map<std::string, double> target;
    std::optional<Date> begin;
    double interval = 0.25 * seconds_per_year;
    int batches = 8;
    UclMethod ucl = UclMethod::student_t;
    Places places;

    static auto parameters() {
        using T = GroundwaterEvaluationTable;
        return std::tuple{
            parameter("well", &T::well, "[[observation]] that is sampled"),
            parameter("target", &T::target, "mg/L", positive, "of the remediation, by substance"),
            parameter("begin", &T::begin, "date of the first batch; the start when absent"),
            parameter("interval", &T::interval, "d", positive, "between batches").with_default(),
            parameter("batches", &T::batches, between(4, 1000), "the latest that are judged together").with_default(),
            parameter("ucl", &T::ucl, "upper confidence limit of the mean").with_default(),
        };
    }
};

struct EffectEvaluationTable {
    static constexpr std::string_view section = "effect_evaluation",
                                      meaning = "whether samples would show that a remediation succeeded (HJ 25.5-2018, HJ 25.6-2019)";
    static constexpr std::string_view needs = "transport";

    std::vector<SoilEvaluationTable> soil;
    std::vector<GroundwaterEvaluationTable> groundwater;
    Place place;

    static auto parameters() {
        using T = EffectEvaluationTable;
        return std::tuple{
            parameter("soil", &T::soil, "areas of soil: [[effect_evaluation.soil]]"),
            parameter("groundwater", &T::groundwater, "wells: [[effect_evaluation.groundwater]]"),
        };
    }
};

}  // namespace galena
