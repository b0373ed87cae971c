// Infiltration and evaporation in one dimension against analytical and dense-grid solutions of published problems.

#include <functional>
#include <numbers>

#include "verification/explicit_richards.hpp"
#include "verification/soil_column.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// Soils of Vanderborght et al. (2005), table 1; ks in m/d.
constexpr SoilLaw sand{0.045, 0.43, 15, 3, 10}, loam{0.08, 0.43, 4, 1.6, 0.5};

std::string held(const std::string& side, double head) {
    return fmt::format("[[boundary]]\ntype = \"fixed_head\"\nname = \"{0}\"\nside = \"{0}\"\nhead = \"{1:.17g} m\"\n", side, head);
}

/// ∫ f from a to b by Simpson's rule.
double integral(const std::function<double(double)>& f, double a, double b, int intervals = 400) {
    const double h = (b - a) / intervals;
    double sum = f(a) + f(b);
    for (int n = 1; n < intervals; ++n) sum += (n % 2 ? 4 : 2) * f(a + n * h);
    return sum * h / 3;
}

// ---- Vanderborght et al. 2005: a wave that travels ----------------------------------------------------------------------------------

/// Infiltration of q [m/d] into sand at pressure head `dry`: after a while the profile moves down without changing its shape. In its frame
/// the flux is linear in θ, K (1 + dψ/dζ) = K_i + c (θ − θ_i) with ζ upward; the water that has entered says where it is.
class TravellingWave {
public:
    TravellingWave(double q, double dry) {
        wet_ = sand.pressure_of_conductivity(q);
        theta_dry_ = sand.theta(dry), theta_wet_ = sand.theta(wet_);
        const double k_dry = sand.conductivity(dry);
        speed_ = (q - k_dry) / (theta_wet_ - theta_dry_);
        entered_ = q - k_dry;
        // From just below the wet plateau to just above the dry one, in equal parts of the logarithm of the suction.
        const double from = std::log(-wet_ * (1 + 1e-4)), to = std::log(-dry * (1 - 1e-4));
        constexpr int parts = 4000;
        double depth = 0;
        for (int n = 0; n <= parts; ++n) {
            const double psi = -std::exp(from + (to - from) * n / parts);
            const double gap = (k_dry + speed_ * (sand.theta(psi) - theta_dry_)) / sand.conductivity(psi) - 1;
            const double slope = -psi / gap * (to - from) / parts;  // depth gained per part
            if (n > 0) depth += 0.5 * (slope + last);
            last = slope;
            theta_.push_back(sand.theta(psi));
            depth_.push_back(depth);
        }
        for (std::size_t n = 1; n < theta_.size(); ++n)
            mean_depth_ += 0.5 * (depth_[n] + depth_[n - 1]) * (theta_[n - 1] - theta_[n]) / (theta_wet_ - theta_dry_);
    }
    /// Depth [m] of a water content between the two plateaus after `days`.
    [[nodiscard]] double depth_of(double theta, double days) const {
        std::size_t n = 1;
        while (n + 1 < theta_.size() && theta_[n] > theta) ++n;
        const double part = (theta_[n - 1] - theta) / (theta_[n - 1] - theta_[n]);
        return entered_ * days / (theta_wet_ - theta_dry_) - mean_depth_ + depth_[n - 1] + part * (depth_[n] - depth_[n - 1]);
    }
    [[nodiscard]] double between(double part) const { return theta_dry_ + part * (theta_wet_ - theta_dry_); }

private:
    double wet_, theta_dry_, theta_wet_, speed_, entered_, mean_depth_ = 0, last = 0;
    std::vector<double> theta_, depth_;
};

/// Depths at which the water content passes the levels, `days` after rain of 1 m/d began on sand at -4 m.
std::vector<double> rain_on_sand(int cells, const std::string& step, const std::string& weighting, double days,
                                 const std::vector<double>& levels) {
    const TemporaryFile heads(uniform_pressure(1.6, cells, -4), "heads.csv");
    SiteRun run(column(1.6, cells, fmt::format("{} d", days),
                       sand.tables() +
                           fmt::format(R"(
[flow]
formulation = "variably_saturated"
regime = "transient"
weighting = "{}"
initial_head = {{ cells = "heads.csv", column = "value", unit = "m" }}
initial_step = "1 s"
maximum_step = "{}"
[[boundary]]
type = "recharge"
name = "rain"
rate = "1 m/d"
)",
                                       weighting, step) +
                           held("bottom", -5.6)),
                heads.folder);
    run.finish();
    CHECK(run.closure() < 1e-12);
    std::vector<double> theta, depths;
    for (const double psi : pressure_heads(run)) theta.push_back(sand.theta(psi));
    depths.reserve(levels.size());
    for (const double level : levels) depths.push_back(front_depth(theta, 1.6, level));
    return depths;
}

}  // namespace

