#include "assessment/effect_evaluation.hpp"

#include <algorithm>
#include <cmath>

#include "core/csv.hpp"

namespace galena {

SampleNumbers SampleNumbers::read(const std::filesystem::path& file, Diagnostics& diagnostics) {
    SampleNumbers numbers;
    const auto before = diagnostics.error_count();
    const auto table = read_csv(file.string(), {}, diagnostics);
    if (diagnostics.error_count() != before) return numbers;
    const auto area = table.require_column("area_up_to", {}, diagnostics), bottom = table.require_column("bottom", {}, diagnostics);
    if (!area || !bottom) return numbers;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto a = table.required_number(row, *area, diagnostics), n = table.required_number(row, *bottom, diagnostics);
        if (a && n) numbers.steps_.push_back({*a, static_cast<int>(*n)});
    }
    return numbers;
}

int SampleNumbers::bottom(double area) const {
    for (const auto& step : steps_)
        if (area < step.area) return step.samples;
    constexpr double grid_cell = 40.0 * 40.0;  // m²
    const int by_grid = static_cast<int>(std::ceil(area / grid_cell));
    return steps_.empty() ? by_grid : std::max(by_grid, steps_.back().samples);
}

bool soil_passes(std::span<const LaboratoryResult> results, double target, UclMethod method, std::uint64_t seed) {
    const auto none_above = [&](double level) {
        return std::all_of(results.begin(), results.end(), [&](const LaboratoryResult& r) { return r.value <= level; });
    };
    if (results.size() < 8) return none_above(target);
    return none_above(2 * target) && upper_confidence_limit(results, method, seed) <= target;
}

GroundwaterVerdict judge_groundwater(std::span<const double> batches, double target, UclMethod method, std::uint64_t seed) {
    std::vector<LaboratoryResult> results;
    for (const double value : batches) results.push_back({value, false});
    GroundwaterVerdict verdict;
    verdict.mean = mean_and_deviation(batches).mean;
    verdict.ucl = upper_confidence_limit(results, method, seed);
    verdict.trend = mann_kendall(batches);
    verdict.passes = verdict.ucl <= target && !verdict.trend.rises();
    return verdict;
}

}  // namespace galena
