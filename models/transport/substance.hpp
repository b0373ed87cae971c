#pragma once
// Substances: what a site file says of each (sorption, decay, initial amount), and the identifiers shipped with the program.

#include "scenario/reader.hpp"
#include "sorption/isotherm.hpp"

namespace galena {

/// [substance.Cd]
struct SubstanceTable {
    std::string display;
    std::optional<SpatialValue> initial_concentration, initial_content;
    std::shared_ptr<Isotherm> sorption, immobile_sorption;
    std::optional<double> half_life, decay_rate;
    bool decays_sorbed = true;
    std::optional<double> sorbed_half_life, sorbed_decay_rate;
    std::map<std::string, double> daughters;
    double zero_order_rate = 0;
    double molecular_diffusion = 0;
    Places places;

    static auto parameters() {
        using T = SubstanceTable;
        return std::tuple{
            parameter("display", &T::display, "name in tables and figures; from the list of substances when absent").with_default(),
            parameter("initial_concentration", &T::initial_concentration, "mg/L", not_negative,
                      "dissolved concentration at the start; sorbed in equilibrium with it"),
            parameter("initial_content", &T::initial_content, "mg/kg", not_negative,
                      "total content per dry soil at the start, dissolved and sorbed together; parted in equilibrium"),
            parameter("sorption", &T::sorption, "how it sorbs; a tracer when absent").with_default(),
            parameter("immobile_sorption", &T::immobile_sorption,
                      "how it sorbs to the solid that touches immobile water; as `sorption` says when absent")
                .with_default(),
            parameter("half_life", &T::half_life, "d", positive, "of first-order decay (or give decay_rate)"),
            parameter("decay_rate", &T::decay_rate, "1/d", not_negative, "of first-order decay"),
            parameter("decays_sorbed", &T::decays_sorbed, "the sorbed part decays at the same rate").with_default(),
            parameter("sorbed_half_life", &T::sorbed_half_life, "d", positive, "of what is sorbed, where it differs"),
            parameter("sorbed_decay_rate", &T::sorbed_decay_rate, "1/d", not_negative, "of what is sorbed, where it differs"),
            parameter("daughters", &T::daughters, "", Bounds{0, 100, false, true},
                      "what it decays into: mass of each daughter per mass that decays, e.g. { TCE = 0.792 }"),
            parameter("zero_order_rate", &T::zero_order_rate, "mg/L/d", anything,
                      "produced at a constant rate per mobile water; a negative rate consumes, and stops where nothing is left")
                .with_default(),
            parameter("molecular_diffusion", &T::molecular_diffusion, "m2/s", not_negative,
                      "in free water; the pores reduce it (Millington & Quirk 1961)")
                .with_default(),
        };
    }
    void check(ReadContext& context);
    /// First-order rate [1/s].
    [[nodiscard]] double rate() const;
    /// Of what is sorbed [1/s].
    [[nodiscard]] double sorbed_rate() const;
};

struct SubstanceTables {
    static constexpr std::string_view section = "substance",
                                      meaning = "what moves: one table per substance, named by its key, e.g. [substance.Cd]";
    static constexpr std::string_view needs = "transport";
    std::map<std::string, SubstanceTable> list;
};

/// One line of the list of substances shipped with the program.
struct SubstanceIdentity {
    std::string id, display;
    double molar_mass = 0;  ///< [kg/mol]
    int valence = 0;
    std::vector<std::string> aliases;
    std::string form_of;  ///< the element of which this is one form: "Cr" for Cr(VI); empty for the element itself
};

/// The list shipped (models/transport/data/substances.toml), by key. Throws std::runtime_error when it cannot be read.
const std::map<std::string, SubstanceIdentity>& known_substances();

}  // namespace galena
