#pragma once
// [[recirculation]]: what one boundary takes out of the ground enters it again through another, treated on the way or not.

#include "scenario/section.hpp"

namespace galena {

/// One table of [[recirculation]].
struct RecirculationTable {
    Name from, into;
    std::map<std::string, double> removed;
    Places places;

    static auto parameters() {
        using T = RecirculationTable;
        return std::tuple{
            parameter("from", &T::from, "boundary, usually a well, whose leaving water is taken"),
            parameter("into", &T::into,
                      "boundary whose entering water it is, as far as it lasts; the rest has that boundary's own concentration"),
            parameter("removed", &T::removed, "", between(0, 1),
                      "share that treatment takes out on the way, by substance; the rest is passed on"),
        };
    }
};

struct RecirculationTables {
    static constexpr std::string_view section = "recirculation",
                                      meaning = "what one boundary takes out of the ground enters again through another";
    static constexpr std::string_view needs = "transport";
    std::vector<RecirculationTable> list;
};

}  // namespace galena
