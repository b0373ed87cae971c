#pragma once
// The comparison of scenarios in results.h5 of their common folder. The layout is described in docs/results-format.md.

#include "output/results_file.hpp"
#include "study/comparison.hpp"

namespace galena {

/// A new file; metadata.start is the date of time 0.
void write_comparison(const std::filesystem::path& file, const ResultsMetadata& metadata, const std::vector<ComparedScenario>& scenarios);

/// What such a file holds; judged anew it gives the same flags. Throws std::runtime_error when it is none.
std::vector<ComparedScenario> read_comparison(const std::filesystem::path& file);

}  // namespace galena
