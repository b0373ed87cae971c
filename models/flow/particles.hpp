#pragma once
// [[particles]]: groups of particles that follow the water, with it or against it, and tell where it goes, how long it takes, and which
// ground a well draws on. The tracking itself is numerics/particle_tracking.hpp.

#include "numerics/particle_tracking.hpp"
#include "scenario/reader.hpp"
#include "scenario/section.hpp"
#include "simulation/domain.hpp"
#include "simulation/state.hpp"

namespace galena {

enum class TrackDirection { forward, backward };
template <>
inline const Words words<TrackDirection> = {"forward", "backward"};

enum class WeakSink { pass, stop };
template <>
inline const Words words<WeakSink> = {"pass", "stop"};

/// One place a particle starts from.
struct StartPointTable {
    double x = 0, y = 0, z = 0;
    Place place;

    static auto parameters() {
        using T = StartPointTable;
        return std::tuple{
            parameter("x", &T::x, "m", anything, "coordinate"),
            parameter("y", &T::y, "m", anything, "coordinate"),
            parameter("z", &T::z, "m", anything, "elevation"),
        };
    }
};

/// One table of [[particles]].
struct ParticleTable {
    Name name;
    TrackDirection direction = TrackDirection::forward;
    Name zone;
    std::vector<int> per_cell;
    bool on_top = false;
    std::vector<StartPointTable> points;
    std::optional<FilePath> file;
    std::string x = "x", y = "y", z = "z";
    Name well;
    std::optional<double> radius;
    int count = 24, rings = 1;
    double release_time = 0;
    double retardation_factor = 1;
    std::optional<double> distribution_coefficient;
    WeakSink weak_sink = WeakSink::stop;
    double weak_sink_fraction = 0.5;
    std::optional<double> maximum_time, moment;
    double stagnant_after = 1e6 * 365.25 * 86400;
    int maximum_crossings = 1000000;
    bool pathlines = true;
    Place place;
    Places places;

    static auto parameters();
    void check(ReadContext& context);
};

/// [[particles]]
struct ParticleTables {
    static constexpr std::string_view section = "particles",
                                      meaning = "particles that follow the water: pathlines, travel times, capture zones";
    static constexpr std::string_view needs = "flow";
    std::vector<ParticleTable> list;
};

/// Where a particle starts.
struct ParticleStart {
    Index cell = -1;
    std::array<double, 2> place{0.5, 0.5};  ///< within the cell along x and y
    double z = 0;                           ///< elevation [m]
    double area = 0;                        ///< plan area it stands for [m²]; 0 where it stands for none
};

/// The starts of a group, in the order of the site file (points, rows), of cells (zone), or from the lowest screened cell up (well).
/// Starts outside the grid or in cells that are not active are mistakes; of a ring they are left out, and domain.remarks says how many.
std::vector<ParticleStart> particle_starts(const ParticleTable& table, const Site& site, Domain& domain, Diagnostics& diagnostics);

/// What takes water out of each cell: looked up when a particle ends there.
class WaterTakers {
public:
    /// direction 1: what takes water; −1: what gives it, for particles that go against the flow.
    WaterTakers(const std::vector<WaterExchange>& exchanges, double direction);

    /// The exchange that takes most through this side of a cell, or within the cell (no side); −1: none does.
    [[nodiscard]] int strongest(Index cell, std::optional<Side> side) const;
    /// What all exchanges without a side take within a cell [m³/s].
    [[nodiscard]] double taken_within(Index cell) const;

    /// Cells in which water is taken, each once, ascending.
    [[nodiscard]] std::vector<Index> cells() const;

private:
    struct Entry {
        Index cell;
        int exchange;
        double rate;  ///< taken [m³/s], > 0
        std::optional<Side> side;
    };
    [[nodiscard]] std::span<const Entry> of(Index cell) const;
    std::vector<Entry> entries_;  ///< by cell
};

/// How a particle ended, in words and with what took it.
struct ParticleEnd {
    std::string reason;    ///< "captured by"
    std::string boundary;  ///< its name in the site file; empty where none had a part
};

/// One group while it is followed.
struct ParticleGroup {
    ParticleTable table;
    std::vector<ParticleStart> starts;
    bool with_steps = false;  ///< moves with the steps of a flow that changes; else it follows the flow of one moment
    double moment = 0;        ///< of that flow [s]
    bool begun = false, done = false;

    std::vector<Particle> particles;            ///< one per start
    std::vector<std::vector<PathPoint>> paths;  ///< one per start
    std::vector<int> taker;                     ///< exchange that a particle ended in; −1: none

    [[nodiscard]] double sign() const { return table.direction == TrackDirection::forward ? 1.0 : -1.0; }
    [[nodiscard]] bool keeps_paths() const {
        return table.pathlines || (table.direction == TrackDirection::backward && !table.well.empty());
    }
    [[nodiscard]] double longest_time() const { return table.maximum_time.value_or(infinite); }
    [[nodiscard]] ParticleEnd end_of(std::size_t particle, const Grid& grid, const std::vector<std::string>& boundaries) const;
};

}  // namespace galena
