#pragma once
// VTK files as a ParaView user expects them. The only files that know VTK are this one's .cpp.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "grid/grid.hpp"

namespace galena {

/// Numbers per cell, inactive cells included; in single precision in the file, for files are made to be looked at.
struct VtkField {
    std::string name;                     ///< with its unit: "hydraulic_head [m]"
    std::span<const double> values;       ///< one per cell
    double factor = 1, offset = 0;        ///< what is shown: (value − offset) / factor
    std::span<const float> vectors = {};  ///< instead of values: three per cell, along the axes of the crs, shown as they are
};

struct VtkMetadata {
    double time = 0;  ///< since the start [d]
    std::string date, program_version, site;
};

/// Writes an XML structured grid (.vts, raw appended, lz4). Points are in the crs; the elevation of a corner is the mean of the columns
/// around it that have active cells (of all, where none has). Cells that are not active carry the ghost flag HIDDENCELL, so that ParaView
/// blanks them. The file appears whole or not at all.
/// Throws std::invalid_argument when a field does not fit the grid, std::runtime_error when the file cannot be written.
void write_vts(const std::filesystem::path& file, const Grid& grid, std::span<const VtkField> fields, const VtkMetadata& metadata);

/// Numbers on lines: one per point, or one per line.
struct VtkLineField {
    std::string name;  ///< with its unit: "travel_time [d]"
    std::span<const double> values;
};

/// Lines through points of the crs.
struct VtkLines {
    std::span<const Point> points;  ///< of all lines, one after the other
    std::span<const Index> begin;   ///< first point of every line, and the number of points at the end
    std::vector<VtkLineField> point_fields, line_fields;
    std::string key;  ///< what codes among the numbers mean; kept as field data
};

/// Writes polylines (.vtp, raw appended, lz4). The file appears whole or not at all.
/// Throws std::invalid_argument when numbers do not fit the points or lines, std::runtime_error when the file cannot be written.
void write_vtp(const std::filesystem::path& file, const VtkLines& lines, const Georeference& where, const VtkMetadata& metadata);

/// One time of a series.
struct PvdEntry {
    double time = 0;  ///< since the start [d]
    std::string date;
    std::string file;  ///< relative to the .pvd
};

/// Writes the collection that ParaView opens as a series in time [d]. Replaces the file in one go, so it is never half-written.
void write_pvd(const std::filesystem::path& file, const std::vector<PvdEntry>& entries);

}  // namespace galena
