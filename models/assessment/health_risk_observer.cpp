// The observer of [health_risk]: cancer risk and hazard index per cell, per population and time, and the control values.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "assessment/health_risk_table.hpp"
#include "assessment/number_rows.hpp"
#include "assessment/standard.hpp"
#include "assessment/surface_cells.hpp"
#include "core/data_folder.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "output/observation_writer.hpp"
#include "simulation/observer.hpp"
#include "transport/substance.hpp"

namespace galena {

REGISTER_SECTION(HealthRiskTable)

namespace {

constexpr std::array routes = {"oral", "dermal", "dust", "groundwater", "all"};
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double upper_band = 1e-4;  ///< 1e-6 to 1e-4 is reported as a band

struct Population {
    PopulationTable table;
    ExposureParameters exposure;
    std::vector<RiskFactors> risk;  ///< by judged substance
    std::vector<Index> cells;       ///< highest of each column of the zone
    Index well = -1;
    CellField cancer, hazard;
    double area = 0;  ///< [m²]
};

struct JudgedToxicant {
    std::size_t index;
    std::string id;
    Toxicity toxicity;
};

class HealthRisk final : public Observer {
public:
    HealthRisk(const Site& site, const Domain& domain, Diagnostics& diagnostics)
        : table_(site.section<HealthRiskTable>()), start_(domain.start) {
        const auto folder = data_folder() / "health_risk";
        choose_substances(site, table_.toxicity ? table_.toxicity->path : folder / "toxicity.csv", diagnostics);
        if (domain.medium.bulk_density.empty())
            diagnostics.error(table_.place, "health risk goes by contents per dry soil, and no bulk_density is given",
                              "give bulk_density in a [[medium]] for every active cell");
        if (table_.populations.empty())
            diagnostics.error(table_.place, "health_risk names nobody who is exposed", "add [[health_risk.population]]");
        const auto parameters = table_.parameters_file ? table_.parameters_file->path : folder / "hj253_parameters.csv";
        for (const auto& population : table_.populations) add_population(population, parameters, site, domain, diagnostics);
        if (table_.leaching) check_leaching(diagnostics);
    }

    void observe(const Moment& moment) override {
        if (!moment.output) return;
        for (std::size_t p = 0; p < populations_.size(); ++p) judge(moment, populations_[p], static_cast<double>(p));
    }

    [[nodiscard]] std::vector<ObserverField> fields() const override {
        std::vector<ObserverField> all;
        for (const auto& p : populations_) {
            auto name = p.table.name.text;
            std::replace(name.begin(), name.end(), '/', '_');
            all.push_back({"cancer_risk/" + name, "1", "cancer risk by the soil here and the well (HJ 25.3-2019)", &p.cancer});
            all.push_back({"hazard_index/" + name, "1", "hazard index by the soil here and the well (HJ 25.3-2019)", &p.hazard});
        }
        return all;
    }

    [[nodiscard]] std::vector<Table> tables() const override { return {risk_table(), control_table()}; }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        const double end = rows_.empty() ? 0 : rows_[rows_.size() - 1][0];
        for (std::size_t n = 0; n < rows_.size(); ++n) {
            const auto row = rows_[n];
            if (row[0] != end || row[2] >= 0) continue;
            lines.push_back(
                fmt::format("health risk of '{}' at the end: cancer risk {:.2g} on the mean, {:.2g} at worst; hazard index {:.2g} "
                            "on the mean, {:.2g} at worst",
                            populations_[static_cast<std::size_t>(row[1])].table.name.text, row[4], row[5], row[6], row[7]));
        }
        for (const auto& [id, reason] : refused_) lines.push_back(fmt::format("health risk: {} is not judged: {}", id, reason));
        return lines;
    }

    void save(CheckpointWriter& out) const override {
        rows_.save(out, "health_risk");
        for (const auto& p : populations_) {
            out.write("health_risk/cancer/" + p.table.name.text, p.cancer.span());
            out.write("health_risk/hazard/" + p.table.name.text, p.hazard.span());
        }
    }
    void load(CheckpointReader& in) override {
        rows_.load(in, "health_risk");
        for (auto& p : populations_) {
            in.read("health_risk/cancer/" + p.table.name.text, p.cancer.span());
            in.read("health_risk/hazard/" + p.table.name.text, p.hazard.span());
        }
    }

private:
    void choose_substances(const Site& site, const std::filesystem::path& file, Diagnostics& diagnostics) {
        const auto place = table_.places.of("toxicity");
        const auto known = read_toxicity(file, place, diagnostics);
        std::size_t index = 0;
        for (const auto& [id, table] : site.section<SubstanceTables>().list) {
            const auto found = known.find(id);
            if (found != known.end()) judged_.push_back({index, id, found->second});
            else
                refused_.emplace_back(id,
                                      id == "Pb" ? "its risk goes by blood lead, not by a reference dose" : "no toxicity is known of it");
            ++index;
        }
    }

