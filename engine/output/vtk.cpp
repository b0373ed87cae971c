#include "output/vtk.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>
#include <vtkCellArray.h>
#include <vtkCellData.h>
#include <vtkDataSetAttributes.h>
#include <vtkDoubleArray.h>
#include <vtkFieldData.h>
#include <vtkFloatArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkStringArray.h>
#include <vtkStructuredGrid.h>
#include <vtkUnsignedCharArray.h>
#include <vtkXMLPolyDataWriter.h>
#include <vtkXMLStructuredGridWriter.h>

#include "output/replace_file.hpp"

namespace galena {

namespace {

/// A vertical line where up to four columns of cells meet.
struct Corner {
    double x = 0, y = 0;             ///< crs coordinates
    std::array<Index, 4> columns{};  ///< those that give its elevations
    int count = 0;
};

std::vector<char> columns_with_active_cells(const Grid& grid) {
    std::vector<char> active(static_cast<std::size_t>(grid.column_count()), 0);
    parallel_for(grid.column_count(), [&](Index column) { active[static_cast<std::size_t>(column)] = grid.top_active_cell(column) >= 0; });
    return active;
}

Corner make_corner(const Grid& grid, const std::vector<char>& active, Index i, Index j) {
    const auto place =
        grid.georeference().to_crs({grid.x_edges()[static_cast<std::size_t>(i)], grid.y_edges()[static_cast<std::size_t>(j)], 0});
    Corner corner{place.x, place.y, {}, 0};
    const auto add_columns = [&](bool only_active) {
        for (Index cj = std::max<Index>(0, j - 1); cj <= std::min(j, grid.ny() - 1); ++cj)
            for (Index ci = std::max<Index>(0, i - 1); ci <= std::min(i, grid.nx() - 1); ++ci)
                if (const Index column = cj * grid.nx() + ci; !only_active || active[static_cast<std::size_t>(column)])
                    corner.columns[static_cast<std::size_t>(corner.count++)] = column;
    };
    add_columns(true);
    if (corner.count == 0) add_columns(false);
    return corner;
}

std::vector<Corner> make_corners(const Grid& grid) {
    const Index nx = grid.nx() + 1, ny = grid.ny() + 1;
    const auto active = columns_with_active_cells(grid);
    std::vector<Corner> corners(static_cast<std::size_t>(nx * ny));
    parallel_for(nx * ny, [&](Index c) { corners[static_cast<std::size_t>(c)] = make_corner(grid, active, c % nx, c / nx); });
    return corners;
}

void set_points(vtkStructuredGrid& data, const Grid& grid) {
    const auto corners = make_corners(grid);
    const auto per_surface = static_cast<Index>(corners.size());
    const Index count = per_surface * (grid.nz() + 1);
    vtkNew<vtkDoubleArray> coordinates;  // double: single precision keeps decimetres only of a national grid's northing
    coordinates->SetNumberOfComponents(3);
    coordinates->SetNumberOfTuples(count);
    double* out = coordinates->GetPointer(0);
    const double* surfaces = grid.surfaces().data();
    parallel_for(count, [&](Index p) {
        const auto& corner = corners[static_cast<std::size_t>(p % per_surface)];
        const double* surface = surfaces + p / per_surface * grid.column_count();
        double sum = 0;
        for (int n = 0; n < corner.count; ++n) sum += surface[corner.columns[static_cast<std::size_t>(n)]];
        out[3 * p] = corner.x;
        out[3 * p + 1] = corner.y;
        out[3 * p + 2] = sum / corner.count;
    });
    vtkNew<vtkPoints> points;
    points->SetData(coordinates);
    data.SetDimensions(static_cast<int>(grid.nx() + 1), static_cast<int>(grid.ny() + 1), static_cast<int>(grid.nz() + 1));
    data.SetPoints(points);
}

void hide_cells_not_active(vtkStructuredGrid& data, const Grid& grid) {
    if (grid.active_count() == grid.cell_count()) return;
    vtkNew<vtkUnsignedCharArray> ghosts;
    ghosts->SetName(vtkDataSetAttributes::GhostArrayName());
    ghosts->SetNumberOfTuples(grid.cell_count());
    unsigned char* out = ghosts->GetPointer(0);
    parallel_for(grid.cell_count(), [&](Index c) { out[c] = grid.active(c) ? 0 : vtkDataSetAttributes::HIDDENCELL; });
    data.GetCellData()->AddArray(ghosts);
}

void add_field(vtkStructuredGrid& data, const VtkField& field, Index cells) {
    const bool vector = !field.vectors.empty();
    if (std::ssize(field.values) != (vector ? 0 : cells) || std::ssize(field.vectors) != (vector ? 3 * cells : 0))
        throw std::invalid_argument(fmt::format("the field '{}' does not have one value per cell ({})", field.name, cells));
    vtkNew<vtkFloatArray> array;
    array->SetName(field.name.c_str());
    if (vector) {
        array->SetNumberOfComponents(3);
        // VTK takes no const pointer; it only reads here, and leaves the memory to its owner (the 1).
        array->SetArray(const_cast<float*>(field.vectors.data()), 3 * cells, 1);
    } else {
        array->SetNumberOfTuples(cells);
        const double *from = field.values.data(), factor = field.factor, offset = field.offset;
        float* out = array->GetPointer(0);
        parallel_for(cells, [=](Index c) { out[c] = static_cast<float>((from[c] - offset) / factor); });
    }
    data.GetCellData()->AddArray(array);
}

void add_numbers(vtkDataSet& target, const char* name, std::initializer_list<double> numbers) {
    vtkNew<vtkDoubleArray> array;
    array->SetName(name);
    for (const double number : numbers) array->InsertNextValue(number);
    target.GetFieldData()->AddArray(array);
}

void add_text(vtkDataSet& target, const char* name, const std::string& text) {
    if (text.empty()) return;
    vtkNew<vtkStringArray> array;
    array->SetName(name);
    array->InsertNextValue(text);
    target.GetFieldData()->AddArray(array);
}

void add_metadata(vtkDataSet& target, const Georeference& where, const VtkMetadata& metadata) {
    add_numbers(target, "TimeValue", {metadata.time});
    add_text(target, "date", metadata.date);
    add_text(target, "crs", where.crs);
    add_text(target, "vertical_datum", where.vertical_datum);
    add_numbers(target, "origin", {where.origin_x, where.origin_y});
    add_numbers(target, "rotation", {where.rotation});
    add_text(target, "time_unit", "d");
    add_text(target, "site", metadata.site);
    add_text(target, "galena_version", metadata.program_version);
}

/// Raw appended data, lz4, whole or not at all.
void write_whole(vtkXMLWriter& writer, const std::filesystem::path& file, vtkDataSet& data) {
    writer.SetFileName(unfinished(file).c_str());
    writer.SetInputDataObject(&data);
    writer.SetDataModeToAppended();
    writer.EncodeAppendedDataOff();
    writer.SetCompressorTypeToLZ4();
    writer.SetHeaderTypeToUInt64();  // the default's 4 GiB per array end at 180 million points
    if (writer.Write() != 1 || writer.GetErrorCode() != 0) throw std::runtime_error(fmt::format("{} cannot be written", file.string()));
    finish(file);
}

void add_line_field(vtkDataSetAttributes& target, const VtkLineField& field, std::size_t size) {
    if (field.values.size() != size)
        throw std::invalid_argument(fmt::format("'{}' has {} numbers where {} are needed", field.name, field.values.size(), size));
    vtkNew<vtkDoubleArray> array;
    array->SetName(field.name.c_str());
    array->SetArray(const_cast<double*>(field.values.data()), static_cast<Index>(size), 1);  // as in add_field, VTK only reads
    target.AddArray(array);
}

std::string xml_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    return out;
}

}  // namespace

