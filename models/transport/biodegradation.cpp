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
                  "of the substrate per mobile water, with plenty of everything; for the microbes that there are")
            .source("Borden & Bedient 1986, eq. 4"),
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
    };
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

    Rates(const std::vector<Path>& paths, std::size_t substances)
        : paths_(paths), active_(paths.size()), first_(paths.size()), none_(paths.size()), start_(substances), share_(substances),
          now_(substances),
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
    }

    /// A hundredth of what the rates at the beginning would need for all there is.
    [[nodiscard]] double first_step(double duration) {
        (*this)(none_, first_, 0);
        const double fastest = *std::max_element(first_.begin(), first_.end());
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
        for (std::size_t p = 0; p < paths_.size(); ++p) rate[p] = active_[p] ? rate_of(paths_[p]) / scale_ : 0.0;
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
    [[nodiscard]] double at(Index substance) const { return std::max(0.0, now_[static_cast<std::size_t>(substance)]); }
    [[nodiscard]] double rate_of(const Path& path) const {
        const double substrate = at(path.substrate);
        double rate = path.maximum_rate * substrate / (path.half_saturation_substrate + substrate);
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
    std::vector<std::uint8_t> active_;
    Extents first_, none_;
    std::vector<double> start_, share_, now_;
    double scale_ = 1;
    Stepper stepper_;
};

Biodegradation::Biodegradation(const BiodegradationTables& tables, const std::vector<std::string>& substances, const Domain& domain,
                               Diagnostics& diagnostics)
    : tables_(tables) {
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
    path.maximum_rate = acceptor.maximum_rate;
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
    return !(time < duration) || rates.all_ended();
}

Index Biodegradation::react(double duration, const Ground& ground, SpeciesField& concentration) {
    const auto cells = std::ssize(ground.water);
    reacted_.resize(paths_.size());
    for (auto& field : reacted_) field.assign(static_cast<std::size_t>(cells), 0.0);
    std::vector<Index> failed(static_cast<std::size_t>((cells + sum_block - 1) / sum_block), -1);
    parallel_blocks(cells, sum_block, [&](Index begin, Index end) {
        Rates rates(paths_, static_cast<std::size_t>(concentration.species_count()));
        Extents reacted(paths_.size());
        for (Index c = begin; c < end; ++c) {
            const auto at = static_cast<std::size_t>(c);
            if (!(ground.water[at] > 0) || !anything_reacts(c, concentration)) continue;
            rates.start(ground, concentration, at);
            for (std::size_t p = 0; p < paths_.size(); ++p) rates.active()[p] = extent_[paths_[p].table][at];
            if (!integrate(rates, duration, reacted) && failed[static_cast<std::size_t>(begin / sum_block)] < 0)
                failed[static_cast<std::size_t>(begin / sum_block)] = c;
            const auto& now = rates.concentrations(reacted);
            for (Index s = 0; s < concentration.species_count(); ++s)
                concentration[s][at] = std::max(0.0, now[static_cast<std::size_t>(s)]);
            for (std::size_t p = 0; p < paths_.size(); ++p) reacted_[p][at] = rates.scale() * reacted[p] * ground.water[at];
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
