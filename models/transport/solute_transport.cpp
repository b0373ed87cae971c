#include "transport/solute_group.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

REGISTER_SECTION(TransportTable)

namespace {

constexpr double steps_between_books = 20;  ///< explicit steps

const bool registered = EquationIndex::instance().add(
    {"transport", 20, [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Equation> {
         if (!site.find<TransportTable>()) return nullptr;
         return std::make_unique<SoluteTransport>(site, domain, diagnostics);
     }});

std::vector<std::string> substance_ids(const Site& site) {
    std::vector<std::string> ids;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) ids.push_back(id);
    return ids;
}

}  // namespace

// ---- set-up -----------------------------------------------------------------------------------------------------------------------

SoluteTransport::SoluteTransport(const Site& site, Domain& domain, Diagnostics& diagnostics)
    : table_(site.section<TransportTable>()), domain_(domain) {
    statistics_.equation = "transport";
    if (!table_.solver.empty()) {
        const auto known = nonsymmetric_solver_names();
        if (std::find(known.begin(), known.end(), table_.solver) == known.end())
            diagnostics.error(table_.places.of("solver"), fmt::format("solver = \"{}\" is unknown", table_.solver),
                              suggestion(table_.solver, known));
    }
    if (domain.medium.porosity.empty()) {
        diagnostics.error(table_.place, "transport needs a porosity", "give it in a [[medium]] for every active cell");
        return;
    }
    if (!domain.medium.bulk_density.empty()) soil_mass_ = mobile_soil_mass_ = CellField(domain.grid);
    read_immobile_zones(site, diagnostics);
    adopt_medium();
    read_solutes(site, diagnostics);
    read_chains(site, diagnostics);
    attach_sources(site, diagnostics);
    check_boundary_concentrations(site, diagnostics);
    check_stepping(diagnostics);
    next_step_ = table_.initial_step;
    dispersivity_ = {table_.longitudinal_dispersivity,
                     table_.transverse_horizontal_dispersivity.value_or(0.1 * table_.longitudinal_dispersivity),
                     table_.transverse_vertical_dispersivity.value_or(0.01 * table_.longitudinal_dispersivity)};
}

/// What explicit steps alone can do, and what they cannot.
void SoluteTransport::check_stepping(Diagnostics& diagnostics) {
    const bool sharp = table_.advection == AdvectionScheme::tvd, tensor = table_.dispersion == DispersionKind::tensor;
    if (table_.stepping == Stepping::implicit && (sharp || tensor))
        diagnostics.error(
            table_.places.of(sharp ? "advection" : "dispersion"),
            fmt::format("{} needs steps that are not all implicit", sharp ? "advection = \"tvd\"" : "dispersion = \"tensor\""),
            "give stepping = \"automatic\"");
    if (table_.stepping == Stepping::implicit) return;
    for (const auto& solute : solutes_) {
        if (can_step_explicitly(solute)) continue;
        const auto reason =
            solute.storage.linear() ? "grows by itself, out of another substance or from a source that dissolves" : "is not held linearly";
        if (table_.stepping != Stepping::automatic)
            diagnostics.error(table_.places.of("stepping"), fmt::format("{} {}, which needs implicit steps", solute.id, reason),
                              "give stepping = \"implicit\" or \"automatic\"");
        else domain_.remarks.push_back(fmt::format("transport: {} {}: steps are implicit, upwind, without cross terms", solute.id, reason));
        return;
    }
}

