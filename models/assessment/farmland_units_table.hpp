#pragma once
// [farmland_units] of the site file.

#include "scenario/section.hpp"

namespace galena {

/// [[farmland_units.unit]]
struct UnitTable {
    Name name;
    Name zone;
    bool safe_use = false, control = false;
    Place place;

    static auto parameters() {
        using T = UnitTable;
        return std::tuple{
            parameter("name", &T::name, "of the unit, as in the file of produce"),
            parameter("zone", &T::zone, "its land: the highest cell of each of its columns"),
            parameter("safe_use", &T::safe_use,
                      "its land of class 2 is farmed under safe-use measures; so is what lies under an agronomic_control")
                .with_default(),
            parameter("control", &T::control, "its land of class 3 is under control measures; so is what lies under phytoextraction")
                .with_default(),
        };
    }
};

struct FarmlandUnitsTable {
    static constexpr std::string_view section = "farmland_units",
                                      meaning = "farmland by evaluation unit: classes settled per unit, adjusted by produce; safe-use rate";
    static constexpr std::string_view needs = "transport";

    std::string use = "farmland_other";
    std::vector<FilePath> limits;
    std::vector<UnitTable> units;
    std::optional<FilePath> produce, points;
    std::string produce_standard = "GB 2762-2022";
    bool produce_follows_content = false;
    Place place;
    Places places;

    static auto parameters() {
        using T = FarmlandUnitsTable;
        return std::tuple{
            parameter("use", &T::use, "farmland_paddy, farmland_orchard or farmland_other (or a use of your own table)").with_default(),
            parameter("limits", &T::limits, "CSV files of limits of your own, beside those of GB 15618-2018 and of produce"),
            parameter("unit", &T::units, "evaluation units: [[farmland_units.unit]]"),
            parameter("points", &T::points,
                      "CSV of sampling points (columns x, y): a cell takes the class of the nearest; every cell is a point when absent"),
            parameter("produce", &T::produce, "CSV of samples of produce (columns unit, crop, substance, content in mg/kg)"),
            parameter("produce_standard", &T::produce_standard, "limits of produce").with_default(),
            parameter("produce_follows_content", &T::produce_follows_content,
                      "contents of produce change in proportion to the mean content of the soil of their unit")
                .with_default(),
        };
    }
};

}  // namespace galena
