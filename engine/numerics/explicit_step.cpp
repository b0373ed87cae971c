#include "numerics/explicit_step.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace galena {

namespace {

constexpr double safety = 0.95;              ///< of the bound on a step: its rest outweighs rounding
constexpr double cost_of_fast_cell = 20;     ///< solving for a cell, in explicit updates of one
constexpr double cost_of_column_cell = 1.3;  ///< vertical dispersion by the end of the step included
constexpr double longest_decay = 0.2;        ///< of a step, times the rate of decay: what is carried and what decays take turns
constexpr double longest_share = 0.2;        ///< of the cells that are ever solved for

/// Rates in classes, eight to a doubling: exponent and first three bits of a number, and back to the smallest number of a class.
constexpr int class_bits = 49;
std::size_t class_of(double rate) { return static_cast<std::size_t>(std::bit_cast<std::uint64_t>(rate) >> class_bits); }
double least_of(std::size_t number) { return std::bit_cast<double>(static_cast<std::uint64_t>(number) << class_bits); }

float rounded_up(double value) {
    const auto near = static_cast<float>(value);
    return static_cast<double>(near) < value ? std::nextafter(near, INFINITY) : near;
}

bool even(const std::vector<double>& widths) {
    return std::all_of(widths.begin(), widths.end(), [&](double w) { return std::abs(w - widths.front()) <= 1e-12 * widths.front(); });
}

}  // namespace

// ---- the operator -----------------------------------------------------------------------------------------------------------------

void ExplicitStep::measure_widths() {
    const Index columns = grid_.column_count(), nz = grid_.nz();
    std::vector<double> dz;
    bool flat = true;
    for (Index k = 0; k < nz; ++k) {
        const double first = grid_.thickness(k * columns);
        dz.push_back(first);
        for (Index c = k * columns; flat && c < (k + 1) * columns; ++c) flat = std::abs(grid_.thickness(c) - first) <= 1e-9 * first;
    }
    // Layers of varying thickness: their mean is what slopes across them are measured with.
    if (!flat)
        for (Index k = 0; k < nz; ++k) {
            double sum = 0, count = 0;
            for (Index c = k * columns; c < (k + 1) * columns; ++c)
                if (grid_.active(c)) sum += grid_.thickness(c), count += 1;
            dz[static_cast<std::size_t>(k)] = count > 0 ? sum / count : 1.0;
        }
    even_x_ = even(grid_.dx());
    even_y_ = even(grid_.dy());
    even_z_ = even(dz);
    const auto fill = [](const std::vector<double>& w, Widths& out) {
        const std::size_t n = w.size();
        for (auto* list : {&out.stretch_left, &out.stretch_right, &out.reach_left, &out.reach_right}) list->assign(n + 1, 1.0);
        out.per_distance.assign(n + 1, 0.0);
        for (std::size_t f = 1; f < n; ++f) {
            const double across = 0.5 * (w[f - 1] + w[f]);
            out.per_distance[f] = 1 / across;
            out.reach_left[f] = w[f - 1] / across;
            out.reach_right[f] = w[f] / across;
            if (f > 1) out.stretch_left[f] = across / (0.5 * (w[f - 2] + w[f - 1]));
            if (f + 1 < n) out.stretch_right[f] = across / (0.5 * (w[f] + w[f + 1]));
        }
    };
    fill(grid_.dx(), x_);
    fill(grid_.dy(), y_);
    fill(dz, z_);
}

