#pragma once
// Waste pile: gangue, gypsum, ash, mud, slag. Part of the rain runs off, part goes back into the air, the rest passes the waste as a linear
// reservoir, dW/dt = infiltration − W/τ, leaches it, and seeps into the ground as fast as the liner lets it; what finds no way comes out at
// the toe.

#include "facility/waste_facility.hpp"

namespace galena {

class WastePile final : public WasteFacility {
public:
    static constexpr std::string_view name = "waste_pile", meaning = "a pile of waste that rain leaches, seeping into the ground below";

    static auto parameters();
    void check(ReadContext& context);

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::vector<Date> moments() const override;
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate, std::span<double> slope) const override;
    void settle(const FlowMoment& moment, std::span<const double> rate) override;
    void accept() override;
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;
    [[nodiscard]] std::vector<const Series*> series() const override;

    [[nodiscard]] std::vector<FacilityFigure> figures(const Moment& moment) const override;
    [[nodiscard]] std::vector<std::string> closing_lines() const override;

    Name kind;
    double height = 0, bulk_density = 1500, porosity = 0.4, conductivity = 1e-6, drainable_porosity = 0.1, water_content = 0.15;
    double runoff = 0.2, evaporating = 0.5, passage_time = 0;
    std::optional<Date> covered;
    LeachModels leaching;
    std::map<std::string, Series> runoff_concentration;
    std::optional<SulfideTable> sulfide;

protected:
    [[nodiscard]] std::optional<Date> cover_laid() const override { return covered; }

private:
    /// Water of a step [m³].
    struct Water {
        double rain = 0, runoff = 0, evaporation = 0, infiltration = 0, asked = 0;
        bool removed = false, is_covered = false;
    };
    void take_from_kind(const Site& site, Domain& domain, Diagnostics& diagnostics);
    [[nodiscard]] Water water_of(const FlowMoment& moment) const;
    void take_away(const FlowMoment& moment);
    void book(const Water& water, double down, double up, double toe, double removed, double before);

    std::vector<std::string> from_kind_;                 ///< substances whose leaching its kind tells
    double held_ = 0, next_held_ = 0;                    ///< water on its way through the waste [m³]
    double seeped_ = 0, next_seeped_ = 0, seepage_ = 0;  ///< since the start [m³]; of the last step [m³/s]
    double off_ = 0, next_off_ = 0;                      ///< ran off the slopes since the start [m³]
    double at_toe_ = 0, next_at_toe_ = 0;                ///< came out at the toe since the start [m³]
    double toe_rate_ = 0;                                ///< of the last step [m³/s]
};

}  // namespace galena