    void add_population(const PopulationTable& given, const std::filesystem::path& parameters, const Site& site, const Domain& domain,
                        Diagnostics& diagnostics) {
        Population p{given,
                     ExposureParameters::read(parameters, given.land_use, table_.places.of("parameters"), diagnostics),
                     {},
                     {},
                     -1,
                     CellField(domain.grid, nothing),
                     CellField(domain.grid, nothing)};
        for (const auto& other : populations_)
            if (other.table.name == given.name)
                diagnostics.error(given.name.place, fmt::format("two populations are named '{}'", given.name.text),
                                  "give each its own name");
        for (const auto& substance : judged_) p.risk.push_back(risk_factors(p.exposure, substance.toxicity));
        p.cells = surface_cells(domain, given.zone, diagnostics);
        for (const Index cell : p.cells) p.area += domain.grid.area(cell);
        if (given.well) {
            std::vector<std::string> names;
            for (const auto& point : site.section<ObservationTables>().list) {
                names.push_back(point.name.text);
                if (point.name == *given.well) p.well = observation_cell(point, domain.grid);
            }
            if (std::find(names.begin(), names.end(), given.well->text) == names.end())
                diagnostics.error(given.well->place,
                                  fmt::format("population '{}': there is no [[observation]] '{}'", given.name.text, given.well->text),
                                  names.empty() ? "declare it as [[observation]]" : suggestion(given.well->text, names));
        }
        populations_.push_back(std::move(p));
    }

    void check_leaching(Diagnostics& diagnostics) {
        const auto& leaching = *table_.leaching;
        Diagnostics of_library;
        standard_ = Standard::library({}, of_library).named(leaching.standard);
        if (standard_.limits().empty())
            diagnostics.error(leaching.places.of("standard"), fmt::format("there is no standard \"{}\"", leaching.standard),
                              suggestion(leaching.standard, Standard::library({}, of_library).names_of_standards()));
        else if (!standard_.has_use(leaching.use))
            diagnostics.error(leaching.places.of("class"), fmt::format("{} has no class or use \"{}\"", leaching.standard, leaching.use),
                              suggestion(leaching.use, standard_.uses()));
        std::vector<std::string> ids;
        for (const auto& substance : judged_) ids.push_back(substance.id);
        for (const auto& [id, kd] : leaching.distribution_coefficient)
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(leaching.places.of("distribution_coefficient"),
                                  fmt::format("health_risk.leaching: '{}' is no substance of this site with known toxicity", id),
                                  suggestion(id, ids));
    }

    /// Fills the fields of a population and its rows at this moment.
    void judge(const Moment& moment, Population& p, double number) {
        const auto& grid = moment.domain.grid;
        for (const Index cell : p.cells) p.cancer[cell] = p.hazard[cell] = 0;
        for (std::size_t s = 0; s < judged_.size(); ++s) {
            const auto index = static_cast<Index>(judged_[s].index);
            const auto& risk = p.risk[s];
            const double drunk = p.well < 0 ? 0 : unit("mg/L").from_si(moment.state.concentration[index][static_cast<std::size_t>(p.well)]);
            double mean = 0, highest = 0;
            for (const Index cell : p.cells) {
                const double content = unit("mg/kg").from_si(moment.state.total_content[index][static_cast<std::size_t>(cell)]);
                mean += content * grid.area(cell) / p.area;
                highest = std::max(highest, content);
                p.cancer[cell] += content * risk.cancer.soil() + drunk * risk.cancer.groundwater;
                p.hazard[cell] += content * risk.hazard.soil() + drunk * risk.hazard.groundwater;
            }
            const std::array<std::array<double, 2>, 3> soil{
                {{risk.cancer.oral, risk.hazard.oral}, {risk.cancer.dermal, risk.hazard.dermal}, {risk.cancer.dust, risk.hazard.dust}}};
            const auto id = static_cast<double>(s);
            for (std::size_t route = 0; route < 3; ++route)
                rows_.add({moment.state.time, number, id, static_cast<double>(route), mean * soil[route][0], highest * soil[route][0],
                           mean * soil[route][1], highest * soil[route][1], nothing, nothing});
            const double cancer = drunk * risk.cancer.groundwater, hazard = drunk * risk.hazard.groundwater;
            rows_.add({moment.state.time, number, id, 3, cancer, cancer, hazard, hazard, nothing, nothing});
            rows_.add({moment.state.time, number, id, 4, mean * risk.cancer.soil() + cancer, highest * risk.cancer.soil() + cancer,
                       mean * risk.hazard.soil() + hazard, highest * risk.hazard.soil() + hazard, nothing, nothing});
        }
        add_total(moment, p, number);
    }

    void add_total(const Moment& moment, const Population& p, double number) {
        const auto& grid = moment.domain.grid;
        double cancer = 0, hazard = 0, worst_cancer = 0, worst_hazard = 0, cancer_area = 0, hazard_area = 0;
        for (const Index cell : p.cells) {
            const double area = grid.area(cell);
            cancer += p.cancer[cell] * area / p.area;
            hazard += p.hazard[cell] * area / p.area;
            worst_cancer = std::max(worst_cancer, p.cancer[cell]);
            worst_hazard = std::max(worst_hazard, p.hazard[cell]);
            if (p.cancer[cell] > p.exposure.ACR) cancer_area += area;
            if (p.hazard[cell] > p.exposure.AHQ) hazard_area += area;
        }
        rows_.add({moment.state.time, number, -1, 4, cancer, worst_cancer, hazard, worst_hazard, cancer_area, hazard_area});
    }

