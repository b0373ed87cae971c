#pragma once
// [[biodegradation]]: microbes oxidise a substrate (petroleum hydrocarbons, PAH) with the acceptors they find, best first:
//     r_k = r_max,k · S/(K_S,k + S) · A_k/(K_A,k + A_k) · Π_{j<k} K_I,j/(K_I,j + A_j)       per mobile water
// (Borden & Bedient 1986, eq. 4 to 6; Widdowson, Molz & Benefield 1988, eq. 5 for the acceptors that inhibit those after them). Microbes that
// grow are attached to the ground, one population for each table; then r_max,k = v_k B, and by what they live on and die of
//     dB/dt = Σ_k Y_k r_k − b (B − B_min)                                                         (Essaid et al. 1995, eq. 3 and 7). The rates of
// all tables in a cell are integrated together, as amounts of substrate that reacted; what every substance gains and loses follows by
// stoichiometry, so that its books are exact whatever the error of the integration.

#include <memory>
#include <span>

#include "scenario/section.hpp"
#include "simulation/checkpoint.hpp"
#include "simulation/domain.hpp"
#include "simulation/equation.hpp"

namespace galena {

/// One way of oxidation.
struct AcceptorTable {
    Name substance;
    double half_saturation_substrate = 0;
    std::optional<double> maximum_rate, specific_rate, yield;
    std::optional<double> half_saturation, inhibition, consumption;
    std::map<std::string, double> products;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};

/// Microbes of a table that grow: what cells hold of them now, and at the last accepted step [kg]. Shared by what computes and what shows them.
struct Microbes {
    CellField amount, accepted;
    CellField concentration;  ///< per mobile water [kg/m³], brought up to date at output times
};

/// One table of [[biodegradation]].
struct BiodegradationTable {
    std::shared_ptr<Microbes> microbes = std::make_shared<Microbes>();
    Name name, substrate;
    Name zone{"all", {}};
    std::vector<AcceptorTable> acceptors;
    std::optional<double> initial_biomass;
    double smallest_biomass = 0, death_rate = 0;
    Places places;
    static auto parameters();
    void check(ReadContext& context) const;
    [[nodiscard]] bool grows() const { return initial_biomass.has_value(); }
};

struct BiodegradationTables {
    static constexpr std::string_view section = "biodegradation",
                                      meaning = "microbes oxidise a substrate with one acceptor after the other (Monod kinetics)";
    static constexpr std::string_view needs = "transport";
    std::vector<BiodegradationTable> list;
};

/// The reactions of a site, resolved on its grid.
class Biodegradation {
public:
    /// substances: in the order of their numbers. Mistakes go to diagnostics.
    Biodegradation(const BiodegradationTables& tables, const std::vector<std::string>& substances, const Domain& domain,
                   Diagnostics& diagnostics);

    /// Numbers of the substances that take part.
    [[nodiscard]] std::vector<Index> taking_part() const;
    [[nodiscard]] Place place_of(Index substance) const;

    /// What the cells of the grid hold: mobile water [m³] and, by substance, what else holds it per concentration [m³]; empty: nothing.
    struct Ground {
        std::span<const double> water;
        std::vector<std::span<const double>> capacity;
    };
    /// Populations as they are at the start. water: mobile [m³].
    void start(std::span<const double> water);
    void accept();
    void reject();
    void save(CheckpointWriter& out) const;
    void load(CheckpointReader& in);
    /// Brings what is shown up to date.
    void show(std::span<const double> water) const;
    /// Growth, death and amounts of the populations [kg], each a component of its own.
    void book_populations(std::vector<BudgetTerm>& terms) const;
    /// Lets react for `duration` [s]: the concentrations [kg/m³] of every cell move on. Returns a cell in which it failed, or −1.
    Index react(double duration, const Ground& ground, SpeciesField& concentration);
    /// What the last react() took from a substance and gave to it.
    void book(Index substance, const std::string& id, std::vector<BudgetTerm>& terms) const;
    [[nodiscard]] std::vector<std::string> summary() const;

private:
    /// One acceptor of one table.
    struct Path {
        std::size_t table = 0;
        Index substrate = 0, acceptor = -1;
        double maximum_rate = 0;  ///< [kg/m³/s]; of microbes that grow per biomass [1/s]
        double yield = 0;         ///< biomass per mass of substrate
        double half_saturation_substrate = 0, half_saturation = 0, inhibition = 0;
        std::vector<std::size_t> preferred;          ///< paths whose acceptors are used before
        std::vector<std::pair<Index, double>> mass;  ///< gained per mass of substrate, by substance; negative: consumed
    };
    class Rates;
    /// Per mobile water: substrate that reacted on every path, then biomass that died of every table.
    using Extents = std::vector<double>;
    static bool integrate(Rates& rates, double duration, Extents& reacted);
    void add_path(const BiodegradationTable& table, const AcceptorTable& acceptor, std::size_t number,
                  const std::vector<std::string>& substances, Diagnostics& diagnostics);
    void let_die(double duration, std::span<const double> water, Index cell);
    [[nodiscard]] bool anything_reacts(Index cell, const SpeciesField& concentration) const;

    const BiodegradationTables& tables_;
    std::vector<Path> paths_;
    std::vector<std::vector<std::uint8_t>> extent_;  ///< by table, 1 in its zone
    std::vector<std::vector<double>> reacted_;       ///< by path: substrate that reacted in the last step [kg]
    std::vector<std::vector<double>> died_;          ///< by table: biomass that died in the last step [kg]; empty where none grows
    const Grid& grid_;
};

}  // namespace galena
