// Edits between steps: what they change is booked, balances and survives a checkpoint bit by bit; what changes nothing changes nothing.

#include <functional>

#include "output/checkpoint_file.hpp"
#include "temporary_folder.hpp"
#include "verification/site_builder.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

/// An intervention of the test at hand, at one moment.
struct Probe final : Intervention {
    double moment;
    std::function<void(EditSession&)> edit;
    bool done = false;

    Probe(double at, std::function<void(EditSession&)> what) : moment(at), edit(std::move(what)) {}
    [[nodiscard]] std::string type() const override { return "probe"; }
    [[nodiscard]] std::string name() const override { return "test"; }
    [[nodiscard]] bool removes() const override { return true; }
    void add_events(std::set<double>& times) const override { times.insert(moment); }
    void act(EditSession& session) override {
        if (done || session.time() < moment) return;
        done = true;
        edit(session);
    }
    bool changes_something(EditSession& trial) override {
        edit(trial);
        return trial.changed();
    }
    void save(CheckpointWriter& out) const override { out.write("probe/done", done ? 1.0 : 0.0); }
    void load(CheckpointReader& in) override { done = in.read("probe/done") != 0; }
};

double probe_moment = 0;
std::function<void(EditSession&)> probe_edit;  ///< empty: no intervention

const bool registered = InterventionIndex::instance().add({"probe", [](const Site&, Domain&, Diagnostics&) {
                                                               std::vector<std::unique_ptr<Intervention>> all;
                                                               if (probe_edit)
                                                                   all.push_back(std::make_unique<Probe>(probe_moment, probe_edit));
                                                               return all;
                                                           }});

/// As long as it lives, every simulation built has this edit.
struct WithEdit {
    WithEdit(double days, std::function<void(EditSession&)> edit) {
        probe_moment = days * day;
        probe_edit = std::move(edit);
    }
    ~WithEdit() { probe_edit = nullptr; }
    WithEdit(const WithEdit&) = delete;
    WithEdit& operator=(const WithEdit&) = delete;
};

std::string site(const std::string& regime = "transient") {
    return R"(
[site]
name = "box"
start = 2020-01-01
duration = "60 d"
[grid]
nx = 12
ny = 3
dx = "10 m"
dy = "10 m"
top = "0 m"
[[grid.layer]]
name = "sand"
thickness = "6 m"
cells = 2
[[zone]]
name = "spot"
x_min = "30 m"
x_max = "60 m"
[[medium]]
hydraulic_conductivity = "8 m/d"
anisotropy_vertical = 0.2
specific_storage = "1e-4 1/m"
porosity = 0.3
bulk_density = "1600 kg/m3"
[flow]
regime = ")" +
           regime +
           R"("
initial_head = "2 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "2 m"
concentration.Cd = "0.1 mg/L"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "1 m"
[[boundary]]
type = "well"
name = "pump"
x = "85 m"
y = "15 m"
rate = "-20 m3/d"
[transport]
longitudinal_dispersivity = "1 m"
maximum_step = "3 d"
[substance.Cd]
initial_content = "2 mg/kg"
sorption = { type = "linear", distribution_coefficient = "0.5 L/kg" }
[substance.SO4]
initial_concentration = "10 mg/L"
molecular_diffusion = "1e-9 m2/s"
)";
}

const std::vector<Index>& spot(const EditSession& session) { return *session.domain().zones.find("spot"); }

bool same_bits(const SiteRun& a, const SiteRun& b) {
    const auto equal = [](std::span<const double> x, std::span<const double> y) {
        return std::equal(x.begin(), x.end(), y.begin(), y.end());
    };
    return equal(a.state().hydraulic_head.span(), b.state().hydraulic_head.span()) &&
           equal(a.state().concentration.all().span(), b.state().concentration.all().span()) &&
           equal(a.state().water_flux.x.span(), b.state().water_flux.x.span()) && a.state().step == b.state().step;
}

void everything(EditSession& session) {
    const auto& cells = spot(session);
    const auto& removed = cells;
    session.remove({"probe", "test", removed, 1.0, {}, {{"Cd", 0.1e-6}}});
    session.set(Property::porosity, cells, 0.4);
    session.set(Property::bulk_density, cells, 1400.0);
    session.set(Property::hydraulic_conductivity, cells, 20 / day);
    session.scale_rate("test", "pump", 2.5);
    std::vector<double> factors(cells.size(), 3.0);
    session.scale_distribution("test", "Cd", cells, factors);
}

}  // namespace

TEST_CASE("an edit that changes no value adds no step and changes no bit") {
    for (const std::string regime : {"steady", "transient"}) {
        CAPTURE(regime);
        SiteRun base(site(regime));
        base.finish();
        const WithEdit edit(17.3, [](EditSession& session) {
            const auto& cells = spot(session);
            session.set(Property::porosity, cells, 0.3);
            session.scale_rate("test", "pump", 1.0);
            session.scale_distribution("test", "Cd", cells, std::vector<double>(cells.size(), 1.0));
            session.set_barriers("test", {});
            session.remove({"probe", "test", cells, 0.0, {}, {}});
        });
        SiteRun idle(site(regime));
        idle.finish();
        CHECK(same_bits(base, idle));
    }
}

