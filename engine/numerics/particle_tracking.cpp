#include "numerics/particle_tracking.hpp"

#include <algorithm>
#include <cmath>

namespace galena {

namespace {

constexpr double never = std::numeric_limits<double>::infinity();

/// Motion along one axis of a cell of unit extent: ds/dt = velocity + gradient (s − s₀).
struct AxisMotion {
    double velocity = 0, gradient = 0;  ///< [1/s]
    double exit = never;                ///< time until a side is reached [s]
    bool upwards = true;                ///< which one
};

/// log(1 + x) / x, (e^x − 1) / x: both 1 at x = 0, so that uniform velocity is no special case.
double log_ratio(double x) { return x == 0 ? 1.0 : std::log1p(x) / x; }
double exp_ratio(double x) { return x == 0 ? 1.0 : std::expm1(x) / x; }

/// at_low, at_high: velocities on the two sides [1/s]. (Pollock 1988).
AxisMotion motion_along(double at_low, double at_high, double s) {
    AxisMotion m{at_low + (at_high - at_low) * s, at_high - at_low, never, true};
    const bool up = m.velocity > 0 && at_high > 0, down = m.velocity < 0 && at_low < 0;
    if (!up && !down) return m;  // at rest, or slowing down to rest before the side ahead
    const double distance = up ? 1 - s : -s;
    const double time = distance / m.velocity;  // at the velocity of here
    m.exit = time * log_ratio(m.gradient * time);
    m.upwards = up;
    return m;
}

/// Where a particle is while it is followed: its cell's position and what that means for faces and neighbours.
struct Walker {
    const ParticleFlow& flow;
    Index n[3], stride[3], at[3], cell;

    Walker(const ParticleFlow& f, Index c)
        : flow(f), n{f.grid.nx(), f.grid.ny(), f.grid.nz()}, stride{1, f.grid.nx(), f.grid.column_count()}, cell(c) {
        const auto ijk = f.grid.ijk(c);
        std::copy(ijk.begin(), ijk.end(), at);
    }

    [[nodiscard]] std::array<AxisMotion, 3> motion(const std::array<double, 3>& s) const {
        const double rate = flow.direction / flow.capacity[static_cast<std::size_t>(cell)];
        const Index x = cell + at[2] * n[1] + at[1], y = cell + at[2] * n[0], z = cell;
        const auto &fx = flow.flux.x, &fy = flow.flux.y, &fz = flow.flux.z;
        return {motion_along(rate * fx[x], rate * fx[x + 1], s[0]), motion_along(rate * fy[y], rate * fy[y + n[0]], s[1]),
                motion_along(rate * fz[z], rate * fz[z + stride[2]], s[2])};
    }

