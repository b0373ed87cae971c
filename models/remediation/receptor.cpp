#include "remediation/receptor.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "transport/substance.hpp"

namespace galena {

REGISTER_SECTION(ReceptorTables)

void ReceptorTable::check(ReadContext& context) {
    const int ways = (x || y ? 1 : 0) + !zone.empty() + !boundary.empty() + !line.empty();
    if (ways != 1 || x.has_value() != y.has_value())
        context.diagnostics.error(place, fmt::format("receptor '{}' is given in {} ways", name.text, ways),
                                  "give exactly one of: x and y, zone, boundary, line");
    if (z && depth)
        context.diagnostics.error(places.of("depth"), fmt::format("receptor '{}' gives both z and depth", name.text), "give one of them");
}

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What became of one substance at one receptor.
struct Course {
    double first_exceeded = nan, last_exceeded = nan;  ///< [s]
    double peak = 0, peak_time = 0, latest = 0;
    double mass = 0;                        ///< that passed a boundary or plane [kg]
    double at_shut_off = nan, rebound = 0;  ///< when the pumps stopped, and the highest afterwards
    double latest_rate = 0;                 ///< of mass [kg/s]
};

class ReceptorObserver final : public Observer {
public:
    ReceptorObserver(const Site& site, const Domain& domain, Diagnostics& diagnostics) : tables_(site.section<ReceptorTables>().list) {
        for (const auto& [id, table] : site.section<SubstanceTables>().list) ids_.push_back(id);
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure && !measure->extracting_boundaries().empty()) pumping_.push_back(measure);
        std::map<std::string, Place> seen;
        for (const auto& table : tables_) {
            const auto [first, fresh] = seen.emplace(table.name.text, table.name.place);
            if (!fresh)
                diagnostics.error(table.name.place, fmt::format("a second receptor is named '{}'", table.name.text),
                                  fmt::format("the first is at {}; names must differ", first->second.text()));
            resolve(table, site, domain, diagnostics);
            for (const auto& [id, limit] : table.limit) {
                if (std::find(ids_.begin(), ids_.end(), id) == ids_.end())
                    diagnostics.error(table.places.of("limit"),
                                      fmt::format("receptor '{}' limits '{}', which is no substance of this site", table.name.text, id),
                                      suggestion(id, ids_));
                limits_.insert({id, limit});
            }
        }
        courses_.assign(tables_.size(), std::vector<Course>(ids_.size()));
    }

    void observe(const Moment& moment) override {
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (std::size_t s = 0; s < ids_.size(); ++s) follow(moment, r, s);
        if (moment.output) measure_plumes(moment);
    }

    [[nodiscard]] std::vector<Table> tables() const override { return {receptor_table(), plume_}; }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        const auto& mg = unit("mg/L");
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (const auto& [id, limit] : tables_[r].limit) {
                const auto& course = courses_[r][index_of(id)];
                lines.push_back(fmt::format("receptor '{}': {} peaks at {} after {:.4g} a; limit {} {}", tables_[r].name.text, id,
                                            quantity_text(course.peak, mg), course.peak_time / seconds_per_year, quantity_text(limit, mg),
                                            std::isnan(course.first_exceeded) ? std::string("is kept")
                                                                              : fmt::format("is exceeded from {:.4g} a to {:.4g} a",
                                                                                            course.first_exceeded / seconds_per_year,
                                                                                            course.last_exceeded / seconds_per_year)));
            }
        return lines;
    }

    void save(CheckpointWriter& out) const override {
        std::vector<double> numbers;
        for (const auto& row : courses_)
            for (const auto& c : row)
                numbers.insert(numbers.end(), {c.first_exceeded, c.last_exceeded, c.peak, c.peak_time, c.latest, c.mass, c.at_shut_off,
                                               c.rebound, c.latest_rate});
        write_list(out, "receptors/courses", numbers);
        for (std::size_t c = 0; c < plume_.columns.size(); ++c)
            if (plume_.columns[c].texts.empty()) write_list(out, fmt::format("receptors/plume{}", c), plume_.columns[c].numbers);
            else write_texts(out, fmt::format("receptors/plume{}", c), plume_.columns[c].texts);
        out.write("receptors/plume_columns", static_cast<double>(plume_.columns.size()));
    }
    void load(CheckpointReader& in) override {
        const auto numbers = read_list(in, "receptors/courses");
        std::size_t n = 0;
        for (auto& row : courses_)
            for (auto& c : row) {
                c = {numbers[n],     numbers[n + 1], numbers[n + 2], numbers[n + 3], numbers[n + 4],
                     numbers[n + 5], numbers[n + 6], numbers[n + 7], numbers[n + 8]};
                n += 9;
            }
        if (in.read("receptors/plume_columns") == 0 || limits_.empty()) return;
        begin_plume();
        for (std::size_t c = 0; c < plume_.columns.size(); ++c)
            if (c == 0) plume_.columns[c].texts = read_texts(in, fmt::format("receptors/plume{}", c));
            else plume_.columns[c].numbers = read_list(in, fmt::format("receptors/plume{}", c));
    }

