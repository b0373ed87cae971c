#include "assessment/health_risk.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"

namespace galena {

namespace {

struct Symbol {
    std::string_view name, unit;
    double ExposureParameters::*member;
};
using P = ExposureParameters;
constexpr std::array symbols = {
    Symbol{"EDc", "a", &P::EDc},        Symbol{"EDa", "a", &P::EDa},          Symbol{"EFc", "d/a", &P::EFc},
    Symbol{"EFa", "d/a", &P::EFa},      Symbol{"EFIc", "d/a", &P::EFIc},      Symbol{"EFIa", "d/a", &P::EFIa},
    Symbol{"EFOc", "d/a", &P::EFOc},    Symbol{"EFOa", "d/a", &P::EFOa},      Symbol{"BWc", "kg", &P::BWc},
    Symbol{"BWa", "kg", &P::BWa},       Symbol{"Hc", "cm", &P::Hc},           Symbol{"Ha", "cm", &P::Ha},
    Symbol{"DAIRc", "m3/d", &P::DAIRc}, Symbol{"DAIRa", "m3/d", &P::DAIRa},   Symbol{"GWCRc", "L/d", &P::GWCRc},
    Symbol{"GWCRa", "L/d", &P::GWCRa},  Symbol{"OSIRc", "mg/d", &P::OSIRc},   Symbol{"OSIRa", "mg/d", &P::OSIRa},
    Symbol{"Ev", "1/d", &P::Ev},        Symbol{"fspi", "1", &P::fspi},        Symbol{"fspo", "1", &P::fspo},
    Symbol{"SAF", "1", &P::SAF},        Symbol{"WAF", "1", &P::WAF},          Symbol{"SERc", "1", &P::SERc},
    Symbol{"SERa", "1", &P::SERa},      Symbol{"SSARc", "mg/cm2", &P::SSARc}, Symbol{"SSARa", "mg/cm2", &P::SSARa},
    Symbol{"PIAF", "1", &P::PIAF},      Symbol{"PM10", "mg/m3", &P::PM10},    Symbol{"ABSo", "1", &P::ABSo},
    Symbol{"ACR", "1", &P::ACR},        Symbol{"AHQ", "1", &P::AHQ},          Symbol{"ATca", "d", &P::ATca},
    Symbol{"ATnc", "d", &P::ATnc},      Symbol{"rho_b", "kg/dm3", &P::rho_b}, Symbol{"rho_s", "kg/dm3", &P::rho_s},
    Symbol{"Pws", "kg/kg", &P::Pws},    Symbol{"fom", "g/kg", &P::fom},       Symbol{"delta_gw", "cm", &P::delta_gw},
    Symbol{"Ugw", "cm/a", &P::Ugw},     Symbol{"I", "cm/a", &P::I},
};

constexpr double kilograms_per_milligram = 1e-6;

/// One person or stage of life.
struct Person {
    double ED, EF, EFI, EFO, BW, H, DAIR, GWCR, OSIR, SER, SSAR;
};
Person child(const P& p) { return {p.EDc, p.EFc, p.EFIc, p.EFOc, p.BWc, p.Hc, p.DAIRc, p.GWCRc, p.OSIRc, p.SERc, p.SSARc}; }
Person adult(const P& p) { return {p.EDa, p.EFa, p.EFIa, p.EFOa, p.BWa, p.Ha, p.DAIRa, p.GWCRa, p.OSIRa, p.SERa, p.SSARa}; }

/// Exposure per unit concentration, averaged over AT [d]: kg of soil, or L of water, per kg of body and day (HJ 25.3-2019, appendix A).
RouteFactors exposure(const P& p, const Person& who, double ABSd, double AT) {
    const double skin = 239 * std::pow(who.H, 0.417) * std::pow(who.BW, 0.517) * who.SER;  // cm²
    const double per_body = 1 / (who.BW * AT);
    return {who.OSIR * who.ED * who.EF * p.ABSo * per_body * kilograms_per_milligram,
            skin * who.SSAR * who.EF * who.ED * p.Ev * ABSd * per_body * kilograms_per_milligram,
            p.PM10 * who.DAIR * who.ED * p.PIAF * (p.fspo * who.EFO + p.fspi * who.EFI) * per_body * kilograms_per_milligram,
            who.GWCR * who.EF * who.ED * per_body};
}

}  // namespace

ExposureParameters ExposureParameters::read(const std::filesystem::path& file, LandUse use, const Place& asked_at,
                                            Diagnostics& diagnostics) {
    ExposureParameters p;
    p.children = use == LandUse::class1;
    const auto before = diagnostics.error_count();
    const auto table = read_csv(file.string(), asked_at, diagnostics);
    if (diagnostics.error_count() != before) return p;
    const auto symbol = table.require_column("symbol", asked_at, diagnostics), unit = table.require_column("unit", asked_at, diagnostics),
               value = table.require_column(p.children ? "class1" : "class2", asked_at, diagnostics);
    if (diagnostics.error_count() != before) return p;
    std::vector<std::string> known;
    for (const auto& s : symbols) known.emplace_back(s.name);
    std::set<std::string_view> given;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto name = table.text(row, *symbol);
        const auto found = std::find_if(symbols.begin(), symbols.end(), [&](const Symbol& s) { return s.name == name; });
        if (found == symbols.end()) {
            diagnostics.error(table.place(row, *symbol), fmt::format("'{}' is no parameter of HJ 25.3", name), suggestion(name, known));
            continue;
        }
        if (table.text(row, *unit) != found->unit)
            diagnostics.error(table.place(row, *unit), fmt::format("{} is given in '{}'", name, table.text(row, *unit)),
                              fmt::format("HJ 25.3 takes it in {}", found->unit));
        if (const auto number = table.number(row, *value, diagnostics)) {
            p.*(found->member) = *number;
            given.insert(found->name);
        }
    }
    for (const auto& s : symbols) {
        const bool of_children = s.name.ends_with('c') && s.name != "ATnc";
        if (!given.contains(s.name) && (p.children || !of_children))
            diagnostics.error(asked_at, fmt::format("{} lacks {}", file.filename().string(), s.name),
                              fmt::format("give a row '{}' in {}", s.name, s.unit));
    }
    return p;
}

