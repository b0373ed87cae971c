#pragma once
// Fields at output times: into results.h5 (SI) and into VTK files (in the units people read), and the budget of every step into results.h5.

#include "output/results_file.hpp"
#include "output/vtk.hpp"
#include "simulation/observer.hpp"

namespace galena {

class FieldWriter final : public Observer {
public:
    struct Options {
        std::filesystem::path folder;
        ResultsMetadata metadata;
        bool vtk = true;
        bool resume = false;
    };
    /// others: observers whose fields are written too.
    FieldWriter(Options options, const Domain& domain, std::vector<const Observer*> others);

    void observe(const Moment& moment) override;
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;

    /// Tables and summary numbers at the end of the run.
    [[nodiscard]] ResultsFile& results() { return results_; }

private:
    void write_static(const Domain& domain);
    void write_results(const Moment& moment);
    void write_vtk(const Moment& moment);

    Options options_;
    std::vector<const Observer*> others_;
    ResultsFile results_;
    std::vector<PvdEntry> series_;
};

}  // namespace galena
