#include <cmath>

#include "core/csv.hpp"
#include "grid/geostatistics.hpp"
#include "paths.hpp"
#include "verification_report.hpp"

using namespace galena;
using verification::report;

namespace {

Samples zinc_of_the_meuse() {
    Diagnostics diagnostics;
    const auto table = read_csv(source_folder() + "/examples/meuse/meuse.csv", {}, diagnostics);
    diagnostics.throw_if_errors();
    const auto column = [&](const char* name) { return table.numbers(table.find_column(name).value(), diagnostics); };
    return {column("x"), column("y"), column("zinc")};
}

void report_figure(const char* quantity, double reference, double found, double tolerance) {
    report("meuse/variogram", quantity, reference, found, std::abs(found - reference), tolerance,
           "gstat (Pebesma 2004) on the data of Rikken and van Rijn (1993)");
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("log zinc of the Meuse has the known variogram and cross-validation error") {
        const auto zinc = logarithm(zinc_of_the_meuse());
        REQUIRE(zinc.size() == 155);
        const auto experimental = experimental_variogram(zinc);
        const auto fit = fit_variogram(experimental, VariogramModel::spherical);
        CHECK(fit.converged);
        // Every tolerance is half a unit of the last digit to which the figure is known.
        report_figure("cutoff:abs", 1596.6, experimental.cutoff, 0.05);
        report_figure("nugget:abs", 0.0507, fit.variogram.nugget, 0.00005);
        report_figure("partial_sill:abs", 0.591, fit.variogram.partial_sill, 0.0005);
        report_figure("range:abs", 897, fit.variogram.range, 0.5);
        const auto all = leave_one_out(zinc, fit.variogram), nearest = leave_one_out(zinc, fit.variogram, {.neighbours = 12});
        report_figure("leave_one_out_rmse_all:abs", 0.392, all.root_mean_square_error, 0.0005);
        report_figure("leave_one_out_rmse_nearest_12:abs", 0.391, nearest.root_mean_square_error, 0.0005);
    }
}
