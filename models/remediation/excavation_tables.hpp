#pragma once
// Tables within [[measure]] of type excavation.

#include "scenario/reader.hpp"

namespace galena {

/// Where soil goes, by its content.
struct Destination {
    std::string name;
    std::string item = "landfill";
    std::map<std::string, double> above;
    double distance = 30e3;

    static auto parameters() {
        using T = Destination;
        return std::tuple{
            parameter("name", &T::name, "of the destination, for the manifest"),
            parameter("item", &T::item, "what it costs: an item of `disposal` in the unit costs").with_default(),
            parameter("above", &T::above, "mg/kg", not_negative,
                      "soil with a higher content of any of these goes here; destinations are tried in their order, one without takes all"),
            parameter("distance", &T::distance, "km", not_negative, "of haulage, one way").with_default(),
        };
    }
};

struct Stockpile {
    double duration = 0, height = 2, infiltration = 0, dust = 0;
    Name leaches_into, dusts_onto;
    Places places;

    static auto parameters() {
        using T = Stockpile;
        return std::tuple{
            parameter("duration", &T::duration, "d", positive, "how long the soil lies there"),
            parameter("height", &T::height, "m", positive, "of the heap: with the volume it gives the area").with_default(),
            parameter("infiltration", &T::infiltration, "mm/a", not_negative, "water that seeps through it").with_default(),
            parameter("dust", &T::dust, "kg/m2/a", not_negative, "soil that the wind carries off").with_default(),
            parameter("leaches_into", &T::leaches_into, "zone that the leachate reaches; it is caught when absent").with_default(),
            parameter("dusts_onto", &T::dusts_onto, "zone that the dust settles on; it leaves the site when absent").with_default(),
        };
    }
};

/// Waste on the ground that goes with it: a heap that is no part of the grid.
struct DugWaste {
    double volume = 0, bulk_density = 1600;
    std::map<std::string, double> content;

    static auto parameters() {
        using T = DugWaste;
        return std::tuple{
            parameter("volume", &T::volume, "m3", positive, "of the heap"),
            parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "of the waste, dry").with_default(),
            parameter("content", &T::content, "mg/kg", not_negative, "of the waste by substance: it decides where the waste goes"),
        };
    }
};

}  // namespace galena
