// Variably saturated ground (Richards 1931) in the mixed form of Celia, Bouloutas & Zarba (1990): what is stored is water content, not
// capacity times head, so that no water is lost however coarse the step.

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "flow/ground.hpp"
#include "flow/retention_curve.hpp"

namespace galena {

REGISTER_SECTION(RetentionCurves)

namespace {

/// Cells that follow one curve, in blocks that fit the cache.
constexpr std::size_t block = 256;

/// One block of a law's values.
struct Block {
    std::array<double, block> pressure, saturation, saturation_slope, conductivity, conductivity_slope;
    [[nodiscard]] RetentionValues values(std::size_t n) {
        return {{saturation.data(), n}, {saturation_slope.data(), n}, {conductivity.data(), n}, {conductivity_slope.data(), n}};
    }
};

class VariablySaturatedGround final : public Ground {
public:
    VariablySaturatedGround(const Domain& domain, std::vector<std::shared_ptr<RetentionCurve>> curves, std::vector<std::uint16_t> curve_of)
        : domain_(domain), grid_(domain.grid), curves_(std::move(curves)), curve_of_(std::move(curve_of)), cells_(curves_.size()) {
        for (Index c = 0; c < grid_.cell_count(); ++c)
            if (grid_.active(c)) cells_[curve_of_[static_cast<std::size_t>(c)]].push_back(c);
        find_pinched();
    }

    [[nodiscard]] Formulation formulation() const override { return Formulation::variably_saturated; }

    void evaluate(std::span<const double> head, GroundWater& out) const override {
        if (out.amount.empty()) out.amount = out.capacity = out.relative_conductivity_slope = CellField(grid_);
        if (out.relative_conductivity.empty()) out.relative_conductivity = CellField(grid_, 1.0);  // pinched-out cells keep it
        for_each_value(head, [&](Index c, double pressure, const Block& law, std::size_t n) {
            const double volume = grid_.volume(c), room = room_of(c), storage = storage_of(c);
            out.amount[c] = volume * (least_mobile(c) + room * law.saturation[n] + storage * std::max(0.0, pressure));
            out.capacity[c] = volume * (room * law.saturation_slope[n] + (pressure > 0 ? storage : 0.0));
            out.relative_conductivity[c] = law.conductivity[n];
            out.relative_conductivity_slope[c] = law.conductivity_slope[n];
        });
        // Both faces of a pinched-out cell conduct as the cell upstream of the two that it joins: it is their direct connection.
        parallel_for(std::ssize(pinched_), [&](Index n) {
            const auto& [c, below, above, share] = pinched_[static_cast<std::size_t>(n)];
            const bool upwards = head[static_cast<std::size_t>(below)] >= head[static_cast<std::size_t>(above)];
            out.relative_conductivity[c] = out.relative_conductivity[upwards ? below : above];
        });
    }

    /// Where the ground is dry the saturation is the better unknown: it changes by what the linear equations say, and the head follows. A
    /// correction of the head would overshoot, because the capacity of dry ground is small (Forsyth, Wu & Pruess 1995, section 4).
    void correct(std::span<const double> correction, double step, std::span<double> head) const override {
        constexpr double wet = 0.9;
        for_each_block(head, [&](const RetentionCurve& curve, std::span<const Index> cells, Block& law) {
            std::array<double, block> target{}, pressure{};
            for (std::size_t n = 0; n < cells.size(); ++n) {
                const double change = law.saturation_slope[n] * step * correction[static_cast<std::size_t>(cells[n])];
                target[n] = std::clamp(law.saturation[n] + change, std::min(0.1 * law.saturation[n], 0.5), 0.5 * (1 + wet));
            }
            curve.pressure_head({target.data(), cells.size()}, {pressure.data(), cells.size()});
            for (std::size_t n = 0; n < cells.size(); ++n) {
                const auto c = static_cast<std::size_t>(cells[n]);
                const bool by_saturation = law.saturation[n] < wet && law.saturation_slope[n] > 0 && std::isfinite(pressure[n]);
                if (correction[c] == 0) continue;
                head[c] = by_saturation ? pressure[n] + grid_.elevation(cells[n]) : head[c] + step * correction[c];
            }
        });
        // Pinched-out cells hold nothing and conduct alike on both sides: what passes them fixes their head.
        parallel_for(std::ssize(pinched_), [&](Index n) {
            const auto& [c, below, above, share] = pinched_[static_cast<std::size_t>(n)];
            const double h = head[static_cast<std::size_t>(below)];
            head[static_cast<std::size_t>(c)] = h + share * (head[static_cast<std::size_t>(above)] - h);
        });
    }

