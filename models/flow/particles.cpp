// The observer that lets particles follow the flow while it is computed.

#include "flow/particles.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>

#include <fmt/format.h>

#include "flow/particle_tables.hpp"
#include "flow/flow_table.hpp"
#include "flow/water_boundary.hpp"
#include "numerics/face_conductance.hpp"
#include "simulation/observer.hpp"

namespace galena {

namespace {

/// A cell that takes this part of the water that enters it is a strong sink.
constexpr double strong_share = 0.99;

/// Water that carries the particles of a group in one moment, with what it takes to hold it.
struct CarrierWater {
    CellField capacity, wet_part;
    std::vector<CellRule> rules;
    const std::vector<WaterExchange>& exchanges;
    WaterTakers takers;
    ParticleFlow flow;

    CarrierWater(const Moment& moment, const ParticleGroup& group, Formulation formulation)
        : capacity(moment.domain.grid), exchanges(moment.state.water_exchanges),
          takers(exchanges, group.sign()), flow{moment.domain.grid, moment.state.water_flux,   {}, {}, {}, group.sign(),
                                                !group.with_steps,  group.table.stagnant_after} {
        if (formulation == Formulation::water_table) find_wet_parts(moment);
        find_capacity(moment, group.table);
        find_rules(moment, group.table);
        flow.capacity = capacity.span();
        flow.rules = rules;
    }

    /// Time from the side of a well's cell to the well [s]. All water of the cell goes there, radially: t = π r² W R / (A Q) from the
    /// distance r, so that a cell's size does not show in travel times. Other sinks are spread over their cell.
    [[nodiscard]] double time_to_well(const Particle& p, int exchange) const {
        if (exchange < 0 || exchanges[static_cast<std::size_t>(exchange)].type != "well") return 0;
        const auto& grid = flow.grid;
        const double dx = (p.place[0] - 0.5) * grid.width_x(p.cell), dy = (p.place[1] - 0.5) * grid.width_y(p.cell);
        return std::numbers::pi * (dx * dx + dy * dy) / grid.area(p.cell) * capacity[p.cell] / takers.taken_within(p.cell);
    }

private:
    /// Mobile water times retardation factor: W R = W + ρb V Kd where the retardation follows from Kd.
    void find_capacity(const Moment& moment, const ParticleTable& table) {
        const auto& water = moment.state.mobile_water;
        const auto& domain = moment.domain;
        for_each_cell(domain.grid, [&](Index c) {
            if (!(water[c] > 0)) return;
            // Under a water table particles keep to the ground below it; what the pores above retain does not move.
            const double wet = wet_part.empty() ? 1.0 : wet_part[c];
            const double volume = domain.grid.volume(c) * wet;
            const double moving = wet_part.empty() ? water[c] : domain.medium.mobile_porosity()[c] * volume;
            capacity[c] = table.distribution_coefficient ? moving + domain.medium.bulk_density[c] * volume * *table.distribution_coefficient
                                                         : moving * table.retardation_factor;
        });
    }

    /// Below the water table. A dry cell keeps a film: what infiltrates falls through it in no time.
    void find_wet_parts(const Moment& moment) {
        constexpr double film = 1e-6;
        const auto& grid = flow.grid;
        wet_part = CellField(grid);
        for_each_cell(grid, [&](Index c) {
            wet_part[c] = std::clamp((moment.state.hydraulic_head[c] - grid.bottom(c)) / grid.thickness(c), film, 1.0);
        });
        flow.wet_part = wet_part.span();
    }

    void find_rules(const Moment& moment, const ParticleTable& table) {
        rules.assign(static_cast<std::size_t>(flow.grid.cell_count()), CellRule::carries);
        for (const Index cell : takers.cells()) {
            const double taken = takers.taken_within(cell);
            if (!(taken > 0)) continue;
            // A trickle that flows on is no way out: particles would follow it for ages, while the water they stand for is taken.
            const double share = taken / (taken + flow_on(moment.state.water_flux, cell));
            const bool stops = table.weak_sink == WeakSink::stop && share >= table.weak_sink_fraction;
            rules[static_cast<std::size_t>(cell)] = share >= strong_share ? CellRule::captures
                                                    : stops               ? CellRule::stops
                                                                          : CellRule::weak_sink;
        }
    }

