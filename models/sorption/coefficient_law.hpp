#pragma once
// Laws with a distribution coefficient per cell, whatever it follows from.

#include "sorption/isotherm.hpp"

namespace galena {

class CoefficientLaw : public Isotherm {
public:
    [[nodiscard]] const CellCoefficient* distribution_coefficient() const override { return &coefficient_; }
    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override {
        for (std::size_t i = 0; i < concentration.size(); ++i) {
            slope[i] = coefficient_[first + static_cast<Index>(i)];
            sorbed[i] = slope[i] * concentration[i];
        }
    }

protected:
    CellCoefficient coefficient_;  ///< Kd [m³/kg]
};

}  // namespace galena