    void mobile_water(std::span<const double> head, std::span<double> out) const override {
        for_each_value(head, [&](Index c, double pressure, const Block& law, std::size_t n) {
            out[static_cast<std::size_t>(c)] =
                grid_.volume(c) * (least_mobile(c) + room_of(c) * law.saturation[n] + storage_of(c) * std::max(0.0, pressure));
        });
    }

    void saturation(std::span<const double> head, std::span<double> out) const override {
        for_each_value(head, [&](Index c, double, const Block& law, std::size_t n) {
            out[static_cast<std::size_t>(c)] = (residual_of(c) + room_of(c) * law.saturation[n]) / domain_.medium.porosity[c];
        });
    }

    void relative_conductivity(Axis, std::span<const Index> cells, std::span<const double> pressure_head,
                               std::span<double> out) const override {
        Block law{};
        for (std::size_t n = 0; n < cells.size(); ++n) {
            curves_[curve_of_[static_cast<std::size_t>(cells[n])]]->evaluate(pressure_head.subspan(n, 1), law.values(1));
            out[n] = law.conductivity[0];
        }
    }

    [[nodiscard]] std::string summary() const override {
        std::string text = "retention:";
        for (std::size_t n = 0; n < curves_.size(); ++n)
            text += fmt::format("{} {} ({}) in '{}'", n > 0 ? ";" : "", curves_[n]->type(), curves_[n]->text(), curves_[n]->zone.text);
        return text;
    }

private:
    /// A pinched-out cell and the active cells that it joins.
    struct Pinched {
        Index cell, below, above;
        double share;  ///< of the way up that its head lies
    };
    void find_pinched() {
        const Index plane = grid_.column_count(), cells = grid_.cell_count();
        for (Index c = 0; c < cells; ++c) {
            if (grid_.status(c) != CellStatus::pass_through) continue;
            Index below = c, above = c;
            while (below >= 0 && grid_.status(below) == CellStatus::pass_through) below -= plane;
            while (above < cells && grid_.status(above) == CellStatus::pass_through) above += plane;
            if (below < 0 || above >= cells || !grid_.active(below) || !grid_.active(above)) continue;  // joins nothing
            pinched_.push_back({c, below, above, static_cast<double>(c - below) / static_cast<double>(above - below)});
        }
    }

    [[nodiscard]] double residual_of(Index c) const { return curves_[curve_of_[static_cast<std::size_t>(c)]]->residual_water_content; }
    [[nodiscard]] double room_of(Index c) const { return domain_.medium.porosity[c] - residual_of(c); }
    /// Mobile part of the residual water content.
    [[nodiscard]] double least_mobile(Index c) const {
        return residual_of(c) - (domain_.medium.porosity[c] - domain_.medium.mobile_porosity()[c]);
    }
    [[nodiscard]] double storage_of(Index c) const {
        return domain_.medium.specific_storage.empty() ? 0.0 : domain_.medium.specific_storage[c];
    }

