#pragma once
// How much a step of implicit Euler errs because of its length.

#include <cmath>
#include <string>

#include <fmt/format.h>

#include "core/parallel.hpp"
#include "grid/field.hpp"
#include "simulation/checkpoint.hpp"

namespace galena {

/// The leading term of the error that one step adds, ½ Δt² y'', with y'' from how the rate of change differs from that of the step before:
/// Δt² (rate − rate before)/(Δt + Δt before) (Thomas & Gladwell 1988; for Richards' equation Kavetski, Binning & Sloan 2001, eq. 15). After a
/// start or a jump the ground counts as having been at rest.
class StepError {
public:
    struct Worst {
        double error = 0;  ///< in the unit of what is watched
        Index cell = -1;
    };

    /// change(cell): of what is watched, over the step of this duration [s]; 0 for cells that are not.
    template <class Change>
    [[nodiscard]] Worst worst(Index cells, double duration, Change&& change) const {
        const bool at_rest = duration_before_ == 0;
        const double share = at_rest ? 0.5 : duration / (duration + duration_before_);
        const auto found = parallel_maximum(cells, [&](Index c) {
            const double expected = at_rest ? 0.0 : rate_before_[c] * duration;
            return share * std::abs(change(c) - expected);
        });
        return {found.value, found.index};
    }
    /// The step stands.
    template <class Change>
    void remember(const Grid& grid, double duration, Change&& change) {
        if (rate_before_.empty()) rate_before_ = CellField(grid);
        parallel_for(grid.cell_count(), [&](Index c) { rate_before_[c] = change(c) / duration; });
        duration_before_ = duration;
    }
    /// Something jumps: what was before says nothing of what follows.
    void forget() { duration_before_ = 0; }

    void save(CheckpointWriter& out, const std::string& name) const {
        out.write(fmt::format("{}_duration", name), duration_before_);
        if (duration_before_ > 0) out.write(name, rate_before_.span());
    }
    void load(CheckpointReader& in, const Grid& grid, const std::string& name) {
        duration_before_ = in.read(fmt::format("{}_duration", name));
        if (duration_before_ == 0) return;
        rate_before_ = CellField(grid);
        in.read(name, rate_before_.span());
    }

private:
    CellField rate_before_;
    double duration_before_ = 0;  ///< [s]; 0: at rest
};

}  // namespace galena