TEST_CASE("edits of every kind: the books of water and substances close, and name what was removed") {
    for (const std::string regime : {"steady", "transient"}) {
        CAPTURE(regime);
        const WithEdit edit(17.3, everything);
        SiteRun run(site(regime));
        double held = 0;
        run.finish([&](const SiteRun& r) {
            if (std::abs(r.days() - 17.3) > 1e-9) return;
            for (const Index c : *r.domain().zones.find("spot"))  // before the edit
                held += (r.state().mobile_water[c] + r.grid().volume(c) * 1600 * 0.5e-3) * r.concentration(c);
        });
        REQUIRE(held > 0);  // a step ended exactly at the edit
        // Sums of some thousand terms of like size: rounding stays far below 1e-12 of what moved, 1e-10 is the solvers' share.
        CHECK(run.closure() < 1e-10);
        const double removed = run.entry("Cd", "test (dissolved)").cumulative_out + run.entry("Cd", "test (sorbed)").cumulative_out;
        CHECK(removed == doctest::Approx(held).epsilon(1e-12));
        const double soil = static_cast<double>(run.domain().zones.find("spot")->size()) * 300 * 1400;
        CHECK(run.entry("Cd", "test (sorbed)").cumulative_in == doctest::Approx(0.1e-6 * soil).epsilon(1e-12));
        // Pores grew by 0.1 of the volume.
        CHECK(run.entry("water", "edited ground").cumulative_in == doctest::Approx(0.1 * soil / 1400).epsilon(1e-10));
        CHECK(run.inflow("pump") == doctest::Approx(-50).epsilon(1e-12));
    }
}

TEST_CASE("another distribution coefficient parts what is there anew and loses nothing") {
    const WithEdit edit(30, [](EditSession& session) {
        const auto& cells = spot(session);
        session.scale_distribution("test", "Cd", cells, std::vector<double>(cells.size(), 8.0));
    });
    SiteRun run(site("steady"));
    const Index c = run.cell(45, 15, -1);
    double before = 0, after = 0;
    run.finish([&](const SiteRun& r) {
        if (std::abs(r.days() - 30) < 1e-9) before = r.concentration(c);
        else if (r.days() > 30 && after == 0) after = r.concentration(c);
    });
    // R falls from (0.3 + 0.8)/0.3 to (0.3 + 6.4)/0.3: the concentration by their ratio, but for what one step moves at a retardation of 22.
    CHECK(after == doctest::Approx(before * 1.1 / 6.7).epsilon(0.05));
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("a barrier in faces carries K i through its face") {
    // One row of cells: q = Δh / (L/K + b/Kb), the barrier in series with the ground.
    const double thickness = 0.8, conductivity = 1e-8;
    const WithEdit edit(10, [&](EditSession& session) {
        std::vector<FaceBarrier> wall;
        const auto& grid = session.domain().grid;
        for (Index c = 0; c < grid.cell_count(); ++c)
            if (std::abs(grid.centre(c).x - 55) < 1)
                wall.push_back({Axis::x, outer_face(grid, c, Side::east), conductivity / thickness * 10 * grid.thickness(c)});
        session.set_barriers("test", wall);
        session.scale_rate("test", "pump", 0.0);
    });
    SiteRun run(site("steady"));
    run.finish();
    const double q = 1.0 / (120 / (8 / day) + thickness / conductivity);  // m/s
    CHECK(run.inflow("west") == doctest::Approx(q * day * 180).epsilon(1e-8));
}

TEST_CASE("a run with edits resumes bit by bit, before and after them") {
    const WithEdit edit(17.3, everything);
    for (const std::string regime : {"steady", "transient"})
        for (const int stop : {2, 9}) {  // steps: before and after the edit
            CAPTURE(regime);
            CAPTURE(stop);
            SiteRun whole(site(regime));
            whole.finish();
            const TemporaryFolder folder;
            {
                SiteRun first(site(regime));
                first.start();
                auto& simulation = const_cast<Simulation&>(first.simulation());
                for (int n = 0; n < stop; ++n) simulation.step();
                CheckpointFileWriter out(folder / "checkpoint.h5");
                simulation.save(out);
                out.commit();
            }
            SiteRun second(site(regime));
            auto& simulation = const_cast<Simulation&>(second.simulation());
            CheckpointFileReader in(folder / "checkpoint.h5");
            simulation.resume(in);
            while (!simulation.finished()) simulation.step();
            CHECK(same_bits(whole, second));
            for (std::size_t n = 0; n < whole.ledger().entries().size(); ++n)
                CHECK(whole.ledger().entries()[n].cumulative_out == second.ledger().entries()[n].cumulative_out);
        }
}
