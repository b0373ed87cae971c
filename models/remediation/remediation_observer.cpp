// What measures did and moved: tables of every run that has any. What they cost stands in cost_observer.cpp.

#include <algorithm>

#include <fmt/format.h>

#include "remediation/measure.hpp"

namespace galena {

namespace {

class RemediationObserver final : public Observer {
public:
    explicit RemediationObserver(const Site& site) {
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure) measures_.push_back(measure);
    }

    void observe(const Moment& moment) override {
        entries_ = &moment.ledger.entries();
        if (moment.output) measure_contained(moment);
    }
    void save(CheckpointWriter& out) const override { write_list(out, "remediation/contained", contained_); }
    void load(CheckpointReader& in) override {
        if (in.has("remediation/contained/size")) contained_ = read_list(in, "remediation/contained");
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> all{measure_table(), mass_table(), contained_table()};
        for (const auto& measure : measures_)
            for (auto& table : measure->tables()) all.push_back(std::move(table));
        return all;
    }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& measure : measures_)
            lines.push_back(
                !measure->begun()
                    ? fmt::format("measure '{}' never began", measure->label.text)
                    : fmt::format("measure '{}' began at {:.6g} d{}", measure->label.text, measure->begun_at() / seconds_per_day,
                                  measure->ended() ? fmt::format(" and ended at {:.6g} d", measure->ended_at() / seconds_per_day) : ""));
        return lines;
    }

private:
    [[nodiscard]] Table measure_table() const {
        Table table{"measures", "Remediation measures and when they worked", {}};
        Table::Column name{"measure", "", {}, {}}, type{"type", "", {}, {}}, begun{"begun", "d", {}, {}}, ended{"ended", "d", {}, {}};
        for (const auto& measure : measures_) {
            name.texts.push_back(measure->label.text);
            type.texts.emplace_back(measure->type());
            begun.numbers.push_back(measure->begun_at() / seconds_per_day);
            ended.numbers.push_back(measure->ended_at() / seconds_per_day);
        }
        table.columns = {name, type, begun, ended};
        return table;
    }

    /// What each measure took out of the ground and put in, from the budget.
    [[nodiscard]] Table mass_table() const {
        Table table{"mass_removed",
                    "Mass that measures took out of the ground and put in; what is transformed stays in the ground in another form",
                    {}};
        Table::Column measure{"measure", "", {}, {}}, substance{"substance", "", {}, {}}, phase{"phase", "", {}, {}},
            removed{"removed", "kg", {}, {}}, added{"added", "kg", {}, {}};
        for (const auto& m : measures_)
            for (const auto& e : *entries_) {
                if (e.term.component == "water") continue;
                const auto extracting = m->extracting_boundaries();
                std::string how;
                if (e.term.term == m->type() && e.term.name == m->label.text + " (dissolved)") how = "dissolved";
                else if (e.term.term == m->type() && e.term.name == m->label.text + " (sorbed)") how = "sorbed";
                else if (e.term.term == m->type() && e.term.name == m->label.text) how = m->fate();
                else if (e.term.term == "stockpile" && e.term.name == m->label.text) how = "leached back";
                else if (e.term.term == "dust" && e.term.name == m->label.text) how = "blown back";
                else if (std::find(extracting.begin(), extracting.end(), e.term.name) != extracting.end())
                    how = e.term.term == "drain" ? "drained" : "pumped";
                if (how.empty()) continue;
                measure.texts.push_back(m->label.text);
                substance.texts.push_back(e.term.component);
                phase.texts.push_back(how);
                removed.numbers.push_back(e.cumulative_out);
                added.numbers.push_back(e.cumulative_in);
            }
        table.columns = {measure, substance, phase, removed, added};
        return table;
    }

    /// What the ground holds now, in cells where a working measure holds it back and elsewhere.
    void measure_contained(const Moment& moment) {
        const auto& grid = moment.domain.grid;
        std::vector<bool> within(static_cast<std::size_t>(grid.cell_count()), false);
        for (const auto& measure : measures_)
            if (measure->working())
                for (const Index c : measure->contained_cells()) within[static_cast<std::size_t>(c)] = true;
        ids_.clear();
        contained_.clear();
        const bool soil = !moment.domain.medium.bulk_density.empty() && moment.state.total_content.species_count() > 0;
        for (std::size_t s = 0; s < moment.state.substances.size(); ++s) {
            ids_.push_back(moment.state.substances[s].id);
            const auto at = static_cast<Index>(s);
            double sum[2][2] = {};  // by contained or not, dissolved or sorbed
            for (Index c = 0; c < grid.cell_count(); ++c) {
                if (!grid.active(c)) continue;
                const auto n = static_cast<std::size_t>(c);
                const double dissolved = moment.state.mobile_water[c] * moment.state.concentration[at][n];
                const double total =
                    soil ? moment.state.total_content[at][n] * moment.domain.medium.bulk_density[c] * grid.volume(c) : dissolved;
                sum[within[n] ? 0 : 1][0] += dissolved;
                sum[within[n] ? 0 : 1][1] += std::max(0.0, total - dissolved);
            }
            contained_.insert(contained_.end(), {sum[0][0], sum[1][0], sum[0][1], sum[1][1]});
        }
    }
    [[nodiscard]] Table contained_table() const {
        Table table{
            "contained", "What is left at the end where measures hold it back (under covers, within walls, bound), and elsewhere", {}};
        Table::Column substance{"substance", "", {}, {}}, phase{"phase", "", {}, {}}, inside{"contained", "kg", {}, {}},
            outside{"uncontained", "kg", {}, {}};
        for (std::size_t s = 0; s < ids_.size(); ++s)
            for (std::size_t p = 0; p < 2; ++p) {
                substance.texts.push_back(ids_[s]);
                phase.texts.emplace_back(p == 0 ? "dissolved" : "sorbed");
                inside.numbers.push_back(contained_[4 * s + 2 * p]);
                outside.numbers.push_back(contained_[4 * s + 2 * p + 1]);
            }
        table.columns = {substance, phase, inside, outside};
        return table;
    }

    std::vector<std::shared_ptr<Measure>> measures_;
    const std::vector<LedgerEntry>* entries_ = nullptr;
    std::vector<std::string> ids_;
    std::vector<double> contained_;  ///< by substance: dissolved within and without, sorbed within and without [kg]
};

const bool registered =
    ObserverIndex::instance().add({"remediation", [](const Site& site, Domain&, Diagnostics&) -> std::unique_ptr<Observer> {
                                       if (!site.has("measure")) return nullptr;
                                       return std::make_unique<RemediationObserver>(site);
                                   }});

}  // namespace

}  // namespace galena
