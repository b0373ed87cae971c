// Saturated ground: Ss ∂h/∂t = ∇·(K ∇h) + sources (Bear 1972, eq. 6.2.18).

#include "flow/ground.hpp"

namespace galena {

namespace {

class SaturatedGround final : public Ground {
public:
    SaturatedGround(const Domain& domain, bool transient) : domain_(domain), transient_(transient) {}

    [[nodiscard]] Formulation formulation() const override { return Formulation::saturated; }
    void begin_step(std::span<const double> head) override {
        if (!transient_) return;
        if (reference_.empty()) reference_ = CellField(domain_.grid);
        std::copy(head.begin(), head.end(), reference_.begin());
    }
    // Counted from the head at the start of the step: differences, so that a high datum costs no digits.
    void evaluate(std::span<const double> head, GroundWater& out) const override {
        if (!transient_) return;
        if (out.amount.empty()) out.amount = out.capacity = CellField(domain_.grid);
        for_each_cell(domain_.grid, [&](Index c) {
            out.capacity[c] = domain_.medium.specific_storage[c] * domain_.grid.volume(c);
            out.amount[c] = out.capacity[c] * (head[static_cast<std::size_t>(c)] - reference_[c]);
        });
    }
    void mobile_water(std::span<const double>, std::span<double> out) const override {
        const auto water = domain_.saturated_water();
        std::copy(water.begin(), water.end(), out.begin());
    }
    void saturation(std::span<const double>, std::span<double> out) const override { std::fill(out.begin(), out.end(), 1.0); }
    void relative_conductivity(Axis, std::span<const Index>, std::span<const double>, std::span<double> out) const override {
        std::fill(out.begin(), out.end(), 1.0);
    }
    [[nodiscard]] std::string summary() const override {
        return "all ground counts as saturated, above the water table too: what percolates is right, what the pores hold there is "
               "overstated";
    }

private:
    const Domain& domain_;
    bool transient_;
    CellField reference_;
};

}  // namespace

std::unique_ptr<Ground> make_saturated_ground(const Domain& domain, const Place& place, bool transient, Diagnostics& diagnostics) {
    if (transient && domain.medium.specific_storage.empty()) {
        diagnostics.error(place, "transient flow needs a specific_storage",
                          "give it in a [[medium]] for every active cell, or set regime = \"steady\"");
        return nullptr;
    }
    return std::make_unique<SaturatedGround>(domain, transient);
}

}  // namespace galena