void write_vts(const std::filesystem::path& file, const Grid& grid, std::span<const VtkField> fields, const VtkMetadata& metadata) {
    vtkObject::GlobalWarningDisplayOff();  // troubles are thrown, not printed
    vtkNew<vtkStructuredGrid> target;
    set_points(*target, grid);
    hide_cells_not_active(*target, grid);
    for (const auto& field : fields) add_field(*target, field, grid.cell_count());

    add_metadata(*target, grid.georeference(), metadata);
    vtkNew<vtkXMLStructuredGridWriter> writer;
    write_whole(*writer, file, *target);
}

void write_vtp(const std::filesystem::path& file, const VtkLines& lines, const Georeference& where, const VtkMetadata& metadata) {
    vtkObject::GlobalWarningDisplayOff();
    const bool fits = lines.begin.empty() ? lines.points.empty() : lines.begin.back() == static_cast<Index>(lines.points.size());
    if (!fits) throw std::invalid_argument("the lines do not hold all points");
    vtkNew<vtkPoints> points;
    points->SetDataTypeToDouble();
    points->SetNumberOfPoints(static_cast<Index>(lines.points.size()));
    for (std::size_t n = 0; n < lines.points.size(); ++n)
        points->SetPoint(static_cast<Index>(n), lines.points[n].x, lines.points[n].y, lines.points[n].z);
    vtkNew<vtkCellArray> cells;
    const std::size_t count = lines.begin.empty() ? 0 : lines.begin.size() - 1;
    for (std::size_t line = 0; line < count; ++line) {
        const Index first = lines.begin[line], end = lines.begin[line + 1];
        if (end <= first) throw std::invalid_argument("a line has no point");
        // VTK takes no line of one point (its writer crashes on it): such a line ends where it begins.
        const bool stays = end == first + 1;
        cells->InsertNextCell(stays ? 2 : static_cast<int>(end - first));
        for (Index p = first; p < end; ++p) cells->InsertCellPoint(p);
        if (stays) cells->InsertCellPoint(first);
    }
    vtkNew<vtkPolyData> target;
    target->SetPoints(points);
    target->SetLines(cells);
    for (const auto& field : lines.point_fields) add_line_field(*target->GetPointData(), field, lines.points.size());
    for (const auto& field : lines.line_fields) add_line_field(*target->GetCellData(), field, count);
    add_text(*target, "key", lines.key);
    add_metadata(*target, where, metadata);
    vtkNew<vtkXMLPolyDataWriter> writer;
    write_whole(*writer, file, *target);
}

void write_pvd(const std::filesystem::path& file, const std::vector<PvdEntry>& entries) {
    std::string text =
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<VTKFile type=\"Collection\" version=\"0.1\" byte_order=\"LittleEndian\">\n  "
        "<Collection>\n";
    for (const auto& e : entries)
        text += fmt::format("    <!-- {} -->\n    <DataSet timestep=\"{}\" group=\"\" part=\"0\" file=\"{}\"/>\n", e.date, e.time,
                            xml_escaped(e.file));
    replace_file(file, text + "  </Collection>\n</VTKFile>\n");
}

}  // namespace galena
