#pragma once
// Heads, concentrations and contents at observation points and the water flux of every boundary, at every step: into observations.csv (in
// the units people read) and results.h5 (SI).

#include "output/csv_writer.hpp"
#include "output/results_file.hpp"
#include "simulation/observer.hpp"

namespace galena {

/// The active cell in which an observation point lies: at its height or depth, else the highest of its column; -1 when there is none.
Index observation_cell(const ObservationTable& point, const Grid& grid);

/// The active cell an observation point lies in; outside the grid or in no active cell it is a mistake.
std::optional<Index> observation_cell(const ObservationTable& point, const Grid& grid, Diagnostics& diagnostics);

class ObservationWriter final : public Observer {
public:
    /// Finds the cells of the points; points outside the grid or in inactive cells are mistakes.
    ObservationWriter(const Site& site, const Domain& domain, Diagnostics& diagnostics);
    /// Opens the CSV file; call once before the run. `results` must outlive the run.
    void open(const std::filesystem::path& file, ResultsFile& results, bool resume);

    void observe(const Moment& moment) override;
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;

private:
    [[nodiscard]] std::vector<Observed> row(const Moment& moment) const;

    struct ObservationPoint {
        std::string name;
        Index cell;
    };
    std::vector<ObservationPoint> points_;
    ResultsFile* results_ = nullptr;
    std::filesystem::path file_;
    mutable std::unique_ptr<CsvWriter> out_;
};

/// zones.csv: water and substances held in zones at output times.
class ZoneWriter final : public Observer {
public:
    ZoneWriter(const Site& site, const Domain& domain, Diagnostics& diagnostics);
    void open(const std::filesystem::path& file, bool resume);
    [[nodiscard]] bool wanted() const { return !zones_.empty(); }

    void observe(const Moment& moment) override;
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;

private:
    std::vector<std::pair<std::string, const std::vector<Index>*>> zones_;
    std::filesystem::path file_;
    mutable std::unique_ptr<CsvWriter> out_;
};

}  // namespace galena
