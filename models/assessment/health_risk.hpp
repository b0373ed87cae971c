#pragma once
// Human health risk after HJ 25.3-2019: exposure to one substance in soil (oral, dermal, dust) and groundwater (drunk), cancer risk and
// hazard quotient, and the concentrations at which they are just acceptable. Parameters and toxicity are data
// (data/health_risk/*.csv, with confidence). Contents are in mg/kg and concentrations in mg/L here, as in the standard.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/error.hpp"

namespace galena {

/// Class 1: homes, schools, parks for children; class 2: industry, shops, roads (GB 36600-2018, 4.1).
enum class LandUse { class1, class2 };

/// Parameters of one kind of land use, in the units of the standard; children's are 0 for class 2, where only adults are exposed.
struct ExposureParameters {
    double EDc = 0, EDa = 0, EFc = 0, EFa = 0, EFIc = 0, EFIa = 0, EFOc = 0, EFOa = 0;    ///< durations [a], frequencies [d/a]
    double BWc = 0, BWa = 0, Hc = 0, Ha = 0, DAIRc = 0, DAIRa = 0, GWCRc = 0, GWCRa = 0;  ///< kg, cm, m³/d, L/d
    double OSIRc = 0, OSIRa = 0, Ev = 0, fspi = 0, fspo = 0, SAF = 0, WAF = 0;            ///< mg/d, 1/d, -
    double SERc = 0, SERa = 0, SSARc = 0, SSARa = 0, PIAF = 0, PM10 = 0, ABSo = 0;        ///< -, mg/cm², -, mg/m³, -
    double ACR = 0, AHQ = 0, ATca = 0, ATnc = 0;                                          ///< -, -, d, d
    double rho_b = 0, rho_s = 0, Pws = 0, fom = 0, delta_gw = 0, Ugw = 0, I = 0;          ///< kg/dm³, -, g/kg, cm, cm/a
    bool children = true;

    static ExposureParameters read(const std::filesystem::path& file, LandUse use, const Place& asked_at, Diagnostics& diagnostics);
};

/// What a substance does; absent numbers close their route.
struct Toxicity {
    std::optional<double> SFo;   ///< oral slope factor [1/(mg/(kg d))]
    std::optional<double> IUR;   ///< inhalation unit risk [1/(mg/m³)]
    std::optional<double> RfDo;  ///< oral reference dose [mg/(kg d)]
    std::optional<double> RfC;   ///< reference concentration in air [mg/m³]
    double ABSgi = 1;            ///< gastrointestinal absorption [-]
    double ABSd = 0;             ///< dermal absorption [-]
    std::string confidence;
};
/// By substance.
std::map<std::string, Toxicity> read_toxicity(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics);

/// Risk per unit concentration by route; a route that is closed has 0.
struct RouteFactors {
    double oral = 0, dermal = 0, dust = 0;  ///< per mg/kg of soil
    double groundwater = 0;                 ///< per mg/L drunk
    [[nodiscard]] double soil() const { return oral + dermal + dust; }
};

/// Cancer risk and hazard quotient per unit concentration.
struct RiskFactors {
    RouteFactors cancer, hazard;
};

/// HJ 25.3-2019, appendices A and C (exposure and risk). Class 1: cancer over childhood and adult life, hazard of children; class 2: adults.
RiskFactors risk_factors(const ExposureParameters& p, const Toxicity& toxicity);

/// Concentrations at which risk (ACR) or hazard (AHQ) is just acceptable; absent when the substance does not do that.
struct ControlValues {
    std::optional<double> cancer, hazard;  ///< RCVS, HCVS [mg/kg]
    [[nodiscard]] std::optional<double> lowest() const;
};
/// HJ 25.3-2019, appendix E: from all routes of soil.
ControlValues soil_control_values(const ExposureParameters& p, const RiskFactors& risk);
/// The same for groundwater that is drunk [mg/L].
ControlValues groundwater_control_values(const ExposureParameters& p, const RiskFactors& risk);

/// Leaching factor [kg/L]: concentration in groundwater under the soil over content of the soil (HJ 25.3-2019, appendix F; no vapour:
/// metals). Kd [L/kg]; source_length: extent of the soil along the groundwater flow [cm].
double leaching_factor(const ExposureParameters& p, double distribution_coefficient, double source_length);

}  // namespace galena