void SoluteTransport::read_solutes(const Site& site, Diagnostics& diagnostics) {
    std::vector<std::pair<Index, CellField>> contents;
    const auto& tables = site.section<SubstanceTables>().list;
    if (tables.empty() && site.sound("substance"))
        diagnostics.error(table_.place, "transport has no substance", "add a table such as [substance.Cd]");
    for (const auto& [id, table] : tables) {
        Solute solute;
        solute.id = id;
        solute.table = table;
        solute.decay_rate = table.rate();
        solute.storage = SoluteStorage(solute.decay_rate, std::max(0.0, -table.zero_order_rate));
        const auto known = known_substances().find(id);
        solute.display = !table.display.empty() ? table.display : known != known_substances().end() ? known->second.display : id;
        if (table.sorption) read_sorption(table, solute, site, diagnostics);
        add_immobile_stores(solute, site, diagnostics);
        if (table.initial_content) {
            if (domain_.medium.bulk_density.empty()) {
                diagnostics.error(table.initial_content->place,
                                  fmt::format("the content of {} is per dry soil, but no bulk_density is given", id),
                                  "give bulk_density in a [[medium]], or initial_concentration instead");
                continue;
            }
            contents.emplace_back(std::ssize(solutes_), field_of(*table.initial_content, site, domain_, diagnostics));
            solute.initial_concentration = CellField(domain_.grid);
        } else if (table.initial_concentration) {
            solute.initial_concentration = field_of(*table.initial_concentration, site, domain_, diagnostics);
        } else {
            solute.initial_concentration = CellField(domain_.grid);
        }
        solutes_.push_back(std::move(solute));
    }
    settle_contents(contents);
    const bool diffuses = std::any_of(solutes_.begin(), solutes_.end(), [](const Solute& s) { return s.table.molecular_diffusion > 0; });
    if (diffuses && !diagnostics.has_errors()) {
        diffusion_geometry_ = FaceField(domain_.grid);
        adopt_medium();
    }
}

/// What follows from the medium and its alterations, as they are now.
void SoluteTransport::adopt_medium() {
    for (const auto& zone : immobile_zones_) zone->adopt_medium(domain_);
    if (!soil_mass_.empty())
        for_each_cell(domain_.grid, [&](Index c) {
            mobile_soil_mass_[c] = soil_mass_[c] = domain_.medium.bulk_density[c] * domain_.grid.volume(c);
            for (const auto& zone : immobile_zones_) mobile_soil_mass_[c] = std::max(0.0, mobile_soil_mass_[c] - zone->soil_mass()[c]);
        });
    if (!diffusion_geometry_.x.empty()) diffusion_conductance(domain_.grid, domain_.medium.mobile_porosity(), diffusion_geometry_);
    for (auto& solute : solutes_) {
        for (const auto& law : {solute.table.sorption, solute.table.immobile_sorption})
            if (law) law->adopt_medium(domain_);
        solute.storage.update(domain_.grid, domain_.alterations.distribution_of(solute.id));
    }
    renewal_version_ = groups_version_ = -1;
}

void SoluteTransport::read_sorption(const SubstanceTable& table, Solute& solute, const Site& site, Diagnostics& diagnostics) {
    if (domain_.medium.bulk_density.empty()) {
        diagnostics.error(table.sorption->place, fmt::format("{} sorbs, but no bulk_density is given", solute.id),
                          "give bulk_density in a [[medium]] for every active cell");
        return;
    }
    const auto mistakes = diagnostics.error_count();
    table.sorption->resolve(site, domain_, diagnostics);
    if (diagnostics.error_count() != mistakes) return;
    solute.storage.add(domain_.grid, table.sorption->make_store(domain_.grid, mobile_soil_mass_, table.sorbed_rate()));
}

void SoluteTransport::attach_sources(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    std::map<std::string, Place> seen;
    for (const auto& source : site.section<SoluteSources>().list) {
        if (!source) continue;
        source->resolve(site, domain_, diagnostics);
        const auto [first, fresh] = seen.emplace(source->label.text, source->label.place);
        if (!fresh)
            diagnostics.error(source->label.place, fmt::format("a second source is named '{}'", source->label.text),
                              fmt::format("the first is at {}; names must differ", first->second.text()));
        if (std::find(ids.begin(), ids.end(), source->substance.text) == ids.end())
            diagnostics.error(source->substance.place,
                              fmt::format("source '{}': there is no substance '{}'", source->label.text, source->substance.text),
                              suggestion(source->substance.text, ids));
        for (auto& solute : solutes_)
            if (solute.id == source->substance.text) solute.sources.push_back(source);
        for (const auto* series : source->series()) follow(*series, diagnostics);
    }
}

/// Steps end where a series jumps; a series has to say what holds from the start on.
void SoluteTransport::follow(const Series& series, Diagnostics& diagnostics) {
    require_value_at_start(series, domain_.start, diagnostics);
    for (const Date date : series.dates) events_.insert(date.since(domain_.start));
}

