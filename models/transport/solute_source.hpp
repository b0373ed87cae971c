#pragma once
// What brings a substance into the ground, or holds its concentration, without water. One file per kind in models/transport/source.

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/domain.hpp"
#include "simulation/state.hpp"

namespace galena {

class SoluteSource {
public:
    static constexpr std::string_view family = "source";
    virtual ~SoluteSource() = default;

    Name label;
    Name substance;
    Name zone;
    Place place;
    Places places;

    [[nodiscard]] virtual std::string_view type() const = 0;
    /// Finds the cells, anew each time a simulation is built. The base takes those of the zone.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics);
    /// True when it holds concentrations (first type); then held() is asked, else rate().
    [[nodiscard]] virtual bool holds_concentration() const { return false; }
    /// Concentrations held at the end of the step from .. to [kg/m³], one per cell.
    virtual void held(Date, double, double, std::span<double>) const {}
    /// Mean mass rates over the step [kg/s], one per cell, not negative.
    virtual void rate(Date, double, double, std::span<double>) const {}
    /// True when its rate depends on the concentration of the water: then exchange() is asked, and told by take() what it gave.
    [[nodiscard]] virtual bool exchanges() const { return false; }
    /// Per cell, for a step: the rate is coefficient · (equilibrium − C), with [m³/s] and [kg/m³]. water: mobile, of every cell of the grid.
    virtual void exchange(double duration, std::span<const double> water, std::span<double> coefficient,
                          std::span<double> equilibrium) const {
        (void)duration, (void)water, (void)coefficient, (void)equilibrium;
    }
    /// What dissolved in a step, per cell [kg]; negative: it came back.
    virtual void take(std::span<const double> dissolved) { (void)dissolved; }
    /// The step of the simulation stands, or is undone.
    virtual void accept() {}
    virtual void reject() {}
    virtual void save(CheckpointWriter& out, const std::string& prefix) const { (void)out, (void)prefix; }
    virtual void load(CheckpointReader& in, const std::string& prefix) { (void)in, (void)prefix; }
    [[nodiscard]] virtual std::vector<const Series*> series() const = 0;

    [[nodiscard]] const std::vector<Index>& cells() const { return cells_; }

protected:
    std::vector<Index> cells_;
};

/// [[source]]
struct SoluteSources {
    static constexpr std::string_view section = "source", meaning = "what brings a substance in without water, or holds its concentration";
    static constexpr std::string_view needs = "transport";
    std::vector<std::shared_ptr<SoluteSource>> list;
};

/// Keys that every source has.
inline auto source_parameters() {
    return std::tuple{
        parameter("name", &SoluteSource::label, "name of the source, used in budgets and messages"),
        parameter("substance", &SoluteSource::substance, "which substance"),
        parameter("zone", &SoluteSource::zone, "which cells"),
    };
}

}  // namespace galena