TEST_CASE("rain on dry sand moves down as a wave of constant shape") {
    const TravellingWave wave(1, -4);
    const std::vector<double> levels{wave.between(0.2), wave.between(0.5), wave.between(0.8)};
    for (const std::string weighting : {"upstream", "central"}) {
        const auto found = rain_on_sand(160, "1 min", weighting, 0.3, levels);
        double worst = 0;
        for (std::size_t n = 0; n < levels.size(); ++n) worst = std::max(worst, std::abs(found[n] - wave.depth_of(levels[n], 0.3)));
        // Cells of 1 cm: the front is known to about one cell; upstream weighting smears it by another.
        report("vanderborght_2005", "front_in_sand_" + weighting + " [m]:max_abs", wave.depth_of(levels[1], 0.3), found[1], worst,
               weighting == "central" ? 0.01 : 0.02, "Vanderborght et al. 2005, travelling wave (Philip 1957); integrated numerically");
    }
}

// ---- Vanderborght et al. 2005: steady infiltration through layers -------------------------------------------------------------------

namespace {

/// Mean error of the pressure head [m] where 5 mm/d pass 0.5 m of one soil over 1.5 m of the other.
double layered_error(const SoilLaw& upper, const SoilLaw& lower, int cells_per_metre) {
    constexpr double flux = 0.005, depth = 2, interface = 0.5;
    const double far = lower.pressure_of_conductivity(flux);  // deep down gravity alone drives: K = q
    SiteRun run(
        column_of_layers(layer("upper", interface, cells_per_metre / 2) + layer("lower", depth - interface, 3 * cells_per_metre / 2), "1 d",
                         "[[zone]]\nname = \"upper\"\nlayers = [\"upper\"]\n" + lower.tables() + upper.tables("upper") + R"(
[flow]
formulation = "variably_saturated"
weighting = "central"
initial_head = "-2.2 m"
tolerance = 1e-10
[[boundary]]
type = "recharge"
name = "rain"
rate = "5 mm/d"
)" + held("bottom", -depth + far)));
    run.start();
    // ψ(z): q = K (1 + dψ/dz), from the bottom up by Runge & Kutta, in steps that end at cell centres and at the interface.
    const auto slope = [&](double z, double psi) { return flux / (z > -interface ? upper : lower).conductivity(psi) - 1; };
    double z = -depth, psi = far, sum = 0;
    const auto climb = [&](double to) {
        constexpr int steps = 40;
        const double h = (to - z) / steps, shift = 1e-9 * h;  // stages stay inside the soil they start in
        for (int n = 0; n < steps; ++n, z += h) {
            const double k1 = slope(z + shift, psi), k2 = slope(z + 0.5 * h, psi + 0.5 * h * k1),
                         k3 = slope(z + 0.5 * h, psi + 0.5 * h * k2), k4 = slope(z + h - shift, psi + h * k3);
            psi += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
        }
        z = to;
    };
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double centre = run.grid().elevation(c);
        if (z < -interface && centre > -interface) climb(-interface);
        climb(centre);
        sum += std::abs(run.head(c) - centre - psi);
    }
    return sum / static_cast<double>(run.grid().cell_count());
}

}  // namespace

TEST_CASE("steady infiltration through layers has the profile that integrates Darcy's law") {
    for (const bool loam_above : {true, false}) {
        const auto& upper = loam_above ? loam : sand;
        const auto& lower = loam_above ? sand : loam;
        const double coarse = layered_error(upper, lower, 100), fine = layered_error(upper, lower, 200);
        // Between sand and loam the pressure head changes by a third of a metre within a millimetre or two of dry sand. The cell of 5 mm
        // there can be wrong by that much; its share of the two metres is 1/400.
        report("vanderborght_2005", fmt::format("steady_pressure_{} [m]:mean_abs", loam_above ? "loam_over_sand" : "sand_over_loam"), 0,
               fine, fine, 0.35 / 400, "Vanderborght et al. 2005, steady flow in layers; Darcy's law integrated by Runge and Kutta");
        CHECK(observed_order(coarse, fine) > (loam_above ? 0.8 : 0.2));
    }
}

