#pragma once
// Sulfide in waste that air reaches: oxygen diffuses down and is used up,
//     d/dz(De dC/dz) = Kr C,      d(sulfur)/dt = −Kr C/ε,
// quasi-steady, for oxygen moves in days and sulfide lasts for decades. Kr falls as the sulfide is used up, in proportion to what is left or
// as cores shrink in their grains; where the reaction is fast a sharp front moves down (Davis & Ritchie 1986).

#include <vector>

#include "scenario/reader.hpp"
#include "simulation/checkpoint.hpp"

namespace galena {

enum class OxidationKinetics { first_order, shrinking_core };
template <>
inline const Words words<OxidationKinetics> = {"first_order", "shrinking_core"};

/// What the site file says of it.
struct SulfideTable {
    double sulfur = 0, rate = 0, saturation = 0.5, bulk_density = 0, porosity = 0, depth = 0;
    OxidationKinetics kinetics = OxidationKinetics::first_order;
    std::optional<double> core_rate;
    double carbonate = 0, carbonate_share = 1, oxygen_per_sulfur = 1.75, buffered_pH = 7, acid_pH = 3.5;
    int cells = 200;
    Places places;

    static auto parameters() {
        using T = SulfideTable;
        return std::tuple{
            parameter("sulfur", &T::sulfur, "mg/kg", positive, "in sulfide, per dry waste: 3 % are 30000 mg/kg"),
            parameter("depth", &T::depth, "m", positive, "of waste that air could reach"),
            parameter("bulk_density", &T::bulk_density, "kg/m3", positive, "of the dry waste"),
            parameter("porosity", &T::porosity, "", open_fraction, "of the waste"),
            parameter("saturation", &T::saturation, "", fraction, "degree to which its pores are full; above 0.85 hardly any oxygen passes")
                .with_default(),
            parameter("rate", &T::rate, "1/a", positive,
                      "Kr: oxygen used per volume of waste and oxygen concentration in its air, when fresh")
                .source("1 to 200 per year"),
            parameter("kinetics", &T::kinetics, "how the rate falls as sulfide is used up").with_default(),
            parameter(
                "core_rate", &T::core_rate, "1/a", positive,
                "shrinking_core: 3 D2/a² times porosity factors, the rate at which diffusion through the rim alone would let it react")
                .source("Davis & Ritchie 1986, eq. 7"),
            parameter("carbonate", &T::carbonate, "mg/kg", not_negative,
                      "CaCO3 per dry waste: it keeps the water neutral until it is used up")
                .with_default(),
            parameter("carbonate_share", &T::carbonate_share, "", fraction, "of the carbonate that the acid finds").with_default(),
            parameter("oxygen_per_sulfur", &T::oxygen_per_sulfur, "", Bounds{0.5, 3, true, true}, "ε: mass of oxygen per mass of sulfur")
                .with_default()
                .source("1.75 FeS2 to sulfate and Fe(II), Davis & Ritchie 1986; 1.87 to Fe(OH)3"),
            parameter("buffered_pH", &T::buffered_pH, "", between(4, 10), "of the water as long as carbonate lasts").with_default(),
            parameter("acid_pH", &T::acid_pH, "", between(0, 7), "of the water afterwards").with_default(),
            parameter("cells", &T::cells, between(10, 10000), "layers that the depth is cut into").with_default(),
        };
    }
    void check(ReadContext& context);
    /// Kr where the fraction x of the sulfide is left [1/s].
    [[nodiscard]] double rate_at(double left) const;
    /// CaCO3 that the acid of a mass of sulfur uses up: 2 mol per mol of pyrite, two sulfurs.
    static constexpr double carbonate_per_sulfur = 3.1214;
};

/// What a step of oxidation did, per plan area.
struct Oxidised {
    double sulfur = 0;     ///< oxidised [kg/m²]
    double oxygen = 0;     ///< taken up [kg/m²]
    bool buffered = true;  ///< carbonate was left at the end of the step
};

/// A column of waste and what is left in it.
class SulfideColumn {
public:
    SulfideColumn() = default;
    explicit SulfideColumn(const SulfideTable& table);

    /// cover_resistance: Σ thickness/De of what lies on the waste [s/m].
    Oxidised advance(double duration, double cover_resistance);
    /// Oxygen that the column takes up at this moment [kg/m²/s].
    [[nodiscard]] double oxygen_uptake(double cover_resistance);
    /// Depth above which less than half of the sulfide is left [m].
    [[nodiscard]] double front() const;
    [[nodiscard]] double sulfur_left() const;                           ///< [kg/m²]
    [[nodiscard]] double sulfur_oxidised() const { return oxidised_; }  ///< since the start [kg/m²]
    [[nodiscard]] bool buffered() const { return oxidised_ * SulfideTable::carbonate_per_sulfur < carbonate_; }

    void save(CheckpointWriter& out, const std::string& prefix) const;
    void load(CheckpointReader& in, const std::string& prefix);

private:
    double solve_oxygen(double cover_resistance);

    SulfideTable table_;
    double height_ = 0, diffusion_ = 0, fresh_ = 0, carbonate_ = 0, oxidised_ = 0;  ///< of a cell [m], [m²/s], [kg/m²], [kg/m²], [kg/m²]
    std::vector<double> left_;                                                      ///< fraction of the sulfide, from the top down
    std::vector<double> oxygen_, rate_, factor_;                                    ///< [kg/m³], [1/s], work
};

}  // namespace galena
