#pragma once
// The rules of the tree that can be read off the text: which folder may include which, and which words belong to which files.

#include <string>
#include <vector>

namespace architecture {

struct Violation {
    std::string file;  ///< path from the root of the project
    int line = 0;      ///< counted from 1; 0 when the rule is about the file as a whole
    std::string rule;  ///< what is wrong and what would be right

    [[nodiscard]] std::string text() const { return file + ":" + std::to_string(line) + ": " + rule; }
};

/// Names of the folders below models/: an include that begins with one of them is an include of a model.
using ModelFolders = std::vector<std::string>;

/// Checks one file of engine/ or models/. path: from the root of the project, with '/'; content: its text.
std::vector<Violation> check_source(const std::string& path, const std::string& content, const ModelFolders& models);

/// Checks one file of tests/: the names of its cases must survive the way through CMake and ctest.
std::vector<Violation> check_test(const std::string& path, const std::string& content);

/// The text with its comments blanked, line for line; string literals stay.
std::string without_comments(const std::string& content);

}  // namespace architecture
