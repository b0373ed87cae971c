#include "output/budget_writer.hpp"

#include "core/units.hpp"

namespace galena {

BudgetWriter::BudgetWriter(const std::filesystem::path& file, bool resume) : file_(file) {
    if (!resume)
        out_ = std::make_unique<CsvWriter>(file, std::initializer_list<std::string_view>{"time", "date", "component", "term", "name", "in",
                                                                                         "out", "cumulative_in", "cumulative_out", "unit"});
}

void BudgetWriter::observe(const Moment& moment) {
    if (moment.step.duration == 0) return;
    const double days = moment.state.time / seconds_per_day;
    const auto date = moment.date().text();
    for (const auto& e : moment.ledger.entries())
        out_->row({days, date, e.term.component, e.term.term, e.term.name, e.term.in, e.term.out, e.cumulative_in, e.cumulative_out,
                   e.term.unit});
    // closure: of the step in `in`, cumulative in `cumulative_in`; a fraction.
    for (const auto& c : moment.ledger.closures()) out_->row({days, date, c.component, "closure", "", c.step, 0.0, c.cumulative, 0.0, "1"});
    if (moment.output) out_->flush();
}

void BudgetWriter::save(CheckpointWriter& out) const { out.write("budget_csv/bytes", static_cast<double>(out_->flush())); }
void BudgetWriter::load(CheckpointReader& in) {
    out_ = std::make_unique<CsvWriter>(file_, static_cast<std::uint64_t>(in.read("budget_csv/bytes")));
}

}  // namespace galena