void SoluteTransport::check_boundary_concentrations(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    for (const auto& boundary : site.section<WaterBoundaries>().list) {
        if (!boundary) continue;
        for (const auto& [id, series] : boundary->concentration) {
            follow(series, diagnostics);
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(series.place,
                                  fmt::format("boundary '{}' gives the concentration of '{}', which is no substance of this site",
                                              boundary->label.text, id),
                                  suggestion(id, ids));
        }
    }
}

/// Content T = (θC + ρb S)/ρb, solved for C through the law.
CellField SoluteTransport::initial_from_content(const Solute& solute, const CellField& content) const {
    const auto& grid = domain_.grid;
    CellField concentration(grid), amount(grid);
    const CellField water = domain_.saturated_water();
    for_each_cell(grid, [&](Index c) { amount[c] = content[c] * soil_mass_[c]; });
    const StoreStep equilibrium{0, true};
    parallel_blocks(grid.cell_count(), sum_block, [&](Index begin, Index end) {
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        solute.storage.invert(equilibrium, water.span().subspan(at, n), begin, amount.span().subspan(at, n),
                              concentration.span().subspan(at, n));
    });
    return concentration;
}

std::vector<std::string> SoluteTransport::summary() const {
    std::vector<std::string> lines{fmt::format(
        "transport: {}, {}, Courant target {:g}; dispersivities {:g} m, {:g} m, {:g} m",
        words<AdvectionScheme>[static_cast<std::size_t>(table_.advection)], words<Stepping>[static_cast<std::size_t>(table_.stepping)],
        table_.courant, dispersivity_.longitudinal, dispersivity_.transverse_horizontal, dispersivity_.transverse_vertical)};
    for (const auto& solute : solutes_) {
        const auto sorption = solute.table.sorption ? solute.table.sorption->text(domain_.grid) : std::string("does not sorb");
        const auto decay =
            solute.decay_rate > 0 ? fmt::format(", half-life {}", quantity_text(std::log(2.0) / solute.decay_rate, unit("d"))) : "";
        lines.push_back(fmt::format("  {:<8} {:<16} {}{}", solute.id, solute.display, sorption, decay));
    }
    return lines;
}

void SoluteTransport::add_events(std::set<double>& times) const { times.insert(events_.begin(), events_.end()); }

/// What transport adds to the state; concentrations are 0.
void SoluteTransport::make_room(State& state) const {
    state.has_transport = true;
    state.substances.clear();
    for (const auto& solute : solutes_) state.substances.push_back({solute.id, solute.display});
    state.concentration = SpeciesField(domain_.grid, static_cast<Index>(solutes_.size()));
    if (state.has_flow) return;
    state.mobile_water = domain_.saturated_water();  // water at rest: diffusion and decay only
    state.water_flux = FaceField(domain_.grid);
}

void SoluteTransport::initialise(State& state) {
    const auto& grid = domain_.grid;
    make_room(state);
    for (std::size_t s = 0; s < solutes_.size(); ++s) {
        auto target = state.concentration[static_cast<Index>(s)];
        const auto& initial = solutes_[s].initial_concentration;
        parallel_for(grid.cell_count(), [&](Index c) { target[static_cast<std::size_t>(c)] = grid.active(c) ? initial[c] : 0.0; });
        for (const auto& source : solutes_[s].sources) {
            if (!source->holds_concentration()) continue;
            std::vector<double> held(source->cells().size());
            source->held(domain_.start, 0, 0, held);
            for (std::size_t n = 0; n < held.size(); ++n) target[static_cast<std::size_t>(source->cells()[n])] = held[n];
        }
        solutes_[s].initial_concentration = CellField();
    }
    for (Index s = 0; s < std::ssize(solutes_); ++s) start_storage(state, s);
    before_ = state.concentration;
}

/// Stores start in equilibrium with the water, and a nonlinear one has its amount counted once; from then on it is kept.
void SoluteTransport::start_storage(const State& state, Index s) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    solute.storage.initialise(state.concentration[s]);
    if (solute.storage.linear()) return;
    if (competition_)
        for (Index other = 0; other < std::ssize(solutes_); ++other) announce(state, other);
    solute.amount = CellField(domain_.grid);
    const auto concentration = state.concentration[s];
    parallel_blocks(domain_.grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        StoreChunk chunk;
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        const auto block = chunk.block(begin, concentration.subspan(at, n));
        solute.storage.evaluate({0, true}, state.mobile_water.span().subspan(at, n), block);
        for (Index c = begin; c < end; ++c)
            solute.amount[c] = domain_.grid.active(c) ? block.held[static_cast<std::size_t>(c - begin)] : 0.0;
    });
    solute.amount_before = solute.amount;
}

