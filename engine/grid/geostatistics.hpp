#pragma once
// From samples to points: everything of this kind in one include.

#include "grid/interpolation.hpp"
#include "grid/kriging.hpp"
#include "grid/samples.hpp"
#include "grid/variogram.hpp"
