// What reaches the receptors during a run: peaks, times at limits, masses, rebound; and how much ground lies above the limits.

#include <algorithm>

#include <fmt/format.h>

#include "remediation/plume_shape.hpp"
#include "remediation/receptor.hpp"
#include "transport/substance.hpp"

namespace galena {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// What became of one substance at one receptor.
struct Course {
    double first_exceeded = nan, last_exceeded = nan;  ///< [s]
    double peak = 0, peak_time = 0, latest = 0;
    double mass = 0;                        ///< that passed a boundary or plane [kg]
    double at_shut_off = nan, rebound = 0;  ///< when the pumps stopped, and the highest afterwards
    double latest_rate = 0, peak_rate = 0;  ///< of mass [kg/s]
};

class ReceptorObserver final : public Observer {
public:
    ReceptorObserver(const Site& site, Domain& domain, Diagnostics& diagnostics) : tables_(site.section<ReceptorTables>().list) {
        for (const auto& [id, table] : site.section<SubstanceTables>().list) ids_.push_back(id);
        for (const auto& measure : site.section<MeasureTables>().list)
            if (measure && !measure->extracting_boundaries().empty()) pumping_.push_back(measure);
        std::map<std::string, Place> seen;
        for (const auto& table : tables_) {
            const auto [first, fresh] = seen.emplace(table.name.text, table.name.place);
            if (!fresh)
                diagnostics.error(table.name.place, fmt::format("a second receptor is named '{}'", table.name.text),
                                  fmt::format("the first is at {}; names must differ", first->second.text()));
            places_.emplace_back(table, site, domain, diagnostics);
            limits_of_.push_back(receptor_limits(table, site, domain.remarks, diagnostics));
            limits_.insert(limits_of_.back().begin(), limits_of_.back().end());
        }
        courses_.assign(tables_.size(), std::vector<Course>(ids_.size()));
    }

    void observe(const Moment& moment) override {
        times_.push_back(moment.state.time);
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (std::size_t s = 0; s < ids_.size(); ++s) follow(moment, r, s);
        if (moment.output) measure_plumes(moment);
    }

    [[nodiscard]] std::vector<Table> tables() const override { return {receptor_table(), course_table(), plume_}; }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        const auto& mg = unit("mg/L");
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (const auto& [id, limit] : limits_of_[r]) {
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
                                               c.rebound, c.latest_rate, c.peak_rate});
        write_list(out, "receptors/courses", numbers);
        write_list(out, "receptors/times", times_);
        write_list(out, "receptors/series", series_);
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
                     numbers[n + 5], numbers[n + 6], numbers[n + 7], numbers[n + 8], numbers[n + 9]};
                n += 10;
            }
        times_ = read_list(in, "receptors/times");
        series_ = read_list(in, "receptors/series");
        if (in.read("receptors/plume_columns") == 0 || limits_.empty()) return;
        begin_plume();
        for (std::size_t c = 0; c < plume_.columns.size(); ++c)
            if (c == 0) plume_.columns[c].texts = read_texts(in, fmt::format("receptors/plume{}", c));
            else plume_.columns[c].numbers = read_list(in, fmt::format("receptors/plume{}", c));
    }

