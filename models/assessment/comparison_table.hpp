#pragma once
// [assessment]: which standards a run is held against, where.

#include "scenario/section.hpp"

namespace galena {

/// [[assessment.comparison]]
struct ComparisonTable {
    Name name;
    std::string standard;
    std::string use;
    Name zone{"all", {}};
    std::vector<Name> receptors;
    std::vector<Name> substances;
    Place place;
    Places places;

    static auto parameters() {
        using T = ComparisonTable;
        return std::tuple{
            parameter("name", &T::name, "of this comparison, in tables and fields"),
            parameter("standard", &T::standard, "name of a standard, such as \"GB/T 14848-2017\", shipped or of your own tables"),
            parameter("class", &T::use,
                      "class or use of the standard, such as \"III\" or \"class1_residential\"; all numbered classes when absent")
                .with_default(),
            parameter("zone", &T::zone, "cells that are judged").with_default(),
            parameter("receptors", &T::receptors, "names of the [[observation]] points and [[receptor]]s that are judged; all when absent"),
            parameter("substances", &T::substances, "which are judged; all when absent"),
        };
    }
};

struct AssessmentTable {
    static constexpr std::string_view section = "assessment", meaning = "standards that soil and water are held against";
    static constexpr std::string_view needs = "transport";

    std::vector<FilePath> limits;
    std::vector<ComparisonTable> comparisons;
    Places places;

    static auto parameters() {
        using T = AssessmentTable;
        return std::tuple{
            parameter(
                "limits", &T::limits,
                "CSV files of limits of your own, with the columns of data/standards; their rows go before shipped ones of the same name"),
            parameter("comparison", &T::comparisons, "what is held against which standard: [[assessment.comparison]]"),
        };
    }
};

}  // namespace galena
