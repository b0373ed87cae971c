#pragma once
// [health_risk]: who is exposed to which soil and water.

#include "assessment/health_risk.hpp"
#include "scenario/section.hpp"

namespace galena {

template <>
inline const Words words<LandUse> = {"class1", "class2"};

/// [[health_risk.population]]
struct PopulationTable {
    Name name;
    LandUse land_use = LandUse::class1;
    Name zone{"all", {}};
    std::optional<Name> well;
    Place place;
    Places places;

    static auto parameters() {
        using T = PopulationTable;
        return std::tuple{
            parameter("name", &T::name, "of the people, in tables and fields"),
            parameter("land_use", &T::land_use, "class1: homes, schools, parks; class2: industry, shops, roads (GB 36600-2018)")
                .with_default(),
            parameter("zone", &T::zone, "their soil: the highest cell of each of its columns").with_default(),
            parameter("well", &T::well, "[[observation]] whose water they drink; none when absent"),
        };
    }
};

/// Protection of groundwater under contaminated soil.
struct LeachingTable {
    std::string standard = "GB/T 14848-2017", use = "III";
    double source_length = 40;
    std::map<std::string, double> distribution_coefficient;
    Places places;

    static auto parameters() {
        using T = LeachingTable;
        return std::tuple{
            parameter("standard", &T::standard, "that the groundwater has to meet").with_default(),
            parameter("class", &T::use, "class or use of that standard").with_default(),
            parameter("source_length", &T::source_length, "m", positive, "extent of the soil along the groundwater flow")
                .with_default()
                .source("HJ 25.3-2019, appendix G (from memory)"),
            parameter("distribution_coefficient", &T::distribution_coefficient, "L/kg", not_negative, "Kd of the soil, by substance"),
        };
    }
};

struct HealthRiskTable {
    static constexpr std::string_view section = "health_risk",
                                      meaning = "cancer risk and hazard to people by soil and groundwater (HJ 25.3-2019)";
    static constexpr std::string_view needs = "transport";

    std::vector<PopulationTable> populations;
    std::optional<FilePath> parameters_file, toxicity;
    std::optional<LeachingTable> leaching;
    Place place;
    Places places;

    static auto parameters() {
        using T = HealthRiskTable;
        return std::tuple{
            parameter("population", &T::populations, "people with the same land use, soil and well: [[health_risk.population]]"),
            parameter("parameters", &T::parameters_file, "CSV of exposure parameters; those of HJ 25.3-2019 as shipped when absent"),
            parameter("toxicity", &T::toxicity, "CSV of toxicity; as shipped when absent"),
            parameter("leaching", &T::leaching, "control values that protect the groundwater below; none when absent"),
        };
    }
};

}  // namespace galena
