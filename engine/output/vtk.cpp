#include "output/vtk.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <vtkCellData.h>
#include <vtkDataSetAttributes.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkStringArray.h>
#include <vtkStructuredGrid.h>
#include <vtkUnsignedCharArray.h>
#include <vtkXMLStructuredGridWriter.h>

namespace galena {

namespace {

/// Elevation of the corner (i, j) of surface k: the mean over the up to four columns around it, those with an active cell next to the
/// surface first.
double corner_elevation(const Grid& grid, Index i, Index j, Index k) {
    double sum = 0, sum_all = 0;
    int count = 0, count_all = 0;
    for (Index dj = -1; dj <= 0; ++dj)
        for (Index di = -1; di <= 0; ++di) {
            const Index ci = i + di, cj = j + dj;
            if (ci < 0 || cj < 0 || ci >= grid.nx() || cj >= grid.ny()) continue;
            const double z = grid.surfaces()[static_cast<std::size_t>(grid.cell(ci, cj, k))];
            sum_all += z;
            ++count_all;
            const bool active = (k > 0 && grid.active(grid.cell(ci, cj, k - 1))) || (k < grid.nz() && grid.active(grid.cell(ci, cj, k)));
            if (!active) continue;
            sum += z;
            ++count;
        }
    return count > 0 ? sum / count : sum_all / count_all;
}

vtkNew<vtkPoints> make_points(const Grid& grid) {
    const Index nx = grid.nx() + 1, ny = grid.ny() + 1, nz = grid.nz() + 1;
    vtkNew<vtkPoints> points;
    points->SetDataTypeToDouble();
    points->SetNumberOfPoints(nx * ny * nz);
    auto* xyz = static_cast<double*>(points->GetVoidPointer(0));
    parallel_for(nx * ny * nz, [&](Index n) {
        const Index i = n % nx, j = n / nx % ny, k = n / (nx * ny);
        const auto p = grid.georeference().to_crs({grid.x_edges()[static_cast<std::size_t>(i)], grid.y_edges()[static_cast<std::size_t>(j)], corner_elevation(grid, i, j, k)});
        xyz[3 * n] = p.x;
        xyz[3 * n + 1] = p.y;
        xyz[3 * n + 2] = p.z;
    });
    return points;
}

void add_field(vtkStructuredGrid& target, const VtkField& field) {
    vtkNew<vtkDoubleArray> array;
    array->SetName(field.name.c_str());
    const auto cells = static_cast<Index>(field.values.size());
    const bool vector = !field.y.empty();
    array->SetNumberOfComponents(vector ? 3 : 1);
    array->SetNumberOfTuples(cells);
    double* out = array->GetPointer(0);
    parallel_for(cells, [&](Index c) {
        const auto at = static_cast<std::size_t>(c);
        if (!vector) out[c] = field.values[at];
        else {
            out[3 * c] = field.values[at];
            out[3 * c + 1] = field.y[at];
            out[3 * c + 2] = field.z[at];
        }
    });
    target.GetCellData()->AddArray(array);
}

void add_text(vtkStructuredGrid& target, const char* name, const std::string& text) {
    if (text.empty()) return;
    vtkNew<vtkStringArray> array;
    array->SetName(name);
    array->InsertNextValue(text);
    target.GetFieldData()->AddArray(array);
}

}  // namespace

void write_vts(const std::filesystem::path& file, const Grid& grid, std::span<const VtkField> fields, const VtkMetadata& metadata) {
    vtkNew<vtkStructuredGrid> target;
    target->SetDimensions(static_cast<int>(grid.nx() + 1), static_cast<int>(grid.ny() + 1), static_cast<int>(grid.nz() + 1));
    target->SetPoints(make_points(grid));

    vtkNew<vtkUnsignedCharArray> ghosts;
    ghosts->SetName(vtkDataSetAttributes::GhostArrayName());
    ghosts->SetNumberOfTuples(grid.cell_count());
    for (Index c = 0; c < grid.cell_count(); ++c) ghosts->SetValue(c, grid.active(c) ? 0 : static_cast<unsigned char>(vtkDataSetAttributes::HIDDENCELL));
    target->GetCellData()->AddArray(ghosts);
    for (const auto& field : fields) add_field(*target, field);

    vtkNew<vtkDoubleArray> time;
    time->SetName("TimeValue");
    time->InsertNextValue(metadata.time);
    target->GetFieldData()->AddArray(time);
    add_text(*target, "date", metadata.date);
    add_text(*target, "crs", metadata.crs);
    add_text(*target, "vertical_datum", metadata.vertical_datum);
    add_text(*target, "time_unit", "d");
    add_text(*target, "site", metadata.site);
    add_text(*target, "galena_version", metadata.program_version);

    vtkNew<vtkXMLStructuredGridWriter> writer;
    writer->SetFileName(file.c_str());
    writer->SetInputData(target);
    writer->SetDataModeToAppended();
    writer->EncodeAppendedDataOff();
    writer->SetCompressorTypeToLZ4();
    if (writer->Write() != 1) throw std::runtime_error(fmt::format("{} cannot be written", file.string()));
}

void write_pvd(const std::filesystem::path& file, const std::vector<PvdEntry>& entries) {
    auto fresh = file;
    fresh += ".new";
    {
        std::ofstream out(fresh);
        out << "<?xml version=\"1.0\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n  <Collection>\n";
        for (const auto& e : entries) out << fmt::format("    <!-- {} -->\n    <DataSet timestep=\"{}\" group=\"\" part=\"0\" file=\"{}\"/>\n", e.date, e.time, e.file);
        out << "  </Collection>\n</VTKFile>\n";
        if (!out) throw std::runtime_error(fmt::format("{} cannot be written", fresh.string()));
    }
    std::filesystem::rename(fresh, file);
}

}  // namespace galena