private:
    struct Target {
        std::vector<Index> cells;
        std::vector<CrossedFace> faces;
        std::string boundary;
    };
    /// Concentration [kg/m³] and mass rate [kg/s].
    struct Seen {
        double concentration = 0, rate = 0;
    };

    void resolve(const ReceptorTable& table, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
        Target target;
        const auto& grid = domain.grid;
        const auto title = fmt::format("receptor '{}'", table.name.text);
        if (!table.zone.empty()) target.cells = domain.zones.cells(table.zone, diagnostics);
        if (!table.boundary.empty()) {
            std::vector<std::string> known;
            for (const auto& boundary : site.section<WaterBoundaries>().list)
                if (boundary) known.push_back(boundary->label.text);
            if (std::find(known.begin(), known.end(), table.boundary.text) == known.end())
                diagnostics.error(table.boundary.place, fmt::format("{}: there is no boundary '{}'", title, table.boundary.text),
                                  suggestion(table.boundary.text, known));
            target.boundary = table.boundary.text;
        }
        if (!table.line.empty() && check_line(table.line, title, table.places.of("line"), diagnostics)) {
            target.faces = crossed_faces(grid, {table.line, {}, {}});
            if (target.faces.empty())
                diagnostics.error(table.places.of("line"), title + ": its line passes between no two cells", reach_of(grid));
        }
        if (table.x && table.y) {
            const Index lowest = grid.find_column({*table.x, *table.y, 0});
            const double ground = lowest < 0 ? 0.0 : grid.surfaces()[static_cast<std::size_t>(grid.cell_count() + lowest)];
            Index cell = lowest < 0 ? -1 : grid.top_active_cell(lowest);
            if (lowest >= 0 && (table.z || table.depth))
                cell = grid.find_cell({*table.x, *table.y, table.z ? *table.z : ground - *table.depth});
            if (cell < 0 || !grid.active(cell)) diagnostics.error(table.place, title + " lies in no active cell", reach_of(grid));
            else target.cells = {cell};
        }
        targets_.push_back(std::move(target));
    }

    [[nodiscard]] std::size_t index_of(const std::string& id) const {
        return static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin());
    }

    [[nodiscard]] Seen look(const State& state, const Target& target, std::size_t s) const {
        const auto concentration = state.concentration[static_cast<Index>(s)];
        const auto at = [&](Index c) { return concentration[static_cast<std::size_t>(c)]; };
        Seen seen;
        for (const Index c : target.cells) seen.concentration = std::max(seen.concentration, at(c));
        double water = 0, passing = 0;
        for (const auto& face : target.faces) {
            const double q = state.water_flux.along(face.axis)[face.face];
            const double c = q > 0 ? at(face.left) : at(face.right);
            seen.rate += -face.direction * q * c;  // from the left of the line to its right counts as passing
            passing += std::abs(q) * c;
            water += std::abs(q);
        }
        if (!target.boundary.empty())
            for (const auto& exchange : state.water_exchanges)
                if (exchange.name == target.boundary)
                    for (std::size_t n = 0; n < exchange.cells.size(); ++n)
                        if (exchange.rate[n] < 0) {
                            seen.rate -= exchange.rate[n] * at(exchange.cells[n]);
                            passing -= exchange.rate[n] * at(exchange.cells[n]);
                            water -= exchange.rate[n];
                        }
        if (target.cells.empty()) seen.concentration = water > 0 ? passing / water : 0.0;
        return seen;
    }

    void follow(const Moment& moment, std::size_t r, std::size_t s) {
        const double time = moment.state.time;
        const auto seen = look(moment.state, targets_[r], s);
        auto& course = courses_[r][s];
        const double before = course.latest;
        course.latest = seen.concentration;
        course.latest_rate = seen.rate;
        course.mass += seen.rate * moment.step.duration;
        if (seen.concentration > course.peak) {
            course.peak = seen.concentration;
            course.peak_time = time;
        }
        if (const auto limit = tables_[r].limit.find(ids_[s]); limit != tables_[r].limit.end() && seen.concentration > limit->second) {
            if (std::isnan(course.first_exceeded)) course.first_exceeded = time;
            course.last_exceeded = time;
        }
        // A measure ends at the beginning of the step after: what was seen at its end is what the step before left.
        for (const auto& measure : pumping_) {
            if (!measure->ended()) continue;
            if (std::isnan(course.at_shut_off)) course.at_shut_off = before;
            course.rebound = std::max(course.rebound, seen.concentration);
        }
    }

    void begin_plume() {
        plume_ = {"plume", "Ground whose water exceeds a limit", {}};
        plume_.columns = {{"substance", "", {}, {}},   {"limit", "mg/L", {}, {}}, {"time", "d", {}, {}},
                          {"area", "m2", {}, {}},      {"volume", "m3", {}, {}},  {"dissolved_above", "kg", {}, {}},
                          {"dissolved", "kg", {}, {}}, {"total", "kg", {}, {}}};
    }

    /// Area and volume over each limit, and what the ground holds in all.
    void measure_plumes(const Moment& moment) {
        if (limits_.empty()) return;
        if (plume_.columns.empty()) begin_plume();
        const auto& grid = moment.domain.grid;
        const bool soil = !moment.domain.medium.bulk_density.empty() && moment.state.total_content.species_count() > 0;
        for (const auto& [id, limit] : limits_) {
            const auto s = static_cast<Index>(index_of(id));
            if (static_cast<std::size_t>(s) >= ids_.size()) continue;
            std::vector<bool> column(static_cast<std::size_t>(grid.column_count()), false);
            double area = 0, volume = 0, above = 0, dissolved = 0, total = 0;
            for (Index c = 0; c < grid.cell_count(); ++c) {
                if (!grid.active(c)) continue;
                const double concentration = moment.state.concentration[s][static_cast<std::size_t>(c)];
                const double mass = moment.state.mobile_water[c] * concentration;
                dissolved += mass;
                total += soil ? moment.domain.medium.bulk_density[c] * grid.volume(c) *
                                    moment.state.total_content[s][static_cast<std::size_t>(c)]
                              : mass;
                if (!(concentration > limit)) continue;
                volume += grid.volume(c);
                above += mass;
                if (const auto at = static_cast<std::size_t>(grid.column(c)); !column[at]) {
                    column[at] = true;
                    area += grid.area(c);
                }
            }
            const std::vector<double> row{
                unit("mg/L").from_si(limit), moment.state.time / seconds_per_day, area, volume, above, dissolved, total};
            plume_.columns[0].texts.push_back(id);
            for (std::size_t n = 0; n < row.size(); ++n) plume_.columns[n + 1].numbers.push_back(row[n]);
        }
    }

    [[nodiscard]] Table receptor_table() const {
        Table table{"receptors", "What reaches the receptors: limits, times, peaks, rebound", {}};
        Table::Column receptor{"receptor", "", {}, {}}, substance{"substance", "", {}, {}};
        std::vector<Table::Column> numbers{{"limit", "mg/L", {}, {}},       {"first_exceeded", "d", {}, {}},
                                           {"last_exceeded", "d", {}, {}},  {"peak", "mg/L", {}, {}},
                                           {"peak_time", "d", {}, {}},      {"final", "mg/L", {}, {}},
                                           {"mass_passed", "kg", {}, {}},   {"final_rate", "kg/a", {}, {}},
                                           {"at_shut_off", "mg/L", {}, {}}, {"rebound_peak", "mg/L", {}, {}}};
        const auto mg = [](double si) { return unit("mg/L").from_si(si); };
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (std::size_t s = 0; s < ids_.size(); ++s) {
                const auto& c = courses_[r][s];
                const auto limit = tables_[r].limit.find(ids_[s]);
                receptor.texts.push_back(tables_[r].name.text);
                substance.texts.push_back(ids_[s]);
                const bool stopped = !std::isnan(c.at_shut_off);
                const std::vector<double> row{limit == tables_[r].limit.end() ? nan : mg(limit->second),
                                              c.first_exceeded / seconds_per_day,
                                              c.last_exceeded / seconds_per_day,
                                              mg(c.peak),
                                              c.peak_time / seconds_per_day,
                                              mg(c.latest),
                                              c.mass,
                                              c.latest_rate * seconds_per_year,
                                              mg(c.at_shut_off),
                                              stopped ? mg(c.rebound) : nan};
                for (std::size_t n = 0; n < row.size(); ++n) numbers[n].numbers.push_back(row[n]);
            }
        table.columns = {receptor, substance};
        for (auto& column : numbers) table.columns.push_back(std::move(column));
        return table;
    }

    std::vector<ReceptorTable> tables_;
    std::vector<std::string> ids_;
    std::vector<Target> targets_;
    std::set<std::pair<std::string, double>> limits_;
    std::vector<std::shared_ptr<Measure>> pumping_;
    std::vector<std::vector<Course>> courses_;  ///< by receptor and substance
    Table plume_;
};

const bool registered = ObserverIndex::instance().add(
    {"receptors", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         if (!site.find<ReceptorTables>()) return nullptr;
         return std::make_unique<ReceptorObserver>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