/// 1 / the longest step dt that leaves a cell a share of its own concentration that is not negative. Its share of what leaves through a face
/// with a limited slope is q (2 − ν), ν = q dt k, k being the inverse capacity: hence k dt (A − B k dt) = 1 with A the sum of the
/// conductances and of 2 q over the faces that water leaves through, B that of q². below, above: vertical dispersion counts there.
/// A limited cross gradient has the sign of the cell's own gradients on both of its faces of an axis, and is at most twice the one towards
/// the neighbour that is lower: what the one face lets out for a sign, the other takes in unless their coefficients differ in theirs.
double ExplicitStep::rate_of(Index c, double inverse, bool below, bool above) const {
    const auto& q = *transport_.water_flux;
    const auto g = [&](Axis axis, Index face) { return transport_.conductance.at(axis, face); };
    const Index nx = grid_.nx(), columns = grid_.column_count();
    const auto [i, j, k] = grid_.ijk(c);
    const Index x = outer_face(grid_, c, Side::west), y = outer_face(grid_, c, Side::south);
    // What passes a side of the box is the exchange of a boundary, which is implicit.
    const std::array<double, 6> flux{i > 0 ? -q.x[x] : 0.0, i < nx - 1 ? q.x[x + 1] : 0.0,
                                     j > 0 ? -q.y[y] : 0.0, j < grid_.ny() - 1 ? q.y[y + nx] : 0.0,
                                     k > 0 ? -q.z[c] : 0.0, k < grid_.nz() - 1 ? q.z[c + columns] : 0.0};
    double sum = g(Axis::x, x) + g(Axis::x, x + 1) + g(Axis::y, y) + g(Axis::y, y + nx) + (below ? g(Axis::z, c) : 0.0) +
                 (above ? g(Axis::z, c + columns) : 0.0);
    double squares = 0;
    const bool sharp = limiter_ != Limiter::upwind;
    for (const double f : flux) {
        const double out = std::max(f, 0.0);
        sum += (sharp ? 2 : 1) * out;
        if (sharp) squares += out * out;
    }
    if (transport_.cross) {
        const auto& t = *transport_.cross;
        const auto leaving = [&](const std::vector<float>& list, Index left, Index right, const Widths& w, Index at) {
            const auto before = static_cast<double>(list[static_cast<std::size_t>(left)]);
            const auto after = static_cast<double>(list[static_cast<std::size_t>(right)]);
            const double per_before = w.per_distance[static_cast<std::size_t>(at)],
                         per_after = w.per_distance[static_cast<std::size_t>(at) + 1];
            return 2 * std::max((std::max(before, 0.0) + std::max(-after, 0.0)) * per_before,
                                (std::max(-before, 0.0) + std::max(after, 0.0)) * per_after);
        };
        sum += leaving(t.xy, x, x + 1, y_, j) + leaving(t.xz, x, x + 1, z_, k);
        sum += leaving(t.yx, y, y + nx, x_, i) + leaving(t.yz, y, y + nx, z_, k);
        sum += leaving(t.zx, c, c + columns, x_, i) + leaving(t.zy, c, c + columns, y_, j);
    }
    if (!(inverse > 0)) return sum > 0 ? INFINITY : 0.0;
    return 0.5 * (sum + std::sqrt(std::max(0.0, sum * sum - 4 * squares))) * inverse;
}

void ExplicitStep::set_operator(const TransportOperator& transport, const CellField& inverse, const std::vector<std::uint8_t>& held,
                                const std::vector<std::uint8_t>& apart) {
    transport_ = transport;
    held_ = held;
    apart_ = apart;
    parted_for_ = -1;
    if (x_.per_distance.empty()) measure_widths();
    const Index columns = grid_.column_count(), cells = grid_.cell_count();
    if (inverse_.size() == 0)
        for (auto* list : {&inverse_, &rates_.of_cell, &column_rates_.of_cell}) *list = FloatArray(cells);
    float *largest = inverse_.data(), *rate = rates_.of_cell.data(), *column_rate = column_rates_.of_cell.data();
    parallel_for(cells, [&](Index c) {
        largest[c] = rounded_up(inverse[c]);
        rate[c] = column_rate[c] = 0;
        if (grid_.status(c) == CellStatus::inactive || held_[static_cast<std::size_t>(c)]) return;
        const bool below = c < columns || this->apart(c) || this->apart(c - columns);
        const bool above = c + columns >= cells || this->apart(c) || this->apart(c + columns);
        rate[c] = rounded_up(rate_of(c, inverse[c], true, true));
        column_rate[c] = rounded_up(rate_of(c, inverse[c], below, above));
    });
    count_rates(rates_);
    count_rates(column_rates_);
}

/// How many cells there are of every class of rates.
void ExplicitStep::count_rates(Rates& rates) {
    rates.counts.assign(class_of(INFINITY) + 1, 0);
    rates.fastest = 0;
    moving_ = holding_nothing_ = 0;
    for (Index c = 0; c < grid_.cell_count(); ++c) {
        const auto rate = static_cast<double>(rates.of_cell.data()[c]);
        if (rate <= 0) continue;
        ++moving_;
        if (std::isinf(rate)) ++holding_nothing_;
        else rates.fastest = std::max(rates.fastest, rate), ++rates.counts[class_of(rate)];
    }
}

// A step of 0.95 / r leaves explicit the cells whose rate is at most r. The cost of a span is the number of steps times (all cells + the
// dearer fast ones).
void ExplicitStep::choose_among(const Rates& rates, double span, double most_fast, double cost_of_cell, Vertical vertical, double& least,
                                Choice& best) const {
    const auto all = static_cast<double>(moving_);
    const auto consider = [&](double duration, Index fast) {
        const double steps = std::ceil(span / duration * (1 - 1e-12));
        const double cost = steps * (cost_of_cell * all + cost_of_fast_cell * static_cast<double>(fast));
        if (cost >= least) return;
        least = cost;
        best = {duration, fast, vertical, cost};
    };
    consider(safety / rates.fastest, holding_nothing_);
    Index above = holding_nothing_;
    for (std::size_t n = class_of(rates.fastest); n > 0; --n) {
        above += rates.counts[n];
        if (static_cast<double>(above) > std::min(most_fast, longest_share) * all) break;
        const double duration = safety / least_of(n);
        consider(duration, above);
        if (duration > span) break;
    }
}

