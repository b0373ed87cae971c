#include "study/spare_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

namespace galena {

double available_memory() {
    constexpr std::size_t key = 13;  // "MemAvailable:"
    std::ifstream in("/proc/meminfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("MemAvailable:")) return 1024 * std::strtod(line.c_str() + key, nullptr);
    return std::numeric_limits<double>::infinity();
}

int affordable_runs(double cells, int cores) {
    return static_cast<int>(std::clamp(0.8 * available_memory() / memory_of_run(cells), 1.0, static_cast<double>(std::max(1, cores))));
}

}  // namespace galena
