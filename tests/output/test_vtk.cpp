#include <array>
#include <numbers>

#include <doctest/doctest.h>

#include <cmath>

#include <vtkCellData.h>
#include <vtkDataArray.h>
#include <vtkDataSetAttributes.h>
#include <vtkFieldData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPolyData.h>
#include <vtkStringArray.h>
#include <vtkStructuredGrid.h>
#include <vtkXMLPolyDataReader.h>
#include <vtkXMLStructuredGridReader.h>

#include "output/vtk.hpp"
#include "survey_grid.hpp"
#include "temporary_folder.hpp"

using namespace galena;

namespace {

vtkSmartPointer<vtkStructuredGrid> read_back(const std::filesystem::path& path) {
    vtkNew<vtkXMLStructuredGridReader> reader;
    reader->SetFileName(path.c_str());
    reader->Update();
    REQUIRE(reader->GetErrorCode() == 0);
    return reader->GetOutput();
}

vtkDataArray& cell_array(vtkStructuredGrid& data, const char* name) {
    auto* array = data.GetCellData()->GetArray(name);
    REQUIRE(array != nullptr);
    return *array;
}

std::string field_text(vtkDataSet& data, const char* name) {
    auto* array = vtkStringArray::SafeDownCast(data.GetFieldData()->GetAbstractArray(name));
    REQUIRE(array != nullptr);
    return array->GetValue(0);
}

const VtkMetadata metadata{365.25, "1991-01-01", "0.1.0", "Flood plain"};

}  // namespace

TEST_CASE("VTK's own reader gets back values, vectors, blanking and what the file says of itself") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    const auto head = cell_numbers(grid, 20), kelvin = cell_numbers(grid, 300);
    std::vector<float> flux;
    for (const double x : cell_numbers(grid, 1)) flux.insert(flux.end(), {static_cast<float>(x), static_cast<float>(2 * x), -1.0F});
    const std::vector<VtkField> fields{
        {"hydraulic_head [m]", head}, {"darcy_flux [m/s]", {}, 1, 0, flux}, {"temperature [degC]", kelvin, 2, 273.15}};
    write_vts(folder / "a.vts", grid, fields, metadata);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);  // nothing unfinished is left

    const auto data = read_back(folder / "a.vts");
    int cells[3];
    data->GetCellDims(cells);
    CHECK(cells[0] == 4);
    CHECK(cells[1] == 3);
    CHECK(cells[2] == 2);
    auto& read_head = cell_array(*data, "hydraulic_head [m]");
    auto& read_flux = cell_array(*data, "darcy_flux [m/s]");
    REQUIRE(read_flux.GetNumberOfComponents() == 3);
    auto& ghosts = cell_array(*data, vtkDataSetAttributes::GhostArrayName());
    for (Index c = 0; c < grid.cell_count(); ++c) {
        const auto n = static_cast<std::size_t>(c);
        CHECK(read_head.GetTuple1(c) == static_cast<float>(head[n]));
        CHECK(cell_array(*data, "temperature [degC]").GetTuple1(c) == static_cast<float>((kelvin[n] - 273.15) / 2));
        for (int component = 0; component < 3; ++component)
            CHECK(read_flux.GetComponent(c, component) == flux[3 * n + static_cast<std::size_t>(component)]);
        CHECK((static_cast<int>(ghosts.GetTuple1(c)) & vtkDataSetAttributes::HIDDENCELL) ==
              (grid.active(c) ? 0 : vtkDataSetAttributes::HIDDENCELL));
        CHECK(static_cast<bool>(data->IsCellVisible(c)) == grid.active(c));
    }
    CHECK(data->GetFieldData()->GetArray("TimeValue")->GetTuple1(0) == 365.25);
    CHECK(field_text(*data, "time_unit") == "d");
    CHECK(field_text(*data, "date") == "1991-01-01");
    CHECK(field_text(*data, "site") == "Flood plain");
    CHECK(field_text(*data, "crs") == "EPSG:28992");
    CHECK(field_text(*data, "vertical_datum") == "NAP");
    CHECK(data->GetFieldData()->GetArray("origin")->GetTuple1(0) == 178600.5);
    CHECK(data->GetFieldData()->GetArray("origin")->GetTuple1(1) == 329700.25);
    CHECK(data->GetFieldData()->GetArray("rotation")->GetTuple1(0) == std::numbers::pi / 6);
    CHECK(field_text(*data, "galena_version") == "0.1.0");
}