// ---- one step ---------------------------------------------------------------------------------------------------------------------

void SoluteTransport::update_dispersion(const State& state) {
    if (dispersivity_.none() || dispersion_version_ == state.flow_version) return;
    if (dispersion_.x.empty()) dispersion_ = FaceField(domain_.grid);
    mechanical_dispersion(domain_.grid, state.water_flux, dispersivity_, dispersion_);
    if (table_.dispersion == DispersionKind::tensor) cross_dispersion(domain_.grid, state.water_flux, dispersivity_, cross_);
    dispersion_version_ = state.flow_version;
}

/// Of what a cell holds per concentration, the least over all substances [m³]. A law that is not linear counts with its water alone.
double SoluteTransport::smallest_capacity(const State& state, Index c) const {
    double least = infinite;
    for (const auto& solute : solutes_) least = std::min(least, solute.storage.capacity(c));
    return state.mobile_water[c] + least;
}

/// Shortest time in which the flow renews what a cell holds, over all cells and substances [s].
void SoluteTransport::update_renewal_time(const State& state) const {
    if (renewal_version_ == state.flow_version) return;
    const auto& grid = domain_.grid;
    CellField outflow(grid);
    outflow_of_cells(grid, state.water_flux, outflow);
    for (const auto& exchange : state.water_exchanges)
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) outflow[exchange.cells[n]] += std::max(0.0, -exchange.rate[n]);
    const auto fastest = parallel_maximum(grid.cell_count(), [&](Index c) {
        if (!grid.active(c)) return 0.0;
        return outflow[c] / smallest_capacity(state, c);
    });
    renewal_time_ = fastest.value > 0 ? 1.0 / fastest.value : infinite;
    renewal_version_ = state.flow_version;
}

double SoluteTransport::longest_step(const State& state) const {
    // Explicit steps keep to their own bound; the step around them only says how often books are made and observers look.
    if (steps_explicitly(state))
        return std::min(explicit_duration_ > 0 ? steps_between_books * explicit_duration_ : table_.initial_step,
                        table_.maximum_step.value_or(infinite));
    update_renewal_time(state);
    return std::min({next_step_, table_.courant * renewal_time_, table_.maximum_step.value_or(infinite)});
}

void SoluteTransport::assemble(const State& state, const Solute& solute, const Step& step) {
    const auto& grid = domain_.grid;
    const double diffusion = solute.table.molecular_diffusion;
    for_each_face(grid, [&](const Face& f) {
        const double spreading =
            (dispersion_.x.empty() ? 0.0 : dispersion_[f]) + (diffusion > 0 ? diffusion * diffusion_geometry_[f] : 0.0);
        const double q = state.water_flux[f];
        matrix_.from_left[f] = std::max(0.0, q) + spreading;
        matrix_.from_right[f] = std::max(0.0, -q) + spreading;
    });
    losses_.fill(0);
    gains_.fill(0);
    add_outflow_coefficients(grid, matrix_.from_left, matrix_.from_right, losses_);
    for (const auto& exchange : state.water_exchanges) {
        const double entering = entering_concentration(exchange, solute, step);
        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
            if (exchange.rate[n] > 0) gains_[exchange.cells[n]] += exchange.rate[n] * entering;
            else if (exchange.takes_solute) losses_[exchange.cells[n]] -= exchange.rate[n];
        }
    }
    for (const auto& reaction : state.reactions) {
        if (reaction.substance != solute.id) continue;
        for (std::size_t n = 0; n < reaction.cells.size(); ++n) {
            const Index c = reaction.cells[n];
            losses_[c] += reaction.rate[n] * state.mobile_water[c];
            gains_[c] += reaction.release[n];
        }
    }
    if (!solute.produced.empty() || solute.table.zero_order_rate > 0)
        for_each_cell(grid, [&](Index c) { gains_[c] += production_of(state, solute, c); });
    for (const auto& source : solute.sources) {
        if (source->holds_concentration()) continue;
        if (source->exchanges()) {
            const auto [coefficient, equilibrium] = exchange_of(state, *source, step);
            for (std::size_t n = 0; n < coefficient.size(); ++n) {
                losses_[source->cells()[n]] += coefficient[n];
                gains_[source->cells()[n]] += coefficient[n] * equilibrium[n];
            }
            continue;
        }
        const auto rate = rate_of(*source, step);
        for (std::size_t n = 0; n < rate.size(); ++n) gains_[source->cells()[n]] += rate[n];
    }
}