ExplicitStep::Choice ExplicitStep::choose(double span, double most_fast, bool columns_too) const {
    if (rates_.fastest == 0) return {span, holding_nothing_};
    Choice best;
    double least = INFINITY;
    choose_among(rates_, span, most_fast, 1, Vertical::by_beginning, least, best);
    if (columns_too && column_rates_.fastest > 0)
        choose_among(column_rates_, span, most_fast, cost_of_column_cell, Vertical::by_end, least, best);
    return best;
}

/// Cells that cannot be explicit at this duration. Beside a fast cell vertical dispersion is explicit: that may make others fast.
Index ExplicitStep::mark_fast_cells(double duration) {
    const Index cells = grid_.cell_count(), columns = grid_.column_count();
    const bool by_end = vertical_ == Vertical::by_end;
    const float* rate = (by_end ? column_rates_ : rates_).of_cell.data();
    fast_flags_.assign(static_cast<std::size_t>(cells), 0);
    const auto fast = [&](Index c) { return fast_flags_[static_cast<std::size_t>(c)] != 0; };
    std::vector<Index> fresh;
    for (Index c = 0; c < cells; ++c)
        if (static_cast<double>(rate[c]) * duration > 1) fast_flags_[static_cast<std::size_t>(c)] = 1, fresh.push_back(c);
    auto count = std::ssize(fresh);
    while (by_end && !fresh.empty()) {
        const Index beside = fresh.back();
        fresh.pop_back();
        for (const Index c : {beside - columns, beside + columns}) {
            if (c < 0 || c >= cells || fast(c) || rate[c] == 0) continue;
            const auto open = [&](Index other) { return other < 0 || other >= cells || apart(c) || apart(other) || fast(other); };
            if (!(rate_of(c, static_cast<double>(inverse_.data()[c]), open(c - columns), open(c + columns)) * duration > 1)) continue;
            fast_flags_[static_cast<std::size_t>(c)] = 1;
            fresh.push_back(c);
            ++count;
        }
    }
    return count;
}

/// What is computed explicitly: all that does not leave a fast cell.
void ExplicitStep::part_operator(double duration) {
    const Index count = mark_fast_cells(duration);
    const bool by_end = vertical_ == Vertical::by_end;
    const auto fast = [&](Index c) { return fast_flags_[static_cast<std::size_t>(c)] != 0; };
    const auto& q = *transport_.water_flux;
    const auto& g = transport_.conductance;
    fast_.part(grid_, fast_flags_, q, g);
    if (conductance_x_.size() == 0) {
        conductance_x_ = FloatArray(q.x.size());
        conductance_y_ = FloatArray(q.y.size());
        conductance_z_ = FloatArray(q.z.size());
    }
    if (by_end && column_conductance_.size() == 0) column_conductance_ = FloatArray(q.z.size());
    float* columns = column_conductance_.data();
    FloatArray* conductances[3] = {&conductance_x_, &conductance_y_, &conductance_z_};
    if (count == 0) flux_ = FaceField();
    else flux_ = q;
    if (count > 0 && transport_.cross) cross_ = *transport_.cross;
    else cross_ = CrossDispersion();
    std::vector<float>* lists[3][2] = {{&cross_.xy, &cross_.xz}, {&cross_.yx, &cross_.yz}, {&cross_.zx, &cross_.zy}};
    for_each_face(grid_, [&](const Face& f) {
        const bool beside = fast(f.left) || fast(f.right);
        const bool in_column = by_end && f.axis == Axis::z && !beside && !apart(f.left) && !apart(f.right);
        conductances[static_cast<std::size_t>(f.axis)]->data()[f.index] =
            beside || in_column ? 0.0F : static_cast<float>(g.at(f.axis, f.index));
        if (by_end && f.axis == Axis::z) columns[f.index] = in_column ? static_cast<float>(g.at(f.axis, f.index)) : 0.0F;
        if (!beside) return;
        if (fast(q[f] >= 0 ? f.left : f.right)) flux_[f] = 0;
        if (!cross_.empty())
            for (auto* list : lists[static_cast<std::size_t>(f.axis)]) (*list)[static_cast<std::size_t>(f.index)] = 0;
    });
    parted_for_ = duration;
    parted_vertical_ = vertical_;
    ++parting_;
}

