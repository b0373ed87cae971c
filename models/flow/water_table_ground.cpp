// Ground with a water table: a cell conducts and stores with the wet part of its thickness; it dries and wets again without leaving the
// equations (Niswonger, Panday & Ibaraki 2011). Vertical flow takes the whole thickness, so that what infiltrates passes dry cells.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "flow/ground.hpp"
#include "grid/cell_rows.hpp"

namespace galena {

namespace {

/// How far from empty and from full a cell's wet part is bent, in thicknesses.
constexpr double sharp = 1e-3;

/// Wet part of a cell whose water table stands x thicknesses above its bottom: x, bent near 0 and 1 so that it and its slope are
/// continuous and the slope is never 0: a dry cell keeps a film that fades exponentially.
struct WetPart {
    static constexpr double faintest = 3.720075976020836e-44;  ///< exp(−100): no film is thinner, so that a cell never leaves the equations
    static constexpr double vanished = 15;                     ///< in bends below the bottom: the film is 3e-10 of the cell
    double part, slope;                                        ///< and its derivative by x
    double integral;                                           ///< of the part from −∞ to x

    explicit WetPart(double x, double bend = sharp) {
        if (x < bend) {
            part = bend * faded((x - bend) / bend);
            slope = part / bend;
            integral = bend * part;
        } else if (x <= 1 - bend) {
            part = x;
            slope = 1;
            integral = 0.5 * (x * x + bend * bend);
        } else {
            const double u = x - (1 - bend), gap = bend * faded(-u / bend);
            part = 1 - gap;
            slope = gap / bend;
            integral = 0.5 * ((1 - bend) * (1 - bend) + bend * bend) + u - bend * (bend - gap);
        }
    }
    /// A change of x that stops where the wet part bends: on the way up where a dry cell begins to fill, on the way down where a full one begins
    /// to drain and where one has drained; the film then fades by a few e-folds at a time until it is gone.
    [[nodiscard]] static double bounded(double x, double change, double bend) {
        const double low = 2 * bend, high = 1 - 2 * bend, near = 0.5 * bend;
        if (change > 0) return x < low - near ? std::min(change, low - x) : change;
        if (x > high + near) return std::max(change, high - x);
        if (x > low + near) return std::max(change, low - x);
        return x > -vanished * bend ? std::max(change, -5 * bend) : change;
    }
    [[nodiscard]] static double faded(double x) { return x > -100 ? std::exp(x) : faintest; }
};

class WaterTableGround final : public Ground {
public:
    explicit WaterTableGround(const Domain& domain) : domain_(domain), grid_(domain.grid) {
        std::vector<std::uint8_t> has_floor(static_cast<std::size_t>(grid_.column_count()), 0);
        for (Index c = 0; c < grid_.cell_count(); ++c)
            if (auto& found = has_floor[static_cast<std::size_t>(grid_.column(c))]; grid_.active(c) && !found) {
                lowest_.push_back(c);
                found = 1;
            }
    }

    [[nodiscard]] Formulation formulation() const override { return Formulation::water_table; }
    [[nodiscard]] bool scales_vertical() const override { return false; }

