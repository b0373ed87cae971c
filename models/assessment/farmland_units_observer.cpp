// The observer of [farmland_units]: classes by unit, adjusted by produce, and the safe-use rate, at every output time.

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "assessment/farmland_units.hpp"
#include "assessment/farmland_units_table.hpp"
#include "assessment/number_rows.hpp"
#include "assessment/surface_cells.hpp"
#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "remediation/measure.hpp"
#include "scenario/section.hpp"
#include "simulation/observer.hpp"
#include "transport/substance.hpp"

namespace galena {

namespace {

REGISTER_SECTION(FarmlandUnitsTable)

struct ProduceSample {
    std::size_t unit, metal;  ///< metal: among the judged
    double ratio;             ///< content over limit, when it was taken
};

struct EvaluationUnit {
    UnitTable table;
    std::vector<Index> cells;
    std::vector<Index> points;        ///< cells that are points
    std::vector<std::size_t> owner;   ///< which point speaks for each cell
    std::vector<double> first_means;  ///< content at the first output, by metal
};

struct Metal {
    std::size_t index;
    std::string id;
};

class FarmlandUnits final : public Observer {
public:
    FarmlandUnits(const Site& site, const Domain& domain, Diagnostics& diagnostics)
        : table_(site.section<FarmlandUnitsTable>()), start_(domain.start), class_map_(domain.grid), uses_(uses_to_try(table_.use)) {
        std::vector<std::pair<std::filesystem::path, Place>> own;
        for (const auto& file : table_.limits) own.emplace_back(file.path, file.place);
        const auto library = Standard::library(own, diagnostics);
        standard_ = library.named("GB 15618-2018");
        if (!standard_.has_use(table_.use))
            diagnostics.error(table_.places.of("use"), fmt::format("use = \"{}\" is no use of GB 15618-2018", table_.use),
                              suggestion(table_.use, standard_.uses()));
        if (domain.medium.pH.empty() || domain.medium.bulk_density.empty())
            diagnostics.error(table_.place, "the classes of farmland need the pH and the bulk_density of the soil",
                              "give both in a [[medium]] for every active cell");
        std::size_t index = 0;
        for (const auto& [id, substance] : site.section<SubstanceTables>().list) {
            if (standard_.names(uses_, id)) metals_.push_back({index, id});
            ++index;
        }
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure) measures_.push_back(measure);
        for (const auto& unit : table_.units) add_unit(unit, domain, diagnostics);
        if (table_.units.empty()) diagnostics.error(table_.place, "farmland_units names no unit", "add [[farmland_units.unit]]");
        if (table_.points) attach_points(domain.grid, diagnostics);
        if (table_.produce) read_produce(library, diagnostics);
    }

    void observe(const Moment& moment) override {
        if (!moment.output) return;
        SafeUse safe;
        const auto land = land_under_measures(moment);
        for (std::size_t u = 0; u < units_.size(); ++u) judge(moment, u, land, safe);
        rate_rows_.add({moment.state.time, safe.safe_use, safe.strict_control, safe.used_safely, safe.controlled, safe.rate(),
                        safe.priority_protection});
    }

    [[nodiscard]] std::vector<ObserverField> fields() const override {
        return {{"farmland_unit_class", "1",
                 "class of farmland settled by unit and produce: 1 priority protection, 2 safe use, 3 strict control, 0 not judged",
                 &class_map_}};
    }

    [[nodiscard]] std::vector<Table> tables() const override { return {unit_table(), rate_table()}; }

    [[nodiscard]] std::vector<std::string> summary() const override {
        if (rate_rows_.empty()) return {};
        const auto first = rate_rows_[0], last = rate_rows_[rate_rows_.size() - 1];
        std::vector<std::string> lines{
            fmt::format("farmland units: safe-use rate {:.1f} % at the start, {:.1f} % at the end (targets: 90 % "
                        "from 2020, 95 % from 2030)",
                        100 * first[5], 100 * last[5])};
        for (const auto& reason : unused_produce_) lines.push_back("farmland units: " + reason);
        return lines;
    }

