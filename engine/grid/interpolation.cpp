#include "grid/interpolation.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "grid/sample_tree.hpp"

namespace galena {

namespace {

/// Targets per block: their bounds fix which targets share one thread's working room, never the result.
constexpr Index targets_per_block = 1024;

/// Mean of values[chosen] with weights (nearest distance / distance)^power: ratios neither overflow nor vanish all at once.
double weighted_mean(const std::vector<double>& values, const SampleTree::Found& found, double power) {
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t nearest_sample = 0;
    for (std::size_t f = 0; f < found.sample.size(); ++f)
        if (found.squared_distance[f] < nearest) {
            nearest = found.squared_distance[f];
            nearest_sample = found.sample[f];
        }
    if (nearest == 0) return values[nearest_sample];
    double sum = 0, weights = 0;
    for (std::size_t f = 0; f < found.sample.size(); ++f) {
        const double ratio = nearest / found.squared_distance[f];
        const double weight = power == 2 ? ratio : std::pow(ratio, 0.5 * power);
        sum += weight * values[found.sample[f]];
        weights += weight;
    }
    return sum / weights;
}

/// Every sample and its distance, in the order of the samples.
void find_all(const Samples& samples, const Point& target, SampleTree::Found& found) {
    found.sample.resize(samples.size());
    found.squared_distance.resize(samples.size());
    std::iota(found.sample.begin(), found.sample.end(), std::size_t{0});
    for (std::size_t s = 0; s < samples.size(); ++s) {
        const double dx = samples.x[s] - target.x, dy = samples.y[s] - target.y;
        found.squared_distance[s] = dx * dx + dy * dy;
    }
}

}  // namespace

std::vector<double> inverse_distance(const Samples& samples, std::span<const Point> targets, const InverseDistanceOptions& options) {
    if (samples.empty()) throw std::invalid_argument("inverse distance needs at least one sample");
    if (!(options.power > 0)) throw std::invalid_argument("the power of inverse distance must be positive");
    const bool all = options.neighbours == 0 || options.neighbours >= samples.size();
    const SampleTree tree(samples);
    std::vector<double> values(targets.size());
    parallel_blocks(static_cast<Index>(targets.size()), targets_per_block, [&](Index begin, Index end) {
        SampleTree::Found found;
        for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t) {
            if (all) find_all(samples, targets[t], found);
            else tree.nearest(targets[t].x, targets[t].y, options.neighbours, found);
            values[t] = weighted_mean(samples.value, found, options.power);
        }
    });
    return values;
}

std::vector<double> nearest_sample(const Samples& samples, std::span<const Point> targets) {
    if (samples.empty()) throw std::invalid_argument("the nearest sample needs at least one sample");
    const SampleTree tree(samples);
    std::vector<double> values(targets.size());
    parallel_blocks(static_cast<Index>(targets.size()), targets_per_block, [&](Index begin, Index end) {
        SampleTree::Found found;
        for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t) {
            tree.nearest(targets[t].x, targets[t].y, 1, found);
            values[t] = samples.value[found.sample.front()];
        }
    });
    return values;
}

}  // namespace galena
