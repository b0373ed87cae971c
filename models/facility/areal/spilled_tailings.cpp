// Tailings that a failed dam has spilled: their water enters the soil (Green & Ampt) until they are cleaned up, or have none left.

#include <fmt/format.h>

#include "facility/areal_source.hpp"
#include "facility/green_ampt.hpp"

namespace galena {

struct SpilledTailings final : ArealSource {
    static constexpr std::string_view name = "spilled_tailings",
                                      meaning =
                                          "a deposit on soil after a dam failure (screening): its water enters until it is cleaned up";

    Date failure;
    double clean_up_after = 0, thickness = 0, drainable = 0.3, concentration = 0;
    double conductivity = 1e-7, suction = 0.2, deficit = 0.25;

    static auto parameters() {
        using T = SpilledTailings;
        return std::tuple_cat(
            source_parameters(),
            std::tuple{
                parameter("failure", &T::failure, "date on which the dam fails: an assumption"),
                parameter("clean_up_after", &T::clean_up_after, "d", positive, "delay until the deposit is removed"),
                parameter("thickness", &T::thickness, "m", positive, "of the deposit"),
                parameter("concentration", &T::concentration, "mg/L", not_negative, "of its water"),
                parameter("drainable", &T::drainable, "", open_fraction, "water per volume that leaves it").with_default(),
                parameter("conductivity", &T::conductivity, "m/s", positive, "of the soil").with_default(),
                parameter("suction", &T::suction, "m", positive, "at the wetting front").with_default(),
                parameter("deficit", &T::deficit, "", open_fraction, "water that the soil can still take, per volume").with_default(),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        ArealSource::resolve(site, domain, diagnostics);
        begins_ = failure.since(domain.start);
        if (begins_ < 0)
            diagnostics.error(places.of("failure"),
                              fmt::format("source '{}': the dam fails on {}, before the run begins", label.text, failure.text()),
                              fmt::format("the run begins on {}", domain.start.text()));
        const double length = site.section<SiteTable>().length();
        if (begins_ >= length)
            diagnostics.error(places.of("failure"),
                              fmt::format("source '{}': the dam fails on {}, when the run has ended", label.text, failure.text()),
                              fmt::format("the run ends on {}", domain.start.plus(length).text()));
        moments_ = Series(0.0);
        moments_.dates = {domain.start, failure, failure.plus(clean_up_after)};
        moments_.values = {0, 1, 0};
        if (begins_ <= 0) moments_.dates.erase(moments_.dates.begin()), moments_.values.erase(moments_.values.begin());
    }
    void rate(Date, double from, double to, std::span<double> out) const override {
        const double mean = to > from ? (entered(to) - entered(from)) / (to - from) * concentration : 0.0;
        for (std::size_t n = 0; n < out.size(); ++n) out[n] = mean * area_[n];
    }
    [[nodiscard]] std::vector<const Series*> series() const override { return {&moments_}; }

private:
    /// Water per area until a time [m].
    [[nodiscard]] double entered(double time) const {
        const double lying = std::clamp(time - begins_, 0.0, clean_up_after);
        return std::min(green_ampt(lying, conductivity, thickness, suction, deficit), thickness * drainable);
    }

    double begins_ = 0;
    Series moments_;  ///< at which steps end: it lies there between them
};

REGISTER(SoluteSource, SpilledTailings)

}  // namespace galena