// ---- Warrick 1971 -------------------------------------------------------------------------------------------------------------------

namespace {

/// Panoche clay loam as van Genuchten (1982) fitted the field measurements of Warrick, Biggar & Nielsen (1971); in metres and seconds.
/// Two pieces that meet at -29.484 cm, saturated from -14.495 cm on.
struct Panoche {
    static constexpr double entry = -14.495, joint = -29.484, cm_d = 0.01 / 86400;
    static double theta(double psi) {
        const double h = 100 * psi;
        return h < joint   ? 0.6829 - 0.09524 * std::log(-h)
               : h < entry ? 0.4531 - 0.02732 * std::log(-h)
                           : 0.4531 - 0.02732 * std::log(-entry);
    }
    static double conductivity(double psi) {
        const double h = std::min(100 * psi, entry);
        return cm_d * (h < joint ? 19.34e5 * std::pow(-h, -3.4095) : 516.8 * std::pow(-h, -0.97814));
    }
    static double pressure(double theta) {
        const double h = -std::exp((0.6829 - theta) / 0.09524);
        return 0.01 * (h < joint ? h : -std::exp((0.4531 - theta) / 0.02732));
    }
};

constexpr double warrick_depth = 1.25;

/// Water content 0.15 at the surface, 0.20 from 60 cm down, linear between.
std::vector<double> warrick_start(int cells) {
    std::vector<double> psi;
    for (int k = 0; k < cells; ++k) {
        const double below_surface = warrick_depth * (1 - (k + 0.5) / cells);
        psi.push_back(Panoche::pressure(0.15 + std::min(0.05, 0.05 / 0.6 * below_surface)));
    }
    return psi;
}

/// The curve as a table of measured points.
std::string panoche_table() {
    std::string text = "suction,effective_saturation,relative_conductivity\n0,1,1\n";
    const double full = Panoche::theta(0), ks = Panoche::conductivity(0);
    for (int n = 0; n <= 120; ++n) {
        const double suction = 0.14495 * std::pow(4.0 / 0.14495, n / 120.0);
        text += fmt::format("{:.12g},{:.12g},{:.12g}\n", suction, n == 0 ? 1 : Panoche::theta(-suction) / full,
                            n == 0 ? 1 : Panoche::conductivity(-suction) / ks);
    }
    return text;
}

}  // namespace

TEST_CASE("infiltration into a clay loam with a tabulated curve goes as deep as on a dense grid") {
    constexpr int cells = 125;
    const TemporaryFile table(panoche_table(), "panoche.csv");
    std::vector<double> heads;
    for (const double psi : warrick_start(cells))
        heads.push_back(psi - warrick_depth * (1 - (static_cast<double>(heads.size()) + 0.5) / cells));
    const TemporaryFile start(one_column(heads), "heads.csv");
    const auto site = column(warrick_depth, cells, "2 h",
                             fmt::format(R"(
[[medium]]
hydraulic_conductivity = "{:.17g} m/s"
specific_storage = "0 1/m"
porosity = {:.17g}
[[retention]]
type = "tabulated"
file = "{}"
[flow]
formulation = "variably_saturated"
regime = "transient"
weighting = "central"
initial_head = {{ cells = "{}", column = "value", unit = "m" }}
initial_step = "0.1 s"
growth = 1.3
maximum_step = "1 min"
)",
                                         Panoche::conductivity(0), Panoche::theta(0), (table.folder / "panoche.csv").string(),
                                         (start.folder / "heads.csv").string()) +
                                 held("top", -0.14495) + held("bottom", -warrick_depth - 1.5919));
    SiteRun run(site);
    run.finish();
    CHECK(run.closure() < 1e-12);
    const auto dense = explicit_infiltration<Panoche>(warrick_start(2 * cells), -0.14495, -1.5919, warrick_depth, 7200);
    // Where half of the pores' rise has passed; cells of 1 cm.
    const double front = front_depth(pressure_heads(run), warrick_depth, -0.6), expected = front_depth(dense, warrick_depth, -0.6);
    report("warrick_1971", "front_depth_2h [m]:abs", expected, front, std::abs(front - expected), 0.01,
           "Warrick et al. 1971 as fitted by van Genuchten 1982, against a dense explicit solution of half the cells");
    // Water that has entered: stored differences of the two, per m².
    double stored = 0, reference = 0;
    for (const double psi : pressure_heads(run)) stored += Panoche::theta(psi) * warrick_depth / cells;
    for (const double psi : dense) reference += Panoche::theta(psi) * warrick_depth / (2 * cells);
    report("warrick_1971", "water_held_2h [m]:abs", reference, stored, std::abs(stored - reference), 0.002,
           "Warrick et al. 1971 as fitted by van Genuchten 1982, against a dense explicit solution of half the cells");
}