    /// What flows on through the faces of a cell [m³/s]; not what the next cell of the same well or river gets.
    [[nodiscard]] double flow_on(const FaceField& flux, Index cell) const {
        const int taker = takers.strongest(cell, {});
        double on = 0;
        for (const Side side : {Side::west, Side::east, Side::south, Side::north, Side::bottom, Side::top}) {
            const Index next = neighbour(flow.grid, cell, side);
            if (next >= 0 && takers.strongest(next, {}) == taker) continue;
            const double towards_growing = flow.direction * flux.along(axis_of(side))[outer_face(flow.grid, cell, side)];
            on += std::max(0.0, points_inwards(side) ? -towards_growing : towards_growing);
        }
        return on;
    }
};

class Particles final : public Observer {
public:
    Particles(const Site& site, Domain& domain, Diagnostics& diagnostics) : grid_(domain.grid) {
        const auto& flow = site.section<FlowTable>();
        bool changes = flow.regime == Regime::transient;
        transient_ = changes;
        formulation_ = flow.formulation;
        for (const auto& boundary : site.section<WaterBoundaries>().list) {
            if (!boundary) continue;
            boundaries_.push_back({std::string(boundary->type()), boundary->label.text});
            for (const auto* series : boundary->series()) changes = changes || !series->constant();
        }
        std::map<std::string, Place> seen;
        for (const auto& table : site.section<ParticleTables>().list) {
            if (const auto [first, fresh] = seen.emplace(table.name.text, table.name.place); !fresh)
                diagnostics.error(table.name.place, fmt::format("a second group of particles is named '{}'", table.name.text),
                                  fmt::format("the first is at {}; names must differ, tables go by them", first->second.text()));
            check_times(table, site.section<SiteTable>().length(), changes, diagnostics);
            if (table.distribution_coefficient && domain.medium.bulk_density.empty())
                diagnostics.error(table.places.of("distribution_coefficient"),
                                  fmt::format("particles '{}': distribution_coefficient needs a bulk_density", table.name.text),
                                  "give it in a [[medium]] for every active cell, or give retardation_factor");
            add_group(table, particle_starts(table, site, domain, diagnostics), changes, site.section<SiteTable>().length());
        }
    }

    void observe(const Moment& moment) override {
        const bool flow_known = moment.state.has_flow && (!transient_ || moment.step.duration > 0);
        if (!flow_known) return;
        for (auto& group : groups_) {
            if (group.done || (!group.with_steps && moment.state.time < group.moment)) continue;
            if (group.with_steps && !(moment.step.duration > 0)) continue;
            advance(moment, group);
        }
    }

    [[nodiscard]] std::vector<ObserverField> fields() const override {
        std::vector<ObserverField> all;
        for (std::size_t n = 0; n < groups_.size(); ++n) {
            if (capture_map_[n].empty()) continue;
            all.push_back({"taken_by_" + groups_[n].table.name.text, "1",
                           "number of the boundary, in the order of the site file, that most particles of a cell end at; 0 none",
                           &capture_map_[n]});
            all.push_back({"travel_time_" + groups_[n].table.name.text, "s", "mean travel time of the particles of a cell to their end",
                           &time_map_[n]});
        }
        return all;
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> all{particle_table(groups_, grid_, boundaries_), particle_end_table(groups_, grid_, boundaries_)};
        if (auto zones = capture_zone_table(groups_, grid_, boundaries_); !zones.columns[0].texts.empty()) all.push_back(std::move(zones));
        if (auto lines = pathline_table(groups_, grid_); !lines.columns[0].texts.empty()) all.push_back(std::move(lines));
        return all;
    }

