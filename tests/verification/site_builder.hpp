#pragma once
// A simulation from the text of a site file, run in process: what a verification case needs, and no result files.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "paths.hpp"
#include "simulation/checkpoint.hpp"
#include "simulation/simulation.hpp"
#include "temporary_file.hpp"

namespace galena::verification {

inline constexpr double day = 86400.0;

/// A simulation with the site it came from.
class SiteRun {
public:
    /// toml: a whole site file; files it names are relative to `folder`. Throws ScenarioError with every mistake.
    explicit SiteRun(std::string_view toml, const std::filesystem::path& folder = std::filesystem::temp_directory_path()) {
        Diagnostics diagnostics;
        build(Site::from_tree(parse_toml(toml, "verification.toml"), folder, diagnostics), diagnostics);
    }

    /// The site file of an example, as it is shipped.
    static SiteRun of_example(const std::string& name) {
        Diagnostics diagnostics;
        SiteRun run;
        run.build(Site::read(std::filesystem::path(source_folder()) / "examples" / name / "site.toml", diagnostics), diagnostics);
        return run;
    }

    /// Runs to the end; each(run) after every accepted step.
    SiteRun& finish(const std::function<void(const SiteRun&)>& each = {}) {
        if (!started_) start();
        while (!simulation_->finished()) {
            simulation_->step();
            if (each) each(*this);
        }
        return *this;
    }
    SiteRun& start() {
        simulation_->start();
        started_ = true;
        return *this;
    }

    /// Continues from a checkpoint of the same site instead of starting.
    SiteRun& resume(CheckpointReader& in) {
        simulation_->resume(in);
        started_ = true;
        return *this;
    }

    [[nodiscard]] const Simulation& simulation() const { return *simulation_; }
    [[nodiscard]] const Site& site() const { return site_; }
    [[nodiscard]] const State& state() const { return simulation_->state(); }
    [[nodiscard]] const Domain& domain() const { return simulation_->domain(); }
    [[nodiscard]] const Grid& grid() const { return simulation_->domain().grid; }
    [[nodiscard]] const Ledger& ledger() const { return simulation_->ledger(); }
    [[nodiscard]] double days() const { return state().time / day; }

    [[nodiscard]] Index cell(double x, double y, double z) const {
        const Index found = grid().find_cell({x, y, z});
        if (found < 0) FAIL("no cell at ", x, " ", y, " ", z);
        return found;
    }
    [[nodiscard]] double head(Index cell) const { return state().hydraulic_head[cell]; }
    /// Dissolved concentration in kg/m³ (= g/L); substances come in alphabetical order.
    [[nodiscard]] double concentration(Index cell, Index substance = 0) const {
        return state().concentration[substance][static_cast<std::size_t>(cell)];
    }
    /// The books of one boundary, source or storage; component "water" or a substance.
    [[nodiscard]] const LedgerEntry& entry(std::string_view component, std::string_view name) const {
        for (const auto& e : ledger().entries())
            if (e.term.component == component && e.term.name == name) return e;
        FAIL("no budget entry ", std::string(component), " ", std::string(name));
        return ledger().entries().front();
    }
    /// Water that entered through a boundary in the last step, as a rate [m³/d]; negative: it left.
    [[nodiscard]] double inflow(std::string_view boundary) const {
        for (const auto& exchange : state().water_exchanges)
            if (exchange.name == boundary) {
                double sum = 0;
                for (const double rate : exchange.rate) sum += rate;
                return sum * day;
            }
        FAIL("no boundary ", std::string(boundary));
        return 0;
    }
    /// The worst cumulative imbalance of all components, as a fraction of what was moved, into and out of storage included. Stricter than
    /// the ledger's own closure, which forgives what lies below the rounding of the amounts held.
    [[nodiscard]] double closure() const {
        std::map<std::string, std::pair<double, double>> moved;
        for (const auto& e : ledger().entries()) {
            moved[e.term.component].first += e.cumulative_in;
            moved[e.term.component].second += e.cumulative_out;
        }
        double worst = 0;
        for (const auto& [component, sums] : moved)
            if (const double most = std::max(sums.first, sums.second); most > 0)
                worst = std::max(worst, std::abs(sums.first - sums.second) / most);
        return worst;
    }
    /// Dissolved and sorbed amount of a substance at the end of the last step [kg].
    [[nodiscard]] double stored(std::string_view component) const {
        double sum = 0;
        for (const auto& e : ledger().entries())
            if (e.term.component == component && e.term.term == "storage") sum += e.term.stored;
        return sum;
    }

private:
    SiteRun() = default;
    void build(Site site, Diagnostics& diagnostics) {
        site_ = std::move(site);
        simulation_ = Simulation::build(site_, diagnostics);
        diagnostics.throw_if_errors();
        REQUIRE(simulation_);
    }

    Site site_;
    std::unique_ptr<Simulation> simulation_;
    bool started_ = false;
};

/// Keeps a checkpoint in memory.
struct MemoryCheckpoint final : CheckpointWriter, CheckpointReader {
    std::map<std::string, std::vector<double>, std::less<>> values;
    using CheckpointReader::read;
    using CheckpointWriter::write;
    void write(std::string_view name, std::span<const double> v) override { values[std::string(name)].assign(v.begin(), v.end()); }
    [[nodiscard]] bool has(std::string_view name) const override { return values.contains(name); }
    void read(std::string_view name, std::span<double> out) override {
        const auto& found = values.at(std::string(name));
        if (found.size() != out.size()) throw std::runtime_error("sizes differ");
        std::copy(found.begin(), found.end(), out.begin());
    }
};

/// A CSV table with one column `value`, one row per number: for properties given per cell.
inline std::string one_column(const std::vector<double>& values) {
    std::string text = "value\n";
    for (const double v : values) text += fmt::format("{:.17g}\n", v);
    return text;
}

/// Cell widths as the site file lists them: ["1 m", "2 m"].
inline std::string widths_text(const std::vector<double>& widths) {
    std::string text = "[";
    for (const double w : widths) text += fmt::format("{}\"{:.17g} m\"", text.size() > 1 ? ", " : "", w);
    return text + "]";
}

/// Order p at which errors fall from one refinement to the next, when the step is divided by `ratio`.
inline double observed_order(double coarse, double fine, double ratio = 2) { return std::log(coarse / fine) / std::log(ratio); }

}  // namespace galena::verification
