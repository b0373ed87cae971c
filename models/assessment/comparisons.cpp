// The observer of [assessment]: holds the run against every standard that is named.

#include <set>

#include <fmt/format.h>

#include "assessment/comparison.hpp"

namespace galena {

REGISTER_SECTION(AssessmentTable)

namespace {

class Comparisons final : public Observer {
public:
    Comparisons(const Site& site, const Domain& domain, Diagnostics& diagnostics) : start_(domain.start) {
        const auto& table = site.section<AssessmentTable>();
        std::vector<std::pair<std::filesystem::path, Place>> own;
        for (const auto& file : table.limits) own.emplace_back(file.path, file.place);
        const auto library = Standard::library(own, diagnostics);
        std::set<std::string> names;
        for (const auto& comparison : table.comparisons) {
            if (!names.insert(comparison.name.text).second)
                diagnostics.error(comparison.name.place, fmt::format("two comparisons are named '{}'", comparison.name.text),
                                  "give each its own name");
            comparisons_.emplace_back(comparison, library, site, domain, diagnostics);
        }
    }

    void observe(const Moment& moment) override {
        for (auto& comparison : comparisons_) comparison.observe(moment);
    }
    [[nodiscard]] std::vector<ObserverField> fields() const override {
        std::vector<ObserverField> all;
        for (const auto& comparison : comparisons_)
            for (const auto& field : comparison.fields()) all.push_back(field);
        return all;
    }
    [[nodiscard]] std::vector<Table> tables() const override {
        auto zones = Comparison::zone_table(), receptors = Comparison::receptor_table(), refusals = Comparison::refusal_table();
        for (const auto& comparison : comparisons_) {
            comparison.add_zone_rows(zones, start_);
            comparison.add_receptor_rows(receptors);
            comparison.add_refusals(refusals);
        }
        std::vector<Table> tables{zones};
        if (!receptors.columns[0].texts.empty()) tables.push_back(receptors);
        if (!refusals.columns[0].texts.empty()) tables.push_back(refusals);
        return tables;
    }
    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& comparison : comparisons_) comparison.add_summary(lines);
        return lines;
    }
    void save(CheckpointWriter& out) const override {
        for (const auto& comparison : comparisons_) comparison.save(out);
    }
    void load(CheckpointReader& in) override {
        for (auto& comparison : comparisons_) comparison.load(in);
    }

private:
    Date start_;
    std::vector<Comparison> comparisons_;
};

const bool registered = ObserverIndex::instance().add(
    {"assessment", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         const auto* table = site.find<AssessmentTable>();
         if (!table || table->comparisons.empty() || !site.has("transport")) return nullptr;
         return std::make_unique<Comparisons>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
