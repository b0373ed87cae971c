// A double composite liner: what passes the upper one is collected in a drainage layer and pumped back; the lower one sees only the small
// head that stands there, and never more water than comes.

#include <fmt/format.h>

#include "facility/composite_liner.hpp"

namespace galena {

struct DoubleCompositeLiner final : Liner {
    static constexpr std::string_view name = "double_composite",
                                      meaning = "two composite liners; what passes the upper one is drained between them and pumped back";

    MembraneOnClay upper, lower;
    double drain_head = 0.05;

    static auto parameters() {
        using T = DoubleCompositeLiner;
        return std::tuple{
            parameter("upper", &T::upper, "the liner under the facility"),
            parameter("lower", &T::lower, "the liner under the drainage layer"),
            parameter("drain_head", &T::drain_head, "m", positive, "of water that stands on the lower liner").with_default(),
        };
    }
    [[nodiscard]] double flux(double drop, const Overburden& overburden, const LinerMoment& moment) const override {
        const double over_drain = std::max(0.0, drop - lower.clay_thickness);  // the drain is open to the air
        const double standing = std::min(drain_head, over_drain);
        return std::min(upper.flux(over_drain, overburden, moment), lower.flux(standing + lower.clay_thickness, {}, moment));
    }
    [[nodiscard]] double depth() const override { return upper.clay_thickness + lower.clay_thickness; }
    [[nodiscard]] std::vector<const Series*> series() const override {
        auto all = upper.series();
        for (const auto* one : lower.series()) all.push_back(one);
        return all;
    }
    [[nodiscard]] BuiltLayers layers() const override {
        auto all = upper.layers();
        all.push_back({"drainage_layer"});
        for (auto& layer : lower.layers()) all.push_back(std::move(layer));
        return all;
    }
    [[nodiscard]] std::string text() const override {
        return fmt::format("two membranes on clay of {:g} m and {:g} m, drained between", upper.clay_thickness, lower.clay_thickness);
    }
};

REGISTER(Liner, DoubleCompositeLiner)

}  // namespace galena
