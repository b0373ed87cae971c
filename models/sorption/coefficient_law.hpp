#pragma once
// Laws with a distribution coefficient per cell, whatever it follows from.

#include "sorption/isotherm.hpp"

namespace galena {

class CoefficientLaw : public Isotherm {
public:
    [[nodiscard]] const CellField* distribution_coefficient() const override { return &coefficient_; }
    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override {
        const double* kd = coefficient_.data() + first;
        for (std::size_t i = 0; i < concentration.size(); ++i) {
            sorbed[i] = kd[i] * concentration[i];
            slope[i] = kd[i];
        }
    }

protected:
    CellField coefficient_;  ///< Kd [m³/kg]
};

}  // namespace galena
