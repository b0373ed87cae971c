// The observer of [effect_evaluation].

#include <fmt/format.h>

#include "assessment/groundwater_evaluation.hpp"
#include "assessment/soil_evaluation.hpp"
#include "core/data_folder.hpp"

namespace galena {

REGISTER_SECTION(EffectEvaluationTable)

namespace {

class EffectEvaluation final : public Observer {
public:
    EffectEvaluation(const Site& site, const Domain& domain, Diagnostics& diagnostics) : start_(domain.start) {
        const auto& table = site.section<EffectEvaluationTable>();
        const auto numbers = SampleNumbers::read(data_folder() / "effect_evaluation" / "hj255_samples.csv", diagnostics);
        if (!table.soil.empty() && domain.medium.bulk_density.empty())
            diagnostics.error(table.place, "targets of soil go by contents per dry soil, and no bulk_density is given",
                              "give bulk_density in a [[medium]] for every active cell");
        for (const auto& area : table.soil) {
            for (const auto& other : soil_)
                if (other.name() == area.name)
                    diagnostics.error(area.name.place, fmt::format("two areas are named '{}'", area.name.text), "give each its own name");
            soil_.emplace_back(area, numbers, site, domain, diagnostics);
        }
        for (const auto& well : table.groundwater) wells_.emplace_back(well, site, domain, diagnostics);
        if (soil_.empty() && wells_.empty())
            diagnostics.error(table.place, "effect_evaluation names nothing that is sampled",
                              "add [[effect_evaluation.soil]] or [[effect_evaluation.groundwater]]");
    }

    void observe(const Moment& moment) override {
        for (auto& area : soil_) area.observe(moment);
        for (auto& well : wells_) well.observe(moment);
    }
    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> tables;
        if (!soil_.empty()) tables.push_back(SoilEvaluation::empty_table());
        for (const auto& area : soil_) area.add_rows(tables.front(), start_);
        if (!wells_.empty()) tables.push_back(GroundwaterEvaluation::empty_table());
        for (const auto& well : wells_) well.add_rows(tables.back(), start_);
        return tables;
    }
    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& area : soil_) area.add_summary(lines);
        for (const auto& well : wells_) well.add_summary(lines, start_);
        return lines;
    }
    void save(CheckpointWriter& out) const override {
        for (const auto& area : soil_) area.save(out);
        for (const auto& well : wells_) well.save(out);
    }
    void load(CheckpointReader& in) override {
        for (auto& area : soil_) area.load(in);
        for (auto& well : wells_) well.load(in);
    }

private:
    Date start_;
    std::vector<SoilEvaluation> soil_;
    std::vector<GroundwaterEvaluation> wells_;
};

const bool registered = ObserverIndex::instance().add(
    {"effect_evaluation", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         if (!site.find<EffectEvaluationTable>() || !site.has("transport")) return nullptr;
         return std::make_unique<EffectEvaluation>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
