#pragma once
// Files appear whole or not at all: written beside their place under a name of their own, then moved there.

#include <filesystem>
#include <string_view>

namespace galena {

/// What a file is called until it is complete.
inline constexpr std::string_view unfinished_suffix = ".new";

[[nodiscard]] inline std::filesystem::path unfinished(std::filesystem::path path) { return path += unfinished_suffix; }

/// Puts a file written under unfinished(path) in its place. Throws std::runtime_error.
void finish(const std::filesystem::path& path);

/// Writes a text; whoever opens `path` meanwhile sees the file as it was or as it will be. Throws std::runtime_error.
void replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace galena
