// Measures that act on soil and its chemistry: electrokinetics, plants, chelants, lime.

#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25;

/// A row of 60 cells of 0.1 m with water at rest; Cd in the middle one.
std::string tray(double days, const std::string& more) {
    return fmt::format(R"(
[site]
name = "tray"
start = 2020-01-01
duration = "{} d"
[grid]
nx = 60
ny = 1
dx = "0.1 m"
dy = "1 m"
top = "1 m"
[[grid.layer]]
name = "soil"
thickness = "1 m"
[[zone]]
name = "slug"
x_min = "2.95 m"
x_max = "3.05 m"
[[zone]]
name = "cathode"
x_min = "5.9 m"
[[medium]]
hydraulic_conductivity = "1 m/d"
porosity = 0.4
bulk_density = "1600 kg/m3"
[flow]
initial_head = "1 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "1 m"
[transport]
maximum_step = "1 d"
[substance.Cd]
sorption = {{ type = "linear", distribution_coefficient = "0.5 L/kg" }}
molecular_diffusion = "7e-10 m2/s"
[[source]]
type = "mass_loading"
name = "spill"
zone = "slug"
substance = "Cd"
rate = [{{ from = 2020-01-01, value = "1 g/d" }}, {{ from = 2020-01-02, value = "0 g/d" }}]
{})",
                       days, more);
}

double centre_of_mass(const SiteRun& run) {
    double moment = 0, mass = 0;
    for (const Index c : *run.domain().zones.find("all")) {
        mass += run.concentration(c);
        moment += run.concentration(c) * run.grid().centre(c).x;
    }
    return moment / mass;
}

/// Four by two columns of farmland, 5 m wide, 0.2 m of topsoil over 0.3 m of subsoil; rain drains slowly.
std::string farm(double years, double rain, const std::string& more,
                 const std::string& law = "type = \"linear\"\ndistribution_coefficient = \"300 L/kg\"") {
    return fmt::format(R"(
[site]
name = "farm"
start = 2020-01-01
duration = "{} a"
[grid]
nx = 4
ny = 2
dx = "5 m"
dy = "5 m"
top = "0.5 m"
[[grid.layer]]
name = "topsoil"
thickness = "0.2 m"
[[grid.layer]]
name = "subsoil"
thickness = "0.3 m"
[[zone]]
name = "topsoil"
layers = ["topsoil"]
[[medium]]
hydraulic_conductivity = "0.5 m/d"
porosity = 0.45
bulk_density = "1300 kg/m3"
pH = 5.4
[flow]
initial_head = "0.5 m"
[[boundary]]
type = "fixed_head"
name = "below"
side = "bottom"
head = "0.4 m"
[[boundary]]
type = "recharge"
name = "rain"
rate = "{} mm/a"
[transport]
maximum_step = "30 d"
[substance.Cd]
initial_content = "0.8 mg/kg"
[substance.Cd.sorption]
{}
{})",
                       years, rain, law, more);
}

const Table* table_of(const SiteRun& run, const std::string& name, std::vector<Table>& kept) {
    for (const auto& observer : run.simulation().model_observers())
        for (auto& table : observer->tables())
            if (table.name == name) {
                kept.push_back(table);
                return &kept.back();
            }
    return nullptr;
}

}  // namespace