// ---- Kirkland 1992: layers of sand and clay, very dry -------------------------------------------------------------------------------

namespace {

/// Kirkland, Hills & Wierenga (1992), table 1; ks in m/d.
constexpr SoilLaw kirkland_sand{0.0286, 0.3658, 2.80, 2.2390, 5.41}, kirkland_clay{0.1060, 0.4686, 1.04, 1.3954, 0.131};

/// After 12.5 h of rain on sand over clay over sand, at first at -500 m. keys: of [flow].
SiteRun rain_on_dry_layers(int cells_per_metre, const std::string& keys) {
    const int cells = 2 * cells_per_metre;
    const TemporaryFile heads(uniform_pressure(2, cells, -500), "heads.csv");
    SiteRun run(column_of_layers(
                    layer("cover", 0.5, cells_per_metre / 2) + layer("clay", 0.5, cells_per_metre / 2) + layer("base", 1, cells_per_metre),
                    "12.5 h",
                    "[[zone]]\nname = \"clay\"\nlayers = [\"clay\"]\n" + kirkland_sand.tables() + kirkland_clay.tables("clay") +
                        R"(
[flow]
formulation = "variably_saturated"
regime = "transient"
initial_head = { cells = "heads.csv", column = "value", unit = "m" }
initial_step = "10 s"
)" + keys + R"(
[[boundary]]
type = "recharge"
name = "rain"
rate = "50 cm/d"
)"),
                heads.folder);
    run.finish();
    CHECK(run.closure() < 1e-11);
    return run;
}

/// Depth of the front then.
double dry_layers(int cells_per_metre, Index& steps, double& driest, const std::string& weighting = "upstream") {
    const auto run = rain_on_dry_layers(cells_per_metre, "maximum_step = \"10 min\"\nweighting = \"" + weighting + "\"\n");
    steps = run.state().step;
    const auto psi = pressure_heads(run);
    driest = *std::min_element(psi.begin(), psi.end());
    return front_depth(psi, 2, -50);
}

}  // namespace

TEST_CASE("rain passes very dry layers of sand and clay, loses no water and dries nothing") {
    Index steps = 0;
    double driest = 0;
    const double coarse = dry_layers(50, steps, driest), middle = dry_layers(100, steps, driest), fine = dry_layers(200, steps, driest);
    // What refinement promises: halving the cells again and again, the front goes where the first-order series ends (Richardson 1911).
    const double limit = 2 * fine - middle;
    report("kirkland_1992", "front_depth [m]:abs", limit, fine, std::abs(fine - limit), 0.01,
           "Kirkland, Hills & Wierenga 1992, soils of table 1; own solution extrapolated to no cells");
    CHECK(std::abs(coarse - middle) > 1.5 * std::abs(middle - fine));
    // 26 cm of rain, about as much as the sand and half of the clay take: the front stands in the clay.
    CHECK(fine > 0.55);
    CHECK(fine < 1.0);
    // Upstream weighting is monotone: the initial pressure head is the driest (Forsyth & Kropinski 1997); but for gravity, which takes
    // nothing at -500 m, and the tolerance of the iteration.
    CHECK(driest > -500.01);
    CHECK(steps < 250);
    // The mean of two cells fades into the upstream one where they differ much: fronts as sharp as this one it leaves alone.
    const double by_mean = dry_layers(100, steps, driest, "central");
    CHECK(driest > -500.01);
    CHECK(steps < 250);
    CHECK(std::abs(by_mean - limit) < std::abs(middle - limit));
}

TEST_CASE("where the mean conductivity of two cells does not converge the upstream one stands in, and the run says so") {
    // Five iterations are too few for most steps into very dry ground, with either; now and then they are enough with the upstream cell.
    const auto run = rain_on_dry_layers(50, "water_content_error = 1\nmaximum_newton_iterations = 5\n");
    const auto notes = run.simulation().equations().front()->statistics().notes;
    const auto told = [](const std::string& note) { return note.find("have that of the upstream one") != std::string::npos; };
    CHECK(std::any_of(notes.begin(), notes.end(), told));
}

// ---- Gardner 1958: evaporation from a water table -----------------------------------------------------------------------------------

