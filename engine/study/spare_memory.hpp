#pragma once
// How many runs the memory of this machine holds side by side.

namespace galena {

/// Memory that the system could give now [bytes]; infinite where it does not say.
double available_memory();

/// What one run of so many cells takes at most: grid, medium, state, matrices and multigrid levels of flow and transport [bytes].
inline double memory_of_run(double cells) { return 64e6 + 2000 * cells; }

/// As many as there are cores and as fit into four fifths of the memory, at least 1.
int affordable_runs(double cells, int cores);

}  // namespace galena
