#pragma once
// The decisions of effect evaluation, on samples.

#include <filesystem>
#include <span>
#include <vector>

#include "assessment/effect_evaluation_table.hpp"

namespace galena {

/// Least numbers of samples of a pit bottom by area (HJ 25.5-2018, table 1), as data; beyond the table a grid of 40 m.
class SampleNumbers {
public:
    static SampleNumbers read(const std::filesystem::path& file, Diagnostics& diagnostics);
    [[nodiscard]] int bottom(double area) const;

private:
    struct Step {
        double area;
        int samples;
    };
    std::vector<Step> steps_;
};

/// HJ 25.5-2018, 6.3: fewer than 8 samples: each at or below the target; else the upper confidence limit of the mean at or below the
/// target, and no sample above twice the target.
bool soil_passes(std::span<const LaboratoryResult> results, double target, UclMethod method, std::uint64_t seed);

/// HJ 25.6-2019: the upper confidence limit of the batches at or below the target, and no rising trend.
struct GroundwaterVerdict {
    double mean = 0, ucl = 0;
    Trend trend;
    bool passes = false;
};
GroundwaterVerdict judge_groundwater(std::span<const double> batches, double target, UclMethod method, std::uint64_t seed);

}  // namespace galena
