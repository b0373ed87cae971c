#include "facility/waste_facility.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "facility/liner_diffusion.hpp"
#include "scenario/scenario.hpp"
#include "transport/substance.hpp"

namespace galena {

namespace {

// What a plan changes by these keys has a price here.
const bool priced =
    PricedChanges::instance().add("boundary", {"cover", "liner", "liner_laid", "removal", "removal_to", "covered", "price"});

// Ways into the ground, as facility_releases calls them.
constexpr const char *to_the_ground = "seepage into the ground", *through_the_liner = "diffusion through the liner";

constexpr double membrane_mass = 1.5e-3 * 940;  ///< of 1.5 mm of HDPE [kg/m²]

double membranes_in(const BuiltLayers& layers) {
    return static_cast<double>(std::count_if(layers.begin(), layers.end(), [](const BuiltLayer& l) { return l.item == "membrane"; }));
}

}  // namespace

bool WasteFacility::covered_by(double now) const {
    if (!cover) return false;
    const double from = std::max(0.0, laid(cover_laid()));
    return from <= now && !(removal && removal->since(start_) <= from);
}

std::vector<CostItem> WasteFacility::costs(double now) const {
    std::vector<CostItem> items;
    const auto add = [&](const char* measure, const std::string& item, double quantity, const std::string& unit_text, double at) {
        items.push_back({measure, item, quantity, unit_text, CostKind::capital, at, at});
    };
    if (lined_by(now))
        for (const auto& layer : liner->layers())
            add("liner", layer.item, layer.per_area * floor_.total_area, layer.unit, laid(liner_laid));
    if (covered_by(now))
        for (const auto& layer : cover->layers())
            add("cover", layer.item, layer.per_area * floor_.total_area, layer.unit, std::max(0.0, laid(cover_laid())));
    if (taken_.volume > 0) {
        constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
        const double at = std::max(0.0, removal->since(start_));
        const auto item = removal_to ? removal_to->item : "destination";
        const bool by_volume = item != "landfill" && item != "hazardous_landfill";
        add("excavation", "dig_and_load", taken_.volume, "m3", at);
        add("haulage", "truck", removal_to ? taken_.mass / 1e3 * removal_to->distance / 1e3 : unknown, "t km", at);
        add("disposal", item, !removal_to ? unknown : by_volume ? taken_.volume : taken_.mass / 1e3, by_volume ? "m3" : "t", at);
    }
    return items;
}

std::vector<std::string> WasteFacility::priced_items() const {
    std::vector<std::string> all;
    const auto add = [&](const BuiltLayers& layers) {
        for (const auto& layer : layers) all.push_back(layer.item);
    };
    if (liner) add(liner->layers());
    if (cover) add(cover->layers());
    if (removal) all.insert(all.end(), {"dig_and_load", "truck", removal_to ? removal_to->item : "destination"});
    return all;
}

/// Area of all membranes laid until now [m²].
double WasteFacility::membranes(double now) const {
    double layers = 0;
    if (lined_by(now)) layers += membranes_in(liner->layers());
    if (covered_by(now)) layers += membranes_in(cover->layers());
    return layers * floor_.total_area;
}

std::vector<Effect> WasteFacility::effects(double now, const UnitCosts& factors) const {
    std::vector<Effect> all;
    const auto emit = [&](const char* what, const char* factor, double amount) {
        if (const auto* emission = factors.find("co2", factor)) all.push_back({what, "", amount * emission->price.mid / 1e3, "t"});
    };
    if (const double area = membranes(now); area > 0) emit("carbon dioxide of the membranes", "membrane", area * membrane_mass);
    if (taken_.volume > 0) {
        all.push_back({"waste moved", "", taken_.volume, "m3"});
        all.push_back({"waste moved", "", taken_.mass / 1e3, "t"});
        emit("carbon dioxide of digging", "excavator", taken_.volume);
        if (removal_to) emit("carbon dioxide of haulage", "truck", taken_.mass / 1e3 * removal_to->distance / 1e3);
    }
    return all;
}

void WasteFacility::release(const Leaving& water, double duration, const char* unpassed_path, const std::map<std::string, double>& unpassed,
                            const FlowMoment& moment) {
    released_.begin_step();
    for (const auto& [id, series] : concentration) {
        const double seeping = series.mean(moment.origin, moment.from, moment.to);
        released_.add(to_the_ground, id, water.down * seeping, duration);
        if (water.toe > 0) released_.add("water at the toe", id, water.toe * passed(id, series, moment), duration);
    }
    if (water.unpassed > 0)
        for (const auto& [id, held] : unpassed) released_.add(unpassed_path, id, water.unpassed * held, duration);
}

void WasteFacility::add_release_lines(std::vector<std::string>& lines) const {
    std::map<std::string, double> to_ground;
    std::vector<std::string> above;
    for (const auto& release : released_.list())
        if (release.path == to_the_ground || release.path == through_the_liner) to_ground[release.substance] += release.total;
        else
            above.push_back(fmt::format("  {} gave {} of {} away above ground: {}", label.text, quantity_text(release.total, unit("kg")),
                                        release.substance, release.path));
    for (const auto& [id, mass] : to_ground)
        lines.push_back(fmt::format("  {} gave {} of {} to the ground", label.text, quantity_text(mass, unit("kg")), id));
    lines.insert(lines.end(), above.begin(), above.end());
}

std::map<std::string, double> WasteFacility::told(const std::map<std::string, Series>& table, const FlowMoment& moment) const {
    std::map<std::string, double> all;
    for (const auto& [id, series] : table)
        all[id] = std::min(series.mean(moment.origin, moment.from, moment.to), ceilings_.of(id).concentration);
    return all;
}

void WasteFacility::note_step(const FlowMoment& moment, std::span<const double> rate, bool wet) {
    settled_ = moment;
    through_.clear();
    if (!wet || !(liner->diffusion() > 0)) return;
    for (std::size_t n = 0; n < rate.size(); ++n) through_.push_back(rate[n] / floor_.area[n]);
}

std::shared_ptr<SoluteSource> WasteFacility::diffusion_of(const std::string& substance) {
    if (!liner || !(liner->diffusion() > 0) || !concentration.contains(substance)) return nullptr;
    return std::make_shared<LinerDiffusion>(*this, substance);
}

void WasteFacility::diffuse(const std::string& substance, double duration, std::span<double> coefficient,
                            std::span<double> equilibrium) const {
    std::fill(coefficient.begin(), coefficient.end(), 0.0);
    std::fill(equilibrium.begin(), equilibrium.end(), 0.0);
    if (through_.empty()) return;
    const double above = passed(substance, concentration.at(substance), settled_);
    double most = 0;
    for (std::size_t n = 0; n < through_.size(); ++n) {
        coefficient[n] = floor_.area[n] * diffusive_exchange(through_[n], liner->diffusion());
        equilibrium[n] = above;
        most += coefficient[n] * above * duration;
    }
    // No more than there is, even into clean water.
    if (const double left = chemistry_.left(substance); most > left)
        for (double& c : coefficient) c *= left / most;
}

void WasteFacility::take_diffused(const std::string& substance, double mass) {
    chemistry_.diffused(substance, mass);
    released_.add_at_end(through_the_liner, substance, mass, settled_.to - settled_.from);
}

void WasteFacility::find_other(const Site& site, Diagnostics& diagnostics) const {
    const auto word = [](const WasteFacility& facility) { return facility.type() == "tailings_pond" ? "pond" : "pile"; };
    for (const auto& boundary : site.section<WaterBoundaries>().list) {
        const auto* other = dynamic_cast<const WasteFacility*>(boundary.get());
        if (other == this) return;
        if (!other) continue;
        std::vector<Index> both;
        std::set_intersection(cells_.begin(), cells_.end(), other->cells().begin(), other->cells().end(), std::back_inserter(both));
        if (both.empty()) continue;
        diagnostics.error(places.of(polygon ? "polygon" : "zone"),
                          fmt::format("the {} '{}' and the {} '{}' lie on the same ground ({} column{})", word(*other), other->label.text,
                                      word(*this), label.text, both.size(), both.size() == 1 ? "" : "s"),
                          "keep their floors apart, or describe both as one");
    }
}

void WasteFacility::resolve_told(const std::map<std::string, Series>& table, const char* key, const Site& site, Diagnostics& diagnostics) {
    if (!table.empty()) ceilings_ = SolubilityCeilings::read(places.of(key), diagnostics);
    const auto known = site.keys("substance");
    for (const auto& [id, series] : table)
        if (std::find(known.begin(), known.end(), id) != known.end()) warn_of_ceiling(id, series, key, diagnostics);
        else
            diagnostics.error(series.place.file.empty() ? places.of(key) : series.place,
                              fmt::format("boundary '{}': {} names '{}', which is no substance of this site", label.text, key, id),
                              known.empty() ? "add [transport] and a table such as [substance.As]" : suggestion(id, known));
}

void WasteFacility::warn_of_ceiling(const std::string& substance, const Series& series, const char* key, Diagnostics& diagnostics) const {
    const auto& ceiling = ceilings_.of(substance);
    const double most = std::ranges::max(series.values);
    if (!(most > ceiling.concentration)) return;
    const auto in_mg_per_L = [](double si) { return fmt::format("{:.3g} mg/L", unit("mg/L").from_si(si)); };
    diagnostics.warning(
        series.place.file.empty() ? places.of(key) : series.place,
        fmt::format("boundary '{}': {} gives {} of {}, but water holds no more than {} ({})", label.text, key, in_mg_per_L(most), substance,
                    in_mg_per_L(ceiling.concentration), ceiling.salt),
        "it is held there; give what was measured in that water" + (ceiling.lower_where.empty() ? "" : ": " + ceiling.lower_where));
}

std::vector<const Series*> WasteFacility::shared_series(const LeachModels& models) const {
    std::vector<const Series*> all{&rain, &evaporation};
    const auto add = [&](const std::vector<const Series*>& more) { all.insert(all.end(), more.begin(), more.end()); };
    if (liner) add(liner->series());
    if (cover) add(cover->series());
    for (const auto& [id, law] : models)
        if (law) add(law->series());
    return all;
}

}  // namespace galena