    void save(CheckpointWriter& out) const override {
        unit_rows_.save(out, "farmland_units/units");
        rate_rows_.save(out, "farmland_units/rates");
        out.write("farmland_units/class_map", class_map_.span());
        for (const auto& unit : units_) out.write("farmland_units/means/" + unit.table.name.text, unit.first_means);
    }
    void load(CheckpointReader& in) override {
        unit_rows_.load(in, "farmland_units/units");
        rate_rows_.load(in, "farmland_units/rates");
        in.read("farmland_units/class_map", class_map_.span());
        for (auto& unit : units_) {
            unit.first_means.resize(metals_.size());
            in.read("farmland_units/means/" + unit.table.name.text, unit.first_means);
        }
    }

private:
    void add_unit(const UnitTable& given, const Domain& domain, Diagnostics& diagnostics) {
        EvaluationUnit unit{given, surface_cells(domain, given.zone, diagnostics), {}, {}, {}};
        for (const auto& other : units_) {
            if (other.table.name == given.name)
                diagnostics.error(given.name.place, fmt::format("two units are named '{}'", given.name.text), "give each its own name");
            for (const Index cell : unit.cells)
                if (std::binary_search(other.cells.begin(), other.cells.end(), cell)) {
                    diagnostics.error(given.zone.place,
                                      fmt::format("the units '{}' and '{}' share land", other.table.name.text, given.name.text),
                                      "every cell belongs to one unit at most");
                    break;
                }
        }
        unit.points = unit.cells;
        for (std::size_t n = 0; n < unit.cells.size(); ++n) unit.owner.push_back(n);
        units_.push_back(std::move(unit));
    }

    /// Every cell of a unit goes to the nearest sampling point in the unit.
    void attach_points(const Grid& grid, Diagnostics& diagnostics) {
        const auto before = diagnostics.error_count();
        const auto file = read_csv(table_.points->path.string(), table_.points->place, diagnostics);
        if (diagnostics.error_count() != before) return;
        const auto x = file.require_column("x", table_.points->place, diagnostics),
                   y = file.require_column("y", table_.points->place, diagnostics);
        if (!x || !y) return;
        std::map<Index, Index> columns;  // of the points
        for (std::size_t row = 0; row < file.row_count(); ++row) {
            const auto px = file.required_number(row, *x, diagnostics), py = file.required_number(row, *y, diagnostics);
            if (!px || !py) continue;
            if (const Index lowest = grid.find_column({*px, *py, 0}); lowest >= 0) columns[grid.column(lowest)] = lowest;
        }
        for (auto& unit : units_) {
            unit.points.clear();
            for (const Index cell : unit.cells)
                if (columns.contains(grid.column(cell))) unit.points.push_back(cell);
            if (unit.points.empty()) {
                diagnostics.error(table_.points->place, fmt::format("the unit '{}' has no sampling point", unit.table.name.text),
                                  "every unit needs at least one");
                return;
            }
            for (std::size_t n = 0; n < unit.cells.size(); ++n) unit.owner[n] = nearest(grid, unit.points, unit.cells[n]);
        }
    }

    static std::size_t nearest(const Grid& grid, const std::vector<Index>& points, Index cell) {
        const auto here = grid.centre(cell);
        const auto distance = [&](Index point) {
            const auto there = grid.centre(point);
            return (there.x - here.x) * (there.x - here.x) + (there.y - here.y) * (there.y - here.y);
        };
        return static_cast<std::size_t>(
            std::min_element(points.begin(), points.end(), [&](Index a, Index b) { return distance(a) < distance(b); }) - points.begin());
    }

    void read_produce(const Standard& library, Diagnostics& diagnostics) {
        const auto& place = table_.produce->place;
        const auto limits = library.named(table_.produce_standard);
        if (limits.limits().empty())
            diagnostics.error(table_.places.of("produce_standard"), fmt::format("there is no standard \"{}\"", table_.produce_standard),
                              suggestion(table_.produce_standard, library.names_of_standards()));
        const auto before = diagnostics.error_count();
        const auto file = read_csv(table_.produce->path.string(), place, diagnostics);
        if (diagnostics.error_count() != before) return;
        const auto unit = file.require_column("unit", place, diagnostics), crop = file.require_column("crop", place, diagnostics),
                   substance = file.require_column("substance", place, diagnostics),
                   content = file.require_column("content", place, diagnostics);
        if (diagnostics.error_count() != before) return;
        std::vector<std::string> names;
        for (const auto& u : units_) names.push_back(u.table.name.text);
        for (std::size_t row = 0; row < file.row_count(); ++row) {
            const std::string name(file.text(row, *unit)), grown(file.text(row, *crop)), id(file.text(row, *substance));
            const auto at = std::find(names.begin(), names.end(), name);
            if (at == names.end())
                diagnostics.error(file.place(row, *unit), fmt::format("'{}' is no unit of the site file", name), suggestion(name, names));
            const auto number = file.measurement(row, *content, diagnostics);
            if (at == names.end() || !number) continue;
            const auto metal =
                std::find_if(metals_.begin(), metals_.end(), [&](const Metal& m) { return element_of(m.id) == element_of(id); });
            const auto* limit = limits.find(uses_to_try(grown), id, LimitKind::limit, 7);
            if (metal != metals_.end() && limit)
                produce_.push_back({static_cast<std::size_t>(at - names.begin()), static_cast<std::size_t>(metal - metals_.begin()),
                                    unit_of_content().to_si(number->value) / limit->value});
            else
                note_unused(fmt::format("{} in {} is not judged: {}", id, grown,
                                        limit ? "it is not simulated" : limits.refusal(uses_to_try(grown), id)));
        }
    }