/// Makes the row of a held cell diagonal · C = diagonal · held: nothing comes in, and what leaves still reaches the neighbours.
void SoluteTransport::hold_concentrations(const Solute& solute, const Step& step) {
    const auto& grid = domain_.grid;
    held_cells_.assign(solute.storage.linear() ? 0 : static_cast<std::size_t>(grid.cell_count()), 0);
    for (const auto& source : solute.sources) {
        if (!source->holds_concentration() || switched_off(*source)) continue;
        std::vector<double> held(source->cells().size());
        source->held(step.origin, step.start, step.end(), held);
        for (std::size_t n = 0; n < held.size(); ++n) {
            const Index c = source->cells()[n];
            for (const Side side : {Side::west, Side::south, Side::bottom})
                matrix_.from_left.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            for (const Side side : {Side::east, Side::north, Side::top})
                matrix_.from_right.along(axis_of(side))[outer_face(grid, c, side)] = 0;
            right_hand_side_[c] = matrix_.diagonal[c] * held[n];
            if (!held_cells_.empty()) held_cells_[static_cast<std::size_t>(c)] = 1;
        }
    }
}

/// Diagonal and right-hand side: (held + decayed)(C) / dt + losses · C = amount before / dt + gains, with the storage linearised at the
/// present concentrations: exact for a linear one.
void SoluteTransport::add_storage(const State& state, Index s, const Step& step) {
    const auto& grid = domain_.grid;
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto old = before_[s];
    const std::span<const double> now = state.concentration[s];
    const double per_time = 1 / step.duration;
    const double loss = 1 + solute.storage.decay_rate() * step.duration, store_loss = 1 + solute.storage.store_decay_rate() * step.duration;
    parallel_blocks(grid.cell_count(), store_chunk, [&](Index begin, Index end) {
        StoreChunk chunk;
        const auto first = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        if (!solute.storage.linear())
            solute.storage.evaluate({step.duration}, state.mobile_water.span().subspan(first, n),
                                    chunk.block(begin, now.subspan(first, n)));
        for (Index c = begin; c < end; ++c) {
            const auto at = static_cast<std::size_t>(c), in_chunk = at - first;
            matrix_.diagonal[c] = 1;  // inactive, or a dead end of pinched cells
            right_hand_side_[c] = 0;
            if (!grid.active(c)) {
                if (losses_[c] > 0) matrix_.diagonal[c] = losses_[c], right_hand_side_[c] = gains_[c];
                if (!solute.storage.linear()) slope_[c] = intercept_[c] = 0;
                continue;
            }
            if (solute.storage.linear()) {
                const double water = state.mobile_water[c], capacity = solute.storage.capacity(c);
                const double water_before = state.mobile_water_before.empty() ? water : state.mobile_water_before[c];
                matrix_.diagonal[c] = (loss * water + store_loss * capacity) * per_time + losses_[c];
                right_hand_side_[c] = (water_before + capacity) * old[at] * per_time + gains_[c];
            } else {
                slope_[c] = chunk.slope[in_chunk];
                intercept_[c] = chunk.held[in_chunk] + chunk.decayed[in_chunk] - slope_[c] * now[at];
                matrix_.diagonal[c] = slope_[c] * per_time + losses_[c];
                right_hand_side_[c] = (solute.amount_before[c] - intercept_[c]) * per_time + gains_[c];
            }
            if (!(matrix_.diagonal[c] > 0)) matrix_.diagonal[c] = 1;
        }
    });
}

