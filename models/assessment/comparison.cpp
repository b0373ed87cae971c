#include "assessment/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "core/units.hpp"
#include "output/observation_writer.hpp"
#include "transport/substance.hpp"

namespace galena {

namespace {

// Columns of the rows of a receptor.
enum Column : std::size_t { limit_, last, highest, highest_at, first_above, time_above, receptor_, substance_, rung_ };

constexpr double never = -1;
constexpr double not_judged = std::numeric_limits<double>::quiet_NaN();  ///< cells outside the zone

std::string field_name(const char* prefix, std::string name) {
    std::replace(name.begin(), name.end(), '/', '_');  // a path in results.h5
    return fmt::format("{}/{}", prefix, name);
}

/// Books what a value did between two moments, joined by a line, against a limit.
void book(std::span<double> row, double value, double from, double to) {
    const double before = row[last], limit = row[limit_], length = to - from;
    if (value > row[highest] || row[highest_at] < 0) {
        row[highest] = value;
        row[highest_at] = to;
    }
    const double crossing = before == value ? 0 : std::clamp((limit - before) / (value - before), 0.0, 1.0);
    if (value > limit) {
        const bool entered = !(before > limit);
        if (row[first_above] == never) row[first_above] = length > 0 && entered ? from + crossing * length : length > 0 ? from : to;
        row[time_above] += entered ? (1 - crossing) * length : length;
    } else if (before > limit) {
        row[time_above] += crossing * length;
    }
    row[last] = value;
}

}  // namespace

Comparison::Comparison(const ComparisonTable& table, const Standard& library, const Site& site, const Domain& domain,
                       Diagnostics& diagnostics)
    : table_(table), level_(domain.grid, not_judged), index_(domain.grid, not_judged) {
    choose_standard(library, domain, diagnostics);
    choose_substances(site, diagnostics);
    choose_receptors(site, domain, diagnostics);
    cells_ = domain.zones.cells(table_.zone, diagnostics);
    for (const Index cell : cells_) zone_volume_ += domain.grid.volume(cell);
    const bool by_ph = std::any_of(judged_.begin(), judged_.end(), [](const auto& s) { return s.ladder.depends_on_ph(); });
    if (by_ph && domain.medium.pH.empty())
        diagnostics.error(table_.places.of("standard"),
                          fmt::format("the limits of {} depend on the pH of the soil, and no pH is given", table_.standard),
                          "give pH in a [[medium]] for every active cell");
    for (std::size_t r = 0; r < receptors_.size(); ++r)
        for (std::size_t s = 0; s < judged_.size(); ++s)
            for (std::size_t rung = 0; rung < rungs_.size(); ++rung) {
                const double limit = judged_[s].ladder.limit(rung, receptors_[r].cell < 0 ? 7 : ph(domain, receptors_[r].cell));
                receptor_rows_.add(
                    {limit, 0, 0, never, never, 0, static_cast<double>(r), static_cast<double>(s), static_cast<double>(rung)});
            }
}

void Comparison::choose_standard(const Standard& library, const Domain& domain, Diagnostics& diagnostics) {
    standard_ = library.named(table_.standard);
    if (standard_.limits().empty()) {
        diagnostics.error(table_.places.of("standard"), fmt::format("there is no standard \"{}\"", table_.standard),
                          suggestion(table_.standard, library.names_of_standards()));
        return;
    }
    table_.standard = standard_.limits().front().standard;
    const auto& medium = standard_.limits().front().medium;
    if (medium == "produce") {
        diagnostics.error(table_.places.of("standard"), fmt::format("{} limits produce, which is no field of a run", table_.standard),
                          "[farmland] holds samples of produce against it");
        return;
    }
    soil_ = medium == "soil";
    rungs_ = rungs_of(standard_, table_.use);
    if (rungs_.empty() && table_.use.empty())
        diagnostics.error(table_.places.of("standard"), fmt::format("{} has several uses, and 'class' chooses none", table_.standard),
                          suggestion("", standard_.uses()));
    else if (rungs_.empty())
        diagnostics.error(table_.places.of("class"), fmt::format("{} has no class or use \"{}\"", table_.standard, table_.use),
                          suggestion(table_.use, standard_.uses()));
    if (soil_ && domain.medium.bulk_density.empty())
        diagnostics.error(table_.places.of("standard"),
                          fmt::format("{} limits contents per dry soil, and no bulk_density is given", table_.standard),
                          "give bulk_density in a [[medium]] for every active cell");
}

void Comparison::choose_substances(const Site& site, Diagnostics& diagnostics) {
    std::vector<std::string> ids;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) ids.push_back(id);
    for (const auto& name : table_.substances)
        if (std::find(ids.begin(), ids.end(), name.text) == ids.end())
            diagnostics.error(name.place, fmt::format("comparison '{}': '{}' is not simulated here", table_.name.text, name.text),
                              suggestion(name.text, ids));
    if (rungs_.empty()) return;
    std::vector<std::string> uses;
    for (const auto& rung : rungs_) uses.insert(uses.end(), rung.uses.begin(), rung.uses.end());
    for (std::size_t s = 0; s < ids.size(); ++s) {
        const bool wanted = table_.substances.empty() || std::any_of(table_.substances.begin(), table_.substances.end(),
                                                                     [&](const Name& name) { return name.text == ids[s]; });
        if (!wanted) continue;
        if (const auto reason = standard_.refusal(uses, ids[s]); !reason.empty()) refused_.push_back({ids[s], reason});
        else judged_.push_back({s, ids[s], LimitLadder(standard_, rungs_, ids[s])});
    }
}

