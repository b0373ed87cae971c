#include "core/data_folder.hpp"

#include <cstdlib>

namespace galena {

std::filesystem::path data_folder() {
    namespace fs = std::filesystem;
    if (const char* set = std::getenv("GALENA_DATA"); set && *set) return set;
    std::error_code ignored;
    const auto program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    for (const auto& candidate : {program / "../share/galena", program / "data"})
        if (fs::exists(candidate / "substances.toml", ignored)) return fs::weakly_canonical(candidate, ignored);
    return GALENA_SOURCE_DATA;
}

}  // namespace galena
