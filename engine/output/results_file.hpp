#pragma once
// results.h5: everything needed to report later. The layout is described in docs/results-format.md; numbers are SI.

#include <map>
#include <memory>

#include "grid/field.hpp"
#include "output/hdf5.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// What a results file says about itself.
struct ResultsMetadata {
    std::string version;  ///< of the program
    std::string site_name;
    std::string site_file;     ///< its name, without the folder
    std::string site_text;     ///< its whole content
    std::string start;         ///< date of time 0
    std::string command = {};  ///< as typed; may be empty
};

/// One observed number.
struct Observed {
    std::string name;      ///< of the point or boundary
    std::string quantity;  ///< "concentration/Cd"
    std::string unit;      ///< SI
    std::string shown_unit;
    double value = 0;  ///< SI; NaN when it is not known at this time
};

/// SHA-256 of a text, in hexadecimal.
std::string sha256(std::string_view text);

class ResultsFile {
public:
    static ResultsFile create(const std::filesystem::path& file, const ResultsMetadata& metadata, const Grid& grid);
    /// Opens a file to continue it (append) or to read it. Throws std::runtime_error when it is none of ours or of another format version.
    static ResultsFile open(const std::filesystem::path& file, bool append);

    // Writing.
    void write_static(const std::string& name, const std::string& unit, const std::string& meaning, std::span<const double> cells);
    /// The cells of a zone, as 1 in a mask of the grid.
    void write_zone(const std::string& name, std::span<const Index> cells);
    /// Begins a new output time; fields appended until the next one belong to it.
    void begin_time(double seconds, const std::string& date);
    /// The field's values at the output time begun last; at times when it was not written it holds NaN. Throws std::runtime_error when no
    /// time was begun, or the field was written at it already.
    void append_field(const std::string& name, const std::string& unit, const std::string& meaning, std::span<const double> cells);
    /// One row of the budget per term. Terms may come later (a run that goes on with measures): their rows until then are 0.
    void append_budget(double seconds, const Ledger& ledger);
    /// One row of observations. Some may come later: their rows until then are 0.
    void append_observations(double seconds, std::span<const Observed> row);
    /// Writes a table; one of the same name is replaced.
    void write_table(const Table& table);
    void set(std::string_view name, std::string_view text) { file_.set("/", name, text); }
    void set(std::string_view name, double value) { file_.set("/", name, value); }
    void flush() const { file_.flush(); }

    /// How much is in the file, for a checkpoint; and back to it.
    [[nodiscard]] std::uint64_t times() const;
    [[nodiscard]] std::uint64_t budget_rows() const;
    [[nodiscard]] std::uint64_t observation_rows() const;
    void truncate(std::uint64_t times, std::uint64_t budget_rows);
    void truncate_observations(std::uint64_t rows);

    // Reading.
    [[nodiscard]] ResultsMetadata metadata() const;
    [[nodiscard]] Grid grid() const;
    [[nodiscard]] std::vector<double> time_values() const;  ///< [s]
    [[nodiscard]] std::vector<std::string> dates() const;   ///< ISO 8601
    [[nodiscard]] std::vector<std::string> static_names() const;
    [[nodiscard]] std::vector<double> static_field(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> field_names() const;
    /// The unit and meaning of a field are attributes of file() at "/fields/<name>". NaN at a time when the field was not written.
    [[nodiscard]] std::vector<double> field(const std::string& name, std::uint64_t time) const;
    [[nodiscard]] std::vector<std::string> table_names() const;
    [[nodiscard]] Table table(const std::string& name) const;
    [[nodiscard]] const Hdf5File& file() const { return file_; }

private:
    explicit ResultsFile(Hdf5File file) : file_(std::move(file)) {}
    void write_grid(const Grid& grid);
    void begin_budget(const Ledger& ledger);
    void widen_budget(const Ledger& ledger);
    void widen_observations(std::span<const Observed> row);
    void begin_observations(std::span<const Observed> row);
    void write_texts(const std::string& path, const std::vector<std::string>& texts, const std::string& meaning);

    Hdf5File file_;
    std::vector<std::uint64_t> shape_;  ///< nz, ny, nx
};

}  // namespace galena