double SoluteTransport::solve_linear(State& state, Index s, const Step& step, double tolerance) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    add_storage(state, s, step);
    hold_concentrations(solute, step);
    solver_->prepare(matrix_);
    const auto report =
        solver_->solve(right_hand_side_, state.concentration[s],
                       {.tolerance = tolerance, .max_iterations = table_.maximum_iterations, .nonnegative = solute.storage.linear()});
    statistics_.add(report.solver, report.iterations, report.relative_residual);
    if (!report.converged && !(report.relative_residual < 1e3 * tolerance)) fail(solute, report.failure(), report.worst_cell, step);
    return report.relative_residual;
}

/// Takes the amounts that the linearised system balanced, and the concentrations at which the law holds them. Returns the largest change
/// of a concentration by that [kg/m³]; where it vanishes, the solution is found. An amount may stay below zero by the rounding of the
/// linear solver: the cell then holds nothing, and owes that much.
double SoluteTransport::update_amounts(State& state, Index s, const Step& step) {
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    auto now = state.concentration[s];
    const Index cells = domain_.grid.cell_count();
    std::vector<double> change(static_cast<std::size_t>((cells + store_chunk - 1) / store_chunk));
    parallel_blocks(cells, store_chunk, [&](Index begin, Index end) {
        std::array<double, store_chunk> solved, amount;
        StoreChunk chunk;
        const auto first = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        const auto water = state.mobile_water.span().subspan(first, n);
        const auto c = now.subspan(first, n);
        std::copy(c.begin(), c.end(), solved.begin());
        for (std::size_t i = 0; i < n; ++i)
            amount[i] = intercept_[begin + static_cast<Index>(i)] + slope_[begin + static_cast<Index>(i)] * c[i];
        solute.storage.invert({step.duration}, water, begin, std::span(amount).first(n), c);
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            if (held_cells_[first + i] || !(slope_[begin + static_cast<Index>(i)] > 0)) c[i] = solved[i];
            worst = std::max(worst, std::abs(c[i] - std::max(solved[i], 0.0)));
        }
        solute.storage.evaluate({step.duration}, water, chunk.block(begin, c));
        for (std::size_t i = 0; i < n; ++i)
            solute.amount[begin + static_cast<Index>(i)] = held_cells_[first + i] ? chunk.held[i] : amount[i] - chunk.decayed[i];
        change[static_cast<std::size_t>(begin / store_chunk)] = worst;
    });
    return *std::max_element(change.begin(), change.end());
}

/// Newton's method in the amounts: the linear system balances them, the law turns them into concentrations. At a front entering clean
/// ground, where a Freundlich law has no bounded slope, an iteration in concentrations would creep or overshoot.
void SoluteTransport::solve_nonlinear(State& state, Index s, const Step& step) {
    constexpr int most = 50;
    constexpr double loosest = 1e-3;
    double tolerance = std::max(loosest, table_.tolerance);
    for (int iteration = 0; iteration < most; ++iteration) {
        const double residual = solve_linear(state, s, step, tolerance);
        const double change = update_amounts(state, s, step);
        const auto now = state.concentration[s];
        const double most_now = parallel_maximum(std::ssize(now), [&](Index c) { return now[static_cast<std::size_t>(c)]; }).value;
        const bool near = change <= table_.nonlinear_tolerance * most_now;
        if (near && residual <= 10 * table_.tolerance) return;
        // As exact as the iteration is near its end: quadratic convergence is not spoilt, and nothing is solved better than needed.
        const double relative = most_now > 0 ? change / most_now : 0;
        tolerance = near || relative < 1e-4 ? table_.tolerance : std::clamp(0.01 * relative, table_.tolerance, loosest);
    }
    fail(solutes_[static_cast<std::size_t>(s)], fmt::format("the iteration for nonlinear sorption did not converge in {} steps", most), -1,
         step);
}

void SoluteTransport::solve_one(State& state, Index s, const Step& step) {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    assemble(state, solute, step);
    if (solute.storage.linear()) {
        solve_linear(state, s, step, table_.tolerance);
        return;
    }
    if (slope_.empty()) {
        slope_ = DoubleArray(domain_.grid.cell_count());
        intercept_ = DoubleArray(domain_.grid.cell_count());
    }
    solve_nonlinear(state, s, step);
}