TEST_CASE("points lie in the crs, at the mean of the surfaces that meet there") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    write_vts(folder / "a.vts", grid, {}, metadata);
    const auto data = read_back(folder / "a.vts");
    CHECK(data->GetPoints()->GetDataType() == VTK_DOUBLE);
    const auto point = [&](Index i, Index j, Index k) {
        Point p;
        double* xyz = data->GetPoint((k * 4 + j) * 5 + i);
        p = {xyz[0], xyz[1], xyz[2]};
        return p;
    };
    // Plan coordinates from the definition of a rotation by 30°; a micrometre is the spacing of doubles at 330 km times some thousand.
    const double cosine = std::sqrt(3.0) / 2, sine = 0.5;
    const auto p = point(2, 3, 1);
    CHECK(std::abs(p.x - (178600.5 + cosine * 30 - sine * 30)) < 1e-6);
    CHECK(std::abs(p.y - (329700.25 + sine * 30 + cosine * 30)) < 1e-6);
    // Elevation 20 + 2 k + 0.25 column: between columns 0, 1, 4 and 5 only 1, 4 and 5 are active.
    CHECK(point(1, 1, 0).z == doctest::Approx(20 + 0.25 * (1 + 4 + 5) / 3).epsilon(1e-15));
    // In the middle of columns 5, 6, 9 and 10, all active; at the edge columns 2 and 3.
    CHECK(point(2, 2, 2).z == 24 + 0.25 * (5 + 6 + 9 + 10) / 4);
    CHECK(point(3, 0, 1).z == 22 + 0.25 * (2 + 3) / 2);
    // Only the inactive column 0 meets here: its own surface.
    CHECK(point(0, 0, 1).z == 22);
}

TEST_CASE("a grid without holes needs no blanking array") {
    const TemporaryFolder folder;
    const Grid grid({1, 1}, {1}, {0, 0, 1, 1});
    write_vts(folder / "a.vts", grid, {}, metadata);
    const auto data = read_back(folder / "a.vts");
    CHECK(data->GetCellData()->GetArray(vtkDataSetAttributes::GhostArrayName()) == nullptr);
    CHECK(data->IsCellVisible(1));
}