void Comparison::choose_receptors(const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    const auto& points = site.section<ObservationTables>().list;
    std::vector<std::string> names;
    for (const auto& point : points) names.push_back(point.name.text);
    for (const auto& receptor : site.section<ReceptorTables>().list) names.push_back(receptor.name.text);
    for (const auto& name : table_.receptors)
        if (std::find(names.begin(), names.end(), name.text) == names.end())
            diagnostics.error(
                name.place,
                fmt::format("comparison '{}': there is no [[observation]] and no [[receptor]] '{}'", table_.name.text, name.text),
                names.empty() ? "declare it as [[observation]] or [[receptor]]" : suggestion(name.text, names));
    for (const auto& point : points) {
        const bool wanted =
            table_.receptors.empty() || std::find(table_.receptors.begin(), table_.receptors.end(), point.name) != table_.receptors.end();
        const Index cell = observation_cell(point, domain.grid);  // outside: the writer of observations says so
        if (wanted && cell >= 0) receptors_.push_back({point.name.text, cell, nullptr});
    }
    add_receptor_tables(table_.receptors, site, domain, diagnostics);
}

/// Wells, lines, planes and zones are reached by water: soil is judged at points and in zones.
void Comparison::add_receptor_tables(const std::vector<Name>& points, const Site& site, const Domain& domain, Diagnostics& diagnostics) {
    for (const auto& table : site.section<ReceptorTables>().list) {
        const auto named = std::find(points.begin(), points.end(), table.name);
        if (soil_ && named != points.end())
            diagnostics.error(named->place,
                              fmt::format("comparison '{}': receptor '{}' is reached by water, and {} limits soil", table_.name.text,
                                          table.name.text, table_.standard),
                              "give zone, or an [[observation]]");
        if (soil_ || (!points.empty() && named == points.end())) continue;
        Diagnostics unheard;  // its own mistakes are told where it is declared
        receptors_.push_back({table.name.text, -1, std::make_shared<ReceptorPlace>(table, site, domain, unheard)});
    }
}

double Comparison::value_at(const Moment& moment, const JudgedSubstance& substance, const Receptor& receptor) const {
    return receptor.place ? receptor.place->look(moment.state, static_cast<Index>(substance.index)).concentration
                          : value(moment, substance, receptor.cell);
}

double Comparison::value(const Moment& moment, const JudgedSubstance& substance, Index cell) const {
    const auto& of = soil_ ? moment.state.total_content : moment.state.concentration;
    return of[static_cast<Index>(substance.index)][static_cast<std::size_t>(cell)];
}

void Comparison::observe(const Moment& moment) {
    if (!soil_ || moment.output) judge_receptors(moment);  // contents are only known at output times
    if (moment.output) judge_cells(moment);
}

void Comparison::judge_receptors(const Moment& moment) {
    const double now = moment.state.time;
    for (std::size_t n = 0; n < receptor_rows_.size(); ++n) {
        auto row = receptor_rows_[n];
        const auto& substance = judged_[static_cast<std::size_t>(row[substance_])];
        const double v = value_at(moment, substance, receptors_[static_cast<std::size_t>(row[receptor_])]);
        if (row[highest_at] < 0) row[last] = v;
        book(row, v, seen_until_, now);
    }
    seen_until_ = now;
}

