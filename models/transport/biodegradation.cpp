#include "transport/biodegradation.hpp"

#include <algorithm>
#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "numerics/block_sums.hpp"

namespace galena {

auto AcceptorTable::parameters() {
    using T = AcceptorTable;
    return std::tuple{
        parameter("substance", &T::substance, "the acceptor (O2, NO3, SO4, ...); fermentation, which needs none, when absent")
            .with_default(),
        parameter("maximum_rate", &T::maximum_rate, "mg/L/d", not_negative,
                  "of the substrate per mobile water, with plenty of everything; for microbes that do not grow")
            .source("Borden & Bedient 1986, eq. 4"),
        parameter("specific_rate", &T::specific_rate, "1/d", not_negative,
                  "mass of the substrate per biomass and time, with plenty of everything; for microbes that grow")
            .source("Essaid et al. 1995, eq. 3"),
        parameter("yield", &T::yield, "", Bounds{0, 10, true, true}, "biomass that grows per mass of substrate"),
        parameter("half_saturation_substrate", &T::half_saturation_substrate, "mg/L", positive,
                  "concentration of the substrate at half the rate"),
        parameter("half_saturation", &T::half_saturation, "mg/L", positive, "concentration of the acceptor at half the rate"),
        parameter("inhibition", &T::inhibition, "mg/L", positive,
                  "concentration of this acceptor that halves the rates of those after it; half_saturation when absent")
            .source("Widdowson, Molz & Benefield 1988, eq. 5"),
        parameter("consumption", &T::consumption, "", positive, "mass of the acceptor used per mass of substrate"),
        parameter("products", &T::products, "", Bounds{0, 1000, false, true},
                  "mass of other substances that arise per mass of substrate, e.g. { Fe2 = 21.5 }"),
    };
}

auto BiodegradationTable::parameters() {
    using T = BiodegradationTable;
    return std::tuple{
        parameter("name", &T::name, "used in budgets and messages"),
        parameter("substrate", &T::substrate, "the substance that is oxidised"),
        parameter("zone", &T::zone, "cells in which it is").with_default(),
        parameter("acceptor", &T::acceptors, "the ways of oxidation, the best first"),
        parameter("initial_biomass", &T::initial_biomass, "mg/L", not_negative,
                  "attached microbes per mobile water at the start; they grow then. When absent they are neither counted nor grow")
            .source("Essaid et al. 1995, eq. 7"),
        parameter("smallest_biomass", &T::smallest_biomass, "mg/L", not_negative, "per mobile water: microbes that do not die")
            .with_default(),
        parameter("death_rate", &T::death_rate, "1/d", not_negative, "first-order rate at which the others die").with_default(),
    };
}

void BiodegradationTable::check(ReadContext& context) const {
    const auto title = fmt::format("biodegradation '{}'", name.text);
    if (!grows())
        reading::report_unused(places, title, {"smallest_biomass", "death_rate"}, "no initial_biomass: microbes do not grow", context);
    for (const auto& acceptor : acceptors) {
        const char *needed = grows() ? "specific_rate" : "maximum_rate",
                   *why = grows() ? "microbes that grow have a specific_rate and a yield" : "microbes that do not grow have a maximum_rate";
        if (grows() ? !acceptor.specific_rate : !acceptor.maximum_rate)
            context.diagnostics.error(acceptor.places.table, fmt::format("{}: '{}' is missing", title, needed), why);
        if (grows() && !acceptor.yield) context.diagnostics.error(acceptor.places.table, fmt::format("{}: 'yield' is missing", title), why);
        if (grows()) reading::report_unused(acceptor.places, title, {"maximum_rate"}, why, context);
        else
            reading::report_unused(acceptor.places, title, {"specific_rate", "yield"}, "no initial_biomass: microbes do not grow", context);
    }
}

void AcceptorTable::check(ReadContext& context) {
    if (substance.empty()) {
        reading::report_unused(places, "the acceptor", {"half_saturation", "inhibition", "consumption"}, "no substance is named", context);
        return;
    }
    if (!half_saturation || !consumption)
        context.diagnostics.error(places.table,
                                  fmt::format("'{}' of {} is missing", half_saturation ? "consumption" : "half_saturation", substance.text),
                                  "an acceptor has half_saturation and consumption; fermentation, without one, names no substance");
}

REGISTER_SECTION(BiodegradationTables)

namespace {

namespace odeint = boost::numeric::odeint;

constexpr double exact = 1e-9;     ///< of the largest concentration in a cell: error of a step of the integration
constexpr double used_up = 1e-12;  ///< of what there was: then a path has come to its end
constexpr int most_steps = 1'000'000;

Index number_of(const Name& wanted, const std::vector<std::string>& substances, const std::string& role, Diagnostics& diagnostics) {
    const auto found = std::find(substances.begin(), substances.end(), wanted.text);
    if (found != substances.end()) return static_cast<Index>(found - substances.begin());
    diagnostics.error(wanted.place, fmt::format("{} '{}' is no substance of this site", role, wanted.text),
                      suggestion(wanted.text, substances));
    return -1;
}

}  // namespace

/// Rates in one cell. Amounts are counted in multiples of what the cell holds most of, which the bound of errors goes by.
class Biodegradation::Rates {
public:
    using Stepper = odeint::controlled_runge_kutta<odeint::runge_kutta_cash_karp54<Extents>>;