/// What a solute takes of the fast cells, for steps of its own length.
void ExplicitStep::part(ExplicitSolute& s, double duration) const {
    const auto& cells = fast_.cells();
    if (s.special.empty() && cells.empty()) return;
    const bool stale = s.parting != parting_ || s.duration != duration;
    if (stale) {
        s.fast_values.assign(cells.size(), 0.0);
        s.fast_capacity.assign(cells.size(), 0.0);
        s.fast_loss.assign(cells.size(), 0.0);
        s.fast_scale.assign(cells.size(), 0.0);
        for (std::size_t n = 0; n < cells.size(); ++n) {
            s.fast_scale[n] = 1 / s.inverse_capacity[cells[n]];
            s.fast_capacity[n] = grid_.active(cells[n]) ? s.fast_scale[n] : 0.0;
        }
    }
    s.fast_active.assign(static_cast<std::size_t>(fast_.cluster_count()), 0);
    s.fast_gain.assign(cells.size(), 0.0);
    for (const auto& special : s.special) {
        if (!fast_flags_[static_cast<std::size_t>(special.cell)]) continue;
        const auto at = static_cast<std::size_t>(fast_.position(special.cell));
        s.fast_gain[at] = std::max(0.0, special.gain);
        if (stale) s.fast_loss[at] = special.loss;
    }
    if (stale) s.systems.factorise(fast_, s.fast_capacity, s.fast_loss, duration);
    s.duration = duration;
    s.parting = parting_;
}

/// How many times longer than the least retarded solute's its steps may be: the least ratio of their capacities. The rates of renewal of
/// all of its cells are smaller by that, so that the same cells are fast. And how fast it decays.
void ExplicitStep::judge(ExplicitSolute& s) const {
    const float* largest = inverse_.data();
    const auto least_retarded = parallel_maximum(
        grid_.cell_count(), [&](Index c) { return largest[c] > 0 ? s.inverse_capacity[c] / static_cast<double>(largest[c]) : 0.0; });
    s.ease = least_retarded.value > 0 ? std::max(1.0, 1 / least_retarded.value) : 1.0;
    s.fastest_decay = 0;
    if (s.decay.empty()) return;
    s.fastest_decay =
        parallel_maximum(grid_.cell_count(), [&](Index c) { return largest[c] > 0 ? s.decay[c] * s.inverse_capacity[c] : 0.0; }).value;
}

Index ExplicitStep::steps_of(ExplicitSolute& s, double span, Index count) const {
    constexpr double close_below = 1 - 1e-6;
    if (s.duration == 0) judge(s);
    const double by_flow = static_cast<double>(count) / s.ease, by_decay = span * s.fastest_decay / longest_decay;
    return std::max<Index>(1, static_cast<Index>(std::ceil(std::max(by_flow, by_decay) * close_below)));
}

void ExplicitStep::advance(std::vector<ExplicitSolute>& solutes, double duration, Index count, Vertical vertical) {
    vertical_ = vertical;
    if (parted_for_ != duration || parted_vertical_ != vertical_) part_operator(duration);
    CellField other(grid_);
    for (auto& s : solutes) advance(s, other, duration, count);
}

/// One solute over the whole span: with a second buffer that all use in turn, and what belongs to one solute in the cache.
void ExplicitStep::advance(ExplicitSolute& s, CellField& other, double duration, Index count) {
    if (const Index own = steps_of(s, duration * static_cast<double>(count), count); own != count) {
        duration *= static_cast<double>(count) / static_cast<double>(own);
        count = own;
    }
    part(s, duration);
    s.now = s.concentration.data();
    s.next = other.data();
    find_plume(s);
    for (Index n = 0; n < count; ++n) {
        pass(s, duration);
        finish(s, duration);
    }
    const double* from = s.now;
    double* to = s.concentration.data();
    if (from != to) parallel_for(grid_.cell_count(), [=](Index c) { to[c] = from[c]; });
}

std::size_t ExplicitStep::bytes() const {
    const auto faces = flux_.x.size() + flux_.y.size() + flux_.z.size();
    return sizeof(double) * static_cast<std::size_t>(faces) + held_.size() + apart_.size() + fast_flags_.size() + conductance_x_.bytes() +
           inverse_.bytes() + rates_.of_cell.bytes() + column_rates_.of_cell.bytes() + column_conductance_.bytes() +
           conductance_y_.bytes() + conductance_z_.bytes() + 4 * 2 * (cross_.xy.size() + cross_.yx.size() + cross_.zx.size()) +
           fast_.bytes();
}

}  // namespace galena
