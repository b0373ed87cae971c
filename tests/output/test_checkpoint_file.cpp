#include <doctest/doctest.h>

#include <limits>

#include "output/checkpoint_file.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

void write_checkpoint(const std::filesystem::path& path, double time, bool commit) {
    CheckpointFileWriter out(path);
    const std::vector<double> heads{time, 1.0 / 3, std::numeric_limits<double>::denorm_min()};
    out.set("site_sha256", "abc");
    out.write("flow/head", heads);
    out.write("time", time);
    if (commit) out.commit();
}

}  // namespace

TEST_CASE("a checkpoint gives back the same bits") {
    const TemporaryFolder folder;
    write_checkpoint(folder / "checkpoint.h5", 0.1, true);
    CheckpointFileReader in(folder / "checkpoint.h5");
    CHECK(in.text("site_sha256") == "abc");
    CHECK(in.has("flow/head"));
    CHECK_FALSE(in.has("flow/saturation"));
    CHECK(in.read("time") == 0.1);
    std::vector<double> heads(3);
    in.read("flow/head", heads);
    CHECK(heads == std::vector<double>{0.1, 1.0 / 3, std::numeric_limits<double>::denorm_min()});
    std::vector<double> two(2);
    CHECK_THROWS_WITH(in.read("flow/head", two), "the checkpoint holds 3 numbers of 'flow/head', the site needs 2");
}

TEST_CASE("a checkpoint takes the old one's place only when it is complete") {
    const TemporaryFolder folder;
    write_checkpoint(folder / "checkpoint.h5", 1, true);
    write_checkpoint(folder / "checkpoint.h5", 2, false);  // the program dies before commit()
    CHECK(CheckpointFileReader(folder / "checkpoint.h5").read("time") == 1);
    write_checkpoint(folder / "checkpoint.h5", 3, true);
    CHECK(CheckpointFileReader(folder / "checkpoint.h5").read("time") == 3);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}
