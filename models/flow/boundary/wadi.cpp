// Wadi: a flood that runs down a dry bed loses a share of its water into it. Recharge of dry lands comes from there, not from the rain on the plain.

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "flow/water_boundary.hpp"

namespace galena {

struct Wadi final : WaterBoundary {
    static constexpr std::string_view name = "wadi", meaning = "floods in a dry bed lose a share of their water into the ground below it";

    Name zone;
    Series runoff{0.0}, rain{0.0};
    double catchment = 0, runoff_share = 0.1, infiltrating = 0.15;
    std::optional<double> capacity;

    static auto parameters() {
        using T = Wadi;
        return std::tuple_cat(
            boundary_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "the columns above any cell of this zone are the bed"),
                parameter("runoff", &T::runoff, "m3/d", not_negative,
                          "water that the wadi brings, as a series of floods or their mean (or "
                          "give catchment and rain)")
                    .with_default(),
                parameter("catchment", &T::catchment, "km2", not_negative, "area whose rain runs down the wadi").with_default(),
                parameter("rain", &T::rain, "mm/d", not_negative, "on the catchment").with_default(),
                parameter("runoff_share", &T::runoff_share, "", fraction, "share of that rain that runs off").with_default(),
                parameter("infiltrating", &T::infiltrating, "", fraction, "share of the runoff that enters the bed")
                    .with_default()
                    .source("0.05 to 0.3 of the runoff of flash floods"),
                parameter("capacity", &T::capacity, "m/d", positive, "what the bed takes at most per area; the rest runs on"),
            });
    }
    void check(ReadContext& context) {
        const auto title = fmt::format("boundary '{}'", label.text);
        if (places.has("runoff") == places.has("catchment"))
            reading::exactly_one(places, title, "runoff", "catchment", context.diagnostics);
        else if (places.has("catchment") && !places.has("rain"))
            context.diagnostics.error(places.of("catchment"), fmt::format("{} has a catchment without rain", title), "give rain");
        if (!places.has("catchment")) reading::report_unused(places, title, {"rain", "runoff_share"}, "there is no catchment", context);
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::optional<Side> through_side() const override { return Side::top; }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        std::set<Index> tops;
        for (const Index cell : domain.zones.cells(zone, diagnostics)) tops.insert(domain.grid.top_active_cell(cell));
        cells_.assign(tops.begin(), tops.end());
        area_.clear();
        total_area_ = 0;
        for (const Index cell : cells_) {
            area_.push_back(domain.grid.area(cell));
            total_area_ += area_.back();
        }
    }
    void evaluate(const FlowMoment& moment, const GroundAtBoundary&, std::span<double> out, std::span<double> slope) const override {
        const double brought = catchment > 0 ? catchment * runoff_share * rain.mean(moment.origin, moment.from, moment.to)
                                             : runoff.mean(moment.origin, moment.from, moment.to);
        const double enters = std::min(infiltrating * brought / total_area_, capacity.value_or(infinite));
        for (std::size_t n = 0; n < cells_.size(); ++n) {
            out[n] = enters * area_[n];
            slope[n] = 0;
        }
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&runoff, &rain}; }

private:
    std::vector<double> area_;
    double total_area_ = 0;
};

REGISTER(WaterBoundary, Wadi)

}  // namespace galena