std::map<std::string, Toxicity> read_toxicity(const std::filesystem::path& file, const Place& asked_at, Diagnostics& diagnostics) {
    std::map<std::string, Toxicity> all;
    const auto before = diagnostics.error_count();
    const auto table = read_csv(file.string(), asked_at, diagnostics);
    if (diagnostics.error_count() != before) return all;
    const auto column = [&](std::string_view name) { return table.require_column(name, asked_at, diagnostics); };
    const auto substance = column("substance"), confidence = column("confidence");
    const std::array columns{column("SFo"), column("IUR"), column("RfDo"), column("RfC"), column("ABSgi"), column("ABSd")};
    if (diagnostics.error_count() != before) return all;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        std::array<std::optional<double>, 6> v;
        for (std::size_t n = 0; n < v.size(); ++n) {
            v[n] = table.number(row, *columns[n], diagnostics);
            if (v[n] && !(*v[n] > 0))
                diagnostics.error(table.place(row, *columns[n]), fmt::format("{}: is not positive", table.describe(row, *columns[n])),
                                  "leave the field empty where there is no value");
        }
        Toxicity t{v[0], v[1], v[2], v[3], v[4].value_or(1), v[5].value_or(0), std::string(table.text(row, *confidence))};
        all[std::string(table.text(row, *substance))] = t;
    }
    return all;
}

RiskFactors risk_factors(const ExposureParameters& p, const Toxicity& t) {
    // Cancer: all of life counts; hazard: whoever is hit hardest.
    auto cancer = exposure(p, adult(p), t.ABSd, p.ATca);
    if (p.children) {
        const auto young = exposure(p, child(p), t.ABSd, p.ATca);
        cancer = {cancer.oral + young.oral, cancer.dermal + young.dermal, cancer.dust + young.dust, cancer.groundwater + young.groundwater};
    }
    const auto hardest = p.children ? child(p) : adult(p);
    const auto hazard = exposure(p, hardest, t.ABSd, p.ATnc);
    const double SFo = t.SFo.value_or(0), SFi = t.IUR ? *t.IUR * p.BWa / p.DAIRa : 0;
    RiskFactors risk;
    risk.cancer = {cancer.oral * SFo, cancer.dermal * SFo / t.ABSgi, cancer.dust * SFi, cancer.groundwater * SFo};
    if (t.RfDo) {
        risk.hazard.oral = hazard.oral / *t.RfDo / p.SAF;
        risk.hazard.dermal = hazard.dermal / (*t.RfDo * t.ABSgi) / p.SAF;
        risk.hazard.groundwater = hazard.groundwater / *t.RfDo / p.WAF;
    }
    // The reference dose of breathing is an adult's, for children too: only so do the published values of V and Ni come out.
    if (t.RfC) risk.hazard.dust = hazard.dust / (*t.RfC * p.DAIRa / p.BWa) / p.SAF;
    return risk;
}

std::optional<double> ControlValues::lowest() const {
    if (cancer && hazard) return std::min(*cancer, *hazard);
    return cancer ? cancer : hazard;
}

ControlValues soil_control_values(const ExposureParameters& p, const RiskFactors& risk) {
    ControlValues values;
    if (risk.cancer.soil() > 0) values.cancer = p.ACR / risk.cancer.soil();
    if (risk.hazard.soil() > 0) values.hazard = p.AHQ / risk.hazard.soil();
    return values;
}

ControlValues groundwater_control_values(const ExposureParameters& p, const RiskFactors& risk) {
    ControlValues values;
    if (risk.cancer.groundwater > 0) values.cancer = p.ACR / risk.cancer.groundwater;
    if (risk.hazard.groundwater > 0) values.hazard = p.AHQ / risk.hazard.groundwater;
    return values;
}

double leaching_factor(const ExposureParameters& p, double distribution_coefficient, double source_length) {
    const double water_content = p.Pws * p.rho_b;                           // volume per volume; a litre of water weighs 1 kg
    const double Ksw = water_content / p.rho_b + distribution_coefficient;  // content over pore water [L/kg]
    const double dilution = 1 + p.Ugw * p.delta_gw / (p.I * source_length);
    return 1 / (Ksw * dilution);
}

}  // namespace galena
