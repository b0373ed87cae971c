#pragma once
// What may stand in place of a number, as `galena describe` shows it.

#include "scenario/parameter.hpp"

namespace galena {

/// A CSV file of dated values; a list of { from, value } needs no more words than its key has.
Schema series_schema();
/// Numbers in space: surveys, points, rasters, cells, random fields.
Schema spatial_schema();
/// Distributions, for galena risk.
Schema distribution_schema();

}  // namespace galena
