// Cover: less water gets in, and the cover ages. The share of the infiltration that still passes goes from the new to the old value,
// f(t) = f_old − (f_old − f_new) exp(−t / τ), in steps of the ageing interval.

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "remediation/measure.hpp"
#include "transport/solute_source.hpp"

namespace galena {

enum class CoverKind { soil, membrane, geosynthetic_clay, store_and_release };
template <>
inline const Words words<CoverKind> = {"soil", "membrane", "geosynthetic_clay", "store_and_release"};

struct Cover final : Measure {
    static constexpr std::string_view name = "cover", meaning = "a layer of soil or a membrane that keeps water out, and ages";

    CoverKind kind = CoverKind::soil;
    Name zone;
    std::vector<Name> of;
    double infiltration = 0;
    std::optional<double> aged_infiltration, ageing_time;
    double ageing_interval = seconds_per_year;

    static auto parameters() {
        using T = Cover;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("kind", &T::kind, "what it is made of: the item of its cost").with_default(),
                parameter("zone", &T::zone, "the columns above any cell of this zone are covered"),
                parameter("of", &T::of, "boundaries and sources that it reduces; every recharge when absent"),
                parameter("infiltration", &T::infiltration, "", fraction, "part that still passes the new cover")
                    .source("0 to 5 % of the rain for store-and-release covers, 0.1 to 2 mm/a for membranes: ACAP"),
                parameter("aged_infiltration", &T::aged_infiltration, "", fraction,
                          "part that passes the old cover; as the new when absent"),
                parameter("ageing_time", &T::ageing_time, "a", positive, "time constant of ageing"),
                parameter("ageing_interval", &T::ageing_interval, "d", positive, "the cover changes in steps this long").with_default(),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        if (aged_infiltration.has_value() != ageing_time.has_value())
            diagnostics.error(places.of(aged_infiltration ? "aged_infiltration" : "ageing_time"),
                              fmt::format("measure '{}' gives only one of aged_infiltration and ageing_time", label.text), "give both");
        std::set<Index> tops;
        const auto& cells = domain.zones.cells(zone, diagnostics);
        for (const Index c : cells) tops.insert(domain.grid.top_active_cell(c));
        tops_.assign(tops.begin(), tops.end());
        area_ = plan_area_of(domain, cells);
        below_ = cells;
        reduced_.clear();
        std::vector<std::string> known, recharges;
        for (const auto& boundary : site.section<WaterBoundaries>().list) {
            if (!boundary) continue;
            known.push_back(boundary->label.text);
            if (boundary->type() == "recharge") recharges.push_back(boundary->label.text);
        }
        for (const auto& source : site.section<SoluteSources>().list)
            if (source) known.push_back(source->label.text);
        for (const auto& one : of) {
            if (std::find(known.begin(), known.end(), one.text) == known.end())
                diagnostics.error(one.place, fmt::format("measure '{}': there is no boundary and no source '{}'", label.text, one.text),
                                  suggestion(one.text, known));
            reduced_.push_back(one.text);
        }
        if (of.empty()) reduced_ = recharges;
        if (reduced_.empty())
            diagnostics.error(place, fmt::format("measure '{}': there is no recharge that it could reduce", label.text),
                              "add a boundary of type recharge, or name what it reduces: of = [\"...\"]");
        steps_done_ = -1;
    }

    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::covers, tops_, reduced_}}; }
    [[nodiscard]] std::vector<Index> contained_cells() const override { return below_; }
    void begin(EditSession& session) override { apply(session, infiltration); }
    bool changes_something(EditSession& trial) override {
        begin(trial);
        return trial.changed() || (aged_infiltration && *aged_infiltration != 1);
    }
    void work(EditSession& session) override {
        if (!ageing_time) return;
        const double step = std::floor((session.time() - begun_at()) / ageing_interval + 1e-9);
        if (step == steps_done_) return;
        steps_done_ = step;
        apply(session, *aged_infiltration - (*aged_infiltration - infiltration) * std::exp(-step * ageing_interval / *ageing_time));
    }
    void finish(EditSession& session) override { apply(session, 1.0); }
    [[nodiscard]] double longest_step(const State& state) const override {
        if (!ageing_time) return infinite;
        const double next = begun_at() + (std::floor((state.time - begun_at()) / ageing_interval + 1e-9) + 1) * ageing_interval;
        return std::max(next - state.time, 1.0);
    }

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {words<CoverKind>[static_cast<std::size_t>(kind)]}; }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        return {{"cover", words<CoverKind>[static_cast<std::size_t>(kind)], area_, "m2", CostKind::capital, begun_at(), begun_at()}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"area covered", "", area_, "m2"}};
        if (const auto* resin = factors.find("co2", "membrane"); resin && kind == CoverKind::membrane)
            all.push_back({"carbon dioxide of the membrane", "", area_ * 1.5e-3 * 940 * resin->price.mid / 1e3, "t"});
        return all;
    }
    void save(CheckpointWriter& out) const override { out.write("measure/" + label.text + "/steps", steps_done_); }
    void load(CheckpointReader& in) override { steps_done_ = in.read("measure/" + label.text + "/steps"); }

private:
    void apply(EditSession& session, double part) {
        for (const auto& boundary : reduced_) session.scale_rate(layer(), boundary, tops_, part);
    }

    std::vector<Index> tops_, below_;
    std::vector<std::string> reduced_;
    double area_ = 0, steps_done_ = -1;
};

REGISTER(Measure, Cover)

}  // namespace galena