    static const Unit& unit_of_content() { return galena::unit("mg/kg"); }
    void note_unused(const std::string& reason) {
        if (std::find(unused_produce_.begin(), unused_produce_.end(), reason) == unused_produce_.end()) unused_produce_.push_back(reason);
    }

    /// Contents of produce over their limits now; one list per metal.
    [[nodiscard]] std::vector<std::vector<double>> produce_of(std::size_t unit, const std::vector<double>& means) const {
        std::vector<std::vector<double>> ratios(metals_.size());
        const auto& first = units_[unit].first_means;
        for (const auto& sample : produce_)
            if (sample.unit == unit) {
                const bool follows = table_.produce_follows_content && first[sample.metal] > 0;
                ratios[sample.metal].push_back(sample.ratio * (follows ? means[sample.metal] / first[sample.metal] : 1));
            }
        return ratios;
    }

    [[nodiscard]] std::vector<double> means_of(const Moment& moment, const EvaluationUnit& unit) const {
        std::vector<double> means;
        for (const auto& metal : metals_) {
            const auto content = moment.state.total_content[static_cast<Index>(metal.index)];
            double sum = 0, area = 0;
            for (const Index cell : unit.cells) {
                sum += content[static_cast<std::size_t>(cell)] * moment.domain.grid.area(cell);
                area += moment.domain.grid.area(cell);
            }
            means.push_back(area > 0 ? sum / area : 0);
        }
        return means;
    }

    /// What measures make of the land now, by column.
    struct UnderMeasures {
        std::map<Index, double> safe_use;  ///< content of its produce over the limit; NaN where it is not told
        std::set<Index> controlled;
    };
    [[nodiscard]] UnderMeasures land_under_measures(const Moment& moment) const {
        UnderMeasures all;
        for (const auto& measure : measures_) {
            if (const auto land = measure->farmed_land(moment.state, moment.domain)) {
                const bool controlled = land->use == FarmedLand::Use::control;
                for (std::size_t n = 0; n < land->columns.size(); ++n) {
                    if (controlled) all.controlled.insert(land->columns[n]);
                    else all.safe_use[land->columns[n]] = land->produce_over_limit[n];
                }
            }
        }
        return all;
    }

    void judge(const Moment& moment, std::size_t u, const UnderMeasures& land, SafeUse& safe) {
        auto& unit = units_[u];
        const auto means = means_of(moment, unit);
        if (unit.first_means.empty()) unit.first_means = means;
        const auto produce = produce_of(u, means);
        const double time = moment.state.time, number = static_cast<double>(u);
        std::vector<FarmlandClass> worst(unit.cells.size(), FarmlandClass::not_judged), worst_soil = worst;
        for (std::size_t m = 0; m < metals_.size(); ++m) {
            const auto content = moment.state.total_content[static_cast<Index>(metals_[m].index)];
            std::vector<FarmlandClass> points;
            for (const Index cell : unit.points)
                points.push_back(
                    classify(standard_, uses_, metals_[m].id, content[static_cast<std::size_t>(cell)], moment.domain.medium.pH[cell]));
            const auto settled = settle_unit(points);
            std::array<double, 4> soil{}, adjusted{};
            for (std::size_t n = 0; n < unit.cells.size(); ++n) {
                const auto of_soil = settled[unit.owner[n]], final_class = adjust_by_produce(of_soil, produce[m]);
                soil[static_cast<std::size_t>(of_soil)] += moment.domain.grid.area(unit.cells[n]);
                adjusted[static_cast<std::size_t>(final_class)] += moment.domain.grid.area(unit.cells[n]);
                worst[n] = std::max(worst[n], final_class);
                worst_soil[n] = std::max(worst_soil[n], of_soil);
            }
            unit_rows_.add({time, number, static_cast<double>(m), soil[1], soil[2], soil[3], adjusted[1], adjusted[2], adjusted[3]});
        }
        std::array<double, 4> soil{}, adjusted{};
        for (std::size_t n = 0; n < unit.cells.size(); ++n) {
            soil[static_cast<std::size_t>(worst_soil[n])] += moment.domain.grid.area(unit.cells[n]);
            adjusted[static_cast<std::size_t>(worst[n])] += moment.domain.grid.area(unit.cells[n]);
            class_map_[unit.cells[n]] = static_cast<double>(worst[n]);
        }
        unit_rows_.add({time, number, -1, soil[1], soil[2], soil[3], adjusted[1], adjusted[2], adjusted[3]});
        // Produce that nobody sampled is not known to comply.
        std::size_t samples = 0;
        bool complies = true;
        for (const auto& ratios : produce)
            for (const double r : ratios) {
                ++samples;
                complies = complies && r <= 1;
            }
        safe.priority_protection += adjusted[1];
        safe.safe_use += adjusted[2];
        safe.strict_control += adjusted[3];
        const bool sampled_complies = complies && samples > 0;
        for (std::size_t n = 0; n < unit.cells.size(); ++n) {
            const Index column = moment.domain.grid.column(unit.cells[n]);
            const double area = moment.domain.grid.area(unit.cells[n]);
            const auto farmed = land.safe_use.find(column);
            const bool under_measure = farmed != land.safe_use.end();
            // What a measure makes grow there is later than what was sampled before it.
            const bool produce_complies = under_measure && !std::isnan(farmed->second) ? farmed->second <= 1 : sampled_complies;
            if (worst[n] == FarmlandClass::safe_use && (unit.table.safe_use || under_measure) && produce_complies) safe.used_safely += area;
            if (worst[n] == FarmlandClass::strict_control && (unit.table.control || land.controlled.contains(column)))
                safe.controlled += area;
        }
    }

