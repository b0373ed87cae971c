// transport/modflow6/200k: the whole reference problem of a lognormal aquifer, flow and transport, as a site;
// transport/explicit, transport/species: explicit steps on one million cells.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <fmt/os.h>
#include <unistd.h>

#include "grid/random_field.hpp"
#include "numerics/face_conductance.hpp"
#include "numerics/face_operators.hpp"
#include "numerics/linear_solver.hpp"
#include "simulation/simulation.hpp"
#include "stream.hpp"
#include "transport/dispersion.hpp"

namespace galena::bench {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// ---- the reference problem --------------------------------------------------------------------------------------------------------

constexpr Index nx = 100, ny = 100, nz = 20;

fs::path reference_folder() {
    const char* given = std::getenv("GALENA_MODFLOW6");
    return (given ? fs::path(given) : fs::path(GALENA_SOURCE_DIR) / ".." / "shared" / "reference" / "modflow6") / "lognormal_200k";
}

/// Single-precision numbers of a compressed file, in galena's order: the file lists layers from the top and rows from the north.
std::vector<double> read_reference(const fs::path& file) {
    std::vector<float> raw(static_cast<std::size_t>(nx * ny * nz));
    FILE* pipe = popen(("gzip -dc '" + file.string() + "'").c_str(), "r");
    const auto read = pipe ? std::fread(raw.data(), sizeof(float), raw.size(), pipe) : 0;
    if (pipe) pclose(pipe);
    if (read != raw.size()) throw std::runtime_error("cannot read " + file.string());
    std::vector<double> values(raw.size());
    for (Index k = 0; k < nz; ++k)
        for (Index j = 0; j < ny; ++j)
            for (Index i = 0; i < nx; ++i)
                values[static_cast<std::size_t>((k * ny + j) * nx + i)] =
                    static_cast<double>(raw[static_cast<std::size_t>(((nz - 1 - k) * ny + ny - 1 - j) * nx + i)]);
    return values;
}

/// The conductivities as the site file wants them, written once per process.
fs::path conductivity_file() {
    static const fs::path file = [] {
        const auto path = fs::temp_directory_path() / fmt::format("galena_bench_{}.csv", getpid());
        auto out = fmt::output_file(path.string());
        out.print("value\n");
        for (const double k : read_reference(reference_folder() / "conductivity.f32.gz")) out.print("{:.9g}\n", k);
        return path;
    }();
    return file;
}

std::string reference_site(const std::string& transport, const std::string& sorption) {
    return fmt::format(R"(
[site]
name = "lognormal aquifer"
start = 2024-01-01
duration = "1000 d"
[grid]
nx = 100
ny = 100
dx = "5 m"
dy = "5 m"
top = "0 m"
[[grid.layer]]
name = "aquifer"
thickness = "20 m"
cells = 20
[[medium]]
hydraulic_conductivity = {{ cells = "{}", column = "value", unit = "m/d" }}
anisotropy_vertical = 0.1
porosity = 0.3
bulk_density = "1600 kg/m3"
[[zone]]
name = "first column"
x_max = "5 m"
[[zone]]
name = "last column"
x_min = "495 m"
[[zone]]
name = "source"
x_min = "5 m"
x_max = "10 m"
y_min = "200 m"
y_max = "300 m"
z_min = "-15 m"
z_max = "-5 m"
[flow]
initial_head = "98 m"
[[boundary]]
type = "fixed_head"
name = "west"
zone = "first column"
head = "100 m"
[[boundary]]
type = "fixed_head"
name = "east"
zone = "last column"
head = "95.05 m"
[[boundary]]
type = "well"
name = "well"
x = "352.5 m"
y = "247.5 m"
screen_bottom = "-11 m"
screen_top = "-10 m"
rate = "-200 m3/d"
[transport]
longitudinal_dispersivity = "5 m"
transverse_horizontal_dispersivity = "0.5 m"
transverse_vertical_dispersivity = "0.5 m"  # what MODFLOW 6 computed: ATH2 is ATH1 where only ATV is given
{}
[substance.tracer]
molecular_diffusion = "1e-9 m2/s"
sorption = {{ {} }}
[[source]]
type = "fixed_concentration"
name = "source"
substance = "tracer"
zone = "source"
concentration = "1 kg/m3"
)",
                       conductivity_file().string(), transport, sorption);
}

