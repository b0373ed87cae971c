#pragma once
// The folder a run writes to: replaced only when galena wrote it, never anything else deleted.

#include <filesystem>
#include <string>

#include "core/error.hpp"

namespace galena {

class OutputFolder {
public:
    /// Makes the folder ready for a new run. An existing folder that galena wrote (it holds the marker file `.galena`) is emptied of galena's
    /// own files; an empty one is taken; any other is a ScenarioError that says how to go on.
    static OutputFolder prepare(const std::filesystem::path& folder);
    /// Takes a folder with a checkpoint (or another file that can be continued) to go on with; ScenarioError when there is none.
    static OutputFolder reopen(const std::filesystem::path& folder, const std::string& checkpoint = "checkpoint.h5");

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::filesystem::path& name) const { return path_ / name; }

private:
    explicit OutputFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

}  // namespace galena
