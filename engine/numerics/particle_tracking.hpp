#pragma once
// Particles that move with the water, cell by cell and without steps in time: along each axis of a cell the velocity goes linearly from one
// side to the other, so that path and time of exit are known in closed form (Pollock 1988, Ground Water 26(6); 1994, USGS
// Open-File Report 94-464).
//
// A place within a cell is told as fractions of its extent along x, y and z. In them the velocity is flux over water held, whatever the
// cell's shape: layers that follow surfaces need nothing more, and a particle that goes to a thicker neighbour keeps its relative height.

#include <array>
#include <limits>
#include <span>
#include <vector>

#include "grid/field.hpp"

namespace galena {

/// What a cell does to particles, besides carrying them.
enum class CellRule : std::uint8_t {
    carries,
    weak_sink,  ///< takes some water out within: a particle that finds no way on is captured
    stops,      ///< takes some water out within, and particles that enter are stopped
    captures,   ///< takes out all water that enters
};

/// The water that carries particles.
struct ParticleFlow {
    const Grid& grid;
    const FaceField& flux;             ///< [m³/s]
    std::span<const double> capacity;  ///< per cell: mobile water times retardation factor [m³]; 0 where a particle cannot be
    std::span<const double> wet_part;  ///< per cell: lower part of the thickness that holds the water, 0 to 1; empty: all of it
    std::span<const CellRule> rules;   ///< per cell
    double direction = 1;              ///< 1: with the water, −1: against it
    bool steady = true;                ///< false: the flow is that of one step, and another follows
    double stagnant_after = std::numeric_limits<double>::infinity();  ///< longest stay in one cell [s]; beyond it a particle is stagnant
};

/// Why a particle went no further.
enum class Halt : std::uint8_t {
    none,       ///< it can still move
    left,       ///< through a side of its cell beyond which there is nothing
    captured,   ///< in a cell that takes water out, without a way on
    stopped,    ///< on entering a cell that stops particles
    stagnant,   ///< no way out of its cell, or none in the time allowed
    no_water,   ///< its cell holds none
    crossings,  ///< as many cells crossed as allowed
};

struct Particle {
    Index cell = -1;
    std::array<double, 3> place{0.5, 0.5, 0.5};  ///< within the cell, 0 to 1 along x, y, z
    double time = 0;                             ///< travelled [s], also against the water
    Index crossings = 0;                         ///< of cell faces
    Halt halt = Halt::none;
    Side side = Side::west;  ///< that it left through
};

/// A point of a pathline, in local coordinates of the grid.
struct PathPoint {
    Point point;
    double time = 0;  ///< [s]
};

/// The local coordinates of a particle.
Point place_of(const ParticleFlow& flow, const Particle& particle);

/// Puts a particle at a height [m] of its cell; above the water of a partly wet cell it starts at the water's surface.
void set_height(const ParticleFlow& flow, double z, Particle& particle);

/// Moves a particle until it halts or has travelled `until` [s]; it halts after `most_crossings` cells at the latest. Every face crossed
/// and the last place reached are added to `path`, if there is one. Needs no other particle: particles may be followed side by side.
void follow(const ParticleFlow& flow, double until, Index most_crossings, Particle& particle, std::vector<PathPoint>* path);

}  // namespace galena