    /// body(curve, cells, values of the law at their heads) for every block of cells.
    template <class Body>
    void for_each_block(std::span<const double> head, Body&& body) const {
        for (std::size_t z = 0; z < curves_.size(); ++z)
            parallel_blocks(std::ssize(cells_[z]), static_cast<Index>(block), [&](Index begin, Index end) {
                Block law;
                const std::span<const Index> cells(cells_[z].data() + begin, static_cast<std::size_t>(end - begin));
                for (std::size_t n = 0; n < cells.size(); ++n)
                    law.pressure[n] = head[static_cast<std::size_t>(cells[n])] - grid_.elevation(cells[n]);
                curves_[z]->evaluate({law.pressure.data(), cells.size()}, law.values(cells.size()));
                body(*curves_[z], cells, law);
            });
    }
    /// body(cell, pressure head, block of values, place in it) for every active cell.
    template <class Body>
    void for_each_value(std::span<const double> head, Body&& body) const {
        for_each_block(head, [&](const RetentionCurve&, std::span<const Index> cells, const Block& law) {
            for (std::size_t n = 0; n < cells.size(); ++n) body(cells[n], law.pressure[n], law, n);
        });
    }

    const Domain& domain_;
    const Grid& grid_;
    std::vector<std::shared_ptr<RetentionCurve>> curves_;
    std::vector<std::uint16_t> curve_of_;
    std::vector<std::vector<Index>> cells_;  ///< per curve
    std::vector<Pinched> pinched_;
};

/// The curve of every cell; mistakes where there is none, or where it does not fit the porosity.
std::vector<std::uint16_t> assign_curves(const std::vector<std::shared_ptr<RetentionCurve>>& curves, const Domain& domain,
                                         const Place& place, Diagnostics& diagnostics) {
    constexpr std::uint16_t none = 65535;
    const auto& m = domain.medium;
    std::vector<std::uint16_t> curve_of(static_cast<std::size_t>(domain.grid.cell_count()), none);
    for (std::size_t n = 0; n < curves.size(); ++n) {
        curves[n]->resolve(diagnostics);
        for (const Index c : domain.zones.cells(curves[n]->zone, diagnostics))
            curve_of[static_cast<std::size_t>(c)] = static_cast<std::uint16_t>(n);
    }
    std::vector<bool> told(curves.size(), false);
    for (Index c = 0; c < domain.grid.cell_count(); ++c) {
        if (!domain.grid.active(c)) continue;
        const auto n = curve_of[static_cast<std::size_t>(c)];
        if (n == none) {
            diagnostics.error(place, fmt::format("no retention curve is given for {}", domain.grid.describe(c)),
                              "give a [[retention]] without a zone first, then override it in zones");
            break;
        }
        if (told[n]) continue;
        const auto& curve = *curves[n];
        if (curve.residual_water_content >= m.porosity[c]) {
            diagnostics.error(curve.places.of("residual_water_content"),
                              fmt::format("residual_water_content {:.3g} is not below the porosity {:.3g} of {}",
                                          curve.residual_water_content, m.porosity[c], domain.grid.describe(c)),
                              "full ground holds its porosity, dry ground the residual water content");
            told[n] = true;
        } else if (m.porosity[c] - m.mobile_porosity()[c] > curve.residual_water_content) {
            diagnostics.error(curve.places.of("residual_water_content"),
                              fmt::format("residual_water_content {:.3g} is below the immobile part {:.3g} of the porosity of {}",
                                          curve.residual_water_content, m.porosity[c] - m.mobile_porosity()[c], domain.grid.describe(c)),
                              "what does not move cannot drain: raise residual_water_content or effective_porosity");
            told[n] = true;
        }
    }
    return curve_of;
}

}  // namespace

std::unique_ptr<Ground> make_variably_saturated_ground(const Site& site, const Domain& domain, const Place& place,
                                                       Diagnostics& diagnostics) {
    const auto errors = diagnostics.error_count();
    auto curves = site.section<RetentionCurves>().list;
    std::erase(curves, nullptr);  // those that could not be read are already reported
    if (curves.empty()) {
        if (site.sound("retention"))
            diagnostics.error(place, "variably saturated flow needs a retention curve",
                              "add a [[retention]] table, such as type = \"van_genuchten\" with alpha, n and residual_water_content");
        return nullptr;
    }
    auto curve_of = assign_curves(curves, domain, place, diagnostics);
    if (diagnostics.error_count() != errors) return nullptr;
    return std::make_unique<VariablySaturatedGround>(domain, std::move(curves), std::move(curve_of));
}

}  // namespace galena