TEST_CASE("electrokinetics: the plume moves at (n tau u + ke) E / (n R)") {
    SiteRun run(tray(60, R"([[measure]]
type = "electrokinetics"
name = "field"
zone = "all"
field = "15 V/m"
direction = "90 degree"
charge = { Cd = 2 }
electro_osmosis = "2e-9 m2/V/s"
temperature = "293.15 K"
energy = "500 kWh/m3"
start = 2020-01-11
)"));
    double before = 0;
    run.finish([&](const SiteRun& r) {
        if (std::abs(r.days() - 10) < 1e-9) before = centre_of_mass(r);
    });
    // u = z D F / RT; n tau = n^(4/3); n R = n + rho Kd.
    const double u = 2 * 7e-10 * 96485.33212 / (8.314462618 * 293.15);
    const double speed = (std::pow(0.4, 4.0 / 3) * u + 2e-9) * 15 / (0.4 + 1600 * 0.5e-3);
    const double expected = speed * 50 * 86400, found = centre_of_mass(run) - before;
    // The first moment of an upwind scheme is exact; the tails reach neither end of the row to 1e-6.
    report("electrokinetics", "displacement:relative", expected, found, std::abs(found / expected - 1), 1e-5,
           "Nernst-Einstein mobility and electro-osmosis, Acar & Alshawabkeh 1993");
    CHECK(found > 0.9);
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("electrokinetics: anions go the other way, electrodes take out what arrives, and nothing is lost") {
    auto text = tray(400, R"([[measure]]
type = "electrokinetics"
name = "field"
zone = "all"
field = "150 V/m"
direction = "90 degree"
charge = { Cd = 2 }
electrodes = "cathode"
recovery = "5 1/d"
)");
    SiteRun run(text);
    run.finish();
    CHECK(run.closure() < 1e-10);
    const double given = run.entry("Cd", "spill").cumulative_in;
    CHECK(given == doctest::Approx(1e-3).epsilon(1e-9));
    CHECK(run.entry("Cd", "field").cumulative_out > 0.5 * given);
    CHECK(run.entry("Cd", "field").cumulative_out + run.stored("Cd") + run.entry("Cd", "west").cumulative_out ==
          doctest::Approx(given).epsilon(1e-9));
    text.replace(text.find("charge = { Cd = 2 }"), 19, "charge = { Cd = -2 }");
    text.replace(text.find("duration = \"400 d\""), 18, "duration = \"40 d\"");
    SiteRun back(text);
    back.finish();
    CHECK(centre_of_mass(back) < 2.9);
}

TEST_CASE("phytoextraction: a linear uptake empties the rooted soil exponentially") {
    SiteRun run(farm(10, 0, R"([[measure]]
type = "phytoextraction"
name = "sedum"
zone = "topsoil"
root_depth = "0.2 m"
yield = "8 t/ha"
bioaccumulation = { Cd = 30 }
)"));
    run.finish();
    const auto& taken = run.entry("Cd", "sedum");
    // dC/dt = -Y B C / (rho d): 8 t/ha/a over 2600 t/ha times 30 is 0.0923 per year. Water takes little: Kd 300 L/kg.
    const double rate = 0.8 * 30 / (1300 * 0.2), soil = 1300 * 0.2 * 200;
    const double leached = run.entry("Cd", "below").cumulative_out;
    const double expected = 0.8e-6 * soil * (1 - std::exp(-rate * 10));
    // Contents are looked at twelve times a year, before each step: rate / 24 too much; leaching and the subsoil take part of the rest.
    report("phytoextraction", "uptake:relative", expected, taken.cumulative_out, std::abs(taken.cumulative_out / expected - 1), 0.01,
           "dM/dt = -Y B C / (rho d), McGrath & Zhao 2003");
    CHECK(leached < 0.02 * taken.cumulative_out);
    CHECK(run.closure() < 1e-10);
    std::vector<Table> kept;
    const auto* effects = table_of(run, "effects", kept);
    REQUIRE(effects);
    CHECK(effects->columns[3].numbers[0] == 10);                                   // harvests
    CHECK(effects->columns[3].numbers[1] == doctest::Approx(8 * 200 / 1e4 * 10));  // t of plants
    CHECK(effects->columns[3].numbers[2] == doctest::Approx(taken.cumulative_out).epsilon(1e-12));
}

TEST_CASE("agronomic control: lime raises the pH, halves what the grain holds, and acid undoes it") {
    const std::string grain = "produce.Cd = { constant = 1.4, per_log_content = 0.75, per_pH = -0.33 }\nyield = \"6.5 t/ha\"\n";
    const std::string plain =
        "[[measure]]\ntype = \"agronomic_control\"\nname = \"rice\"\nzone = \"topsoil\"\nroot_depth = \"0.2 m\"\n" + grain;
    const std::string law = "type = \"ph_dependent\"\nconstant = -0.6\nper_pH = 0.49";
    SiteRun none(farm(4, 400, plain, law)),
        limed(farm(4, 400, plain + "ph_rise = 0.85\nlime = \"2.25 t/ha\"\nacidification = \"0.1 1/a\"\n", law));
    none.finish();
    limed.finish();
    std::vector<Table> kept;
    kept.reserve(4);
    const auto *before = table_of(none, "produce_rice", kept), *after = table_of(limed, "produce_rice", kept);
    REQUIRE(before);
    REQUIRE(after);
    const double first = after->columns[2].numbers[0] / before->columns[2].numbers[0];
    // After the first year 0.85 less eleven or twelve twelfths of 0.1, times the slope; contents hardly differ.
    CHECK(first > 0.999 * std::pow(10.0, -0.33 * (0.85 - 0.1 * 11 / 12)));
    CHECK(first < 1.02 * std::pow(10.0, -0.33 * (0.85 - 0.1)));
    CHECK(before->columns[4].numbers[0] == doctest::Approx(0.2));  // GB 2762: Cd in rice
    CHECK(before->columns[5].numbers[0] == doctest::Approx(100));
    CHECK(none.domain().medium.pH[0] == 5.4);
    const Index top = limed.cell(2, 2, 0.45);
    // The last monthly step before the end was after 47 or 48 months.
    CHECK(limed.domain().medium.pH[top] == doctest::Approx(5.4 + 0.85 - 0.4).epsilon(0.002));
    CHECK(limed.closure() < 1e-10);
    CHECK(none.entry("Cd", "rice").cumulative_out > limed.entry("Cd", "rice").cumulative_out);
    // Sorption follows the pH: less leaves with the water.
    CHECK(limed.entry("Cd", "below").cumulative_out < none.entry("Cd", "below").cumulative_out);
}

TEST_CASE("agronomic control: floods bind for a part of each year") {
    SiteRun run(farm(2.5, 400, R"([[measure]]
type = "agronomic_control"
name = "water"
zone = "topsoil"
root_depth = "0.2 m"
flooded = "90 d"
flooded_factor = { Cd = 3 }
end = 2022-04-30
)"));
    const Index top = run.cell(2, 2, 0.45);
    double wet = 0;
    run.finish([&](const SiteRun& r) {
        static double last = 0;
        const auto* f = r.domain().alterations.distribution_of("Cd");
        if (r.days() < last) last = 0;
        if (f && (*f)[top] == 3) wet += r.days() - last;
        last = r.days();
    });
    CHECK(wet == doctest::Approx(2 * 90 + 90).epsilon(1e-6));
    CHECK((*run.domain().alterations.distribution_of("Cd"))[top] == 1);
    CHECK(run.closure() < 1e-10);
}

TEST_CASE("soil flushing: a chelant brings to the wells what water alone leaves, and the rest stays mobile") {
    auto with = tray(120, ""), without = with;
    const std::string wells = R"([[measure]]
type = "soil_flushing"
name = "flush"
zone = "all"
well = [{ name = "out", x = "5.95 m", y = "0.5 m", rate = "0.2 m3/d" }]
injection_well = [{ name = "in", x = "0.55 m", y = "0.5 m", rate = "0.2 m3/d" }]
end = 2020-04-10
)";
    for (auto* text : {&with, &without}) text->replace(text->find("0.5 L/kg"), 8, "20 L/kg");
    without += wells + "factor = { Cd = 1 }\n";
    with += "[substance.EDTA]\n" + wells +
            "agent = \"EDTA\"\nagent_concentration = \"300 mg/L\"\nagent_molar_mass = \"292 g/mol\"\nlog_stability = { Cd = 16.5 }\n"
            "log_side_reactions = 8\n";
    SiteRun water(without), chelant(with);
    water.finish();
    chelant.finish();
    const double by_water = water.entry("Cd", "out").cumulative_out, by_chelant = chelant.entry("Cd", "out").cumulative_out;
    CHECK(by_chelant > 2 * by_water);
    CHECK(water.closure() < 1e-10);
    CHECK(chelant.closure() < 1e-10);
    CHECK(chelant.inflow("out") == 0);  // the wells rest after 2020-04-10
    std::vector<Table> kept;
    const auto* effects = table_of(chelant, "effects", kept);
    REQUIRE(effects);
    // 100 d of 0.2 m3/d in and out, with 300 mg/L.
    CHECK(effects->columns[3].numbers[0] == doctest::Approx(20).epsilon(1e-6));
    CHECK(effects->columns[3].numbers[2] == doctest::Approx(6).epsilon(1e-6));
    double dissolved = 0;
    for (const Index c : *chelant.domain().zones.find("all")) dissolved += chelant.concentration(c) * chelant.state().mobile_water[c];
    CHECK(effects->columns[3].numbers[3] == doctest::Approx(dissolved).epsilon(1e-9));
    // Where chelant is left, Kd_eff = Kd / (1 + K' L) with all but the bound part free: 10^8.5 L/mol times what is there.
    const Index middle = chelant.cell(3.05, 0.5, 0.5);
    const double left = chelant.concentration(middle, 1) / 0.292, bound = chelant.concentration(middle, 0) / 0.112414;
    REQUIRE(left > 1e-3);
    const double expected = 1 / (1 + std::pow(10.0, 8.5 - 3) * (left - bound));
    // Factors are renewed when one has changed by 2 %; the complex is strong, so that free = total - metal.
    CHECK((*chelant.domain().alterations.distribution_of("Cd"))[middle] == doctest::Approx(expected).epsilon(0.03));
}

TEST_CASE("in-situ reduction: a reagent that water carries, second order in a mixed cell") {
    // One cell of water at rest: C' = -k C R, R = R0 - 3 (C0 - C); with D = R0 - 3 C0: C = C0 D exp(-k D t) / (R0 - 3 C0 exp(-k D t)).
    SiteRun run(R"(
[site]
name = "beaker"
start = 2020-01-01
duration = "30 d"
[grid]
nx = 1
ny = 1
dx = "1 m"
dy = "1 m"
top = "1 m"
[[grid.layer]]
name = "sand"
thickness = "1 m"
[[medium]]
porosity = 0.3
[transport]
initial_step = "0.01 d"
[substance.CrVI]
initial_concentration = "10.39924 mg/L"
[substance.Fe]
[[measure]]
type = "in_situ_reduction"
name = "iron"
zone = "all"
substance = "CrVI"
species = "Fe"
reagent_molar_mass = "55.845 g/mol"
reagent = "1 mol/m3"
rate_constant = "0.5 m3/mol/d"
injection_time = "1e-3 d"
)");
    double worst = 0;
    run.finish([&](const SiteRun& r) {
        const double c0 = 0.2, r0 = 1, d = r0 - 3 * c0, e = std::exp(-0.5 * d * r.days());
        const double found = r.concentration(0, 0) / 0.0519961;
        if (r.days() > 0.1) worst = std::max(worst, std::abs(found - c0 * d * e / (r0 - 3 * c0 * e)));
    });
    // Steps of first order in time, in each of which less than a tenth reacts; the initial 0.2 mol/m3 halve in the first two days.
    report("in_situ_reduction", "concentration:max_abs/initial", 0, worst / 0.2, worst / 0.2, 0.03, "second-order reaction, closed form");
    CHECK(run.closure() < 1e-10);
    // What reacted of both is 3 to 1 in moles: what a step uses too much or too little is made good in the next.
    const double metal = run.entry("CrVI", "iron").cumulative_out / 0.0519961;
    double reagent = 0;
    for (const auto& e : run.ledger().entries())
        if (e.term.component == "Fe" && e.term.term == "in_situ_reduction") reagent = (e.cumulative_out - e.cumulative_in) / 0.055845;
    CHECK(reagent / metal == doctest::Approx(3).epsilon(1e-3));
}

namespace {

/// What a run held, in memory.
struct Kept final : CheckpointWriter, CheckpointReader {
    std::map<std::string, std::vector<double>, std::less<>> values;
    using CheckpointReader::read;
    using CheckpointWriter::write;
    void write(std::string_view name, std::span<const double> v) override { values[std::string(name)].assign(v.begin(), v.end()); }
    [[nodiscard]] bool has(std::string_view name) const override { return values.find(name) != values.end(); }
    void read(std::string_view name, std::span<double> out) override {
        const auto& v = values.at(std::string(name));
        REQUIRE(v.size() == out.size());
        std::copy(v.begin(), v.end(), out.begin());
    }
};

/// Stops after so many steps, goes on in another simulation, and compares with the run that did not stop.
void check_resume(const std::string& text, Index stop) {
    SiteRun whole(text), first(text), second(text);
    whole.finish();
    first.start();
    auto& simulation = const_cast<Simulation&>(first.simulation());
    while (first.state().step < stop) simulation.step();
    Kept kept;
    simulation.save(kept);
    second.resume(kept);
    second.finish();
    CHECK(second.state().step == whole.state().step);
    CHECK(std::equal(whole.state().concentration.all().begin(), whole.state().concentration.all().end(),
                     second.state().concentration.all().begin()));
    for (std::size_t n = 0; n < whole.ledger().entries().size(); ++n)
        CHECK(whole.ledger().entries()[n].cumulative_out == second.ledger().entries()[n].cumulative_out);
    std::vector<Table> a, b;
    a.reserve(8), b.reserve(8);
    for (const char* name : {"effects", "costs", "produce_rice"}) {
        const auto *of_whole = table_of(whole, name, a), *of_second = table_of(second, name, b);
        REQUIRE((of_whole == nullptr) == (of_second == nullptr));
        for (std::size_t c = 0; of_whole && c < of_whole->columns.size(); ++c)
            if (name != std::string("costs")) CHECK(of_whole->columns[c].numbers == of_second->columns[c].numbers);
    }
}

}  // namespace

TEST_CASE("measures on soil resume bit by bit") {
    check_resume(tray(60, R"([[measure]]
type = "electrokinetics"
name = "field"
zone = "all"
field = "50 V/m"
direction = "90 degree"
charge = { Cd = 2 }
electrodes = "cathode"
start = 2020-01-11
end = 2020-02-11
)"),
                 25);
    check_resume(tray(60, R"([substance.EDTA]
[[measure]]
type = "soil_flushing"
name = "flush"
zone = "all"
well = [{ name = "out", x = "5.95 m", y = "0.5 m", rate = "0.2 m3/d" }]
injection_well = [{ name = "in", x = "0.55 m", y = "0.5 m", rate = "0.2 m3/d" }]
end = 2020-02-10
agent = "EDTA"
agent_concentration = "300 mg/L"
agent_molar_mass = "292 g/mol"
log_stability = { Cd = 16.5 }
log_side_reactions = 8
)"),
                 40);
    check_resume(tray(60, R"([substance.Fe]
[[measure]]
type = "in_situ_reduction"
name = "iron"
zone = "slug"
reach = "all"
substance = "Cd"
species = "Fe"
reagent_molar_mass = "55.845 g/mol"
reagent = "2 mol/m3"
rate_constant = "0.01 m3/mol/d"
injections = 2
interval = "30 d"
)"),
                 25);
    const std::string lime = R"([[measure]]
type = "agronomic_control"
name = "rice"
zone = "topsoil"
root_depth = "0.2 m"
produce.Cd = { constant = 1.4, per_log_content = 0.75, per_pH = -0.33 }
yield = "6.5 t/ha"
ph_rise = 0.5
applications = 2
lime_interval = "400 d"
acidification = "0.1 1/a"
flooded = "60 d"
flooded_factor = { Cd = 3 }
end = 2022-06-01
)";
    const std::string law = "type = \"ph_dependent\"\nconstant = -0.6\nper_pH = 0.49";
    check_resume(farm(3, 400, lime, law), 22);
    check_resume(farm(3, 400,
                      "[[measure]]\ntype = \"phytoextraction\"\nname = \"fern\"\nzone = \"topsoil\"\nyield = \"5 t/ha\"\n"
                      "bioaccumulation = { Cd = 20 }\nexponent = { Cd = 0.8 }\nmaximum_content = { Cd = \"100 mg/kg\" }\n"),
                 20);
}
