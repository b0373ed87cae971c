#include "assessment/groundwater_evaluation.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "output/observation_writer.hpp"
#include "transport/substance.hpp"

namespace galena {

GroundwaterEvaluation::GroundwaterEvaluation(const GroundwaterEvaluationTable& table, const Site& site, const Domain& domain,
                                             Diagnostics& diagnostics)
    : table_(table) {
    std::vector<std::string> names, ids;
    for (const auto& point : site.section<ObservationTables>().list) {
        names.push_back(point.name.text);
        if (point.name == table_.well) cell_ = observation_cell(point, domain.grid);
    }
    if (std::find(names.begin(), names.end(), table_.well.text) == names.end())
        diagnostics.error(table_.well.place, fmt::format("effect evaluation: there is no [[observation]] '{}'", table_.well.text),
                          names.empty() ? "declare it as [[observation]]" : suggestion(table_.well.text, names));
    for (const auto& [id, substance] : site.section<SubstanceTables>().list) ids.push_back(id);
    for (const auto& [id, concentration] : table_.target) {
        const auto found = std::find(ids.begin(), ids.end(), id);
        if (found == ids.end())
            diagnostics.error(table_.places.of("target"),
                              fmt::format("effect evaluation '{}': '{}' is not simulated here", table_.well.text, id), suggestion(id, ids));
        else targets_.push_back({static_cast<std::size_t>(found - ids.begin()), id, concentration});
    }
    if (table_.target.empty())
        diagnostics.error(table_.places.of("target"), fmt::format("effect evaluation '{}' has no target", table_.well.text),
                          "give target = { Cd = \"0.005 mg/L\" }");
    first_ = table_.begin ? table_.begin->since(domain.start) : 0;
    batches_ = NumberRows(1 + targets_.size());
    before_.resize(targets_.size());
}

void GroundwaterEvaluation::observe(const Moment& moment) {
    if (cell_ < 0) return;
    const double now = moment.state.time;
    std::vector<double> values;
    for (const auto& target : targets_)
        values.push_back(moment.state.concentration[static_cast<Index>(target.substance)][static_cast<std::size_t>(cell_)]);
    // Batches since the last moment: the concentration lies on a line between the two.
    for (;;) {
        const double due = first_ + static_cast<double>(batches_.size()) * table_.interval;
        if (due > now) break;
        const double share = seen_ < 0 || now <= seen_ ? 1 : std::clamp((due - seen_) / (now - seen_), 0.0, 1.0);
        std::vector<double> row{due};
        for (std::size_t t = 0; t < values.size(); ++t) row.push_back(before_[t] + share * (values[t] - before_[t]));
        batches_.add(row);
    }
    before_ = std::move(values);
    seen_ = now;
}

GroundwaterVerdict GroundwaterEvaluation::verdict(std::size_t target, std::size_t last_batch) const {
    const auto n = static_cast<std::size_t>(table_.batches);
    std::vector<double> values;
    for (std::size_t b = last_batch + 1 - n; b <= last_batch; ++b) values.push_back(batches_[b][1 + target]);
    return judge_groundwater(values, targets_[target].concentration, table_.ucl, last_batch);
}

Table GroundwaterEvaluation::empty_table() {
    return {"groundwater_evaluation",
            "Batches of groundwater samples judged together (HJ 25.6-2019): upper confidence limit within the target and no rising trend",
            {{"time", "d", {}, {}},
             {"date", "", {}, {}},
             {"well", "", {}, {}},
             {"substance", "", {}, {}},
             {"batches", "1", {}, {}},
             {"target", "mg/L", {}, {}},
             {"mean", "mg/L", {}, {}},
             {"ucl", "mg/L", {}, {}},
             {"mann_kendall_s", "1", {}, {}},
             {"p_of_rising_trend", "1", {}, {}},
             {"passes", "", {}, {}}}};
}

void GroundwaterEvaluation::add_rows(Table& table, Date start) const {
    const auto& shown = unit("mg/L");
    auto& c = table.columns;
    for (std::size_t last = static_cast<std::size_t>(table_.batches) - 1; last < batches_.size(); ++last)
        for (std::size_t t = 0; t < targets_.size(); ++t) {
            const auto found = verdict(t, last);
            c[0].numbers.push_back(batches_[last][0] / seconds_per_day);
            c[1].texts.push_back(start.plus(batches_[last][0]).text());
            c[2].texts.push_back(table_.well.text);
            c[3].texts.push_back(targets_[t].id);
            const double numbers[] = {static_cast<double>(table_.batches),
                                      shown.from_si(targets_[t].concentration),
                                      shown.from_si(found.mean),
                                      shown.from_si(found.ucl),
                                      found.trend.S,
                                      found.trend.p};
            for (std::size_t k = 0; k < std::size(numbers); ++k) c[4 + k].numbers.push_back(numbers[k]);
            c[10].texts.push_back(found.passes ? "yes" : "no");
        }
}

void GroundwaterEvaluation::add_summary(std::vector<std::string>& lines, Date start) const {
    const auto n = static_cast<std::size_t>(table_.batches);
    if (batches_.size() < n) {
        lines.push_back(
            fmt::format("effect evaluation of well '{}': {} batches within the run, {} are needed", table_.well.text, batches_.size(), n));
        return;
    }
    for (std::size_t last = n - 1; last < batches_.size(); ++last) {
        bool all = true;
        for (std::size_t t = 0; t < targets_.size(); ++t) all = all && verdict(t, last).passes;
        if (!all) continue;
        lines.push_back(fmt::format("effect evaluation of well '{}': passes for the first time with the batches up to {}", table_.well.text,
                                    start.plus(batches_[last][0]).text()));
        return;
    }
    lines.push_back(fmt::format("effect evaluation of well '{}': does not pass within the run", table_.well.text));
}

void GroundwaterEvaluation::save(CheckpointWriter& out) const {
    batches_.save(out, "effect_evaluation/well/" + table_.well.text);
    out.write("effect_evaluation/well/" + table_.well.text + "/seen", seen_);
    out.write("effect_evaluation/well/" + table_.well.text + "/before", before_);
}
void GroundwaterEvaluation::load(CheckpointReader& in) {
    batches_.load(in, "effect_evaluation/well/" + table_.well.text);
    seen_ = in.read("effect_evaluation/well/" + table_.well.text + "/seen");
    in.read("effect_evaluation/well/" + table_.well.text + "/before", before_);
}

}  // namespace galena
