#pragma once
// A whole text file in memory, with an error at the place that asked for it when it cannot be had.

#include <optional>
#include <string>

#include "core/error.hpp"

namespace galena {

/// The bytes of a text file. A missing or unreadable file, a folder, or a file in UTF-16 is an error at `asked_at`, with the most
/// similar name in the same folder as a suggestion; then nothing is returned.
std::optional<std::string> read_text_file(const std::string& path, const Place& asked_at, Diagnostics& diagnostics);

/// The line and column (both from 1) of a byte of `text`.
Place place_of_byte(const std::string& path, const std::string& text, std::size_t byte);

}  // namespace galena
