// Drawdown around a well that starts pumping a wide confined aquifer: Theis (1935).

#include <numbers>

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double transmissivity = 500;  // m²/d
constexpr double storage = 2e-4;        // -
constexpr double rate = 1000;           // m³/d

double theis_drawdown(double r, double days) {
    const double u = r * r * storage / (4 * transmissivity * days);
    return rate / (4 * std::numbers::pi * transmissivity) * -std::expint(-u);  // W(u) = -Ei(-u)
}

/// How finely space and time are cut: widths and steps grow by these factors from the first one on.
struct Refinement {
    double first_width, width_growth;  // m, -
    double first_step, step_growth;    // d, -

    [[nodiscard]] Refinement in_space() const { return {0.5 * first_width, std::sqrt(width_growth), first_step, step_growth}; }
    [[nodiscard]] Refinement in_time() const { return {first_width, width_growth, 0.5 * first_step, std::sqrt(step_growth)}; }
};

struct Drawdown {
    std::vector<double> r, exact, computed;  ///< of the cells with 10 m < r < 100 m: nearer, the well's cell is no point
    std::vector<std::size_t> along_x;        ///< those of them in the row along the x axis, outwards
    double closure = 0;

    [[nodiscard]] double error(std::size_t n) const { return (computed[n] - exact[n]) / exact[n]; }
    /// Relative error in the row along the x axis, between its cells by linear interpolation in ln r.
    [[nodiscard]] double error_at(double radius) const {
        for (std::size_t k = 1; k < along_x.size(); ++k) {
            const auto a = along_x[k - 1], b = along_x[k];
            if (radius > r[b]) continue;
            const double w = std::log(radius / r[a]) / std::log(r[b] / r[a]);
            return (1 - w) * error(a) + w * error(b);
        }
        return error(along_x.back());
    }
};

/// A quarter of the plane with the well in its corner, out to 5 km: at 0.1 d, u = 25 there, and the cone has not come so far.
Drawdown pump(const Refinement& fine) {
    std::vector<double> widths;
    double reach = 0;
    for (double width = fine.first_width; reach < 5000; width *= fine.width_growth) {
        widths.push_back(width);
        reach += width;
    }
    SiteRun run(fmt::format(R"(
[site]
name = "Theis"
start = 2024-01-01
duration = "0.1 d"
[grid]
dx = {0}
dy = {0}
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "10 m"
[[medium]]
hydraulic_conductivity = "{1} m/d"
specific_storage = "{2:g} 1/m"
porosity = 0.3
[flow]
regime = "transient"
initial_head = "0 m"
initial_step = "{3:.17g} d"
growth = {4:.17g}
[[boundary]]
type = "well"
name = "well"
x = "1 mm"
y = "1 mm"
rate = "-{5} m3/d"
)",
                            widths_text(widths), transmissivity / 10, storage / 10, fine.first_step, fine.step_growth, 0.25 * rate));
    run.finish();
    CHECK(std::abs(run.head(run.cell(reach - 1, 0.01, -5))) < 2e-6);  // the sides are out of reach: as good as infinite
    Drawdown result;
    const double axis = 0.5 * fine.first_width;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const auto p = run.grid().centre_crs(c);
        const double r = std::hypot(p.x, p.y);
        if (r < 10 || r > 100) continue;
        if (p.y < 1.01 * axis) result.along_x.push_back(result.r.size());
        result.r.push_back(r);
        result.exact.push_back(theis_drawdown(r, run.days()));
        result.computed.push_back(-run.head(c));
    }
    result.closure = run.closure();
    return result;
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("the drawdown around a well is that of Theis") {
        const Refinement base_cut{0.5, 1.3, 5e-4, 1.25};
        const auto base = pump(base_cut), in_space = pump(base_cut.in_space()), in_time = pump(base_cut.in_time());
        std::size_t worst = 0;
        double by_space = 0, by_time = 0;
        for (std::size_t n = 0; n < base.r.size(); ++n) {
            if (std::abs(base.error(n)) > std::abs(base.error(worst))) worst = n;
            by_time = std::max(by_time, std::abs(base.error(n) - in_time.error(n)));
        }
        for (const auto n : base.along_x) by_space = std::max(by_space, std::abs(base.error(n) - in_space.error_at(base.r[n])));
        INFO("worst ", base.error(worst), ", change by refinement in space ", by_space, ", in time ", by_time);
        // Halving what is of first order removes half of it, of second order three quarters: what is left of the error is bounded by what the
        // refinements remove (Richardson 1911), times 2 in time and 4/3 in space, and a fifth for the higher orders.
        report("theis", "drawdown:max_relative", base.exact[worst], base.computed[worst], std::abs(base.error(worst)),
               1.2 * (2 * by_time + 4.0 / 3.0 * by_space), "Theis 1935, eq. 4");
        // And that bound is a narrow one.
        CHECK(2 * by_time + 4.0 / 3.0 * by_space < 0.03);
        CHECK(std::max({base.closure, in_space.closure, in_time.closure}) < 1e-9);
    }
}