private:
    [[nodiscard]] std::size_t index_of(const std::string& id) const {
        return static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin());
    }

    void follow(const Moment& moment, std::size_t r, std::size_t s) {
        const double time = moment.state.time;
        const auto seen = places_[r].look(moment.state, static_cast<Index>(s));
        auto& course = courses_[r][s];
        const double before = course.latest;
        course.latest = seen.concentration;
        course.latest_rate = seen.rate;
        course.mass += seen.rate * moment.step.duration;
        course.peak_rate = std::max(course.peak_rate, seen.rate);
        series_.insert(series_.end(), {seen.concentration, seen.rate});
        if (seen.concentration > course.peak) {
            course.peak = seen.concentration;
            course.peak_time = time;
        }
        if (const auto limit = limits_of_[r].find(ids_[s]); limit != limits_of_[r].end() && seen.concentration > limit->second) {
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
        for (const auto* name :
             {"centre_x", "centre_y", "centre_z", "length", "width", "spread_along", "spread_across", "spread_down", "lowest", "deepest"})
            plume_.columns.push_back({name, "m", {}, {}});
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
            std::vector<Index> cells;
            std::vector<double> masses;
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
                cells.push_back(c);
                masses.push_back(mass);
                if (const auto at = static_cast<std::size_t>(grid.column(c)); !column[at]) {
                    column[at] = true;
                    area += grid.area(c);
                }
            }
            const auto shape = plume_shape(grid, cells, masses);
            const std::vector<double> row{unit("mg/L").from_si(limit),
                                          moment.state.time / seconds_per_day,
                                          area,
                                          volume,
                                          above,
                                          dissolved,
                                          total,
                                          shape.centre.x,
                                          shape.centre.y,
                                          shape.centre.z,
                                          shape.length,
                                          shape.width,
                                          shape.spread_along,
                                          shape.spread_across,
                                          shape.spread_down,
                                          shape.lowest,
                                          shape.deepest};
            plume_.columns[0].texts.push_back(id);
            for (std::size_t n = 0; n < row.size(); ++n) plume_.columns[n + 1].numbers.push_back(row[n]);
        }
    }

    [[nodiscard]] Table receptor_table() const {
        Table table{"receptors", "What reaches the receptors: limits, times, peaks, rebound", {}};
        Table::Column receptor{"receptor", "", {}, {}}, substance{"substance", "", {}, {}};
        std::vector<Table::Column> numbers{
            {"limit", "mg/L", {}, {}},        {"first_exceeded", "d", {}, {}}, {"last_exceeded", "d", {}, {}},
            {"peak", "mg/L", {}, {}},         {"peak_time", "d", {}, {}},      {"final", "mg/L", {}, {}},
            {"mass_passed", "kg", {}, {}},    {"final_rate", "kg/a", {}, {}},  {"at_shut_off", "mg/L", {}, {}},
            {"rebound_peak", "mg/L", {}, {}}, {"peak_rate", "kg/a", {}, {}},   {"counts", "1", {}, {}}};
        const auto mg = [](double si) { return unit("mg/L").from_si(si); };
        for (std::size_t r = 0; r < tables_.size(); ++r)
            for (std::size_t s = 0; s < ids_.size(); ++s) {
                const auto& c = courses_[r][s];
                const auto limit = limits_of_[r].find(ids_[s]);
                receptor.texts.push_back(tables_[r].name.text);
                substance.texts.push_back(ids_[s]);
                const bool stopped = !std::isnan(c.at_shut_off), passes = places_[r].has_flux();
                const std::vector<double> row{limit == limits_of_[r].end() ? nan : mg(limit->second),
                                              c.first_exceeded / seconds_per_day,
                                              c.last_exceeded / seconds_per_day,
                                              mg(c.peak),
                                              c.peak_time / seconds_per_day,
                                              mg(c.latest),
                                              passes ? c.mass : nan,
                                              passes ? c.latest_rate * seconds_per_year : nan,
                                              mg(c.at_shut_off),
                                              stopped ? mg(c.rebound) : nan,
                                              passes ? c.peak_rate * seconds_per_year : nan,
                                              tables_[r].counts ? 1.0 : 0.0};
                for (std::size_t n = 0; n < row.size(); ++n) numbers[n].numbers.push_back(row[n]);
            }
        table.columns = {receptor, substance};
        for (auto& column : numbers) table.columns.push_back(std::move(column));
        return table;
    }

    /// Every receptor at every step.
    [[nodiscard]] Table course_table() const {
        Table table{"receptor_courses", "What the receptors see, step by step", {}};
        Table::Column time{"time", "d", {}, {}}, receptor{"receptor", "", {}, {}}, substance{"substance", "", {}, {}},
            concentration{"concentration", "mg/L", {}, {}}, rate{"rate", "kg/a", {}, {}};
        std::size_t n = 0;
        for (const double t : times_)
            for (std::size_t r = 0; r < tables_.size(); ++r)
                for (const auto& id : ids_) {
                    time.numbers.push_back(t / seconds_per_day);
                    receptor.texts.push_back(tables_[r].name.text);
                    substance.texts.push_back(id);
                    concentration.numbers.push_back(unit("mg/L").from_si(series_[n]));
                    rate.numbers.push_back(places_[r].has_flux() ? series_[n + 1] * seconds_per_year : nan);
                    n += 2;
                }
        table.columns = {time, receptor, substance, concentration, rate};
        return table;
    }

    std::vector<ReceptorTable> tables_;
    std::vector<std::string> ids_;
    std::vector<ReceptorPlace> places_;
    std::vector<std::map<std::string, double>> limits_of_;  ///< by receptor, then substance [kg/m³]
    std::vector<double> times_, series_;                    ///< [s]; concentration and rate, by time, receptor, substance
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
