// Runs of an ensemble per second, and how much of a second core they use: a column of ten thousand cells with steady flow and explicit
// transport, which fits into the cache of a core.

#include <benchmark/benchmark.h>

#include <chrono>

#include "core/parallel.hpp"
#include "study/risk_plan.hpp"
#include "study/worker_pool.hpp"

namespace {

using namespace galena;

constexpr auto site_text = R"(
[site]
name = "ensemble"
start = 2024-01-01
duration = "10 a"
[grid]
nx = 50
ny = 20
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "20 m"
cells = 10
[[medium]]
hydraulic_conductivity = { lognormal = { median = "10 m/d", sigma_ln = 0.5 }, name = "K" }
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
regime = "steady"
initial_head = "0 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2.5 m"
concentration.Cd = "1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "0 m"
[transport]
longitudinal_dispersivity = "5 m"
courant = 2
[substance.Cd]
sorption = { type = "linear", distribution_coefficient = { lognormal = { median = "1 L/kg", sigma_ln = 0.5 }, name = "Kd" } }
[[observation]]
name = "well"
x = "250 m"
y = "100 m"
[[risk.limit]]
substance = "Cd"
concentration = "0.1 mg/L"
)";

struct Case {
    Site site;
    RiskPlan plan;
    Design design;

    Case() {
        Diagnostics diagnostics;
        site = Site::from_tree(parse_toml(site_text, "ensemble"), {}, diagnostics);
        const auto simulation = Simulation::build(site, diagnostics);
        diagnostics.throw_if_errors();
        plan = RiskPlan::make(site, simulation->domain(), diagnostics);
        design = latin_hypercube(1, 1000, site.uncertainty().values.size());
    }
};

/// Seconds for so many runs with so many workers.
double seconds_of(const Case& ensemble, int workers, std::size_t runs, std::size_t& failures) {
    std::vector<std::size_t> tasks(runs);
    for (std::size_t r = 0; r < runs; ++r) tasks[r] = r;
    const auto begin = std::chrono::steady_clock::now();
    WorkerPool::run(
        tasks, {workers, 1, nullptr},
        [&](std::size_t r) {
            return simulate_member(ensemble.site, ensemble.plan, ensemble.design[r], {1, r + 1}, true).bytes();
        },
        [&](std::size_t, const std::string& bytes, const std::string& death) {
            failures += !death.empty() || !RunOutcome::from_bytes(bytes).failure.empty();
        });
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void throughput(benchmark::State& state) {
    const int cores = thread_count();
    set_thread_count(1);
    const Case ensemble;
    // The same work for every worker: efficiency then says what sharing costs, not how runs of uneven length fall.
    const std::size_t runs = 32 * static_cast<std::size_t>(cores);  // so that starting the workers does not count
    double alone = 0, together = 0;
    std::size_t failures = 0;
    for (auto _ : state) {
        alone += seconds_of(ensemble, 1, runs, failures);
        together += seconds_of(ensemble, cores, runs, failures);
    }
    const auto rounds = static_cast<double>(state.iterations());
    state.counters["threads"] = cores;
    state.counters["cells"] = 10'000;
    state.counters["seconds"] = together / rounds;
    state.counters["runs_per_s"] = static_cast<double>(runs) * rounds / together;
    state.counters["efficiency"] = alone / (cores * together);
    state.counters["failures"] = static_cast<double>(failures);
    set_thread_count(cores);
}

BENCHMARK(throughput)->Name("ensemble/throughput")->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
