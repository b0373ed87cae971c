#pragma once
// Tailings pond: a boundary of flow with its own unknown, the depth of its water. Basin, tailings, liner and cover are data; the water
// balance of a step is solved for the depth at its end together with the seepage into every cell below:
//     V(d) − V_before = slurry + rain + water pressed up − evaporation − reclaim − seepage(d, heads) − overflow
// Seepage passes tailings and liner in series, and from the floor to the centre of the highest cell below; where that cell does not press
// back, the pores under the liner are open to the air. After closure the tailings drain as a linear reservoir that percolation feeds,
// q = P + (q0 − P) exp(−t/τ), never faster than the liner takes it.

#include "facility/storage_curve.hpp"
#include "facility/waste_facility.hpp"

namespace galena {

/// The tailings.
struct TailingsTable {
    double conductivity = 0, porosity = 0, solids_density = 2700, specific_yield = 0.1;
    double initial_mass = 0;
    std::optional<double> initial_porosity, consolidation_coefficient;
    double downward = 0.5;
    Places places;

    static auto parameters();
    void check(ReadContext& context);
};

/// The dam, for indicators.
struct DamTable {
    double toe_distance = 0, conductivity = 0;
    Name toe_zone;

    static auto parameters() {
        using T = DamTable;
        return std::tuple{
            parameter("toe_distance", &T::toe_distance, "m", positive, "from the edge of the pond to the toe drain, in plan"),
            parameter("conductivity", &T::conductivity, "m/s", positive, "of the dam and the tailings before it"),
            parameter("toe_zone", &T::toe_zone, "columns where groundwater comes up at the toe: their exit gradient is told")
                .with_default(),
        };
    }
};

/// What a pond holds [m³], and its solids [kg].
struct PondContents {
    double solids = 0;
    double depth = 0;          ///< of free water above the tailings [m]
    double free = 0;           ///< water above the tailings
    double consolidating = 0;  ///< pore water that will be pressed out
    double drainable = 0;      ///< pore water that drains by gravity, after closure
    double retained = 0;       ///< the other pore water
    double seepage = 0;        ///< of the last step [m³/s]
    double drain_time = 0;     ///< τ [s]; 0 before closure
    double seeped = 0;         ///< since the start
    double overflow = 0;       ///< of the last step [m³/s]
    double overflowed = 0;     ///< since the start
};

class TailingsPond final : public WasteFacility {
public:
    static constexpr std::string_view name = "tailings_pond",
                                      meaning = "a pond with tailings on a liner: its own water balance, seeping into the ground below";

    static auto parameters();
    void check(ReadContext& context);

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] std::vector<Date> moments() const override;
    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override;
    void evaluate(const FlowMoment& moment, const GroundAtBoundary& ground, std::span<double> rate, std::span<double> slope) const override;
    void settle(const FlowMoment& moment, std::span<const double> rate) override;
    void accept() override {
        now_ = next_;
        chemistry_.accept();
        released_.accept();
    }
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;
    [[nodiscard]] std::vector<const Series*> series() const override;

    [[nodiscard]] std::vector<FacilityFigure> figures(const Moment& moment) const override;
    [[nodiscard]] std::vector<std::string> closing_lines() const override;

    std::vector<StoragePoint> storage;
    std::optional<SpatialValue> base_elevation;
    std::optional<double> initial_stage, spillway, drain_down_time, slurry_solids;
    double pond_share = 1, beach_runoff = 0, bare_percolation = 0.1;
    std::optional<TailingsTable> tailings;
    std::optional<DamTable> dam;
    Series deposition{0.0}, reclaim{0.0}, inflow{0.0};
    std::optional<Date> closure;
    LeachModels pore_water;
    std::map<std::string, Series> free_water;
    std::optional<SulfideTable> sulfide;

protected:
    [[nodiscard]] std::optional<Date> cover_laid() const override { return closure; }

private:
    /// What a step brings before any water is shared out: all that does not depend on heads or depth. Volumes in m³.
    struct StepLoad {
        double from = -1, to = -1;
        bool closed = false, removed = false;
        double duration = 0;
        PondContents start;              ///< as the step finds it: at closure the drainable water is parted from the retained
        double solids = 0, surface = 0;  ///< after the step: mass [kg], level of the tailings [m]
        double slurry = 0, released = 0, retained = 0, consolidating = 0, expelled = 0;
        double percolation = 0;
        double rain = 0, evaporation = 0, reclaim = 0, inflow = 0;  ///< depths [m], volumes [m³]
        double downward = 0;                    ///< asked to seep besides what the pond drives: consolidation, drain-down
        std::vector<double> thickness, factor;  ///< of the tailings over each cell [m]; of edits
    };
    /// A state of the pond that is tried: depth ≥ 0, or the share of what is asked that a pond without depth can give.
    struct Level {
        double depth = 0, part = 1;
    };
    /// What a step moves at a level [m³].
    struct Flows {
        double volume = 0;   ///< free water afterwards
        double pressed = 0;  ///< seepage under the pond, edits included
        double drained = 0;  ///< of what was asked downward
        double rain = 0, evaporation = 0, reclaim = 0, overflow = 0, wet_area = 0;
    };

    void make_basin(const Site& site, Domain& domain, Diagnostics& diagnostics);
    void warn_of_floor(Diagnostics& diagnostics) const;
    void check_room(const Site& site, const Domain& domain, Diagnostics& diagnostics) const;
    void fill_at_start(Diagnostics& diagnostics);
    [[nodiscard]] double tailings_volume(double solids, double consolidating) const;
    [[nodiscard]] const StepLoad& load_of(const FlowMoment& moment) const;
    [[nodiscard]] double tailings_down(const StepLoad& load) const;
    void take_away();
    void book(const StepLoad& load, double down, double up, double removed = 0);
    void leach(const FlowMoment& moment, const StepLoad& load, double down);
    [[nodiscard]] std::map<std::string, double> overflow_concentration(const FlowMoment& moment) const;
    void load_consolidation(StepLoad& load) const;
    void load_drain_down(StepLoad& load, const FlowMoment& moment) const;
    [[nodiscard]] Overburden waste_of(double thickness) const;
    Flows share_out(const Level& level, const StepLoad& load, const FlowMoment& moment, const GroundAtBoundary& ground,
                    std::span<double> rate, std::span<double> slope) const;
    [[nodiscard]] bool reaches(double stage, std::size_t n) const;
    [[nodiscard]] double wet_part(double stage) const;
    [[nodiscard]] double share_covered(double stage) const;
    [[nodiscard]] double exit_gradient(const Moment& moment) const;

    const Domain* domain_ = nullptr;
    StorageCurve basin_;
    double spill_ = 0;
    std::vector<Index> toe_cells_;
    PondContents now_, next_;
    mutable StepLoad load_;
    mutable Flows flows_;
    mutable Level level_;
};

}  // namespace galena
