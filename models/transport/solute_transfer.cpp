// Second order in implicit steps: what each solute owes to the concentrations at the beginning of a step.

#include <algorithm>
#include <array>
#include <cmath>

#include "numerics/block_sums.hpp"
#include "numerics/face_operators.hpp"
#include "transport/linear_decay.hpp"
#include "transport/solute_transport.hpp"

namespace galena {

bool SoluteTransport::sharpens_implicit_steps() const {
    return table_.advection == AdvectionScheme::tvd || table_.dispersion == DispersionKind::tensor || table_.time_weighting.value_or(1) < 1;
}

/// Conductance of a face for dispersion and diffusion [m³/s].
double SoluteTransport::spreading(const Solute& solute, Axis axis, Index face) const {
    const double mechanical = dispersion_.x.empty() ? 0.0 : dispersion_.along(axis)[face];
    const double diffusion = solute.table.molecular_diffusion;
    return mechanical + (diffusion > 0 ? diffusion * diffusion_geometry_.along(axis)[face] : 0.0);
}

Limiter SoluteTransport::limiter() const {
    if (table_.advection == AdvectionScheme::upwind) return Limiter::upwind;
    return table_.limiter == TvdLimiter::superbee ? Limiter::superbee
           : table_.limiter == TvdLimiter::koren  ? Limiter::koren
                                                  : Limiter::van_leer;
}

/// What depends on the flow alone, kept for as long as that stays.
const SoluteTransport::MovingWater& SoluteTransport::moving_water(const State& state, const Solute& solute) {
    const double diffusion = solute.table.molecular_diffusion;
    auto& water = moving_water_[diffusion];
    if (water.version == state.flow_version) return water;
    const auto& grid = domain_.grid;
    if (water.spreading.x.empty()) water = {-1, FaceField(grid), CellField(grid), CellField(grid)};
    for_each_face(grid, [&](const Face& f) { water.spreading[f] = spreading(solute, f.axis, f.index); });
    CellField sums(grid);
    outflow_of_cells(grid, state.water_flux, water.advected);
    sum_of_faces(grid, water.spreading, sums);
    parallel_for(grid.cell_count(), [&](Index c) { water.outflow[c] = water.advected[c] + sums[c]; });
    water.version = state.flow_version;
    return water;
}

/// A cell lets leave by the beginning of the step what time_weighting says, but not more than half of what it holds: then a step that renews
/// it many times stays bounded, and falls back to first order in time there. Where in most cells less than half of it could go so, because
/// steps spread solute over many cells, what goes early is what leaves with the water: implicit advection would smear as v² Δt / 2 does, while
/// the error of implicit dispersion is of higher order in space and smaller by the dispersivity over the width of the front. Leaves in `early`
/// what goes so [m³] and in `still` what then stays of the capacity [m³], of a nonlinear storage that of its water.
void SoluteTransport::choose_implicit_shares(const State& state, Index s, const Step& step, CellField& early, CellField& still) {
    constexpr double most_early = 0.5;
    const auto& grid = domain_.grid;
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    const double late = table_.time_weighting.value_or(table_.advection == AdvectionScheme::tvd ? 0.5 : 1.0);
    const auto& water = state.mobile_water_before.empty() ? state.mobile_water : state.mobile_water_before;
    const auto before = before_[s];
    const bool linear = solute.storage.linear();
    const auto& moving = moving_water(state, solute);
    const auto early_decay = [&](Index c) { return solute.decay_early.empty() ? 0.0 : solute.decay_early[c]; };
    const auto capacity_of = [&](Index c) {
        const double now = before[static_cast<std::size_t>(c)];
        return linear ? water[c] + solute.storage.capacity(c) : now > 0 ? (solute.amount_before[c] - early_decay(c)) / now : water[c];
    };
    enum : std::size_t { all, beyond, count };
    const auto cells = parallel_block_sums<count>(grid.cell_count(), sum_block, [&](Index begin, Index end) {
        std::array<double, count> sum{};
        for (Index c = begin; c < end; ++c) {
            if (!grid.active(c) || !(moving.advected[c] > 0)) continue;
            sum[all] += 1;
            if ((1 - late) * step.duration * moving.outflow[c] > 2 * most_early * capacity_of(c)) sum[beyond] += 1;
        }
        return sum;
    });
    solute.shares_spreading = 2 * cells[beyond] <= cells[all];
    const auto& outflow = solute.shares_spreading ? moving.outflow : moving.advected;
    if (solute.implicit_share.empty()) solute.implicit_share = CellField(grid);
    parallel_for(grid.cell_count(), [&](Index c) {
        still[c] = early[c] = 0;
        solute.implicit_share[c] = 1;
        if (!grid.active(c)) return;
        // Of what decays in the step, the part that goes by its beginning cannot leave as well.
        const double kept = linear && solute.storage.decays()
                                ? 1 - linear_decay(solute.storage, state.mobile_water[c], solute.storage.capacity(c), step.duration).early
                                : 1.0;
        const double capacity = kept * capacity_of(c), leaving = step.duration * outflow[c];
        early[c] = std::min((1 - late) * leaving, most_early * std::max(0.0, capacity));
        if (leaving > 0) solute.implicit_share[c] = 1 - early[c] / leaving;
        still[c] = std::max(0.0, (linear ? capacity : water[c]) - early[c]);
    });
    for (const auto& source : solute.sources)
        if (source->holds_concentration() && !switched_off(*source))
            for (const Index c : source->cells()) still[c] = infinite;
}

/// Fluxes that the step owes to the concentrations at its beginning. They do not change while its equations are solved.
void SoluteTransport::prepare_transfer(const State& state, Index s, const Step& step) {
    if (!sharpens_implicit_steps()) return;
    const auto& grid = domain_.grid;
    auto& solute = solutes_[static_cast<std::size_t>(s)];
    if (domain_.alterations.migration_of(solute.id)) {  // ions that move by themselves: fully implicit, upwind
        solute.transfer = FaceField();
        solute.implicit_share = CellField();
        return;
    }
    if (!sharpener_)
        sharpener_ = std::make_unique<LimitedTransfer>(grid, limiter(),
                                                       table_.advection == AdvectionScheme::tvd && table_.limiter == TvdLimiter::modflow);
    if (early_.empty()) early_ = CellField(grid), still_ = CellField(grid);
    choose_implicit_shares(state, s, step, early_, still_);
    if (solute.transfer.x.empty()) solute.transfer = FaceField(grid);
    TransferStep transfer;
    transfer.concentration = before_[s];
    transfer.water_flux = &state.water_flux;
    transfer.spreading = solute.shares_spreading ? &moving_water(state, solute).spreading : nullptr;
    if (!cross_.empty()) transfer.cross = &cross_;
    transfer.implicit_share = solute.implicit_share;
    transfer.still = still_;
    transfer.duration = step.duration;
    if (!solute.storage.linear())
        transfer.room = [&](Index c, double lowest, double highest) {
            auto room = room_of(state, s, step, c, lowest, highest);
            const double now = before_[s][static_cast<std::size_t>(c)];
            return std::array{room[0] - early_[c] * (now - lowest), room[1] - early_[c] * (highest - now)};
        };
    sharpener_->compute(transfer, solute.transfer);
}

/// By how much the amount of a cell may fall and rise so that its concentration keeps within the bounds [kg].
std::array<double, 2> SoluteTransport::room_of(const State& state, Index s, const Step& step, Index c, double lowest,
                                               double highest) const {
    const auto& solute = solutes_[static_cast<std::size_t>(s)];
    const auto held = [&](double concentration) {
        StoreChunk chunk;
        const auto block = chunk.block(c, {&concentration, 1});
        solute.storage.evaluate({step.duration}, state.mobile_water.span().subspan(static_cast<std::size_t>(c), 1), block);
        return block.held[0];
    };
    const double now = held(before_[s][static_cast<std::size_t>(c)]), amount = solute.amount_before[c];
    // What decays by the amount at the beginning cannot leave as well.
    const double kept = solute.decay_early.empty() || !(amount > 0) ? 1.0 : 1 - solute.decay_early[c] / amount;
    return {kept * (std::min(now, amount) - held(lowest)), held(highest) - std::max(now, amount)};
}

}  // namespace galena
