#include <doctest/doctest.h>

#include <cmath>
#include <csignal>
#include <numeric>

#include <hdf5.h>
#include <sys/wait.h>
#include <unistd.h>

#include "output/hdf5.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

using Mode = Hdf5File::Mode;

std::vector<double> counted(std::size_t size, double first) {
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), first);
    return values;
}

/// What a failing action says.
template <class Action>
std::string message(Action&& action) {
    try {
        action();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("arrays, texts and attributes come back as written") {
    const TemporaryFolder folder;
    const auto numbers = counted(24, 0.1);
    const std::vector<double> seven{7};
    {
        Hdf5File file(folder / "a.h5", Mode::create);
        file.write("/group/deep/numbers", std::span<const double>(numbers), {2, 3, 4});
        file.write("/whole", std::vector<std::int64_t>{-5, std::int64_t{1} << 40});
        file.write("/bytes", std::vector<std::uint8_t>{0, 1, 255});
        file.write("/names", std::vector<std::string>{"a", "", "Zürich 土壤"});
        file.write_text("/text", "line one\nline two");
        file.write("/replaced", std::span<const double>(numbers));
        file.write("/replaced", std::span<const double>(seven));
        file.set("/whole", "unit", "m");
        file.set("/whole", "unit", "kg");  // replaces
        file.set("/", "rotation", 0.25);
        file.set("/", "crs", "");
    }
    const Hdf5File file(folder / "a.h5", Mode::read);
    CHECK(file.read("/group/deep/numbers") == numbers);
    CHECK(file.dims("/group/deep/numbers") == std::vector<std::uint64_t>{2, 3, 4});
    CHECK(file.read("/whole") == std::vector<double>{-5, std::ldexp(1.0, 40)});
    CHECK(file.read("/bytes") == std::vector<double>{0, 1, 255});
    CHECK(file.read_texts("/names") == std::vector<std::string>{"a", "", "Zürich 土壤"});
    CHECK(file.read_text("/text") == "line one\nline two");
    CHECK(file.read("/replaced") == seven);
    CHECK(file.text_attribute("/whole", "unit") == "kg");
    CHECK(file.number_attribute("/", "rotation") == 0.25);
    CHECK(file.text_attribute("/", "crs").empty());
    CHECK(file.has_attribute("/whole", "unit"));
    CHECK_FALSE(file.has_attribute("/whole", "meaning"));
    CHECK_FALSE(file.has_attribute("/missing", "unit"));
    CHECK(file.children("/") == std::vector<std::string>{"bytes", "group", "names", "replaced", "text", "whole"});
    CHECK(file.is_group("/group/deep"));
    CHECK_FALSE(file.is_group("/bytes"));
    CHECK(file.is_text("/names"));
    CHECK_FALSE(file.is_text("/bytes"));
    CHECK_FALSE(file.has("/group/missing/numbers"));
}

TEST_CASE("the C library reads a field with the layout promised") {
    const TemporaryFolder folder;
    const auto first = counted(600, 0), second = counted(600, 600);
    {
        Hdf5File file(folder / "a.h5", Mode::create);
        file.make_growing("/fields/h", {2, 300});
        file.append("/fields/h", first);
        file.append("/fields/h", second);
    }
    const hid_t file = H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "/fields/h", H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset), properties = H5Dget_create_plist(dataset);
    hsize_t shape[3], most[3], chunk[3];
    REQUIRE(H5Sget_simple_extent_dims(space, shape, most) == 3);
    CHECK(shape[0] == 2);
    CHECK(shape[1] == 2);
    CHECK(shape[2] == 300);
    CHECK(most[0] == H5S_UNLIMITED);
    REQUIRE(H5Pget_chunk(properties, 3, chunk) == 3);
    CHECK(chunk[0] == 1);
    CHECK(chunk[1] * chunk[2] == 600);
    CHECK(H5Pget_nfilters(properties) == 2);  // shuffle, deflate
    std::vector<double> values(1200);
    REQUIRE(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
    CHECK(values == counted(1200, 0));
    H5Pclose(properties);
    H5Sclose(space);
    H5Dclose(dataset);
    H5Fclose(file);
}

TEST_CASE("large records are stored in pieces and come back whole") {
    const TemporaryFolder folder;
    Hdf5File file(folder / "a.h5", Mode::create);
    const auto numbers = counted(5 * 700 * 600, 0.5);  // twice the piece size, in no whole number of pieces
    file.make_growing("/fields/h", {5, 700, 600});
    file.append("/fields/h", numbers);
    file.write("/grid/surfaces", std::span<const double>(numbers), {5, 700, 600});
    CHECK(file.read_record("/fields/h", 0) == numbers);
    CHECK(file.read("/grid/surfaces") == numbers);
}

TEST_CASE("cutting and appending again equals never having stopped") {
    const TemporaryFolder folder;
    const auto one = counted(3, 1), two = counted(3, 2), three = counted(3, 3), large = counted(900, 0), other = counted(900, 5);
    {
        Hdf5File file(folder / "a.h5", Mode::create);
        file.make_growing("/small", {3});
        file.make_growing("/large", {900});
        file.make_growing_text("/date", 12);
        file.append("/small", one);
        file.append("/small", two);
        file.append("/large", large);
        file.append("/large", large);
        file.append_text("/date", "1990-01-01");
        file.append_text("/date", "forgotten");
    }
    Hdf5File file(folder / "a.h5", Mode::append);
    file.truncate("/small", 1);
    file.truncate("/large", 1);
    file.truncate("/date", 1);
    file.truncate("/small", 5);  // has fewer: nothing to do
    file.append("/small", three);
    file.append("/large", other);
    file.append_text("/date", "twelve bytes");
    CHECK(file.read("/small") == std::vector<double>{1, 2, 3, 3, 4, 5});
    CHECK(file.records("/large") == 2);
    CHECK(file.read_record("/large", 0) == large);
    CHECK(file.read_record("/large", 1) == other);
    CHECK(file.read_texts("/date") == std::vector<std::string>{"1990-01-01", "twelve bytes"});
}

TEST_CASE("records left out hold NaN") {
    const TemporaryFolder folder;
    Hdf5File file(folder / "a.h5", Mode::create);
    for (const auto size : {std::size_t{2}, std::size_t{900}}) {  // sharing a chunk, and one chunk each
        const auto path = "/h" + std::to_string(size);
        file.make_growing(path, {size});
        const auto values = counted(size, 7);
        file.write_record(path, 2, values);
        REQUIRE(file.records(path) == 3);
        for (const std::uint64_t record : {0, 1})
            for (const double value : file.read_record(path, record)) REQUIRE(std::isnan(value));
        CHECK(file.read_record(path, 2) == values);
    }
}

TEST_CASE("a killed program leaves a file that is whole up to the last flush") {
    const TemporaryFolder folder;
    const std::uint64_t flushed = 40;
    const auto record = [](std::uint64_t n, std::size_t size) { return counted(size, 1.0 / 3 * static_cast<double>(n)); };
    const pid_t child = fork();
    if (child == 0) {
        Hdf5File file(folder / "a.h5", Mode::create);
        file.make_growing("/time", {});
        file.make_growing("/small", {7});
        file.make_growing("/large", {2000});
        for (std::uint64_t n = 0; n < 10 * flushed; ++n) {
            file.append("/time", record(n, 1));
            file.append("/small", record(n, 7));
            if (n < flushed) file.append("/large", record(n, 2000));
            if (n + 1 == flushed) file.flush();
        }
        kill(getpid(), SIGKILL);
    }
    REQUIRE(child > 0);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const Hdf5File file(folder / "a.h5", Mode::append);
    REQUIRE(file.records("/time") >= flushed);
    REQUIRE(file.records("/small") >= flushed);
    REQUIRE(file.records("/large") >= flushed);
    for (std::uint64_t n = 0; n < flushed; ++n) {
        CHECK(file.read_record("/time", n) == record(n, 1));
        CHECK(file.read_record("/small", n) == record(n, 7));
        CHECK(file.read_record("/large", n) == record(n, 2000));
    }
}

TEST_CASE("troubles name the file, the object and the deed") {
    const TemporaryFolder folder;
    const auto missing = message([&] { const Hdf5File file(folder / "missing.h5", Mode::read); });
    CHECK(missing.find((folder / "missing.h5").string() + ": HDF5 could not open '/'") == 0);
    CHECK(missing.find("No such file") != std::string::npos);

    Hdf5File file(folder / "a.h5", Mode::create);
    const auto name = (folder / "a.h5").string();
    CHECK(message([&] { (void)file.read("/fields/h"); }).find(name + ": HDF5 could not open '/fields/h'") == 0);
    file.make_growing("/h", {2});
    file.make_growing_text("/date", 4);
    const auto three = counted(3, 0);
    CHECK(message([&] { file.append("/h", three); }) == name + ": cannot append to '/h': 3 values are no record of 2");
    CHECK(message([&] { (void)file.read_record("/h", 0); }) == name + ": cannot read record 0 of '/h': it has no such record");
    CHECK(message([&] { file.append_text("/date", "1990-01-01"); }) ==
          name + ": cannot append to '/date': '1990-01-01' is longer than 4 bytes");
    CHECK(message([&] {
              file.write("/w", std::span<const double>(three), {2, 2});
          }) == name + ": cannot write '/w': 3 values do not fill its shape of 4");
    CHECK(message([&] { (void)file.read_texts("/h"); }) == name + ": cannot read texts from '/h': it holds numbers");
}
