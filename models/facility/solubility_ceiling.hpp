#pragma once
// What water can hold at most of a substance (data/leaching/solubility.csv): no leach model may give more.

#include <map>
#include <string>

#include "core/error.hpp"

namespace galena {

struct SolubilityCeiling {
    double concentration = 0;  ///< [kg/m³]
    std::string salt;          ///< whose solubility that is
    std::string lower_where;   ///< a mineral that often holds it lower, for people; may be empty
};

class SolubilityCeilings {
public:
    /// Reads the table shipped, or the edited copy in $GALENA_DATA; mistakes in it go to `diagnostics`, told at `asked_at`.
    static SolubilityCeilings read(const Place& asked_at, Diagnostics& diagnostics);
    /// Of a substance by its key; the row `*` where it has none of its own.
    [[nodiscard]] const SolubilityCeiling& of(const std::string& substance) const;

private:
    std::map<std::string, SolubilityCeiling> rows_;
};

}  // namespace galena
