#include <doctest/doctest.h>

#include "core/error.hpp"
#include "output/output_folder.hpp"
#include "temporary_folder.hpp"

using namespace galena;
namespace fs = std::filesystem;

namespace {

std::string refusal(const fs::path& path) {
    try {
        (void)OutputFolder::prepare(path);
    } catch (const ScenarioError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a new folder is made and marked") {
    const TemporaryFolder folder;
    const auto made = OutputFolder::prepare(folder / "deep/results");
    CHECK(made.path() == folder / "deep/results");
    CHECK(made / "log.txt" == folder / "deep/results/log.txt");
    CHECK(file_text(made / ".galena").find("galena ") == 0);
    CHECK_THROWS_AS((void)OutputFolder::reopen(made.path()), ScenarioError);  // nothing to resume
    write_file(made / "checkpoint.h5", "");
    CHECK(OutputFolder::reopen(made.path()).path() == made.path());
}

TEST_CASE("a folder of galena is cleared of what galena wrote, and of nothing else") {
    const TemporaryFolder folder;
    const auto made = OutputFolder::prepare(folder / "results");
    fs::create_directory(made / "fields");
    fs::create_directory(made / "tables");
    for (const char* ours : {"results.h5", "checkpoint.h5", "checkpoint.h5.new", "fields.pvd", "observations.csv", "budget.csv",
                             "zones.csv", "log.txt", "fields/fields_00000.vts", "fields/fields_00001.vts.new", "tables/farmland_area.csv"})
        write_file(made / ours, "old");
    const std::vector<const char*> foreign{"notes.txt", "site.toml", "fields/figure.png", "my.csv"};
    for (const auto* name : foreign) write_file(made / name, "mine");

    OutputFolder::prepare(folder / "results");
    std::size_t left = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder / "results"))
        if (entry.is_regular_file() && entry.path().filename() != ".galena") ++left;
    CHECK(left == foreign.size());
    for (const auto* name : foreign) CHECK(file_text(made / name) == "mine");
    CHECK_FALSE(fs::exists(made / "tables"));
}

TEST_CASE("a folder of someone else is left alone") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "thesis");
    write_file(folder / "thesis/results.h5", "precious");
    const auto message = refusal(folder / "thesis");
    CHECK(message.find((folder / "thesis").string() + ": error: the output folder exists and was not written by galena") == 0);
    CHECK(message.find("choose another with --output DIR") != std::string::npos);
    CHECK(file_text(folder / "thesis/results.h5") == "precious");
    CHECK(std::distance(fs::directory_iterator(folder / "thesis"), fs::directory_iterator()) == 1);
    CHECK_THROWS_AS((void)OutputFolder::reopen(folder / "thesis"), ScenarioError);
}

TEST_CASE("an empty folder is taken, a file is not") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "empty");
    OutputFolder::prepare(folder / "empty");
    CHECK(fs::exists(folder / "empty/.galena"));
    write_file(folder / "file", "mine");
    CHECK(refusal(folder / "file").find("is no folder but a file") != std::string::npos);
    CHECK(file_text(folder / "file") == "mine");
    CHECK_THROWS_AS((void)OutputFolder::reopen(folder / "missing"), ScenarioError);
}

TEST_CASE("links are removed, never followed") {
    const TemporaryFolder folder;
    OutputFolder::prepare(folder / "results");
    fs::create_directory(folder / "elsewhere");
    write_file(folder / "elsewhere/a.vts", "precious");
    write_file(folder / "data.h5", "precious");
    fs::create_directory_symlink(folder / "elsewhere", folder / "results/fields");
    fs::create_symlink(folder / "data.h5", folder / "results/results.h5");
    OutputFolder::prepare(folder / "results");
    CHECK(file_text(folder / "elsewhere/a.vts") == "precious");
    CHECK(file_text(folder / "data.h5") == "precious");
    CHECK_FALSE(fs::exists(folder / "results/results.h5"));
}
