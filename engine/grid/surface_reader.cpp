// Surfaces out of files: ESRI ASCII grids, and points in CSV.

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/suggestion.hpp"
#include "core/text_file.hpp"
#include "grid/surface.hpp"

namespace galena {

namespace {

constexpr std::size_t most_reported = 20;

std::string lower_case(std::string_view word) {
    std::string text(word);
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// One ESRI ASCII grid: keys with values, then rows of numbers from north to south.
class AsciiGridReader {
public:
    AsciiGridReader(std::string path, const std::string& text, Diagnostics& diagnostics)
        : path_(std::move(path)), text_(text), diagnostics_(diagnostics) {}

    std::optional<Raster> read() {
        const auto errors_before = diagnostics_.error_count();
        read_header();
        Raster raster;
        raster.columns = count("ncols");
        raster.rows = count("nrows");
        raster.cell_width = cell_size("dx");
        raster.cell_height = cell_size("dy");
        raster.x_first = first_centre("xllcorner", "xllcenter", raster.cell_width);
        raster.y_first = first_centre("yllcorner", "yllcenter", raster.cell_height);
        if (diagnostics_.error_count() > errors_before) return std::nullopt;
        read_values(raster);
        if (diagnostics_.error_count() > errors_before) return std::nullopt;
        return raster;
    }

private:
    struct Entry {
        double value;
        std::size_t byte;
    };

    /// The next word; empty at the end of the file. byte_ is then where it begins.
    std::string_view next_word() {
        constexpr std::string_view blanks = " \t\r\n";
        byte_ = std::min(text_.find_first_not_of(blanks, at_), text_.size());
        at_ = std::min(text_.find_first_of(blanks, byte_), text_.size());
        return std::string_view(text_).substr(byte_, at_ - byte_);
    }

    void complain(std::size_t byte, std::string what, std::string hint = {}) {
        diagnostics_.error(place_of_byte(path_, text_, byte), std::move(what), std::move(hint));
    }

    void read_header() {
        for (;;) {
            const auto rewind = at_;
            const auto word = next_word();
            const auto key = lower_case(word);
            if (word.empty() || key == "nan" || !std::isalpha(static_cast<unsigned char>(word.front()))) {
                at_ = rewind;
                return;
            }
            read_entry(key, word);
        }
    }

    void read_entry(const std::string& key, std::string_view written) {
        static const std::vector<std::string> known{"ncols",     "nrows",    "xllcorner", "xllcenter", "yllcorner",
                                                    "yllcenter", "cellsize", "dx",        "dy",        "nodata_value"};
        const auto byte = byte_;
        if (std::find(known.begin(), known.end(), key) == known.end())
            complain(byte, fmt::format("unknown key '{}'", written), suggestion(key, known));
        const auto value_word = next_word();
        const bool nan_allowed = key == "nodata_value" && lower_case(value_word) == "nan";
        const auto value = parse_number(value_word);
        if (!value && !nan_allowed)
            complain(byte_, fmt::format("'{}' is not a number", value_word), fmt::format("'{}' needs a number", written));
        if (!entries_.try_emplace(key, Entry{value.value_or(std::numeric_limits<double>::quiet_NaN()), byte}).second)
            complain(byte, fmt::format("the key '{}' is given twice", written), "keep one of them");
    }

    [[nodiscard]] const Entry* find(const std::string& key) const {
        const auto found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second;
    }

    void missing(const std::string& what) {
        diagnostics_.error({path_, 1}, fmt::format("the header does not give {}", what),
                           "an ESRI ASCII grid begins with ncols, nrows, xllcorner, yllcorner, cellsize, NODATA_value");
    }

    Index count(const std::string& key) {
        const auto* entry = find(key);
        if (!entry) {
            missing(key);
            return 0;
        }
        const double value = entry->value;
        if (value >= 1 && value <= 1e9 && value == std::floor(value)) return static_cast<Index>(value);
        if (!std::isnan(value)) complain(entry->byte, fmt::format("{} is {}", key, value), "a positive whole number is needed");
        return 0;
    }

    double cell_size(const std::string& own_key) {
        const auto* entry = find(own_key);
        if (!entry) entry = find("cellsize");
        if (!entry) {
            missing(own_key == "dx" ? "cellsize" : "cellsize (or dx and dy)");
            return 1;
        }
        if (entry->value <= 0) complain(entry->byte, fmt::format("the cell size is {}", entry->value), "a positive length is needed");
        return entry->value;
    }

    double first_centre(const std::string& corner, const std::string& centre, double cell_size) {
        if (const auto* entry = find(centre)) return entry->value;
        if (const auto* entry = find(corner)) return entry->value + 0.5 * cell_size;
        missing(fmt::format("{} or {}", corner, centre));
        return 0;
    }

    void read_values(Raster& raster) {
        const auto* entry = find("nodata_value");
        const double marker = entry ? entry->value : -9999;
        const auto due = static_cast<std::size_t>(raster.columns) * static_cast<std::size_t>(raster.rows);
        std::vector<double> from_north;
        from_north.reserve(std::min(due, text_.size() / 2 + 1));
        std::size_t faulty = 0;
        for (auto word = next_word(); !word.empty(); word = next_word()) {
            const auto value = parse_number(word);
            if (!value && lower_case(word) != "nan" && ++faulty <= most_reported)
                complain(byte_,
                         fmt::format("'{}' is not a number (row {}, column {})", word, from_north.size() / raster.columns + 1,
                                     from_north.size() % raster.columns + 1),
                         fmt::format("write {} where there is no data", marker));
            from_north.push_back(value && *value != marker ? *value : std::numeric_limits<double>::quiet_NaN());
        }
        if (faulty > most_reported) diagnostics_.error({path_}, fmt::format("{} more values are not numbers", faulty - most_reported));
        if (from_north.size() != due)
            complain(text_.size(),
                     fmt::format("the grid has {} values, its header announces {} × {} = {}", from_north.size(), raster.columns,
                                 raster.rows, due),
                     "check ncols and nrows, and that the file is complete");
        else if (std::all_of(from_north.begin(), from_north.end(), [](double z) { return std::isnan(z); }))
            diagnostics_.error({path_}, "the grid holds no data at all", fmt::format("every value is {}", marker));
        else turn_over(raster, from_north);
    }

    /// The file's first row is the northernmost; ours is the southernmost.
    static void turn_over(Raster& raster, const std::vector<double>& from_north) {
        raster.values.resize(from_north.size());
        for (Index row = 0; row < raster.rows; ++row)
            std::copy_n(from_north.begin() + (raster.rows - 1 - row) * raster.columns, raster.columns,
                        raster.values.begin() + row * raster.columns);
    }

    std::string path_;
    const std::string& text_;
    Diagnostics& diagnostics_;
    std::map<std::string, Entry> entries_;
    std::size_t at_ = 0, byte_ = 0;
};

}  // namespace

std::optional<Raster> read_ascii_grid(const std::string& path, const Place& asked_at, Diagnostics& diagnostics) {
    const auto text = read_text_file(path, asked_at, diagnostics);
    if (!text) return std::nullopt;
    return AsciiGridReader(path, *text, diagnostics).read();
}

std::optional<Samples> read_surface_points(const std::string& path, const Place& asked_at, Diagnostics& diagnostics,
                                           const SurfaceColumns& columns) {
    const auto errors_before = diagnostics.error_count();
    const auto table = read_csv(path, asked_at, diagnostics);
    const auto x_column = table.column_or_position(columns.x, 0, asked_at, diagnostics);
    const auto y_column = table.column_or_position(columns.y, 1, asked_at, diagnostics);
    const auto z_column = table.column_or_position(columns.z, 2, asked_at, diagnostics);
    if (!x_column || !y_column || !z_column) return std::nullopt;
    Samples points;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const auto x = table.required_number(row, *x_column, diagnostics), y = table.required_number(row, *y_column, diagnostics);
        const auto z = table.number(row, *z_column, diagnostics);
        if (x && y && z) points.add(*x, *y, *z);
    }
    if (points.empty() && diagnostics.error_count() == errors_before)
        diagnostics.error(asked_at, fmt::format("'{}' has no point with a value", path), "a surface needs at least one");
    if (diagnostics.error_count() > errors_before) return std::nullopt;
    auto merged = merge_duplicates(points);
    if (merged.merged > 0)
        diagnostics.warning({path}, fmt::format("{} point{} another one; points at one place were averaged", merged.merged,
                                                merged.merged == 1 ? " lies on" : "s lie on"));
    return std::move(merged.samples);
}

}  // namespace galena