    [[nodiscard]] std::vector<LineSet> lines() const override {
        std::vector<LineSet> all;
        for (const auto& group : groups_)
            if (group.table.pathlines) all.push_back(pathlines_of(group, grid_, boundaries_));
        return all;
    }

    [[nodiscard]] std::vector<std::string> summary() const override { return particle_summary(groups_, grid_, boundaries_); }

    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;

private:
    static void check_times(const ParticleTable& table, double length, bool changes, Diagnostics& diagnostics) {
        const auto late = [&](const char* key, double time) {
            if (time > length)
                diagnostics.error(table.places.of(key),
                                  fmt::format("particles '{}': {} = {} lies after the end of the run", table.name.text, key,
                                              quantity_text(time, unit("d"))),
                                  fmt::format("the run is {} long", quantity_text(length, unit("d"))));
        };
        if (table.moment) late("moment", *table.moment);
        late("release_time", table.release_time);
        if (!changes && table.release_time > 0)
            diagnostics.error(table.places.of("release_time"),
                              fmt::format("particles '{}': release_time is given and not used", table.name.text),
                              "the flow does not change in time, whenever they start; remove it");
    }

    void add_group(const ParticleTable& table, std::vector<ParticleStart> starts, bool changes, double length) {
        ParticleGroup group;
        group.table = table;
        group.starts = std::move(starts);
        group.with_steps = changes && !table.moment && table.direction == TrackDirection::forward;
        group.moment = table.moment ? *table.moment : changes ? length : 0.0;
        group.particles.resize(group.starts.size());
        group.paths.resize(group.starts.size());
        group.taker.assign(group.starts.size(), -1);
        const bool mapped = table.direction == TrackDirection::forward && !table.zone.empty();
        capture_map_.push_back(mapped ? CellField(grid_) : CellField());
        time_map_.push_back(mapped ? CellField(grid_, std::nan("")) : CellField());
        groups_.push_back(std::move(group));
    }

    void advance(const Moment& moment, ParticleGroup& group) {
        const CarrierWater water(moment, group, formulation_);
        const double released = group.with_steps ? moment.state.time - group.table.release_time : infinite;
        if (!(released > 0)) return;
        const double until = std::min(released, group.longest_time());
        const auto count = static_cast<Index>(group.starts.size());
        // A pathline costs more than a cell, and they differ: small blocks.
        parallel_blocks(count, 16, [&](Index begin, Index end) {
            for (Index n = begin; n < end; ++n) move_one(group, water, until, static_cast<std::size_t>(n));
        });
        group.begun = true;
        group.done = !group.with_steps;
        draw_maps(group);
    }

    static void move_one(ParticleGroup& group, const CarrierWater& water, double until, std::size_t n) {
        auto& particle = group.particles[n];
        auto& path = group.paths[n];
        if (!group.begun) {
            particle.cell = group.starts[n].cell;
            particle.place = {group.starts[n].place[0], group.starts[n].place[1], 0};
            set_height(water.flow, group.starts[n].z, particle);
            path.push_back({place_of(water.flow, particle), 0});
        }
        if (particle.halt != Halt::none) return;
        follow(water.flow, until, group.table.maximum_crossings, particle, &path);
        if (particle.halt == Halt::left) group.taker[n] = water.takers.strongest(particle.cell, particle.side);
        if (particle.halt == Halt::captured || particle.halt == Halt::stopped) group.taker[n] = water.takers.strongest(particle.cell, {});
        if (particle.halt == Halt::captured) reach_well(water, group.taker[n], particle, path);
        if (!group.keeps_paths() && path.size() > 1) path.erase(path.begin(), path.end() - 1);
    }

    static void reach_well(const CarrierWater& water, int taker, Particle& particle, std::vector<PathPoint>& path) {
        const double time = water.time_to_well(particle, taker);
        if (time == 0) return;
        particle.time += time;
        particle.place[0] = particle.place[1] = 0.5;
        path.push_back({place_of(water.flow, particle), particle.time});
    }