TEST_CASE("fields that do not fit and places that cannot be written are refused") {
    const TemporaryFolder folder;
    const auto grid = survey_grid();
    const std::vector<double> few(5), all(24);
    const auto write = [&](const VtkField& field) { write_vts(folder / "a.vts", grid, {&field, 1}, metadata); };
    CHECK_THROWS_WITH_AS(write({"h", few}), "the field 'h' does not have one value per cell (24)", std::invalid_argument);
    const std::vector<float> vectors(72);
    CHECK_THROWS_AS(write({"q", {}, 1, 0, std::span(vectors).first(71)}), std::invalid_argument);
    CHECK_THROWS_AS(write({"q", all, 1, 0, vectors}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(write_vts(folder / "missing/a.vts", grid, {}, metadata),
                         ((folder / "missing/a.vts").string() + " cannot be written").c_str(), std::runtime_error);
    CHECK(std::filesystem::is_empty(folder.path));
}

TEST_CASE("lines come back from VTK's own reader with their numbers") {
    const TemporaryFolder folder;
    const std::vector<Point> points{{0, 0, 0}, {1, 0.5, -2}, {2, 0.25, -3}, {180000.125, 330000.25, 25}, {180001, 330001, 24}};
    const std::vector<Index> begin{0, 3, 5};
    const std::vector<double> time{0, 1.5, 1.0 / 3, 0, 7}, number{1, 2};
    const VtkLines lines{points, begin, {{"travel_time [d]", time}}, {{"particle [1]", number}}, "what codes mean"};
    write_vtp(folder / "a.vtp", lines, survey_grid().georeference(), metadata);
    vtkNew<vtkXMLPolyDataReader> reader;
    reader->SetFileName((folder / "a.vtp").c_str());
    reader->Update();
    auto* data = reader->GetOutput();
    REQUIRE(data->GetNumberOfPoints() == 5);
    REQUIRE(data->GetNumberOfCells() == 2);
    for (Index n = 0; n < 5; ++n) {
        const auto& p = points[static_cast<std::size_t>(n)];
        double* xyz = data->GetPoint(n);
        CHECK(std::array{xyz[0], xyz[1], xyz[2]} == std::array{p.x, p.y, p.z});
        CHECK(data->GetPointData()->GetArray("travel_time [d]")->GetTuple1(n) == time[static_cast<std::size_t>(n)]);
    }
    CHECK(data->GetCellType(0) == VTK_POLY_LINE);
    CHECK(data->GetCell(0)->GetNumberOfPoints() == 3);
    CHECK(data->GetCell(1)->GetPointId(1) == 4);
    CHECK(data->GetCellData()->GetArray("particle [1]")->GetTuple1(1) == 2);
    CHECK(field_text(*data, "key") == "what codes mean");
    CHECK(field_text(*data, "crs") == "EPSG:28992");

    // A line that goes nowhere is one that ends where it begins: VTK's writer crashes on a line of one point.
    const std::vector<Index> with_single{0, 1, 5};
    write_vtp(folder / "single.vtp", {points, with_single, {{"travel_time [d]", time}}, {{"particle [1]", number}}, {}}, {}, metadata);
    reader->SetFileName((folder / "single.vtp").c_str());
    reader->Update();
    REQUIRE(data->GetNumberOfPoints() == 5);
    REQUIRE(data->GetNumberOfCells() == 2);
    REQUIRE(data->GetCell(0)->GetNumberOfPoints() == 2);
    CHECK(data->GetCell(0)->GetPointId(0) == 0);
    CHECK(data->GetCell(0)->GetPointId(1) == 0);
    CHECK(data->GetCell(1)->GetPointId(0) == 1);
    CHECK(data->GetCellData()->GetArray("particle [1]")->GetTuple1(1) == 2);
    const std::vector<Index> with_empty{0, 0, 5};
    CHECK_THROWS_WITH_AS(write_vtp(folder / "b.vtp", {points, with_empty, {}, {}, {}}, {}, metadata), "a line has no point",
                         std::invalid_argument);

    // No lines at all, and numbers that do not fit.
    write_vtp(folder / "none.vtp", {}, {}, metadata);
    reader->SetFileName((folder / "none.vtp").c_str());
    reader->Update();
    CHECK(reader->GetOutput()->GetNumberOfCells() == 0);
    CHECK_THROWS_AS(write_vtp(folder / "b.vtp", {points, begin, {{"t", number}}, {}, {}}, {}, metadata), std::invalid_argument);
    const std::vector<Index> short_of_one{0, 4};
    CHECK_THROWS_AS(write_vtp(folder / "b.vtp", {points, short_of_one, {}, {}, {}}, {}, metadata), std::invalid_argument);
}

TEST_CASE("the time series lists its files with days and dates") {
    const TemporaryFolder folder;
    std::vector<PvdEntry> entries{{0, "1990-01-01", "fields/a & b.vts"}};
    write_pvd(folder / "fields.pvd", entries);
    entries.push_back({1.0 / 3, "1990-01-01T08:00:00", "fields/c.vts"});
    write_pvd(folder / "fields.pvd", entries);
    CHECK(file_text(folder / "fields.pvd") ==
          "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
          "<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n"
          "  <Collection>\n"
          "    <!-- 1990-01-01 -->\n"
          "    <DataSet timestep=\"0\" group=\"\" part=\"0\" file=\"fields/a &amp; b.vts\"/>\n"
          "    <!-- 1990-01-01T08:00:00 -->\n"
          "    <DataSet timestep=\"0.3333333333333333\" group=\"\" part=\"0\" file=\"fields/c.vts\"/>\n"
          "  </Collection>\n"
          "</VTKFile>\n");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);
}