void Comparison::judge_cells(const Moment& moment) {
    const auto& grid = moment.domain.grid;
    for (const Index cell : cells_) level_[cell] = index_[cell] = 0;
    std::vector<Index> seen(static_cast<std::size_t>(grid.column_count()), -1);  // which pair counted the column last
    const auto judge = [&](double s, std::size_t rung, Index pair) {
        Exceedance e;
        for (const Index cell : cells_) {
            bool above = false;
            if (s < 0) {
                above = level_[cell] > static_cast<double>(rung);
                e.highest_index = std::max(e.highest_index, index_[cell]);
            } else {
                const auto& substance = judged_[static_cast<std::size_t>(s)];
                const double acidity = ph(moment.domain, cell), v = value(moment, substance, cell);
                const double limit = substance.ladder.limit(rung, acidity);
                above = v > limit;
                e.highest = std::max(e.highest, v);
                e.lowest_limit = std::min(e.lowest_limit, limit);
                e.highest_index = std::max(e.highest_index, v / limit);
                if (rung == 0) {
                    level_[cell] = std::max<double>(level_[cell], substance.ladder.level(v, acidity));
                    index_[cell] = std::max(index_[cell], substance.ladder.index(v, acidity));
                }
            }
            if (!above) continue;
            e.volume += grid.volume(cell);
            auto& mark = seen[static_cast<std::size_t>(grid.column(cell))];
            if (mark != pair) e.area += grid.area(cell);
            mark = pair;
        }
        if (s >= 0 && std::isinf(e.lowest_limit)) return;  // this rung has no value for the substance
        zone_rows_.add({moment.state.time, s, static_cast<double>(rung), e.lowest_limit, e.highest, e.highest_index, e.area, e.volume,
                        zone_volume_ > 0 ? e.volume / zone_volume_ : 0});
    };
    Index pair = 0;
    for (std::size_t s = 0; s < judged_.size(); ++s)
        for (std::size_t rung = 0; rung < rungs_.size(); ++rung) judge(static_cast<double>(s), rung, pair++);
    for (std::size_t rung = 0; rung < rungs_.size() && !judged_.empty(); ++rung) judge(-1, rung, pair++);
}

std::vector<ObserverField> Comparison::fields() const {
    std::string levels;
    for (std::size_t n = 0; n < rungs_.size(); ++n) levels += fmt::format(", {} above {}", n + 1, rungs_[n].label);
    return {{field_name("quality_level", table_.name.text), "1",
             fmt::format("{}, worst substance: 0 within every limit{}", table_.standard, levels), &level_},
            {field_name("standard_index", table_.name.text), "1",
             fmt::format("value over the strictest limit of {} considered, worst substance", table_.standard), &index_}};
}

// ---- tables -----------------------------------------------------------------------------------------------------------------------

Table Comparison::zone_table() {
    return {"exceedance",
            "What exceeds the limits of standards, by zone and time",
            {{"time", "d", {}, {}},
             {"date", "", {}, {}},
             {"comparison", "", {}, {}},
             {"standard", "", {}, {}},
             {"zone", "", {}, {}},
             {"substance", "", {}, {}},
             {"class", "", {}, {}},
             {"limit", "", {}, {}},
             {"highest", "", {}, {}},
             {"unit", "", {}, {}},
             {"highest_index", "1", {}, {}},
             {"area", "ha", {}, {}},
             {"volume", "m3", {}, {}},
             {"share", "%", {}, {}},
             {"confidence", "", {}, {}}}};
}

void Comparison::add_zone_rows(Table& table, Date start) const {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    const auto& shown = unit(soil_ ? "mg/kg" : "mg/L");
    for (std::size_t n = 0; n < zone_rows_.size(); ++n) {
        const auto row = zone_rows_[n];
        const bool all = row[1] < 0;
        const std::string texts[] = {start.plus(row[0]).text(), table_.name.text, table_.standard,
                                     table_.zone.text,          name_of(row[1]),  rungs_[static_cast<std::size_t>(row[2])].label};
        auto& c = table.columns;
        c[0].numbers.push_back(row[0] / seconds_per_day);
        for (std::size_t t = 0; t < std::size(texts); ++t) c[t + 1].texts.push_back(texts[t]);
        c[7].numbers.push_back(all ? unknown : shown.from_si(row[3]));
        c[8].numbers.push_back(all ? unknown : shown.from_si(row[4]));
        c[9].texts.push_back(all ? "" : shown.text);
        c[10].numbers.push_back(row[5]);
        c[11].numbers.push_back(row[6] / 1e4);
        c[12].numbers.push_back(row[7]);
        c[13].numbers.push_back(100 * row[8]);
        c[14].texts.push_back(all ? "" : judged_[static_cast<std::size_t>(row[1])].ladder.confidence());
    }
}

Table Comparison::receptor_table() {
    return {"exceedance_receptors",
            "When receptors exceed the limits of standards (values between steps lie on lines; empty: not within the run)",
            {{"comparison", "", {}, {}},
             {"standard", "", {}, {}},
             {"receptor", "", {}, {}},
             {"substance", "", {}, {}},
             {"class", "", {}, {}},
             {"limit", "", {}, {}},
             {"highest", "", {}, {}},
             {"last", "", {}, {}},
             {"unit", "", {}, {}},
             {"time_of_highest", "d", {}, {}},
             {"first_exceedance", "d", {}, {}},
             {"time_above", "d", {}, {}},
             {"confidence", "", {}, {}}}};
}

