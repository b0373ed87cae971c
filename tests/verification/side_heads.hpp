#pragma once
// Heads from a closed form, held on the four sides of a square grid: the aquifer inside is then part of an infinite one.

#include <array>
#include <cmath>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "temporary_folder.hpp"

namespace galena::verification {

/// From a function of plan coordinates; one CSV file per side. The square reaches from -half to half; files are in `folder`.
class SideHeads {
public:
    template <class Head>
    SideHeads(double half, double cell, Head&& head) {
        const auto count = static_cast<int>(std::lround(2 * half / cell));
        std::array<std::string, 4> text;
        for (auto& t : text) t = "x,y,head\n";
        for (int n = 0; n < count; ++n) {
            const double s = -half + (n + 0.5) * cell;
            const std::array<std::array<double, 2>, 4> places{{{-half, s}, {half, s}, {s, -half}, {s, half}}};
            for (std::size_t side = 0; side < 4; ++side)
                text[side] +=
                    fmt::format("{:.17g},{:.17g},{:.17g}\n", places[side][0], places[side][1], head(places[side][0], places[side][1]));
        }
        for (std::size_t side = 0; side < 4; ++side) {
            std::ofstream(folder / (names[side] + ".csv")) << text[side];
            boundaries += fmt::format(
                "[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead_field = {{ points = "
                "\"{0}.csv\", column = \"head\", unit = \"m\", method = \"nearest\" }}\n",
                names[side]);
        }
    }

    const std::array<std::string, 4> names{"west", "east", "south", "north"};
    TemporaryFolder folder;
    std::string boundaries;
};

}  // namespace galena::verification