    Rates(const std::vector<Path>& paths, const std::vector<BiodegradationTable>& tables, std::size_t substances)
        : paths_(paths), tables_(tables), active_(paths.size()), first_(paths.size() + tables.size()), none_(first_.size()),
          start_(substances), share_(substances), now_(substances), biomass_start_(tables.size()), biomass_(tables.size()),
          stepper_(odeint::default_error_checker<double, odeint::range_algebra, odeint::default_operations>(exact, exact)) {}

    std::vector<std::uint8_t>& active() { return active_; }
    [[nodiscard]] double scale() const { return scale_; }  ///< [kg/m³]
    Stepper& stepper() { return stepper_; }

    void start(const Ground& ground, const SpeciesField& concentration, std::size_t cell) {
        for (std::size_t s = 0; s < start_.size(); ++s) {
            const double held = ground.capacity[s].empty() ? 0.0 : ground.capacity[s][cell];
            start_[s] = concentration[static_cast<Index>(s)][cell];
            share_[s] = ground.water[cell] / (ground.water[cell] + held);  // 1 / retardation
        }
        scale_ = 0;
        for (const auto& path : paths_) {
            const auto s = static_cast<std::size_t>(path.substrate);
            scale_ = std::max(scale_, start_[s] / share_[s]);
        }
        for (std::size_t t = 0; t < tables_.size(); ++t)
            biomass_start_[t] = tables_[t].grows() ? tables_[t].microbes->amount[static_cast<Index>(cell)] / ground.water[cell] : 0.0;
    }
    /// When that much has reacted and died [kg/m³].
    [[nodiscard]] double biomass(const Extents& done, std::size_t table) {
        grow(done);
        return biomass_[table];
    }
    /// What dies when nothing reacts any more.
    void let_die(Extents& done, double duration) {
        grow(done);
        for (std::size_t t = 0; t < tables_.size(); ++t)
            done[paths_.size() + t] -= mortal(t) * std::expm1(-tables_[t].death_rate * duration) / scale_;
    }

    /// A hundredth of what the rates at the beginning would need for all there is.
    [[nodiscard]] double first_step(double duration) {
        (*this)(none_, first_, 0);
        const double fastest = *std::max_element(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(paths_.size()));
        return fastest > 0 ? std::min(duration, 0.01 / fastest) : duration;
    }

    /// Concentrations when that much has reacted; may fall below 0 by the error of the integration.
    const std::vector<double>& concentrations(const Extents& reacted) {
        now_ = start_;
        for (std::size_t p = 0; p < paths_.size(); ++p)
            for (const auto& [substance, mass] : paths_[p].mass)
                now_[static_cast<std::size_t>(substance)] += share_[static_cast<std::size_t>(substance)] * mass * scale_ * reacted[p];
        return now_;
    }

    void operator()(const Extents& reacted, Extents& rate, double) {
        concentrations(reacted);
        grow(reacted);
        for (std::size_t p = 0; p < paths_.size(); ++p) rate[p] = active_[p] ? rate_of(paths_[p]) / scale_ : 0.0;
        for (std::size_t t = 0; t < tables_.size(); ++t) rate[paths_.size() + t] = tables_[t].death_rate * mortal(t) / scale_;
    }

