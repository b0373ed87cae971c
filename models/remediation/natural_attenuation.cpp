// Monitored natural attenuation: nothing is done but to watch; what happens is what the site itself does.

#include "remediation/measure.hpp"

namespace galena {

struct NaturalAttenuation final : Measure {
    static constexpr std::string_view name = "natural_attenuation", meaning = "nothing is done but to watch";

    int wells = 4;

    static auto parameters() {
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{parameter("wells", &NaturalAttenuation::wells, between(1, 10000), "wells that are sampled").with_default()});
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    void resolve(const Site&, Domain&, Diagnostics&) override {}
    void begin(EditSession&) override {}

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"sampled_well"}; }
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        const double until = worked_until(now);
        return {{"monitoring", "sampled_well", wells * (until - begun_at()) / seconds_per_year, "well a", CostKind::operation, begun_at(),
                 until}};
    }
};

REGISTER(Measure, NaturalAttenuation)

}  // namespace galena
