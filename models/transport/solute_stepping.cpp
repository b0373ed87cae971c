// How transport takes its steps: explicit, implicit in the few cells with fast water, or implicit, and how long they are.

#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "numerics/face_operators.hpp"
#include "transport/solute_group.hpp"

namespace galena {

namespace {

constexpr double steps_between_books = 20;  ///< explicit steps
/// Share of the cells that may be renewed more often than a step allows the others: solved for by themselves in explicit steps, and not
/// asked for their Courant number in implicit ones.
constexpr double most_fast = 0.02;
/// An implicit update of a cell, in explicit ones, and what each doubling of the largest Courant number adds: 45 at 10, as docs/performance.md
/// has it.
constexpr double cost_of_implicit_cell = 20, cost_of_doubling = 8;

/// The largest rate but for the fastest 2 % of those above 0; 0 where there is none. Reorders them.
double rate_to_keep(CellField& rate) {
    const auto rates = rate.span();
    const auto moving = std::partition(rates.begin(), rates.end(), [](double r) { return r > 0; }) - rates.begin();
    if (moving == 0) return 0;
    const auto passed_over = static_cast<std::ptrdiff_t>(most_fast * static_cast<double>(moving));
    std::nth_element(rates.begin(), rates.begin() + passed_over, rates.begin() + moving, std::greater<>());
    return rates[static_cast<std::size_t>(passed_over)];
}

}  // namespace

// ---- what is possible -------------------------------------------------------------------------------------------------------------

bool SoluteTransport::can_step_explicitly(const Solute& solute) const {
    const bool has_parent =
        std::any_of(solutes_.begin(), solutes_.end(), [&](const Solute& p) { return p.table.daughters.count(solute.id); });
    const bool dissolves =
        std::any_of(solute.sources.begin(), solute.sources.end(), [](const auto& source) { return source->exchanges(); });
    return recirculation_.empty() && solute.storage.linear() && !(solute.table.zero_order_rate > 0) && !has_parent && !dissolves;
}

/// What explicit steps cannot do.
void SoluteTransport::check_stepping(Diagnostics& diagnostics) {
    if (table_.stepping == Stepping::implicit) return;
    if (table_.limiter == TvdLimiter::modflow && table_.stepping != Stepping::automatic)
        diagnostics.error(table_.places.of("limiter"), "limiter = \"modflow\" needs implicit steps",
                          "give stepping = \"implicit\", or another limiter: van_leer, koren, superbee");
    for (const auto& solute : solutes_) {
        if (can_step_explicitly(solute)) continue;
        const auto reason = !recirculation_.empty()    ? "comes back through a boundary"
                            : !solute.storage.linear() ? "is not held linearly"
                                                       : "grows by itself, out of another substance or from a source that dissolves";
        if (table_.stepping != Stepping::automatic)
            diagnostics.error(table_.places.of("stepping"), fmt::format("{} {}, which needs implicit steps", solute.id, reason),
                              "give stepping = \"implicit\" or \"automatic\"");
        else domain_.remarks.push_back(fmt::format("transport: {} {}: steps are implicit", solute.id, reason));
        return;
    }
}

/// Why explicit steps are impossible now; empty where they are possible. What the set-up told already is not told again: " ".
std::string SoluteTransport::why_implicit(const State& state) const {
    if (!state.mobile_water_before.empty()) return "the water held changes in time: steps are implicit";
    if (water_is_mixed(state)) return "a well passes water from one cell to another: steps are implicit";
    if (table_.limiter == TvdLimiter::modflow) return "limiter = \"modflow\" needs implicit steps";
    for (const auto& solute : solutes_) {
        if (!can_step_explicitly(solute)) return " ";
        if (domain_.alterations.migration_of(solute.id)) return solute.id + " moves by itself: steps are implicit";
    }
    return "";
}

// ---- what is cheaper --------------------------------------------------------------------------------------------------------------

ExplicitStep::Choice SoluteTransport::explicit_choice(const Group& group, double span) const {
    const double share = table_.stepping == Stepping::explicit_steps ? 0.0 : most_fast;
    return group.step->choose(span, share, table_.stepping == Stepping::automatic);
}

/// By counts alone, so that the same site takes the same steps everywhere.
bool SoluteTransport::explicit_costs_less(const State& state) {
    const double longest = longest_implicit_step(state);
    if (std::isinf(longest)) return false;  // nothing moves: a few long steps do
    prepare_groups(state);
    double of_explicit = 0;
    for (const auto& group : groups_) {
        const auto choice = explicit_choice(*group, longest);
        const double count = std::max(1.0, std::ceil(longest / choice.duration * (1 - 1e-9)));
        for (auto& solute : group->solutes)
            of_explicit += choice.cost / count * static_cast<double>(group->step->steps_of(solute, longest, static_cast<Index>(count)));
    }
    const double doublings = std::log2(std::max(1.0, longest / renewal_time_));
    const auto cells = parallel_sum(domain_.grid.cell_count(), [&](Index c) { return domain_.grid.active(c) ? 1.0 : 0.0; });
    const double of_implicit = static_cast<double>(std::ssize(solutes_)) * cells * (cost_of_implicit_cell + cost_of_doubling * doublings);
    return of_explicit <= of_implicit;
}

/// Decides for this step. Where a new flow makes implicit steps cheaper, a step that was chosen for explicit ones may be too long for them:
/// it stays explicit.
void SoluteTransport::choose_stepping(const State& state, const Step& step) {
    explicit_now_ = false;
    if (table_.stepping == Stepping::implicit) return;
    if (const auto why = why_implicit(state); !why.empty()) {
        auto& told = table_.places.has("stepping") ? statistics_.remarks : statistics_.notes;
        if (told.empty() && why != " ") told.push_back(why);
        return;
    }
    explicit_now_ = true;
    if (table_.stepping != Stepping::automatic) return;
    if (cheaper_version_ != state.flow_version) {
        cheaper_ = explicit_costs_less(state) ? Cheaper::explicit_steps : Cheaper::implicit_steps;
        cheaper_version_ = state.flow_version;
    }
    explicit_now_ = cheaper_ == Cheaper::explicit_steps || step.duration > (1 + 1e-9) * longest_implicit_step(state);
    if (explicit_now_ || groups_.empty()) return;
    groups_.clear();  // what explicit steps keep is only in the way
    groups_version_ = -1;
}

// ---- how long -----------------------------------------------------------------------------------------------------------------------

/// Of what a cell holds per concentration, the least over all substances [m³]. A law that is not linear counts with its water alone.
double SoluteTransport::smallest_capacity(const State& state, Index c) const {
    double least = infinite;
    for (const auto& solute : solutes_) least = std::min(least, solute.storage.capacity(c));
    return state.mobile_water[c] + least;
}

/// How soon the flow renews what the cells hold, the least over all substances. Cells that hold next to nothing, dry ones that rain passes,
/// do not count: what enters them leaves them in the same step, however long.
void SoluteTransport::update_renewal_time(const State& state) const {
    if (renewal_version_ == state.flow_version) return;
    constexpr double dry = 1e-9;  // of the volume
    const auto& grid = domain_.grid;
    CellField rate(grid);
    outflow_of_cells(grid, state.water_flux, rate);
    for (const auto& exchange : state.water_exchanges)
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) rate[exchange.cells[n]] += std::max(0.0, -exchange.rate[n]);
    parallel_for(grid.cell_count(), [&](Index c) {
        const double held = grid.active(c) ? smallest_capacity(state, c) : 0.0;
        rate[c] = held > dry * grid.volume(c) ? rate[c] / held : 0.0;
    });
    const double fastest = parallel_maximum(grid.cell_count(), [&](Index c) { return rate[c]; }).value;
    renewal_time_ = bounding_renewal_time_ = fastest > 0 ? 1 / fastest : infinite;
    renewal_version_ = state.flow_version;
    if (table_.stepping != Stepping::automatic) return;
    if (fastest > 0) bounding_renewal_time_ = 1 / rate_to_keep(rate);
}

