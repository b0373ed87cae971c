#include "facility/seepage_chemistry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "transport/substance.hpp"

namespace galena {

void SeepageChemistry::resolve(const LeachModels& models, const std::optional<SulfideTable>& sulfide, const Site& site,
                               WaterBoundary& boundary, const Fresh& waste, Diagnostics& diagnostics) {
    models_ = models;
    std::erase_if(models_, [](const auto& entry) { return !entry.second; });  // those that could not be read are already reported
    sulfide_ = sulfide;
    now_ = {};
    if (sulfide) now_.column = SulfideColumn(*sulfide);
    std::vector<std::string> known;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) known.push_back(id);
    const auto title = fmt::format("boundary '{}'", boundary.label.text);
    for (const auto& [id, law] : models_) {
        LeachState state;
        law->bring(state, {waste.solids, 0, true});
        state.pore_water = waste.pore_water;
        now_.leached.push_back(state);
        const auto given = boundary.concentration.find(id);
        if (std::find(known.begin(), known.end(), id) == known.end())
            diagnostics.error(law->place, fmt::format("{} leaches '{}', which is no substance of this site", title, id),
                              known.empty() ? "add [transport] and a table such as [substance.As]" : suggestion(id, known));
        else if (given != boundary.concentration.end() && !given->second.place.file.empty())
            diagnostics.error(given->second.place, fmt::format("{} gives {} as a concentration and by a leach model", title, id),
                              "give one of them");
        else boundary.concentration[id] = Series(0.0);
        if (law->needs_oxidation() && !sulfide)
            diagnostics.error(law->place, fmt::format("{}: {} comes from the oxidation of sulfide, but there is none", title, id),
                              "give the facility a table `sulfide`");
    }
    if (!models_.empty()) ceilings_ = SolubilityCeilings::read(boundary.place, diagnostics);
    warn_of_first_water(title, waste.start, diagnostics);
    next_ = now_;
}

namespace {

/// Concentration of a drop of water that would leave, so small that it changes nothing [kg/m³].
double in_a_drop(const LeachModel& law, LeachState& state, const SeepageStep& step, double ceiling) {
    const auto before = state;
    const double c = law.advance(state, {step.origin, step.from, step.to, 1e-9 * std::max(1.0, state.pore_water), step.age}, ceiling);
    const double beyond = state.beyond;
    state = before;
    state.beyond = beyond;
    return c;
}

std::string in_mg_per_L(double concentration) { return fmt::format("{:.3g} mg/L", unit("mg/L").from_si(concentration)); }

std::string hint_of(const SolubilityCeiling& ceiling) {
    return "it is held there, and the rest stays in the waste; give the model its solubility" +
           (ceiling.lower_where.empty() ? "" : ": " + ceiling.lower_where);
}

}  // namespace

/// A drop of the first water of every model, where that is known before the run.
void SeepageChemistry::warn_of_first_water(const std::string& title, Date start, Diagnostics& diagnostics) const {
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        auto state = now_.leached[n++];
        const auto& ceiling = ceilings_.of(id);
        (void)in_a_drop(*law, state, {start, 0, 0}, ceiling.concentration);
        if (state.beyond > 0)
            diagnostics.warning(law->place,
                                fmt::format("{}: the first water would carry {} of {}, but water holds no more than {} ({})", title,
                                            in_mg_per_L(state.beyond), id, in_mg_per_L(ceiling.concentration), ceiling.salt),
                                hint_of(ceiling));
    }
}

void SeepageChemistry::advance(const SeepageStep& step, std::map<std::string, Series>& concentration) {
    next_ = now_;
    next_.duration = step.to - step.from;
    next_.oxidised = {0, 0, now_.column.buffered()};
    if (sulfide_ && step.exposed) next_.oxidised = next_.column.advance(next_.duration, step.cover_resistance);
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        auto& state = next_.leached[n++];
        law->bring(state, {step.solids_added, next_.oxidised.sulfur * step.area, next_.oxidised.buffered});
        state.pore_water = step.pore_water;
        double c = law->advance(state, {step.origin, step.from, step.to, step.water + step.toe, step.age}, ceilings_.of(id).concentration);
        next_.in_water[id] = step.water + step.toe > 0 ? c : in_a_drop(*law, state, step, ceilings_.of(id).concentration);
        concentration[id].values = {c};
    }
}

