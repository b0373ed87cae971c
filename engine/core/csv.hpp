#pragma once
// Tables of text: comma-, semicolon- or tab-separated files with a header row (RFC 4180, and what spreadsheets make of it).

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace galena {

/// A measured value as a laboratory reports it.
struct Measurement {
    double value = 0;              ///< the number, or the detection limit
    bool below_detection = false;  ///< written "<0.05": less than `value`
};

/// Reads a finite decimal number with blanks around it ("12", " -3.5e-4 "); nothing when the text is anything else, "nan" and "inf"
/// included.
std::optional<double> parse_number(std::string_view text);

/// Reads "0.3" or "<0.05"; nothing when the text is malformed or a detection limit is not positive.
std::optional<Measurement> parse_measurement(std::string_view text);

/// A table read from a file. Rows and columns count from 0 here and from 1 (below the header) in messages.
class CsvTable {
public:
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
    [[nodiscard]] std::size_t column_count() const { return columns_.size(); }
    [[nodiscard]] std::size_t row_count() const { return rows_.size(); }

    /// The field without its quotes and without blanks around it. Valid as long as the table.
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t column) const;
    /// Where the field begins in the file (columns count bytes).
    [[nodiscard]] Place place(std::size_t row, std::size_t column) const;
    [[nodiscard]] Place header_place(std::size_t column) const;
    /// "row 7, column 'zinc'", for messages.
    [[nodiscard]] std::string describe(std::size_t row, std::size_t column) const;
    /// True when at least one empty line separates the row from the one before.
    [[nodiscard]] bool follows_blank_line(std::size_t row) const;

    [[nodiscard]] std::optional<std::size_t> find_column(std::string_view name) const;
    /// Like find_column; a missing column is an error at `asked_at` (where the site file names it), with a suggestion.
    std::optional<std::size_t> require_column(std::string_view name, const Place& asked_at, Diagnostics& diagnostics) const;

    /// The column of that name, or the one at `position` when the name is empty; a column that is not there is an error.
    std::optional<std::size_t> column_or_position(std::string_view name, std::size_t position, const Place& asked_at,
                                                  Diagnostics& diagnostics) const;

    /// The number in a field; nothing when the field is empty (not measured), or when it is no finite number, which is an error.
    std::optional<double> number(std::size_t row, std::size_t column, Diagnostics& diagnostics) const;
    /// Like number, but an empty field is an error too.
    std::optional<double> required_number(std::size_t row, std::size_t column, Diagnostics& diagnostics) const;
    /// Like number, and "<0.05" is allowed.
    std::optional<Measurement> measurement(std::size_t row, std::size_t column, Diagnostics& diagnostics) const;
    /// A whole column of numbers, NaN where not measured; after 20 mistakes the rest are only counted.
    std::vector<double> numbers(std::size_t column, Diagnostics& diagnostics) const;

private:
    friend class CsvParser;
    friend CsvTable read_csv(const std::string& path, const Place& asked_at, Diagnostics& diagnostics);
    struct Field {
        std::uint32_t begin, length;
    };
    struct Row {
        std::uint32_t begin;   ///< offset of its first byte
        std::uint32_t number;  ///< counted from 1 below the header, faulty rows included
        int line;
    };
    [[nodiscard]] Place place_of(const Row& row, const Field& field) const;
    [[nodiscard]] const Field& field(std::size_t row, std::size_t column) const { return fields_[row * columns_.size() + column]; }

    std::string path_, text_;
    std::vector<std::string> columns_;
    Row header_row_{0, 0, 0};
    std::vector<Field> header_;
    std::vector<Field> fields_;  ///< row by row
    std::vector<Row> rows_;
    std::vector<std::size_t> after_blank_;  ///< rows that follow an empty line, ascending
};

/// Reads a table. The separator (`,` `;` or tab) is the one most frequent in the header; fields may be quoted; a byte order mark, CRLF,
/// empty lines and lines that begin with `#` are accepted. Every mistake (missing or empty file, an empty or repeated column name, rows
/// with too few or too many fields, an open quote) goes into `diagnostics`; faulty rows are left out of the table.
/// asked_at: the place in the site file that names the file; errors about the file as a whole are told there.
CsvTable read_csv(const std::string& path, const Place& asked_at, Diagnostics& diagnostics);

}  // namespace galena