/// Cross terms of an implicit step come from its beginning and are limited: by off-diagonal dispersion · step / (product of widths) all of them
/// fit at 0.1, most at 0.2, and none from 0.8 on (tests/verification/test_oblique_transport.cpp). Automatic steps keep to 0.2, in all but the
/// cells that a step passes over anyway.
void SoluteTransport::bound_cross_terms(const State& state) {
    constexpr double most = 0.2;
    if (cross_.empty() || table_.stepping != Stepping::automatic || cross_version_ == state.flow_version) return;
    const auto& grid = domain_.grid;
    CellField rate(grid);
    parallel_for(grid.cell_count(), [&](Index c) {
        const double held = grid.active(c) ? smallest_capacity(state, c) : 0.0;
        if (!(held > 0)) return;
        const auto mean = [&](const std::vector<float>& list, Side lower, Side upper, double width) {
            const auto at = [&](Side side) {
                return std::abs(static_cast<double>(list[static_cast<std::size_t>(outer_face(grid, c, side))]));
            };
            return 0.5 * (at(lower) + at(upper)) / width;
        };
        const double dx = grid.width_x(c), dy = grid.width_y(c), dz = grid.thickness(c);
        rate[c] = std::max({mean(cross_.xy, Side::west, Side::east, dy), mean(cross_.xz, Side::west, Side::east, dz),
                            mean(cross_.yx, Side::south, Side::north, dx), mean(cross_.yz, Side::south, Side::north, dz),
                            mean(cross_.zx, Side::bottom, Side::top, dx), mean(cross_.zy, Side::bottom, Side::top, dy)}) /
                  held;
    });
    const double fastest = rate_to_keep(rate);
    longest_for_cross_ = fastest > 0 ? most / fastest : 0;
    cross_version_ = state.flow_version;
}

