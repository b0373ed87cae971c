// The receptors of a site for studies: galena risk asks every run of an ensemble what they see.

#include "remediation/receptor.hpp"
#include "simulation/receptors.hpp"

namespace galena {

namespace {

class ReceptorsOfSite final : public Receptors {
public:
    ReceptorsOfSite(const ReceptorTables& tables, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
        std::vector<std::string> told_elsewhere;  // by the observer of receptors
        for (const auto& table : tables.list) {
            places_.emplace_back(table, site, domain, diagnostics);
            list_.push_back({table.name.text, receptor_limits(table, site, told_elsewhere, diagnostics)});
        }
    }
    [[nodiscard]] const std::vector<Receptor>& list() const override { return list_; }
    [[nodiscard]] double concentration(std::size_t receptor, const State& state, Index substance) const override {
        return places_[receptor].look(state, substance).concentration;
    }

private:
    std::vector<ReceptorPlace> places_;
    std::vector<Receptor> list_;
};

const bool registered = [] {
    Receptors::maker() = [](const Site& site, const Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Receptors> {
        const auto* tables = site.find<ReceptorTables>();
        if (!tables) return nullptr;
        return std::make_unique<ReceptorsOfSite>(*tables, site, domain, diagnostics);
    };
    return true;
}();

}  // namespace

}  // namespace galena