void SoluteTransport::advance(State& state, const Step& step) {
    const auto begin = std::chrono::steady_clock::now();
    step_duration_ = step.duration;
    update_dispersion(state);
    if (steps_explicitly(state)) {
        advance_explicitly(state, step);
        statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        return;
    }
    if (table_.stepping != Stepping::implicit && !state.mobile_water_before.empty() && statistics_.remarks.empty())
        statistics_.remarks.emplace_back("the water held changes in time: steps are implicit, upwind, without cross terms");
    if (!solver_) {
        matrix_ = Stencil(domain_.grid);
        right_hand_side_ = DoubleArray(domain_.grid.cell_count());
        gains_ = DoubleArray(domain_.grid.cell_count());
        losses_ = DoubleArray(domain_.grid.cell_count());
        solver_ = make_nonsymmetric_solver(table_.solver.empty() ? nonsymmetric_solver_names().front() : table_.solver);
    }
    solve_all(state, step);
    for (const Index s : order_) {
        book(state, s, step);
        solutes_[static_cast<std::size_t>(s)].storage.advance({step.duration}, state.concentration[s]);
    }
    statistics_.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void SoluteTransport::accept(State& state, const Step& step) {
    before_ = state.concentration;
    for (auto& solute : solutes_) {
        solute.storage.accept();
        for (const auto& source : solute.sources) source->accept();
        if (!solute.storage.linear()) solute.amount_before = solute.amount;
    }
    if (step.duration >= 0.999999 * next_step_) next_step_ = step.duration * table_.growth;  // a step cut short by others says nothing
}

void SoluteTransport::reject(State& state) {
    state.concentration = before_;
    for (auto& solute : solutes_) {
        solute.storage.reject();
        for (const auto& source : solute.sources) source->reject();
        if (!solute.storage.linear()) solute.amount = solute.amount_before;
    }
    next_step_ = 0.5 * step_duration_;
}

void SoluteTransport::prepare_output(State& state) const {
    if (domain_.medium.bulk_density.empty()) return;
    const auto& grid = domain_.grid;
    if (state.total_content.species_count() == 0) state.total_content = SpeciesField(grid, static_cast<Index>(solutes_.size()));
    for (std::size_t s = 0; s < solutes_.size(); ++s) {
        const auto concentration = state.concentration[static_cast<Index>(s)];
        auto total = state.total_content[static_cast<Index>(s)];
        const auto& solute = solutes_[s];
        for_each_cell(grid, [&](Index c) {
            const auto at = static_cast<std::size_t>(c);
            total[at] = solute.storage.linear() ? (state.mobile_water[c] + solute.storage.capacity(c)) / soil_mass_[c] * concentration[at]
                                                : solute.amount[c] / soil_mass_[c];
        });
    }
}

void SoluteTransport::fail(const Solute& solute, const std::string& cause, Index cell, const Step& step) const {
    throw StepFailed(SimulationError("transport of " + solute.id, cause, cell >= 0 ? domain_.grid.describe(cell) : "",
                                     fmt::format("{} ({:.6g} d)", step.origin.plus(step.end()).text(), step.end() / seconds_per_day),
                                     solute.table.places.table));
}

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

void SoluteTransport::save(CheckpointWriter& out, const State& state) const {
    out.write("transport/concentration", state.concentration.all().span());
    for (const auto& solute : solutes_) {
        solute.storage.save(out, "transport/" + solute.id);
        for (const auto& source : solute.sources) source->save(out, "transport/source/" + source->label.text);
        if (!solute.storage.linear()) out.write("transport/" + solute.id + "/amount", solute.amount.span());
    }
    out.write("transport/next_step", next_step_);
}

void SoluteTransport::load(CheckpointReader& in, State& state) {
    make_room(state);
    for (auto& solute : solutes_) solute.initial_concentration = CellField();
    adopt_medium();
    in.read("transport/concentration", state.concentration.all().span());
    for (auto& solute : solutes_) {
        solute.storage.load(in, "transport/" + solute.id);
        for (const auto& source : solute.sources) source->load(in, "transport/source/" + source->label.text);
        if (solute.storage.linear()) continue;
        solute.amount = CellField(domain_.grid);
        in.read("transport/" + solute.id + "/amount", solute.amount.span());
        solute.amount_before = solute.amount;
    }
    next_step_ = in.read("transport/next_step");
    before_ = state.concentration;
}

}  // namespace galena