double SoluteTransport::longest_implicit_step(const State& state) const {
    update_renewal_time(state);
    const double for_cross = longest_for_cross_ > 0 ? longest_for_cross_ : infinite;
    return std::min({table_.courant * bounding_renewal_time_, for_cross, table_.maximum_step.value_or(infinite)});
}

double SoluteTransport::longest_step(const State& state) const {
    const double longest = table_.maximum_step.value_or(infinite), of_implicit = longest_implicit_step(state);
    const bool possible = table_.stepping != Stepping::implicit && why_implicit(state).empty();
    const bool chosen = table_.stepping != Stepping::automatic || cheaper_ == Cheaper::explicit_steps;
    if (!possible || !chosen) return std::min(next_step_, of_implicit);
    // Explicit steps keep to their own bound; the step around them only says how often books are made and observers look, and what reacts
    // by itself is carried away.
    const double around =
        explicit_duration_ > 0 ? std::min(steps_between_books * explicit_duration_, longest) : std::min(table_.initial_step, longest);
    return biodegradation_ ? std::min(around, of_implicit) : around;
}

void SoluteTransport::save_stepping(CheckpointWriter& out) const {
    out.write("transport/explicit_duration", explicit_duration_);
    out.write("transport/longest_for_cross", longest_for_cross_);
    out.write("transport/explicit_is_cheaper", static_cast<double>(cheaper_));
}

void SoluteTransport::load_stepping(CheckpointReader& in) {
    explicit_duration_ = in.read("transport/explicit_duration");
    longest_for_cross_ = in.read("transport/longest_for_cross");
    cheaper_ = static_cast<Cheaper>(static_cast<int>(in.read("transport/explicit_is_cheaper")));
}

}  // namespace galena