    /// Ends the paths that have used up what they need. What is so little limits no step any more.
    void end_finished(const Extents& reacted) {
        concentrations(reacted);
        for (std::size_t p = 0; p < paths_.size(); ++p)
            if (active_[p] && (gone(paths_[p].substrate) || (paths_[p].acceptor >= 0 && gone(paths_[p].acceptor)))) active_[p] = 0;
    }
    [[nodiscard]] bool all_ended() const {
        return std::none_of(active_.begin(), active_.end(), [](auto a) { return a != 0; });
    }

    /// Takes back what would bring a substance below 0: the error of the integration, nothing more.
    void keep_bounds(Extents& reacted) {
        for (std::size_t turn = 0; turn < 2 * start_.size(); ++turn) {
            const auto& now = concentrations(reacted);
            const auto worst = std::min_element(now.begin(), now.end()) - now.begin();
            const auto s = static_cast<std::size_t>(worst);
            if (!(now[s] < 0)) return;
            double consumed = 0;
            for (std::size_t p = 0; p < paths_.size(); ++p) consumed += std::max(0.0, -share_[s] * mass_of(p, s) * scale_ * reacted[p]);
            if (!(consumed > 0)) return;
            const double kept = std::max(0.0, 1 + now[s] * (1 + 1e-15) / consumed);
            for (std::size_t p = 0; p < paths_.size(); ++p)
                if (mass_of(p, s) < 0) reacted[p] *= kept;
        }
    }

private:
    void grow(const Extents& done) {
        for (std::size_t t = 0; t < tables_.size(); ++t) biomass_[t] = biomass_start_[t] - scale_ * done[paths_.size() + t];
        for (std::size_t p = 0; p < paths_.size(); ++p) biomass_[paths_[p].table] += paths_[p].yield * scale_ * done[p];
    }
    [[nodiscard]] double mortal(std::size_t table) const { return std::max(0.0, biomass_[table] - tables_[table].smallest_biomass); }
    [[nodiscard]] double at(Index substance) const { return std::max(0.0, now_[static_cast<std::size_t>(substance)]); }
    [[nodiscard]] double rate_of(const Path& path) const {
        const double substrate = at(path.substrate);
        const double most = tables_[path.table].grows() ? path.maximum_rate * std::max(0.0, biomass_[path.table]) : path.maximum_rate;
        double rate = most * substrate / (path.half_saturation_substrate + substrate);
        if (path.acceptor >= 0) rate *= at(path.acceptor) / (path.half_saturation + at(path.acceptor));
        for (const auto better : path.preferred) {
            const auto& other = paths_[better];
            rate *= other.inhibition / (other.inhibition + at(other.acceptor));
        }
        return rate;
    }
    /// Nothing is left of a substance, and no path that goes on makes it anew.
    [[nodiscard]] bool gone(Index substance) const {
        const auto s = static_cast<std::size_t>(substance);
        for (std::size_t p = 0; p < paths_.size(); ++p)
            if (active_[p] && mass_of(p, s) > 0) return false;
        return at(substance) <= used_up * start_[s];
    }
    [[nodiscard]] double mass_of(std::size_t path, std::size_t substance) const {
        for (const auto& [s, mass] : paths_[path].mass)
            if (static_cast<std::size_t>(s) == substance) return mass;
        return 0;
    }

