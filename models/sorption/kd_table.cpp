// Distribution coefficients from a table over pH: their logarithms are joined by lines.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "sorption/coefficient_law.hpp"

namespace galena {

struct KdTableIsotherm final : CoefficientLaw {
    static constexpr std::string_view name = "kd_table", meaning = "Kd from a CSV table over pH, log-linear between its rows";

    FilePath file;
    std::string pH_column = "pH", column = "Kd", unit_text = "L/kg";
    Places places;

    static auto parameters() {
        using T = KdTableIsotherm;
        return std::tuple{
            parameter("file", &T::file, "CSV file: pH ascending, and Kd"),
            parameter("pH_column", &T::pH_column, "column of the pH").with_default(),
            parameter("column", &T::column, "column of the distribution coefficient").with_default(),
            parameter("unit", &T::unit_text, "unit of the distribution coefficient").with_default(),
        };
    }

    void check(ReadContext& context) {
        const auto given = Unit::parse(unit_text);
        if (!given || !given->same_dimension(unit("L/kg")))
            context.diagnostics.error(places.of("unit"), fmt::format("'{}' is no unit of a distribution coefficient", unit_text),
                                      "for example L/kg or mL/g");
    }

    void resolve(const Site&, Domain& domain, Diagnostics& diagnostics) override {
        coefficient_ = CellField(domain.grid);
        const auto before = diagnostics.error_count();
        if (domain.medium.pH.empty())
            diagnostics.error(place, "Kd depends on pH, but no pH is given", "give pH in a [[medium]] for every active cell");
        read(diagnostics);
        if (diagnostics.error_count() != before) return;
        for (Index c = 0; c < domain.grid.cell_count(); ++c) {
            const double pH = domain.medium.pH[c];
            if (!domain.grid.active(c) || (pH >= pH_.front() && pH <= pH_.back())) continue;
            diagnostics.error(file.place, fmt::format("the pH is {:g} in {}, outside the table", pH, domain.grid.describe(c)),
                              fmt::format("the table goes from pH {:g} to {:g}", pH_.front(), pH_.back()));
            return;
        }
        adopt_medium(domain);
    }

    /// Beyond the table, where edits may bring the pH, its ends hold.
    void adopt_medium(const Domain& domain) override {
        for_each_cell(domain.grid, [&](Index c) {
            const double pH = std::clamp(domain.medium.pH[c], pH_.front(), pH_.back());
            const auto above = std::max<std::ptrdiff_t>(1, std::lower_bound(pH_.begin(), pH_.end(), pH) - pH_.begin());
            const auto n = static_cast<std::size_t>(above);
            const double share = (pH - pH_[n - 1]) / (pH_[n] - pH_[n - 1]);
            coefficient_[c] = std::exp((1 - share) * log_kd_[n - 1] + share * log_kd_[n]);
        });
    }

    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("{}, from a table of {} rows over pH {:g} to {:g}", range_text("Kd", coefficient_, "L/kg", grid), pH_.size(),
                           pH_.front(), pH_.back());
    }

private:
    void read(Diagnostics& diagnostics) {
        pH_.clear(), log_kd_.clear();
        const auto table = read_csv(file.path.string(), file.place, diagnostics);
        if (table.row_count() == 0) return;
        const auto at_pH = table.require_column(pH_column, places.of("pH_column"), diagnostics);
        const auto at_kd = table.require_column(column, places.of("column"), diagnostics);
        if (!at_pH || !at_kd) return;
        for (std::size_t row = 0; row < table.row_count(); ++row) {
            const auto pH = table.required_number(row, *at_pH, diagnostics), kd = table.required_number(row, *at_kd, diagnostics);
            if (!pH || !kd) continue;
            if (!pH_.empty() && *pH <= pH_.back())
                diagnostics.error(table.place(row, *at_pH), fmt::format("pH {:g} does not come after {:g}", *pH, pH_.back()),
                                  "sort the table by pH, ascending");
            if (*kd <= 0)
                diagnostics.error(table.place(row, *at_kd), fmt::format("Kd is {:g}", *kd),
                                  "positive values only: logarithms are joined by lines");
            pH_.push_back(*pH), log_kd_.push_back(std::log(unit(unit_text).to_si(*kd)));
        }
        if (pH_.size() == 1) diagnostics.error(file.place, "the table of Kd has one row", "give at least two, over the range of the pH");
    }

    std::vector<double> pH_, log_kd_;  ///< ascending; of m³/kg
};

REGISTER(Isotherm, KdTableIsotherm)

}  // namespace galena
