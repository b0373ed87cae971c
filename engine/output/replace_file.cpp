#include "output/replace_file.hpp"

#include <fstream>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace galena {

void finish(const std::filesystem::path& path) {
    std::error_code trouble;
    std::filesystem::rename(unfinished(path), path, trouble);
    if (trouble) throw std::runtime_error(fmt::format("cannot write {}: {}", path.string(), trouble.message()));
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream out(unfinished(path), std::ios::binary);
    out << text;
    out.close();
    if (!out) throw std::runtime_error(fmt::format("cannot write {}", path.string()));
    finish(path);
}

}  // namespace galena
