// Recharge: water per plan area that reaches the groundwater, put into the highest active cell of each column.

#include <set>

#include "flow/water_boundary.hpp"

namespace galena {

struct Recharge final : WaterBoundary {
    static constexpr std::string_view name = "recharge", meaning = "water per plan area into the highest active cell of each column";

    Name zone{"all", {}};
    Series rate;

    static auto parameters() {
        return std::tuple_cat(boundary_parameters(),
                              std::tuple{
                                  parameter("zone", &Recharge::zone, "the columns above any cell of this zone").with_default(),
                                  parameter("rate", &Recharge::rate, "mm/d", anything, "water per area and time; negative takes water out"),
                              });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::optional<Side> through_side() const override { return Side::top; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(cell));
        cells_.assign(tops.begin(), tops.end());
        area_.clear();
        for (const Index cell : cells_) area_.push_back(domain.grid.area(cell));
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary&, std::span<double> out, std::span<double> slope) const override {
        const double mean = rate.mean(moment.origin, moment.from, moment.to);
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            out[n] = mean * area_[n];
            slope[n] = 0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&rate}; }

private:
    std::vector<double> area_;
};

REGISTER(WaterBoundary, Recharge)

}  // namespace galena