std::unique_ptr<Simulation> build(const std::string& text) {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(text, "benchmark"), fs::temp_directory_path(), diagnostics);
    auto simulation = Simulation::build(site, diagnostics);
    diagnostics.throw_if_errors();
    return simulation;
}

/// Root mean square of the difference over that of the reference.
double relative_rms(const Simulation& simulation, const std::vector<double>& reference) {
    double squares = 0, all = 0;
    const auto c = simulation.state().concentration[0];
    for (std::size_t n = 0; n < reference.size(); ++n) {
        squares += (c[n] - reference[n]) * (c[n] - reference[n]);
        all += reference[n] * reference[n];
    }
    return std::sqrt(squares / all);
}

void reference_problem(benchmark::State& state, const std::string& transport, const std::string& sorption, const std::string& result) {
    if (!fs::exists(reference_folder())) {
        state.SkipWithError("skipped: the reference data are not there (GALENA_MODFLOW6)");
        return;
    }
    const auto reference = read_reference(reference_folder() / result);
    double total = 0, steps = 0;
    std::unique_ptr<Simulation> simulation;
    for (auto _ : state) {
        state.PauseTiming();
        simulation = build(reference_site(transport, sorption));
        state.ResumeTiming();
        const auto begin = Clock::now();
        simulation->start();
        while (!simulation->finished()) simulation->step();
        total += seconds_since(begin);
        steps += static_cast<double>(simulation->state().step);
    }
    const double runs = static_cast<double>(state.iterations());
    set_counters(state, thread_count(), nx * ny * nz, total / runs, 0);
    state.counters["steps"] = steps / runs;
    state.counters["iterations"] = static_cast<double>(simulation->equations().back()->statistics().iterations);
    state.counters["difference_from_modflow6"] = relative_rms(*simulation, reference);
    double worst = 0, lowest = 1, highest = 0;
    for (const auto& c : simulation->ledger().closures()) worst = std::max(worst, c.cumulative);
    for (const double c : simulation->state().concentration.all().span()) lowest = std::min(lowest, c), highest = std::max(highest, c);
    state.counters["closure"] = worst;
    state.counters["lowest"] = lowest;
    state.counters["highest"] = highest;
}

// ---- explicit steps on one million cells ------------------------------------------------------------------------------------------

/// Steady flow through the lognormal field of flow/steady/1M, and a mound of concentration over all of it, so that no cell is left out.
struct Field {
    Grid grid;
    FaceField flux, conductance;
    CrossDispersion cross;

    Field() : grid(box()), flux(grid), conductance(grid) {
        const CellField k = lognormal_field(grid, 1e-4, 2.0, {}, 1, "hydraulic_conductivity");
        CellField vertical(grid), head(grid), rhs(grid);
        parallel_for(k.size(), [&](Index c) { vertical[c] = 0.1 * k[c]; });
        SymmetricStencil matrix(grid);
        compute_conductances(grid, k, k, vertical, matrix.coupling);
        sum_of_faces(grid, matrix.coupling, matrix.diagonal);
        for (const Side side : {Side::west, Side::east})
            for (const Index c : grid.side_cells(side)) {
                const double to_side = half_cell_conductance(grid, c, Axis::x, k[c]);
                matrix.diagonal[c] += to_side;
                if (side == Side::west) rhs[c] += 10 * to_side;
            }
        const auto solver = make_symmetric_solver(symmetric_solver_names().front());
        solver->prepare(matrix);
        solver->solve(rhs, head, {.tolerance = 1e-10});
        for_each_face(grid, [&](const Face& f) { flux[f] = matrix.coupling[f] * (head[f.left] - head[f.right]); });
        const Dispersivity dispersivity{10, 1, 0.1};
        mechanical_dispersion(grid, flux, dispersivity, conductance);
        cross_dispersion(grid, flux, dispersivity, cross);
    }
    static Grid box() {
        std::vector<double> surfaces;
        for (Index k = 0; k <= 25; ++k) surfaces.insert(surfaces.end(), 40000, static_cast<double>(k));
        return {std::vector<double>(200, 10.0), std::vector<double>(200, 10.0), surfaces};
    }
};

