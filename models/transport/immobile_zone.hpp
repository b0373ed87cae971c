#pragma once
// Water that does not flow but exchanges solute with the mobile water of its cell: dual domain, several rates, diffusion into a matrix.
// One file per kind in models/transport/immobile.

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "simulation/domain.hpp"
#include "sorption/isotherm.hpp"

namespace galena {

/// What an immobile zone needs to know of one substance.
struct ImmobileSolute {
    const Isotherm* law = nullptr;   ///< of the solid that touches the immobile water; nullptr: nothing sorbs there
    double decay_rate = 0;           ///< of what is dissolved [1/s]
    double sorbed_decay_rate = 0;    ///< of what is sorbed [1/s]
    double molecular_diffusion = 0;  ///< in free water [m²/s]
};

class ImmobileZone {
public:
    static constexpr std::string_view family = "immobile";
    virtual ~ImmobileZone() = default;

    // Keys of every kind.
    Name zone{"all", {}};
    std::optional<SpatialValue> immobile_porosity;
    double sorbent_fraction = 0;
    Place place;
    Places places;

    /// Finds cells and porosity, anew each time a simulation is built.
    virtual void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics);
    /// Mistakes that only a substance shows.
    virtual void check(const ImmobileSolute& solute, std::string_view substance, Diagnostics& diagnostics) const {
        (void)solute, (void)substance, (void)diagnostics;
    }
    /// What transport keeps of one substance. Everything given outlives the stores.
    [[nodiscard]] virtual std::vector<std::unique_ptr<CellStore>> make_stores(const Domain& domain, const ImmobileSolute& solute) const = 0;
    /// The medium changed: water and solid of the zone anew.
    void adopt_medium(const Domain& domain);
    /// For people.
    [[nodiscard]] virtual std::string text(const Grid& grid) const = 0;

    /// Immobile water per cell [m³]; 0 outside the zone.
    [[nodiscard]] const CellField& water() const { return water_; }
    /// Dry soil that touches it [kg]; empty without bulk density.
    [[nodiscard]] const CellField& soil_mass() const { return soil_mass_; }
    /// 1 in the cells of the zone, 0 elsewhere.
    [[nodiscard]] const CellField& extent() const { return extent_; }
    [[nodiscard]] const CellField& porosity() const { return porosity_; }

protected:
    CellField extent_, porosity_, water_, soil_mass_;
};

/// [[immobile]]
struct ImmobileZones {
    static constexpr std::string_view section = "immobile",
                                      meaning = "water that does not flow but exchanges solute with the mobile water of its cell";
    static constexpr std::string_view needs = "transport";
    std::vector<std::shared_ptr<ImmobileZone>> list;
};

/// Keys that every immobile zone has.
inline auto immobile_parameters() {
    using Z = ImmobileZone;
    return std::tuple{
        parameter("zone", &Z::zone, "cells that have such water").with_default(),
        parameter("immobile_porosity", &Z::immobile_porosity, "", fraction,
                  "immobile water per volume of ground; porosity less effective_porosity when absent"),
        parameter("sorbent_fraction", &Z::sorbent_fraction, "", fraction, "share of the solid that touches this water").with_default(),
    };
}

/// Immobile water of one concentration per cell, exchanging at a first-order rate per volume of ground:
///     ∂(θ_im C_im + ρb f S_im)/∂t = ω (C − C_im) − decay      (Coats & Smith 1964, eq. 2; van Genuchten & Wierenga 1976, eq. 9)
/// rate: ω, or ω over the immobile water per volume of ground, α [1/s]. share: of the zone's water and solid that this store holds.
enum class ExchangePer { volume_of_ground, immobile_water };
std::unique_ptr<CellStore> make_first_order_store(const Domain& domain, const ImmobileZone& zone, const ImmobileSolute& solute, double rate,
                                                  ExchangePer per, double share = 1);

}  // namespace galena
