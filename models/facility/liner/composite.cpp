// A composite liner: a membrane on clay, with holes and wrinkles under the resistance of the tailings.

#include <fmt/format.h>

#include "facility/composite_liner.hpp"

namespace galena {

struct CompositeLinerLaw final : Liner, MembraneOnClay {
    static constexpr std::string_view name = "composite", meaning = "a membrane on clay with holes (Giroud 1997) and wrinkles (Rowe 1998)";
    using Liner::place;

    static auto parameters() { return MembraneOnClay::parameters(); }
    void check(ReadContext& context) {
        MembraneOnClay::place = Liner::place;
        MembraneOnClay::check(context);
    }
    [[nodiscard]] double flux(double drop, const Overburden& overburden, const LinerMoment& moment) const override {
        return MembraneOnClay::flux(drop, overburden, moment);
    }
    [[nodiscard]] double depth() const override { return clay_thickness; }
    [[nodiscard]] std::vector<const Series*> series() const override { return MembraneOnClay::series(); }
    [[nodiscard]] BuiltLayers layers() const override { return MembraneOnClay::layers(); }
    [[nodiscard]] std::string text() const override {
        return fmt::format("membrane on clay of {:g} m, {:.3g} holes and {:.3g} m of wrinkles per ha", clay_thickness,
                           1e4 * holes.values.front(), 1e4 * wrinkle_length.values.front());
    }
};

REGISTER(Liner, CompositeLinerLaw)

}  // namespace galena