    [[nodiscard]] Table unit_table() const {
        Table table{"farmland_units",
                    "Area per class by evaluation unit: by soil alone, and adjusted by produce",
                    {{"time", "d", {}, {}},
                     {"date", "", {}, {}},
                     {"unit", "", {}, {}},
                     {"substance", "", {}, {}},
                     {"soil_priority_protection", "ha", {}, {}},
                     {"soil_safe_use", "ha", {}, {}},
                     {"soil_strict_control", "ha", {}, {}},
                     {"priority_protection", "ha", {}, {}},
                     {"safe_use", "ha", {}, {}},
                     {"strict_control", "ha", {}, {}}}};
        for (std::size_t n = 0; n < unit_rows_.size(); ++n) {
            const auto row = unit_rows_[n];
            table.columns[0].numbers.push_back(row[0] / seconds_per_day);
            table.columns[1].texts.push_back(start_.plus(row[0]).text());
            table.columns[2].texts.push_back(units_[static_cast<std::size_t>(row[1])].table.name.text);
            table.columns[3].texts.push_back(row[2] < 0 ? "all" : metals_[static_cast<std::size_t>(row[2])].id);
            for (std::size_t c = 3; c < 9; ++c) table.columns[c + 1].numbers.push_back(row[c] / 1e4);
        }
        return table;
    }

    [[nodiscard]] Table rate_table() const {
        Table table{"farmland_safe_use",
                    "Safe-use rate of contaminated farmland against the targets of 90 % (2020) and 95 % (2030)",
                    {{"time", "d", {}, {}},
                     {"date", "", {}, {}},
                     {"safe_use", "ha", {}, {}},
                     {"strict_control", "ha", {}, {}},
                     {"used_safely", "ha", {}, {}},
                     {"controlled", "ha", {}, {}},
                     {"safe_use_rate", "%", {}, {}},
                     {"target_90", "", {}, {}},
                     {"target_95", "", {}, {}},
                     {"priority_protection", "ha", {}, {}},
                     {"target", "%", {}, {}}}};
        for (std::size_t n = 0; n < rate_rows_.size(); ++n) {
            const auto row = rate_rows_[n];
            table.columns[0].numbers.push_back(row[0] / seconds_per_day);
            table.columns[1].texts.push_back(start_.plus(row[0]).text());
            for (std::size_t c = 1; c < 5; ++c) table.columns[c + 1].numbers.push_back(row[c] / 1e4);
            table.columns[6].numbers.push_back(100 * row[5]);
            table.columns[7].texts.push_back(row[5] >= 0.90 ? "met" : "missed");
            table.columns[8].texts.push_back(row[5] >= 0.95 ? "met" : "missed");
            table.columns[9].numbers.push_back(row[6] / 1e4);
            table.columns[10].numbers.push_back(100 * safe_use_target(std::stoi(start_.plus(row[0]).text())));
        }
        return table;
    }

    FarmlandUnitsTable table_;
    Date start_;
    Standard standard_;
    CellField class_map_;
    std::vector<std::string> uses_;
    std::vector<Metal> metals_;
    std::vector<EvaluationUnit> units_;
    std::vector<ProduceSample> produce_;
    std::vector<std::shared_ptr<Measure>> measures_;
    std::vector<std::string> unused_produce_;
    NumberRows unit_rows_{9};  ///< time, unit, metal (−1: all), areas by soil, areas after produce
    NumberRows rate_rows_{7};  ///< time, four areas of SafeUse, rate, area of priority protection
};

const bool registered = ObserverIndex::instance().add(
    {"farmland_units", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         if (!site.find<FarmlandUnitsTable>() || !site.has("transport")) return nullptr;
         return std::make_unique<FarmlandUnits>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