std::optional<double> SeepageChemistry::in_water(const std::string& substance) const {
    const auto found = next_.in_water.find(substance);
    return found == next_.in_water.end() ? std::nullopt : std::optional(found->second);
}

double SeepageChemistry::left(const std::string& substance) const {
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        const auto& state = next_.leached[n++];
        if (id == substance) return law->content() < infinite ? std::max(0.0, state.left()) : infinite;
    }
    return infinite;
}

void SeepageChemistry::diffused(const std::string& substance, double mass) {
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        if (id == substance) next_.leached[n].leached += mass;
        ++n;
    }
}

void SeepageChemistry::take_away(std::map<std::string, Series>& concentration) {
    next_ = now_;
    for (auto& state : next_.leached) state.solids = 0, state.brought = state.mobile = state.leached;
    for (const auto& [id, law] : models_) concentration[id].values = {0.0};
}

void SeepageChemistry::add_figures(const std::map<std::string, Series>& concentration, std::vector<FacilityFigure>& all) const {
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        all.push_back({fmt::format("{} in the seepage", id), "mg/L", concentration.at(id).values.front(), true});
        all.push_back({fmt::format("{} leached since the start", id), "kg", now_.leached[n++].leached});
    }
    if (!sulfide_) return;
    const double per_time = now_.duration > 0 ? 1 / now_.duration : 0.0;
    all.push_back({"oxygen taken up", "kg/m2/a", now_.oxidised.oxygen * per_time, true});
    all.push_back({"sulfur oxidised since the start", "kg/m2", now_.column.sulfur_oxidised()});
    all.push_back({"sulfur left", "kg/m2", now_.column.sulfur_left()});
    all.push_back({"depth of the front", "m", now_.column.front()});
    all.push_back({"pH of the seepage", "1", now_.column.buffered() ? sulfide_->buffered_pH : sulfide_->acid_pH});
}

void SeepageChemistry::add_lines(std::vector<std::string>& lines) const {
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        const auto& state = now_.leached[n++];
        const auto& ceiling = ceilings_.of(id);
        if (state.beyond > 0)
            lines.push_back(fmt::format("  warning: the leach model of {} asked for up to {}, but water holds no more than {} ({}): {}", id,
                                        in_mg_per_L(state.beyond), in_mg_per_L(ceiling.concentration), ceiling.salt, hint_of(ceiling)));
    }
    if (sulfide_)
        lines.push_back(fmt::format("  its sulfide is oxidised down to {:.3g} m; the water is {}", now_.column.front(),
                                    now_.column.buffered() ? "still buffered" : "acid"));
}

void SeepageChemistry::save(CheckpointWriter& out, const std::string& prefix, const std::map<std::string, Series>& concentration) const {
    std::vector<double> numbers{now_.oxidised.sulfur, now_.oxidised.oxygen, now_.oxidised.buffered ? 1.0 : 0.0, now_.duration};
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        const auto& s = now_.leached[n++];
        numbers.insert(numbers.end(),
                       {s.solids, s.pore_water, s.water, s.brought, s.leached, s.mobile, s.beyond, concentration.at(id).values.front()});
    }
    write_list(out, prefix + "/leached", numbers);
    if (sulfide_) now_.column.save(out, prefix + "/sulfide");
}

void SeepageChemistry::load(CheckpointReader& in, const std::string& prefix, std::map<std::string, Series>& concentration) {
    const auto numbers = read_list(in, prefix + "/leached");
    now_.oxidised = {numbers[0], numbers[1], numbers[2] != 0};
    now_.duration = numbers[3];
    const double* s = numbers.data() + 4;
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        now_.leached[n++] = {s[0], s[1], s[2], s[3], s[4], s[5], s[6]};
        concentration[id] = Series(s[7]);
        s += 8;
    }
    if (sulfide_) now_.column.load(in, prefix + "/sulfide");
    next_ = now_;
}

}  // namespace galena
