// What takes the water where a particle ends, and how people are told about it.

#include <algorithm>

#include "flow/particles.hpp"

namespace galena {

WaterTakers::WaterTakers(const std::vector<WaterExchange>& exchanges, double direction) {
    for (std::size_t e = 0; e < exchanges.size(); ++e)
        for (std::size_t n = 0; n < exchanges[e].cells.size(); ++n)
            if (const double taken = -direction * exchanges[e].rate[n]; taken > 0)
                entries_.push_back({exchanges[e].cells[n], static_cast<int>(e), taken, exchanges[e].side});
    std::stable_sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.cell < b.cell; });
}

std::span<const WaterTakers::Entry> WaterTakers::of(Index cell) const {
    const auto range = std::equal_range(entries_.begin(), entries_.end(), Entry{cell, 0, 0, {}},
                                        [](const Entry& a, const Entry& b) { return a.cell < b.cell; });
    return {range.first, range.second};
}

int WaterTakers::strongest(Index cell, std::optional<Side> side) const {
    int found = -1;
    double most = 0;
    for (const auto& entry : of(cell))
        if (entry.side == side && entry.rate > most) {
            most = entry.rate;
            found = entry.exchange;
        }
    return found;
}

double WaterTakers::taken_within(Index cell) const {
    double sum = 0;
    for (const auto& entry : of(cell))
        if (!entry.side) sum += entry.rate;
    return sum;
}

std::vector<Index> WaterTakers::cells() const {
    std::vector<Index> all;
    for (const auto& entry : entries_)
        if (all.empty() || all.back() != entry.cell) all.push_back(entry.cell);
    return all;
}

ParticleEnd ParticleGroup::end_of(std::size_t n, const Grid& grid, const std::vector<std::string>& boundaries) const {
    const auto& p = particles[n];
    const auto& name = taker[n] >= 0 ? boundaries[static_cast<std::size_t>(taker[n])] : std::string();
    const bool forward = table.direction == TrackDirection::forward;
    switch (p.halt) {
        case Halt::left:
            if (!name.empty()) return {forward ? "left through boundary" : "entered through boundary", name};
            return {on_box_side(grid, p.cell, p.side) ? "left the grid" : "entered inactive cell", ""};
        case Halt::captured: return {forward ? "captured by boundary" : "released by boundary", name};
        case Halt::stopped: return {forward ? "stopped at weak sink" : "stopped at weak source", name};
        case Halt::stagnant: return {"stagnant", ""};
        case Halt::no_water: return {"entered dry cell", ""};
        case Halt::crossings: return {"too many crossings", ""};
        case Halt::none: break;
    }
    return {begun && p.cell >= 0 ? "time over" : "not released", ""};
}

}  // namespace galena