void Comparison::add_receptor_rows(Table& table) const {
    const auto& shown = unit(soil_ ? "mg/kg" : "mg/L");
    const auto days = [](double t) { return t < 0 ? std::numeric_limits<double>::quiet_NaN() : t / seconds_per_day; };
    for (std::size_t n = 0; n < receptor_rows_.size(); ++n) {
        const auto row = receptor_rows_[n];
        if (std::isinf(row[limit_])) continue;
        const auto& substance = judged_[static_cast<std::size_t>(row[substance_])];
        const std::string texts[] = {table_.name.text, table_.standard, receptors_[static_cast<std::size_t>(row[receptor_])].name,
                                     substance.id, rungs_[static_cast<std::size_t>(row[rung_])].label};
        auto& c = table.columns;
        for (std::size_t t = 0; t < std::size(texts); ++t) c[t].texts.push_back(texts[t]);
        const double numbers[] = {shown.from_si(row[limit_]), shown.from_si(row[highest]), shown.from_si(row[last])};
        for (std::size_t v = 0; v < std::size(numbers); ++v) c[v + 5].numbers.push_back(numbers[v]);
        c[8].texts.push_back(shown.text);
        c[9].numbers.push_back(days(row[highest_at]));
        c[10].numbers.push_back(days(row[first_above]));
        c[11].numbers.push_back(days(row[time_above]));
        c[12].texts.push_back(substance.ladder.confidence());
    }
}

Table Comparison::refusal_table() {
    return {"not_judged",
            "Substances that a standard was not held against, and why",
            {{"comparison", "", {}, {}}, {"standard", "", {}, {}}, {"substance", "", {}, {}}, {"reason", "", {}, {}}}};
}

void Comparison::add_refusals(Table& table) const {
    for (const auto& refused : refused_) {
        const std::string texts[] = {table_.name.text, table_.standard, refused.id, refused.reason};
        for (std::size_t t = 0; t < std::size(texts); ++t) table.columns[t].texts.push_back(texts[t]);
    }
}

void Comparison::add_summary(std::vector<std::string>& lines) const {
    const double end = zone_rows_.empty() ? 0 : zone_rows_[zone_rows_.size() - 1][0];
    for (std::size_t n = 0; n < zone_rows_.size(); ++n) {
        const auto row = zone_rows_[n];
        if (row[1] >= 0 || row[0] != end) continue;
        lines.push_back(fmt::format("{} ({}): {:.3g} ha of zone '{}' above {} at the end", table_.name.text, table_.standard, row[6] / 1e4,
                                    table_.zone.text, rungs_[static_cast<std::size_t>(row[2])].label));
    }
    for (std::size_t n = 0; n < receptor_rows_.size(); ++n) {
        const auto row = receptor_rows_[n];
        if (row[first_above] == never) continue;
        lines.push_back(fmt::format("{} ({}): {} exceeds {} at '{}' from {:.4g} d on, for {:.4g} d in all", table_.name.text,
                                    table_.standard, name_of(row[substance_]), rungs_[static_cast<std::size_t>(row[rung_])].label,
                                    receptors_[static_cast<std::size_t>(row[receptor_])].name, row[first_above] / seconds_per_day,
                                    row[time_above] / seconds_per_day));
    }
    for (const auto& substance : judged_)
        if (!substance.ladder.well_known())
            lines.push_back(fmt::format("{} ({}): the limits of {} are {}: look them up before you rely on them", table_.name.text,
                                        table_.standard, substance.id, substance.ladder.confidence()));
    for (const auto& refused : refused_)
        lines.push_back(fmt::format("{} ({}): {} is not judged: {}", table_.name.text, table_.standard, refused.id, refused.reason));
}

void Comparison::save(CheckpointWriter& out) const {
    const auto prefix = "comparison/" + field_name("of", table_.name.text);
    zone_rows_.save(out, prefix + "/zone");
    receptor_rows_.save(out, prefix + "/receptors");
    out.write(prefix + "/seen_until", seen_until_);
    out.write(prefix + "/level", level_.span());
    out.write(prefix + "/index", index_.span());
}

void Comparison::load(CheckpointReader& in) {
    const auto prefix = "comparison/" + field_name("of", table_.name.text);
    zone_rows_.load(in, prefix + "/zone");
    receptor_rows_.load(in, prefix + "/receptors");
    seen_until_ = in.read(prefix + "/seen_until");
    in.read(prefix + "/level", level_.span());
    in.read(prefix + "/index", index_.span());
}

}  // namespace galena
