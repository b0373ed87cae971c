#pragma once
// budget.csv: every term of every step, with storage and closure (design names: time, date, component, term, name, in, out, ...).

#include "output/csv_writer.hpp"
#include "simulation/observer.hpp"

namespace galena {

class BudgetWriter final : public Observer {
public:
    explicit BudgetWriter(const std::filesystem::path& file, bool resume);
    void observe(const Moment& moment) override;
    void save(CheckpointWriter& out) const override;
    void load(CheckpointReader& in) override;

private:
    std::filesystem::path file_;
    mutable std::unique_ptr<CsvWriter> out_;
};

}  // namespace galena
