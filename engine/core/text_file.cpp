#include "core/text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "core/suggestion.hpp"

namespace galena {

namespace {

/// What to try instead of a file that does not exist.
std::string similar_file(const std::filesystem::path& path) {
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored)) return fmt::format("there is no folder '{}'", folder.string());
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
        if (entry.is_regular_file(ignored)) names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    const auto near = nearest_word(path.filename().string(), names);
    return near.empty() ? "paths are relative to the site file" : fmt::format("did you mean '{}'?", near);
}

}  // namespace

std::optional<std::string> read_text_file(const std::string& path, const Place& asked_at, Diagnostics& diagnostics) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        diagnostics.error(asked_at, fmt::format("there is no file '{}'", path), similar_file(path));
        return std::nullopt;
    }
    std::ifstream in(path, std::ios::binary | std::ios::ate);
    if (!in || std::filesystem::is_directory(path, ignored)) {
        diagnostics.error(asked_at, fmt::format("'{}' cannot be read", path), "a file is needed that you may read");
        return std::nullopt;
    }
    std::string text(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in) {
        diagnostics.error(asked_at, fmt::format("'{}' could not be read to its end", path));
        return std::nullopt;
    }
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
        diagnostics.error(asked_at, fmt::format("'{}' is encoded in UTF-16", path), "save it as UTF-8");
        return std::nullopt;
    }
    return text;
}

Place place_of_byte(const std::string& path, const std::string& text, std::size_t byte) {
    byte = std::min(byte, text.size());
    const auto begin = text.begin(), end = begin + static_cast<std::ptrdiff_t>(byte);
    const auto line = 1 + std::count(begin, end, '\n');
    const auto before = byte == 0 ? std::string::npos : text.rfind('\n', byte - 1);
    const auto column = before == std::string::npos ? byte + 1 : byte - before;
    return {path, static_cast<int>(line), static_cast<int>(column)};
}

}  // namespace galena
