// No liner: the facility stands on the ground.

#include "facility/liner.hpp"

namespace galena {

struct NoLiner final : Liner {
    static constexpr std::string_view name = "none", meaning = "the facility stands on the ground as it is";
    static auto parameters() { return std::tuple{}; }

    [[nodiscard]] double flux(double drop, const Overburden&, const LinerMoment&) const override { return drop > 0 ? infinite : 0.0; }
    [[nodiscard]] double leakance(const LinerMoment&) const override { return infinite; }
    [[nodiscard]] BuiltLayers layers() const override { return {}; }
    [[nodiscard]] std::string text() const override { return "no liner"; }
};

REGISTER(Liner, NoLiner)

}  // namespace galena
