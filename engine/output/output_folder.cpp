#include "output/output_folder.hpp"

#include <fstream>

#include <fmt/format.h>

namespace galena {

namespace {

namespace fs = std::filesystem;

constexpr auto marker = ".galena";
constexpr const char* own_files[] = {"results.h5", "fields.pvd", "observations.csv", "budget.csv", "zones.csv", "log.txt", "checkpoint.h5", "checkpoint.h5.new"};
constexpr const char* own_folders[] = {"fields", "tables"};

void remove_own_files(const fs::path& folder) {
    for (const auto* name : own_files) fs::remove(folder / name);
    for (const auto* name : own_folders) {
        if (!fs::is_directory(folder / name)) continue;
        for (const auto& entry : fs::directory_iterator(folder / name)) {
            const auto extension = entry.path().extension();
            if (extension == ".vts" || extension == ".csv") fs::remove(entry.path());
        }
        if (fs::is_empty(folder / name)) fs::remove(folder / name);
    }
}

}  // namespace

OutputFolder OutputFolder::prepare(const fs::path& folder) {
    const Place place{folder.string(), 0, 0};
    try {
        if (fs::exists(folder) && !fs::is_directory(folder)) throw ScenarioError(place, "the output is no folder but a file", "choose another with --output DIR");
        if (fs::exists(folder) && !fs::is_empty(folder) && !fs::exists(folder / marker))
            throw ScenarioError(place, "the output folder exists and was not written by galena", "choose another with --output DIR, or remove it yourself");
        if (fs::exists(folder)) remove_own_files(folder);
        fs::create_directories(folder);
        std::ofstream(folder / marker) << "This folder is written by galena; a new run replaces its results.\n";
        if (!fs::exists(folder / marker)) throw ScenarioError(place, "the output folder cannot be written", "choose another with --output DIR");
    } catch (const fs::filesystem_error& fault) {
        throw ScenarioError(place, fmt::format("the output folder cannot be made ready: {}", fault.code().message()), "choose another with --output DIR");
    }
    return OutputFolder(folder);
}

OutputFolder OutputFolder::reopen(const fs::path& folder) {
    if (!fs::exists(folder / marker) || !fs::exists(folder / "checkpoint.h5"))
        throw ScenarioError({folder.string(), 0, 0}, "there is no checkpoint of galena in this folder", "give the folder of an interrupted run: it holds checkpoint.h5");
    return OutputFolder(folder);
}

}  // namespace galena