namespace {

/// A column over a water table at depth 1 m under potential evaporation [m/d]; cells get thinner towards the surface.
SiteRun evaporating(const std::string& retention, double potential, int fineness, double critical = -150) {
    return SiteRun(column_of_layers(layer("surface", 0.02, 10 * fineness) + layer("shallow", 0.1, 10 * fineness) +
                                        layer("middle", 0.28, 10 * fineness) + layer("deep", 0.6, 10 * fineness),
                                    "1 d",
                                    fmt::format(R"(
[[medium]]
hydraulic_conductivity = "0.1 m/d"
porosity = 0.4
{}
[flow]
formulation = "variably_saturated"
initial_head = "-1 m"
tolerance = 1e-9
[[boundary]]
type = "atmosphere"
name = "air"
evaporation = "{:.17g} m/d"
critical_pressure_head = "{} m"
)",
                                                retention, potential, critical) +
                                        held("bottom", -1)));
}

}  // namespace

TEST_CASE("a water table gives the air no more than Gardner's largest rate") {
    // K = Ks exp(αψ): ψ falls to -∞ at the surface when E = Ks / (exp(αL) - 1). In the last cells, of 1 mm, it falls further than they
    // resolve: as if the way up were shorter by two or three of them, 3 α dz = 0.9 %.
    const std::string gardner = "[[retention]]\ntype = \"gardner\"\nalpha = \"3 1/m\"\n";
    const double largest = 0.1 / std::expm1(3.0);
    double error[2];
    for (const int fineness : {1, 2}) {
        auto run = evaporating(gardner, 0.05, fineness);
        run.finish();
        error[fineness - 1] = std::abs(-run.inflow("air") / largest - 1);
        if (fineness == 2)
            report("gardner_1958", "largest_evaporation_exponential [m/d]:relative", largest, -run.inflow("air"), error[1], 0.01,
                   "Gardner 1958, integrated: E = Ks / (exp(alpha L) - 1)");
        CHECK(run.closure() < 1e-9);
    }
    CHECK(observed_order(error[0], error[1]) > 0.8);
    // Less than that is given as it is asked, and the profile is exp(αψ) = (1 + E/Ks) exp(-αz) - E/Ks.
    auto run = evaporating(gardner, 0.5 * largest, 2);
    run.finish();
    CHECK(run.inflow("air") == doctest::Approx(-0.5 * largest).epsilon(1e-9));
    double worst = 0;
    for (Index c = 0; c < run.grid().cell_count(); ++c) {
        const double z = run.grid().elevation(c) + 1, e = 0.5 * largest / 0.1;
        worst = std::max(worst, std::abs(run.head(c) - run.grid().elevation(c) - std::log((1 + e) * std::exp(-3 * z) - e) / 3));
    }
    // Second order: α² dz² / 12 over cells of 3 cm is 7e-4 of ψ's metre or so.
    report("gardner_1958", "pressure_head_below_largest [m]:max_abs", 0, worst, worst, 2e-3,
           "Gardner 1958, eq. 7 with an exponential conductivity");
}

TEST_CASE("a water table under ground of Brooks and Corey gives the air what the integral of Darcy's law says") {
    // Entry 0.2 m, K = Ks (entry/suction)^3: L = entry/(1 + E/Ks) + ∫ dψ / (1 + E/Ks (ψ/entry)^3), from entry to ∞.
    const auto height = [](double e) {
        const auto rest = [e](double t) {  // suction = entry / t, t from 0 to 1: dψ = entry / t² dt
            return t == 0 ? 0.0 : 0.2 / (t * t) / (1 + e / (t * t * t));
        };
        return 0.2 / (1 + e) + integral(rest, 0, 1, 20000);
    };
    double low = 1e-6, high = 1;
    for (int i = 0; i < 60; ++i) {
        const double middle = std::sqrt(low * high);
        (height(middle) > 1 ? low : high) = middle;
    }
    const double largest = 0.1 * low;
    auto run =
        evaporating("[[retention]]\ntype = \"brooks_corey\"\nair_entry = \"0.2 m\"\nlambda = 0.5\nconductivity_exponent = 6\n", 0.05, 2);
    run.finish();
    report("gardner_1958", "largest_evaporation_power [m/d]:relative", largest, -run.inflow("air"),
           std::abs(-run.inflow("air") / largest - 1), 0.01, "Gardner 1958, eq. 9 with an air entry, integrated numerically");
    CHECK(run.closure() < 1e-9);
}