    [[nodiscard]] Table risk_table() const {
        Table table{"health_risk",
                    "Cancer risk and hazard quotient by population, substance and route (HJ 25.3-2019)",
                    {{"time", "d", {}, {}},
                     {"date", "", {}, {}},
                     {"population", "", {}, {}},
                     {"substance", "", {}, {}},
                     {"route", "", {}, {}},
                     {"mean_cancer_risk", "1", {}, {}},
                     {"highest_cancer_risk", "1", {}, {}},
                     {"mean_hazard_quotient", "1", {}, {}},
                     {"highest_hazard_quotient", "1", {}, {}},
                     {"area_of_unacceptable_cancer_risk", "ha", {}, {}},
                     {"area_of_unacceptable_hazard", "ha", {}, {}},
                     {"band", "", {}, {}}}};
        auto& c = table.columns;
        for (std::size_t n = 0; n < rows_.size(); ++n) {
            const auto row = rows_[n];
            const auto& p = populations_[static_cast<std::size_t>(row[1])];
            c[0].numbers.push_back(row[0] / seconds_per_day);
            c[1].texts.push_back(start_.plus(row[0]).text());
            c[2].texts.push_back(p.table.name.text);
            c[3].texts.push_back(row[2] < 0 ? "all" : judged_[static_cast<std::size_t>(row[2])].id);
            c[4].texts.push_back(routes[static_cast<std::size_t>(row[3])]);
            for (std::size_t k = 4; k < 8; ++k) c[k + 1].numbers.push_back(row[k]);
            c[9].numbers.push_back(row[8] / 1e4);
            c[10].numbers.push_back(row[9] / 1e4);
            c[11].texts.push_back(row[5] > upper_band ? "above 1e-4" : row[5] > p.exposure.ACR ? "acceptable to 1e-4" : "acceptable");
        }
        return table;
    }

    [[nodiscard]] Table control_table() const {
        Table table{"health_risk_control_values",
                    "Contents and concentrations at which the risk is just acceptable (HJ 25.3-2019); the lowest is the remediation target",
                    {{"population", "", {}, {}},
                     {"substance", "", {}, {}},
                     {"cancer", "mg/kg", {}, {}},
                     {"hazard", "mg/kg", {}, {}},
                     {"groundwater_protection", "mg/kg", {}, {}},
                     {"target", "mg/kg", {}, {}},
                     {"drinking_cancer", "mg/L", {}, {}},
                     {"drinking_hazard", "mg/L", {}, {}},
                     {"confidence", "", {}, {}}}};
        auto& c = table.columns;
        for (const auto& p : populations_)
            for (std::size_t s = 0; s < judged_.size(); ++s) {
                const auto soil = soil_control_values(p.exposure, p.risk[s]), water = groundwater_control_values(p.exposure, p.risk[s]);
                const double protection = groundwater_protection(p, judged_[s].id);
                const double by_risk = soil.lowest().value_or(nothing);
                c[0].texts.push_back(p.table.name.text);
                c[1].texts.push_back(judged_[s].id);
                c[2].numbers.push_back(soil.cancer.value_or(nothing));
                c[3].numbers.push_back(soil.hazard.value_or(nothing));
                c[4].numbers.push_back(protection);
                c[5].numbers.push_back(std::fmin(by_risk, protection));  // of a number and NaN fmin takes the number
                c[6].numbers.push_back(water.cancer.value_or(nothing));
                c[7].numbers.push_back(water.hazard.value_or(nothing));
                c[8].texts.push_back(judged_[s].toxicity.confidence);
            }
        return table;
    }

    /// CVSpgw = limit / leaching factor [mg/kg]; NaN when it is not asked for or the standard has no limit.
    [[nodiscard]] double groundwater_protection(const Population& p, const std::string& id) const {
        if (!table_.leaching || !table_.leaching->distribution_coefficient.contains(id)) return nothing;
        const auto* limit = standard_.find(uses_to_try(table_.leaching->use), id, LimitKind::limit, 7);
        if (!limit) return nothing;
        const double litres_per_kilogram = 1000 * table_.leaching->distribution_coefficient.at(id);
        return unit("mg/L").from_si(limit->value) / leaching_factor(p.exposure, litres_per_kilogram, 100 * table_.leaching->source_length);
    }

    HealthRiskTable table_;
    Date start_;
    Standard standard_;
    std::vector<JudgedToxicant> judged_;
    std::vector<std::pair<std::string, std::string>> refused_;
    std::vector<Population> populations_;
    /// time, population, substance (−1: all), route, mean and highest cancer risk, mean and highest hazard, areas of both above acceptable
    NumberRows rows_{10};
};

const bool registered = ObserverIndex::instance().add(
    {"health_risk", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         if (!site.find<HealthRiskTable>() || !site.has("transport")) return nullptr;
         return std::make_unique<HealthRisk>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