    const std::vector<Path>& paths_;
    const std::vector<BiodegradationTable>& tables_;
    std::vector<std::uint8_t> active_;
    Extents first_, none_;
    std::vector<double> start_, share_, now_, biomass_start_, biomass_;
    double scale_ = 1;
    Stepper stepper_;
};

Biodegradation::Biodegradation(const BiodegradationTables& tables, const std::vector<std::string>& substances, const Domain& domain,
                               Diagnostics& diagnostics)
    : tables_(tables), grid_(domain.grid) {
    std::map<std::string, Place> seen;
    for (std::size_t n = 0; n < tables_.list.size(); ++n) {
        const auto& table = tables_.list[n];
        const auto [first, fresh] = seen.emplace(table.name.text, table.name.place);
        if (!fresh)
            diagnostics.error(table.name.place, fmt::format("a second biodegradation is named '{}'", table.name.text),
                              fmt::format("the first is at {}; names must differ", first->second.text()));
        auto& extent = extent_.emplace_back(static_cast<std::size_t>(domain.grid.cell_count()), std::uint8_t{0});
        for (const Index c : domain.zones.cells(table.zone, diagnostics)) extent[static_cast<std::size_t>(c)] = 1;
        if (table.acceptors.empty())
            diagnostics.error(table.places.table, fmt::format("biodegradation '{}' has no way of oxidation", table.name.text),
                              "give a [[biodegradation.acceptor]]");
        for (const auto& acceptor : table.acceptors) add_path(table, acceptor, n, substances, diagnostics);
    }
}

void Biodegradation::add_path(const BiodegradationTable& table, const AcceptorTable& acceptor, std::size_t number,
                              const std::vector<std::string>& substances, Diagnostics& diagnostics) {
    Path path;
    path.table = number;
    path.maximum_rate = table.grows() ? acceptor.specific_rate.value_or(0) : acceptor.maximum_rate.value_or(0);
    path.yield = acceptor.yield.value_or(0);
    path.half_saturation_substrate = acceptor.half_saturation_substrate;
    path.substrate = number_of(table.substrate, substances, "the substrate", diagnostics);
    path.mass.emplace_back(path.substrate, -1.0);
    const auto title = fmt::format("biodegradation '{}'", table.name.text);
    if (!acceptor.substance.empty()) {
        path.acceptor = number_of(acceptor.substance, substances, "the acceptor", diagnostics);
        if (path.acceptor >= 0 && path.acceptor == path.substrate)
            diagnostics.error(acceptor.substance.place, fmt::format("{}: the substrate is its own acceptor", title),
                              "an acceptor is another substance");
        path.half_saturation = acceptor.half_saturation.value_or(0);
        path.inhibition = acceptor.inhibition.value_or(path.half_saturation);
        path.mass.emplace_back(path.acceptor, -acceptor.consumption.value_or(0));
    }
    for (std::size_t p = 0; p < paths_.size(); ++p) {
        if (paths_[p].table != number) continue;
        if (paths_[p].acceptor < 0 || paths_[p].acceptor == path.acceptor)
            diagnostics.error(acceptor.places.table,
                              paths_[p].acceptor < 0 ? fmt::format("{}: fermentation comes last", title)
                                                     : fmt::format("{}: {} is named twice", title, acceptor.substance.text),
                              "every acceptor once, the best first");
        path.preferred.push_back(p);
    }
    for (const auto& [product, mass] : acceptor.products) {
        const Index s = number_of({product, acceptor.places.of("products")}, substances, "the product", diagnostics);
        if (s >= 0 && (s == path.substrate || s == path.acceptor))
            diagnostics.error(acceptor.places.of("products"), fmt::format("{}: {} is consumed and a product", title, product),
                              "give the difference as its consumption");
        path.mass.emplace_back(s, mass);
    }
    paths_.push_back(std::move(path));
}

std::vector<Index> Biodegradation::taking_part() const {
    std::set<Index> all;
    for (const auto& path : paths_)
        for (const auto& [substance, mass] : path.mass) all.insert(substance);
    return {all.begin(), all.end()};
}

Place Biodegradation::place_of(Index substance) const {
    for (const auto& path : paths_)
        for (const auto& [s, mass] : path.mass)
            if (s == substance) return tables_.list[path.table].places.table;
    return {};
}

bool Biodegradation::anything_reacts(Index cell, const SpeciesField& concentration) const {
    const auto at = static_cast<std::size_t>(cell);
    return std::any_of(paths_.begin(), paths_.end(), [&](const Path& path) {
        return extent_[path.table][at] && concentration[path.substrate][at] > 0 &&
               (path.acceptor < 0 || concentration[path.acceptor][at] > 0);
    });
}

/// Brings one cell to the end of the step. False when it does not get there.
bool Biodegradation::integrate(Rates& rates, double duration, Extents& reacted) {
    odeint::controlled_runge_kutta<odeint::runge_kutta_cash_karp54<Extents>>& stepper = rates.stepper();
    std::fill(reacted.begin(), reacted.end(), 0.0);
    double time = 0, step = rates.first_step(duration);
    for (int n = 0; n < most_steps && time < duration; ++n) {
        rates.end_finished(reacted);
        if (rates.all_ended()) break;
        if (time + step > duration) step = duration - time;
        if (time + step == time) return false;
        if (stepper.try_step(std::ref(rates), reacted, time, step) == odeint::success && !(time < duration * (1 - 1e-15))) time = duration;
    }
    rates.keep_bounds(reacted);
    if (time < duration && rates.all_ended()) rates.let_die(reacted, duration - time);
    return !(time < duration) || rates.all_ended();
}

/// Microbes of a cell that find nothing.
void Biodegradation::let_die(double duration, std::span<const double> water, Index cell) {
    for (std::size_t t = 0; t < died_.size(); ++t) {
        const auto& table = tables_.list[t];
        if (!table.grows() || !(table.death_rate > 0)) continue;
        auto& amount = table.microbes->amount[cell];
        const double mortal = std::max(0.0, amount - table.smallest_biomass * water[static_cast<std::size_t>(cell)]);
        const double lost = -mortal * std::expm1(-table.death_rate * duration);
        died_[t][static_cast<std::size_t>(cell)] = lost;
        amount -= lost;
    }
}

Index Biodegradation::react(double duration, const Ground& ground, SpeciesField& concentration) {
    const auto cells = std::ssize(ground.water);
    reacted_.resize(paths_.size());
    for (auto& field : reacted_) field.assign(static_cast<std::size_t>(cells), 0.0);
    const bool grows = std::any_of(tables_.list.begin(), tables_.list.end(), [](const auto& table) { return table.grows(); });
    if (grows) died_.resize(tables_.list.size());
    for (auto& field : died_) field.assign(static_cast<std::size_t>(cells), 0.0);
    std::vector<Index> failed(static_cast<std::size_t>((cells + sum_block - 1) / sum_block), -1);
    parallel_blocks(cells, sum_block, [&](Index begin, Index end) {
        Rates rates(paths_, tables_.list, static_cast<std::size_t>(concentration.species_count()));
        Extents reacted(paths_.size() + tables_.list.size());
        for (Index c = begin; c < end; ++c) {
            const auto at = static_cast<std::size_t>(c);
            if (!(ground.water[at] > 0)) continue;
            if (!anything_reacts(c, concentration)) {
                let_die(duration, ground.water, c);
                continue;
            }
            rates.start(ground, concentration, at);
            for (std::size_t p = 0; p < paths_.size(); ++p) rates.active()[p] = extent_[paths_[p].table][at];
            if (!integrate(rates, duration, reacted) && failed[static_cast<std::size_t>(begin / sum_block)] < 0)
                failed[static_cast<std::size_t>(begin / sum_block)] = c;
            const auto& now = rates.concentrations(reacted);
            for (Index s = 0; s < concentration.species_count(); ++s)
                concentration[s][at] = std::max(0.0, now[static_cast<std::size_t>(s)]);
            for (std::size_t p = 0; p < paths_.size(); ++p) reacted_[p][at] = rates.scale() * reacted[p] * ground.water[at];
            for (std::size_t t = 0; t < died_.size(); ++t) {
                if (!tables_.list[t].grows()) continue;
                died_[t][at] = rates.scale() * reacted[paths_.size() + t] * ground.water[at];
                tables_.list[t].microbes->amount[c] = rates.biomass(reacted, t) * ground.water[at];
            }
        }
    });
    const auto first = std::find_if(failed.begin(), failed.end(), [](Index c) { return c >= 0; });
    return first == failed.end() ? -1 : *first;
}

void Biodegradation::book(Index substance, const std::string& id, std::vector<BudgetTerm>& terms) const {
    for (std::size_t n = 0; n < tables_.list.size(); ++n) {
        BudgetTerm term{id, "biodegradation", tables_.list[n].name.text, 0, 0, "kg", 0};
        bool meant = false;
        for (std::size_t p = 0; p < paths_.size(); ++p) {
            if (paths_[p].table != n) continue;
            for (const auto& [s, mass] : paths_[p].mass) {
                if (s != substance) continue;
                meant = true;
                if (reacted_.empty()) continue;
                const auto sum = parallel_block_sums<1>(std::ssize(reacted_[p]), sum_block, [&](Index begin, Index end) {
                    return std::array<double, 1>{std::accumulate(reacted_[p].begin() + begin, reacted_[p].begin() + end, 0.0)};
                });
                (mass > 0 ? term.in : term.out) += std::abs(mass) * sum[0];
            }
        }
        if (meant) terms.push_back(std::move(term));
    }
}

// ---- populations ------------------------------------------------------------------------------------------------------------------

void Biodegradation::start(std::span<const double> water) {
    for (std::size_t t = 0; t < tables_.list.size(); ++t) {
        const auto& table = tables_.list[t];
        if (!table.grows()) continue;
        auto& amount = table.microbes->amount;
        amount = CellField(grid_);
        for (std::size_t at = 0; at < extent_[t].size(); ++at)
            amount[static_cast<Index>(at)] = extent_[t][at] ? *table.initial_biomass * water[at] : 0.0;
    }
    accept();
}

void Biodegradation::accept() {
    for (const auto& table : tables_.list) table.microbes->accepted = table.microbes->amount;
}

void Biodegradation::reject() {
    for (const auto& table : tables_.list) table.microbes->amount = table.microbes->accepted;
}

void Biodegradation::save(CheckpointWriter& out) const {
    for (const auto& table : tables_.list)
        if (table.grows()) out.write("transport/biomass/" + table.name.text, table.microbes->amount.span());
}

void Biodegradation::load(CheckpointReader& in) {
    for (const auto& table : tables_.list) {
        if (!table.grows()) continue;
        table.microbes->amount = CellField(grid_);
        in.read("transport/biomass/" + table.name.text, table.microbes->amount.span());
    }
    accept();
}

void Biodegradation::show(std::span<const double> water) const {
    for (const auto& table : tables_.list) {
        if (!table.grows()) continue;
        auto& shown = table.microbes->concentration;
        if (shown.empty()) shown = CellField(grid_);
        for (Index c = 0; c < grid_.cell_count(); ++c) {
            const double here = water[static_cast<std::size_t>(c)];
            shown[c] = here > 0 ? table.microbes->amount[c] / here : 0.0;
        }
    }
}

void Biodegradation::book_populations(std::vector<BudgetTerm>& terms) const {
    const auto sum = [&](auto&& value) {
        return parallel_sum(grid_.cell_count(), [&](Index c) { return value(static_cast<std::size_t>(c)); });
    };
    for (std::size_t t = 0; t < tables_.list.size(); ++t) {
        const auto& table = tables_.list[t];
        if (!table.grows() || table.microbes->amount.empty()) continue;
        const auto component = "biomass of " + table.name.text;
        BudgetTerm growth{component, "growth", table.substrate.text, 0, 0, "kg", 0};
        for (std::size_t p = 0; p < reacted_.size(); ++p)
            if (paths_[p].table == t) growth.in += paths_[p].yield * sum([&](std::size_t at) { return reacted_[p][at]; });
        BudgetTerm death{component, "death", "first_order", 0, died_.empty() ? 0.0 : sum([&](std::size_t at) { return died_[t][at]; }),
                         "kg",      0};
        const auto &now = table.microbes->amount, &before = table.microbes->accepted;
        const auto change = [&](std::size_t at) { return now[static_cast<Index>(at)] - before[static_cast<Index>(at)]; };
        BudgetTerm storage{component,
                           "storage",
                           "attached",
                           sum([&](std::size_t at) { return std::max(0.0, -change(at)); }),
                           sum([&](std::size_t at) { return std::max(0.0, change(at)); }),
                           "kg",
                           sum([&](std::size_t at) { return now[static_cast<Index>(at)]; })};
        terms.push_back(std::move(growth));
        terms.push_back(std::move(death));
        terms.push_back(std::move(storage));
    }
}

std::vector<std::string> Biodegradation::summary() const {
    std::vector<std::string> lines;
    for (const auto& table : tables_.list) {
        std::string ways;
        for (const auto& acceptor : table.acceptors)
            ways += (ways.empty() ? "" : ", then ") + (acceptor.substance.empty() ? std::string("fermentation") : acceptor.substance.text);
        lines.push_back(fmt::format("  {}: {} with {}", table.name.text, table.substrate.text, ways));
    }
    return lines;
}

}  // namespace galena
