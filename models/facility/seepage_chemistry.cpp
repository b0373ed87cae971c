#include "facility/seepage_chemistry.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "facility/liner.hpp"
#include "transport/substance.hpp"

namespace galena {

void SeepageChemistry::resolve(const LeachModels& models, const std::optional<SulfideTable>& sulfide, const Site& site,
                               WaterBoundary& boundary, double solids, Diagnostics& diagnostics) {
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
        law->bring(state, {solids, 0, true});
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
    next_ = now_;
}

void SeepageChemistry::advance(const SeepageStep& step, std::map<std::string, Series>& concentration) {
    next_ = now_;
    next_.duration = step.to - step.from;
    next_.oxidised = {0, 0, now_.column.buffered()};
    if (sulfide_ && step.exposed) next_.oxidised = next_.column.advance(next_.duration, step.cover_resistance);
    const double flux = step.water / (step.area * next_.duration);
    std::size_t n = 0;
    for (const auto& [id, law] : models_) {
        auto& state = next_.leached[n++];
        law->bring(state, {step.solids_added, next_.oxidised.sulfur * step.area, next_.oxidised.buffered});
        state.pore_water = step.pore_water;
        double c = law->advance(state, {step.origin, step.from, step.to, step.water, step.age});
        const double more = std::min(c * (diffusion_factor(flux, step.diffusion) - 1) * step.water,
                                     law->content() < infinite ? std::max(0.0, state.left()) : infinite);
        if (step.water > 0 && more > 0) {
            state.leached += more;
            c += more / step.water;
        }
        concentration[id].values = {c};
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
        all.push_back({fmt::format("{} in the seepage", id), "mg/L", concentration.at(id).values.front()});
        all.push_back({fmt::format("{} leached since the start", id), "kg", now_.leached[n++].leached});
    }
    if (!sulfide_) return;
    const double per_time = now_.duration > 0 ? 1 / now_.duration : 0.0;
    all.push_back({"oxygen taken up", "kg/m2/a", now_.oxidised.oxygen * per_time});
    all.push_back({"sulfur oxidised since the start", "kg/m2", now_.column.sulfur_oxidised()});
    all.push_back({"sulfur left", "kg/m2", now_.column.sulfur_left()});
    all.push_back({"depth of the front", "m", now_.column.front()});
    all.push_back({"pH of the seepage", "1", now_.column.buffered() ? sulfide_->buffered_pH : sulfide_->acid_pH});
}

void SeepageChemistry::add_lines(const std::string& facility, std::vector<std::string>& lines) const {
    std::size_t n = 0;
    for (const auto& [id, law] : models_)
        lines.push_back(fmt::format("  {} gave {} of {}", facility, quantity_text(now_.leached[n++].leached, unit("kg")), id));
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
                       {s.solids, s.pore_water, s.water, s.brought, s.leached, s.mobile, concentration.at(id).values.front()});
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
        now_.leached[n++] = {s[0], s[1], s[2], s[3], s[4], s[5]};
        concentration[id] = Series(s[6]);
        s += 7;
    }
    if (sulfide_) now_.column.load(in, prefix + "/sulfide");
    next_ = now_;
}

}  // namespace galena