    void evaluate(std::span<const double> head, GroundWater& out) const override {
        if (out.amount.empty()) out.amount = out.capacity = out.relative_conductivity_slope = CellField(grid_);
        if (out.relative_conductivity.empty()) out.relative_conductivity = CellField(grid_, 1.0);  // pinched-out cells keep it
        const auto& m = domain_.medium;
        const bool elastic = !m.specific_storage.empty();
        for_each_cell_with_area(grid_, [&](Index c, double area) {
            const double thickness = grid_.thickness(c), per_thickness = 1 / thickness;
            const WetPart wet((head[static_cast<std::size_t>(c)] - grid_.bottom(c)) * per_thickness, bend_);
            const double yield = area * yield_of(c);
            const double storage = elastic ? area * thickness * m.specific_storage[c] : 0.0;
            out.relative_conductivity[c] = wet.part;
            out.relative_conductivity_slope[c] = wet.slope * per_thickness;
            // Pores drained by gravity, and the compression of what is wet: its mean head above its centre, ∫ part dh.
            out.amount[c] = thickness * (yield * wet.part + storage * wet.integral);
            out.capacity[c] = yield * wet.slope + storage * wet.part;
        });
    }
    void correct(std::span<const double> correction, double step, std::span<double> head) const override {
        if (!stops_) Ground::correct(correction, step, head);
        else
            parallel_for(grid_.cell_count(), [&](Index c) {
                auto& h = head[static_cast<std::size_t>(c)];
                const double change = step * correction[static_cast<std::size_t>(c)], thickness = grid_.thickness(c);
                if (!grid_.active(c)) h += change;
                else h += thickness * WetPart::bounded((h - grid_.bottom(c)) / thickness, change / thickness, bend_);
            });
        raise(head, [&](Index c) { return correction[static_cast<std::size_t>(c)] != 0; });  // heads that are given stay
    }
    void stop_at_bends(bool on) override { stops_ = on; }
    bool soften(double times) override {
        bend_ = times * sharp;
        return true;
    }
    void limit(std::span<double> head) const override {
        raise(head, [](Index) { return true; });
    }
    void mobile_water(std::span<const double> head, std::span<double> out) const override {
        const auto& m = domain_.medium;
        for_each_cell(grid_, [&](Index c) {
            const double dry = 1 - WetPart(above_bottom(head, c)).part;
            out[static_cast<std::size_t>(c)] = grid_.volume(c) * (m.mobile_porosity()[c] - yield_of(c) * dry);
        });
    }
    void saturation(std::span<const double> head, std::span<double> out) const override {
        const auto& m = domain_.medium;
        for_each_cell(grid_, [&](Index c) {
            const double dry = 1 - WetPart(above_bottom(head, c)).part;
            out[static_cast<std::size_t>(c)] = 1 - yield_of(c) * dry / m.porosity[c];
        });
    }
    void relative_conductivity(Axis axis, std::span<const Index> cells, std::span<const double> pressure_head,
                               std::span<double> out) const override {
        for (std::size_t n = 0; n < cells.size(); ++n)
            out[n] = axis == Axis::z ? 1.0 : WetPart(0.5 + pressure_head[n] / grid_.thickness(cells[n]), bend_).part;
    }
    [[nodiscard]] std::string summary() const override {
        return "pores are full below the head; above it they hold what specific_yield leaves, and let infiltrating water pass";
    }

private:
    /// No head lies below the lowest cell of its column by more than the film there takes to vanish: lower ones mean nothing, and a column
    /// that is dry to its base would hang on nothing.
    template <class Chosen>
    void raise(std::span<double> head, Chosen&& chosen) const {
        parallel_for(std::ssize(lowest_), [&](Index n) {
            const Index c = lowest_[static_cast<std::size_t>(n)];
            auto& h = head[static_cast<std::size_t>(c)];
            if (chosen(c)) h = std::max(h, grid_.bottom(c) - WetPart::vanished * sharp * grid_.thickness(c));
        });
    }
    /// What gravity drains. Also where specific_yield is all of the porosity, walls of pores stay wet: without any water a cell could hold no
    /// solute, and what an iteration leaves open would make its water negative.
    [[nodiscard]] double yield_of(Index c) const {
        constexpr double retained = 1e-4;  // of the porosity: far below what specific yields are known to
        const auto& m = domain_.medium;
        return m.specific_yield.empty() ? 0.0 : std::min(m.specific_yield[c], (1 - retained) * m.mobile_porosity()[c]);
    }
    /// Height of the water table above the cell's bottom, in thicknesses.
    [[nodiscard]] double above_bottom(std::span<const double> head, Index c) const {
        return (head[static_cast<std::size_t>(c)] - grid_.bottom(c)) / grid_.thickness(c);
    }

    const Domain& domain_;
    const Grid& grid_;
    bool stops_ = false;         ///< corrections, where the wet part bends
    double bend_ = sharp;        ///< wider for a while where a steady state is looked for
    std::vector<Index> lowest_;  ///< active cell of every column that has one
};

}  // namespace

std::unique_ptr<Ground> make_water_table_ground(const Domain& domain, const Place& place, bool transient, Diagnostics& diagnostics) {
    const auto& m = domain.medium;
    const auto errors = diagnostics.error_count();
    if (transient && m.specific_yield.empty())
        diagnostics.error(place, "transient flow with a water table needs a specific_yield",
                          "give it in a [[medium]] for every active cell, or set regime = \"steady\"");
    if (transient && m.specific_storage.empty())
        diagnostics.error(place, "transient flow needs a specific_storage",
                          "give it in a [[medium]] for every active cell, or set regime = \"steady\"");
    if (!m.specific_yield.empty())
        for (Index c = 0; c < domain.grid.cell_count(); ++c)
            if (domain.grid.active(c) && m.specific_yield[c] > m.mobile_porosity()[c]) {
                diagnostics.error(
                    place,
                    fmt::format("specific_yield {:.3g} exceeds the {}porosity {:.3g} in {}", m.specific_yield[c],
                                m.effective_porosity.empty() ? "" : "effective ", m.mobile_porosity()[c], domain.grid.describe(c)),
                    "pores cannot release more water than they hold");
                break;
            }
    if (diagnostics.error_count() != errors) return nullptr;
    return std::make_unique<WaterTableGround>(domain);
}

}  // namespace galena
