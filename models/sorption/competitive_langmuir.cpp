// Competitive Langmuir sorption: several substances share sites, S_i = S_max,i K_i C_i / (1 + Σ_j K_j C_j)
// (Butler & Ockrent 1930; Sparks 2003, eq. 5.13). Transport tells every law the concentrations of its own substance; the laws that share
// sites read each other's.

#include <fmt/format.h>

#include "sorption/isotherm.hpp"
#include "transport/substance.hpp"

namespace galena {

struct CompetitiveLangmuir final : Isotherm {
    static constexpr std::string_view name = "competitive_langmuir", meaning = "sorbed content that saturates, on sites shared with others";

    std::string sites = "shared";
    SpatialValue capacity;
    double affinity = 0;

    static auto parameters() {
        using T = CompetitiveLangmuir;
        return std::tuple{
            parameter("sites", &T::sites, "name of the sites; all substances that name the same compete").with_default(),
            parameter("capacity", &T::capacity, "mg/kg", not_negative,
                      "sorbed content of this substance at saturation; consistent where all have the same number of moles")
                .source("Sparks 2003, eq. 5.13"),
            parameter("affinity", &T::affinity, "L/mg", positive, "Langmuir constant K of this substance"),
        };
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        field_ = field_of(capacity, site, domain, diagnostics);
        occupied_ = CellField(domain.grid);
        others_.clear();
        for (const auto& [id, table] : site.section<SubstanceTables>().list) {
            if (!table.sorption) continue;
            const auto* other = dynamic_cast<const CompetitiveLangmuir*>(&table.sorption->equilibrium());
            if (other && other != this && other->sites == sites) others_.push_back(other);
        }
        if (others_.empty())
            diagnostics.error(place, fmt::format("nothing competes for the sites '{}'", sites),
                              "give the same sites to another substance, or sorption of type langmuir");
    }
    [[nodiscard]] bool competes() const override { return true; }
    void announce(std::span<const double> concentration) override {
        parallel_for(occupied_.size(), [&](Index c) { occupied_[c] = affinity * concentration[static_cast<std::size_t>(c)]; });
    }

    void evaluate(Index first, std::span<const double> concentration, std::span<double> sorbed, std::span<double> slope) const override {
        const double* most = field_.data() + first;
        for (std::size_t i = 0; i < concentration.size(); ++i) {
            double free = 1;
            for (const auto* other : others_)
                if (!other->occupied_.empty()) free += other->occupied_[first + static_cast<Index>(i)];
            const double share = 1 / (free + affinity * concentration[i]);
            sorbed[i] = most[i] * affinity * concentration[i] * share;
            slope[i] = most[i] * affinity * free * share * share;
        }
    }
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("Langmuir {}, affinity {}, competing for '{}'", range_text("capacity", field_, "mg/kg", grid),
                           quantity_text(affinity, unit("L/mg")), sites);
    }

private:
    CellField field_;     ///< capacity [kg/kg]
    CellField occupied_;  ///< K C of this substance, as last announced
    std::vector<const CompetitiveLangmuir*> others_;
};

REGISTER(Isotherm, CompetitiveLangmuir)

}  // namespace galena