/// Steps of second order with linear sorption (retardation factors from 2 on), for `species` solutes at once.
void explicit_steps(benchmark::State& state, bool tensor, int species, int threads) {
    const int before = thread_count();
    set_thread_count(threads);
    static const Field field;
    const auto& grid = field.grid;
    const double cells = static_cast<double>(grid.cell_count());
    SpeciesField concentration(grid, species);
    std::vector<ExplicitSolute> solutes(static_cast<std::size_t>(species));
    CellField largest(grid);
    for (int s = 0; s < species; ++s) {
        auto& solute = solutes[static_cast<std::size_t>(s)];
        solute.concentration = concentration[s];
        solute.inverse_capacity = CellField(grid);
        for_each_cell(grid, [&](Index c) {
            const auto p = grid.centre(c);
            solute.concentration[static_cast<std::size_t>(c)] = 1 + std::sin(0.01 * p.x) * std::sin(0.01 * p.y);
            solute.inverse_capacity[c] = 1 / (0.3 * (2 + s) * grid.volume(c));
            if (s == 0) largest[c] = solute.inverse_capacity[c];
        });
    }
    ExplicitStep step(grid, Limiter::van_leer, 0);
    step.set_operator({&field.flux, &field.conductance, tensor ? &field.cross : nullptr}, largest,
                      std::vector<std::uint8_t>(static_cast<std::size_t>(grid.cell_count()), 0));
    const double duration = step.choose(1e12, 0).duration;
    constexpr Index steps = 10;
    step.advance(solutes, duration, 1);  // allocates
    double total = 0;
    const double computed_before = step.cells_computed();
    for (auto _ : state) {
        const auto begin = Clock::now();
        step.advance(solutes, duration, steps);
        total += seconds_since(begin);
    }
    const double all_steps = static_cast<double>(state.iterations()) * steps, seconds = total / all_steps;
    const double solute_steps = (step.cells_computed() - computed_before) / cells / all_steps;
    // Counted per cell and step of a solute: three fluxes (24 bytes) and three conductances (12) read, six cross coefficients (24), the
    // concentration and the inverse capacity read, the new concentration written with write-allocate (32).
    set_counters(state, threads, cells, seconds, cells * (36 + (tensor ? 24 : 0) + 32) * solute_steps);
    state.counters["ns_per_cell_step"] = 1e9 * seconds / cells;
    state.counters["solute_steps_per_step"] = solute_steps;  // the more retarded make fewer
    set_thread_count(before);
}

const bool registered = [] {
    const auto add = [](const std::string& name, auto body) {
        benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMillisecond);
    };
    const int all = thread_count();
    for (const int threads : {all, 1}) {
        if (threads == 1 && all == 1) continue;
        const std::string suffix = threads == 1 ? "/1thread" : "";
        add("transport/explicit/1M/tvd" + suffix, [=](benchmark::State& s) { explicit_steps(s, false, 1, threads); });
        add("transport/explicit/1M/tensor" + suffix, [=](benchmark::State& s) { explicit_steps(s, true, 1, threads); });
        for (const int species : {1, 8})
            add(fmt::format("transport/species/1M/{}{}", species, suffix),
                [=](benchmark::State& s) { explicit_steps(s, false, species, threads); });
    }
    const std::string linear = R"(type = "linear", distribution_coefficient = "0.375e-3 m3/kg")";
    const std::string freundlich =
        R"(type = "freundlich", sorbed_at_reference = "375 mg/kg", reference_concentration = "1000 mg/L", exponent = 0.7)";
    const auto reference = [&](const std::string& name, const std::string& transport, const std::string& sorption,
                               const std::string& file) {
        add("transport/modflow6/200k/" + name, [=](benchmark::State& s) { reference_problem(s, transport, sorption, file); });
    };
    const std::string local = "stepping = \"automatic\"\ninitial_step = \"10 d\"\n";
    reference("tvd", local + "advection = \"tvd\"", linear, "concentration_tvd_diagonal.f32.gz");
    reference("tensor", local + "advection = \"tvd\"\ndispersion = \"tensor\"", linear, "concentration_tvd_tensor.f32.gz");
    reference("upwind", local + "advection = \"upwind\"", linear, "concentration_upwind_diagonal.f32.gz");
    // Where a law is not linear steps are implicit, and first order in space.
    reference("freundlich",
              "advection = \"upwind\"\nstepping = \"implicit\"\ncourant = 1e9\ninitial_step = \"10 d\"\nmaximum_step = \"10 d\"",
              freundlich, "concentration_tvd_freundlich.f32.gz");
    return true;
}();

}  // namespace

}  // namespace galena::bench
