#pragma once
// The limits of a standard in ascending severity: screening and intervention value of a land use, the classes of a water standard, or a
// single limit. What lies above the n-th rung and not above the next has level n; 0 exceeds nothing.

#include <limits>

#include "assessment/standard.hpp"

namespace galena {

/// One rung for every substance: "screening", "III".
struct Rung {
    std::string label;
    std::vector<std::string> uses;
    LimitKind kind = LimitKind::limit;
};

/// The rungs of a standard for one class or use; without one, all classes that are numbered I, II, ... in their order, or the only use
/// there is. Empty when `use` is not known, or when none is given and several compete.
std::vector<Rung> rungs_of(const Standard& standard, const std::string& use);

/// The limits of one substance on the rungs, quick to look up per cell.
class LimitLadder {
public:
    LimitLadder(const Standard& standard, const std::vector<Rung>& rungs, const std::string& substance);

    [[nodiscard]] std::size_t size() const { return rungs_.size(); }
    /// The limit of a rung at a pH, SI; infinite where the standard has none.
    [[nodiscard]] double limit(std::size_t rung, double ph) const {
        for (const auto& bin : rungs_[rung])
            if (ph > bin.above && ph <= bin.upto) return bin.value;
        return std::numeric_limits<double>::infinity();
    }
    /// The highest rung that is exceeded, counted from 1; 0 when none is.
    [[nodiscard]] int level(double value, double ph) const {
        for (std::size_t rung = rungs_.size(); rung > 0; --rung)
            if (value > limit(rung - 1, ph)) return static_cast<int>(rung);
        return 0;
    }
    /// Value over the limit of the lowest rung that has one (the standard index Pi of HJ 610-2016); 0 without any.
    [[nodiscard]] double index(double value, double ph) const {
        for (std::size_t rung = 0; rung < rungs_.size(); ++rung)
            if (const double l = limit(rung, ph); l < std::numeric_limits<double>::infinity()) return value / l;
        return 0;
    }
    [[nodiscard]] bool depends_on_ph() const { return depends_on_ph_; }
    /// The least certain of the rows used.
    [[nodiscard]] const std::string& confidence() const { return confidence_; }
    [[nodiscard]] bool well_known() const { return well_known_; }
    [[nodiscard]] const std::string& unit() const { return unit_; }

private:
    struct Bin {
        double above, upto, value;
    };
    std::vector<std::vector<Bin>> rungs_;
    bool depends_on_ph_ = false, well_known_ = true;
    std::string confidence_, unit_;
};

}  // namespace galena