    /// Steps over to the neighbour along an axis, past cells that are pinched out; false where there is none.
    bool cross(int axis, bool upwards) {
        const Index step = upwards ? 1 : -1;
        for (Index to = at[axis] + step, next = cell; to >= 0 && to < n[axis]; to += step) {
            next += step * stride[axis];
            if (flow.grid.status(next) == CellStatus::inactive) return false;
            if (flow.grid.status(next) == CellStatus::pass_through) continue;
            at[axis] = to;
            cell = next;
            return true;
        }
        return false;
    }
};

void move(const std::array<AxisMotion, 3>& motion, double time, std::array<double, 3>& s) {
    for (std::size_t a = 0; a < 3; ++a)
        s[a] = std::clamp(s[a] + motion[a].velocity * time * exp_ratio(motion[a].gradient * time), 0.0, 1.0);
}

int first_exit(const std::array<AxisMotion, 3>& motion) {
    int first = 0;
    for (int a = 1; a < 3; ++a)
        if (motion[static_cast<std::size_t>(a)].exit < motion[static_cast<std::size_t>(first)].exit) first = a;
    return first;
}

constexpr Side sides[3][2] = {{Side::west, Side::east}, {Side::south, Side::north}, {Side::bottom, Side::top}};

CellRule rule_of(const ParticleFlow& flow, Index cell) {
    return flow.rules.empty() ? CellRule::carries : flow.rules[static_cast<std::size_t>(cell)];
}

/// Takes a particle through the face it has reached. Halts it where nothing lies beyond, or where the cell there holds it.
void cross_face(Walker& walker, int axis, bool upwards, Particle& p) {
    if (!walker.cross(axis, upwards)) {
        p.halt = Halt::left;
        p.side = sides[axis][upwards ? 1 : 0];
        return;
    }
    p.cell = walker.cell;
    p.place[static_cast<std::size_t>(axis)] = upwards ? 0 : 1;
    ++p.crossings;
    if (rule_of(walker.flow, p.cell) == CellRule::stops) p.halt = Halt::stopped;
}

/// Halts a particle that has no way out of its cell, or none that it would find; false where it goes on.
bool halts_here(const ParticleFlow& flow, double exit, Particle& p) {
    const auto rule = rule_of(flow, p.cell);
    const bool no_way = flow.steady ? exit >= flow.stagnant_after : exit == never;
    if (rule == CellRule::captures || (no_way && rule != CellRule::carries)) p.halt = Halt::captured;
    else if (no_way && flow.steady) p.halt = Halt::stagnant;
    return p.halt != Halt::none;
}

}  // namespace

Point place_of(const ParticleFlow& flow, const Particle& p) {
    const auto& g = flow.grid;
    const auto [i, j, k] = g.ijk(p.cell);
    const double wet = flow.wet_part.empty() ? 1.0 : flow.wet_part[static_cast<std::size_t>(p.cell)];
    return {g.x_edges()[static_cast<std::size_t>(i)] + p.place[0] * g.width_x(p.cell),
            g.y_edges()[static_cast<std::size_t>(j)] + p.place[1] * g.width_y(p.cell),
            g.bottom(p.cell) + p.place[2] * wet * g.thickness(p.cell)};
}

void set_height(const ParticleFlow& flow, double z, Particle& p) {
    const double wet = flow.wet_part.empty() ? 1.0 : flow.wet_part[static_cast<std::size_t>(p.cell)];
    const double height = wet * flow.grid.thickness(p.cell);
    p.place[2] = height > 0 ? std::clamp((z - flow.grid.bottom(p.cell)) / height, 0.0, 1.0) : 0.0;
}

void follow(const ParticleFlow& flow, double until, Index most_crossings, Particle& p, std::vector<PathPoint>* path) {
    if (p.halt != Halt::none || p.cell < 0) return;
    Walker walker(flow, p.cell);
    while (p.time < until) {
        if (!(flow.capacity[static_cast<std::size_t>(p.cell)] > 0)) {
            p.halt = Halt::no_water;
            return;
        }
        const auto motion = walker.motion(p.place);
        const int axis = first_exit(motion);
        const auto& out = motion[static_cast<std::size_t>(axis)];
        if (halts_here(flow, out.exit, p)) return;
        if (p.time + out.exit > until) {
            move(motion, until - p.time, p.place);
            p.time = until;
            if (path) path->push_back({place_of(flow, p), p.time});
            return;
        }
        move(motion, out.exit, p.place);
        p.place[static_cast<std::size_t>(axis)] = out.upwards ? 1 : 0;
        p.time += out.exit;
        const auto before = place_of(flow, p);
        cross_face(walker, axis, out.upwards, p);
        if (path) {
            // Between layers that are not level the height jumps from one side of the face to the other: the line goes through the middle.
            auto point = place_of(flow, p);
            point.z = 0.5 * (before.z + point.z);
            path->push_back({point, p.time});
        }
        if (p.halt == Halt::none && p.crossings >= most_crossings) p.halt = Halt::crossings;
        if (p.halt != Halt::none) return;
    }
}

}  // namespace galena