    /// What happens to the particles of each cell, for maps. Those of a cell follow each other.
    void draw_maps(const ParticleGroup& group) {
        const auto g = static_cast<std::size_t>(&group - groups_.data());
        if (capture_map_[g].empty()) return;
        for (std::size_t begin = 0, end = 0; begin < group.starts.size(); begin = end) {
            std::map<int, int> votes;
            double time = 0;
            for (end = begin; end < group.starts.size() && group.starts[end].cell == group.starts[begin].cell; ++end) {
                ++votes[group.taker[end]];
                time += group.particles[end].time;
            }
            const auto most =
                std::max_element(votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
            capture_map_[g][group.starts[begin].cell] = most->first + 1;
            time_map_[g][group.starts[begin].cell] = time / static_cast<double>(end - begin);
        }
    }

    const Grid& grid_;
    bool transient_ = false;
    Formulation formulation_ = Formulation::saturated;
    std::vector<NamedBoundary> boundaries_;
    std::vector<ParticleGroup> groups_;
    std::vector<CellField> capture_map_, time_map_;  ///< per group; empty where it starts from no zone
};

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

void Particles::save(CheckpointWriter& out) const {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        const auto& group = groups_[g];
        std::vector<double> numbers, path_sizes, points;
        for (std::size_t n = 0; n < group.particles.size(); ++n) {
            const auto& p = group.particles[n];
            numbers.insert(numbers.end(),
                           {static_cast<double>(p.cell), p.place[0], p.place[1], p.place[2], p.time, static_cast<double>(p.crossings),
                            static_cast<double>(p.halt), static_cast<double>(p.side), static_cast<double>(group.taker[n])});
            path_sizes.push_back(static_cast<double>(group.paths[n].size()));
            for (const auto& at : group.paths[n]) points.insert(points.end(), {at.point.x, at.point.y, at.point.z, at.time});
        }
        const auto name = fmt::format("particles/{}/", g);
        out.write(name + "state", std::vector<double>{group.begun ? 1.0 : 0.0, group.done ? 1.0 : 0.0, static_cast<double>(points.size())});
        out.write(name + "particles", numbers);
        out.write(name + "path_sizes", path_sizes);
        out.write(name + "points", points);
    }
}

void Particles::load(CheckpointReader& in) {
    for (std::size_t g = 0; g < groups_.size(); ++g) {
        auto& group = groups_[g];
        const auto name = fmt::format("particles/{}/", g);
        std::array<double, 3> state{};
        in.read(name + "state", state);
        group.begun = state[0] != 0;
        group.done = state[1] != 0;
        std::vector<double> numbers(9 * group.particles.size()), path_sizes(group.particles.size()),
            points(static_cast<std::size_t>(state[2]));
        in.read(name + "particles", numbers);
        in.read(name + "path_sizes", path_sizes);
        in.read(name + "points", points);
        const double *a = numbers.data(), *at = points.data();
        for (std::size_t n = 0; n < group.particles.size(); ++n, a += 9) {
            group.particles[n] = {static_cast<Index>(a[0]), {a[1], a[2], a[3]},      a[4],
                                  static_cast<Index>(a[5]), static_cast<Halt>(a[6]), static_cast<Side>(a[7])};
            group.taker[n] = static_cast<int>(a[8]);
            group.paths[n].clear();
            for (auto left = static_cast<std::size_t>(path_sizes[n]); left > 0; --left, at += 4)
                group.paths[n].push_back({{at[0], at[1], at[2]}, at[3]});
        }
        if (group.begun) draw_maps(group);
    }
}

const bool registered_observer = ObserverIndex::instance().add(
    {"particles", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
         if (!site.find<ParticleTables>() || !site.find<FlowTable>()) return nullptr;
         if (!site.sound("particles") || !site.sound("boundary")) return nullptr;
         return std::make_unique<Particles>(site, domain, diagnostics);
     }});

}  // namespace

}  // namespace galena
