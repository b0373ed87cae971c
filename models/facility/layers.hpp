#pragma once
// What a liner or a cover is built of, as somebody who has to pay for it counts it.

#include <string>
#include <vector>

namespace galena {

/// One layer: an item of the unit costs, and how much of it a square metre takes.
struct BuiltLayer {
    std::string item;
    double per_area = 1;
    std::string unit = "m2";  ///< of the quantity: m3 where per_area is a thickness
};
using BuiltLayers = std::vector<BuiltLayer>;

/// Clay under a membrane. What is thinner than a compacted layer can be is a geosynthetic clay liner (5 to 10 mm), bought by area.
inline BuiltLayer clay_layer(double thickness) {
    constexpr double thinnest_compacted = 0.05;
    if (thickness < thinnest_compacted) return {"geosynthetic_clay"};
    return {"compacted_clay", thickness, "m3"};
}

}  // namespace galena
