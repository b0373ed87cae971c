#include "output/output_folder.hpp"

#include <fstream>
#include <vector>

#include <fmt/format.h>

#include "output/replace_file.hpp"

namespace galena {

namespace {

namespace fs = std::filesystem;

constexpr auto marker = ".galena";
constexpr const char* own_files[] = {"results.h5",     "fields.pvd",       "observations.csv", "budget.csv",    "zones.csv",
                                     "log.txt",        "checkpoint.h5",    "ensemble.h5",      "ensemble.part", "risk.csv",
                                     "comparison.csv", "optimisation.csv", "best.toml"};

struct OwnFolder {
    const char* name;
    fs::path extension;  ///< of the files that we write there
};
const OwnFolder own_folders[] = {{"fields", ".vts"}, {"tables", ".csv"}};

/// Someone's folder under the name of our file stays, and so does what a link points to.
void remove_file(const fs::path& file) {
    if (!fs::is_directory(fs::symlink_status(file))) fs::remove(file);
}

void remove_files_in(const fs::path& folder, const fs::path& extension) {
    if (!fs::is_directory(fs::symlink_status(folder))) return;
    std::vector<fs::path> ours;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const auto& file = entry.path();
        const auto complete = file.extension() == unfinished_suffix ? file.stem() : file;
        if (complete.extension() == extension) ours.push_back(file);
    }
    for (const auto& file : ours) remove_file(file);
    if (fs::is_empty(folder)) fs::remove(folder);
}

void remove_own_files(const fs::path& folder) {
    for (const auto* name : own_files) {
        remove_file(folder / name);
        remove_file(unfinished(folder / name));
    }
    for (const auto& own : own_folders) remove_files_in(folder / own.name, own.extension);
}

}  // namespace

OutputFolder OutputFolder::prepare(const fs::path& folder) {
    const Place place{folder.string(), 0, 0};
    try {
        if (fs::exists(folder) && !fs::is_directory(folder))
            throw ScenarioError(place, "the output is no folder but a file", "choose another with --output DIR");
        if (fs::exists(folder) && !fs::is_empty(folder) && !fs::exists(folder / marker))
            throw ScenarioError(place, "the output folder exists and was not written by galena",
                                "choose another with --output DIR, or remove it yourself");
        if (fs::exists(folder)) remove_own_files(folder);
        fs::create_directories(folder);
        std::ofstream mark(folder / marker);
        mark << "galena " << GALENA_VERSION << "\nThis folder is written by galena; a new run replaces its results.\n";
        mark.close();
        if (!mark) throw ScenarioError(place, "the output folder cannot be written", "choose another with --output DIR");
    } catch (const fs::filesystem_error& fault) {
        throw ScenarioError(place, fmt::format("the output folder cannot be made ready: {}", fault.code().message()),
                            "choose another with --output DIR");
    }
    return OutputFolder(folder);
}

OutputFolder OutputFolder::reopen(const fs::path& folder, const std::string& checkpoint) {
    if (!fs::exists(folder / marker) || !fs::exists(folder / checkpoint))
        throw ScenarioError({folder.string(), 0, 0}, "there is no checkpoint of galena in this folder",
                            "give the folder of an interrupted run: it holds " + checkpoint);
    return OutputFolder(folder);
}

}  // namespace galena
