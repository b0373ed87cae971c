#pragma once
// Sources of solutes that lie in ground which is dug out: they end with it.

#include "remediation/measure.hpp"
#include "transport/solute_source.hpp"

namespace galena {

class BuriedSources {
public:
    /// What may be dug: the cells of a zone with all that lies on them, down to `over_dig` below it; all of it, or what exceeds a target.
    struct Pit {
        std::span<const Index> zone;
        double over_dig = 0;
        bool all_of_it = true;
    };
    /// Mistakes go to `diagnostics`: unknown sources, such as lie elsewhere, and such as cannot end in part.
    void find(const Measure& measure, const std::vector<Name>& names, const Pit& pit, const Site& site, const Grid& grid,
              Diagnostics& diagnostics);
    /// Ends them in the cells dug.
    void end(EditSession& session, const std::string& layer, std::span<const Index> dug) const;

private:
    std::vector<std::shared_ptr<SoluteSource>> list_;
};

}  // namespace galena
