// galena check: scenarios and [optimise] are checked too, before anything is run.

#include <doctest/doctest.h>

#include <fstream>

#include <nlohmann/json.hpp>

#include "program.hpp"

namespace {

/// A box with a source, a receptor, and two measures; what follows are scenarios and the rest.
std::string box(const std::string& more) {
    return R"([site]
name = "box"
start = 2020-01-01
duration = "1 a"
[grid]
nx = 10
ny = 2
dx = "5 m"
dy = "5 m"
top = "4 m"
[[grid.layer]]
name = "sand"
thickness = "4 m"
[[zone]]
name = "spot"
x_min = "10 m"
x_max = "20 m"
[[medium]]
hydraulic_conductivity = "5 m/d"
porosity = 0.3
bulk_density = "1700 kg/m3"
[flow]
initial_head = "4 m"
[[boundary]]
type = "fixed_head"
name = "west"
side = "west"
head = "4.2 m"
[[boundary]]
type = "fixed_head"
name = "east"
side = "east"
head = "3.8 m"
[transport]
[substance.CrVI]
initial_concentration = "1 mg/L"
sorption = { type = "linear", distribution_coefficient = "1 L/kg" }
[[receptor]]
name = "river"
boundary = "east"
[[measure]]
type = "excavation"
name = "pit"
zone = "spot"
start = 2020-03-01
[[measure]]
type = "stabilisation"
name = "binder"
zone = "spot"
start = 2020-02-01
factor.CrVI = 10
[[measure]]
type = "natural_attenuation"
name = "watching"
)" + more;
}

struct Checked {
    TemporaryFolder folder;
    ProgramResult result;
    explicit Checked(const std::string& more, const std::string& options = "") {
        std::ofstream(folder / "site.toml") << box(more);
        result = galena_program("check " + options + (folder / "site.toml").string());
    }
    [[nodiscard]] bool says(const std::string& text) const { return result.output.find(text) != std::string::npos; }
    [[nodiscard]] long mistakes() const {
        long n = 0;
        for (auto at = result.output.find(": error: "); at != std::string::npos; at = result.output.find(": error: ", at + 1)) ++n;
        return n;
    }
};

}  // namespace

TEST_CASE("check lists measures, receptors, scenarios and what optimise chooses") {
    const std::string plans =
        "[[scenario]]\nname = \"dig\"\nmeasures = [\"pit\"]\nset.boundary.west.head = \"4.1 m\"\n[[scenario]]\nname = \"nothing\"\n"
        "[optimise]\nscenario = \"dig\"\n[[optimise.variable]]\nkey = \"measure.pit.start\"\nlow = 2020-02-01\nhigh = 2020-05-01\n"
        "[[optimise.limit]]\nreceptor = \"river\"\nsubstance = \"CrVI\"\nbelow = \"1 mg/L\"\n";
    const Checked text(plans);
    INFO(text.result.output);
    CHECK(text.result.code == 0);
    CHECK(text.says("  measure pit: excavation\n"));
    CHECK(text.says("  receptor river: boundary east\n"));
    CHECK(text.says("  scenario dig: pit; sets boundary\n"));
    CHECK(text.says("  scenario nothing: no measure\n"));
    CHECK(text.says("  optimise: chooses measure.pit.start; limits to keep: 1\n"));
    CHECK(text.says("warning: measure 'binder' is part of no scenario: nothing runs it"));
    CHECK(!text.says("measure 'pit' is part of no scenario"));
    const Checked json(plans, "--format json ");
    const auto document = nlohmann::json::parse(json.result.output);
    CHECK(document["measures"] == nlohmann::json{"pit", "binder", "watching"});
    CHECK(document["receptors"] == nlohmann::json{"river"});
    CHECK(document["scenarios"] == nlohmann::json{"dig", "nothing"});
}

TEST_CASE("check finds what is wrong with a scenario, though the base is right") {
    const Checked bad(
        "[[scenario]]\nname = \"both\"\nmeasures = [\"binder\", \"pit\"]\n"
        "[[scenario]]\nname = \"key\"\nset.boundary.west.haed = \"4.1 m\"\n"
        "[[scenario]]\nname = \"value\"\nset.measure.pit.target.CrVI = \"-1 mg/kg\"\nmeasures = [\"pit\"]\n"
        "[[scenario]]\nname = \"substance\"\nset.measure.pit.target.CrV = \"1 mg/kg\"\nmeasures = [\"pit\"]\n");
    INFO(bad.result.output);
    CHECK(bad.result.code == 2);
    CHECK(bad.says("measures 'binder' and 'pit' contradict each other: 'binder' is still at work in the ground that 'pit' digs out"));
    CHECK(bad.says("site.toml:60:19: error: 'haed'"));
    CHECK(bad.says("did you mean 'head'?"));
    CHECK(bad.says("site.toml:63:31: error: target.CrVI = -1 mg/kg is out of bounds"));
    CHECK(bad.says("site.toml:67:17: error: there is no substance 'CrV'"));
    CHECK(bad.says("did you mean 'CrVI'?"));
    CHECK(bad.mistakes() == 4);
    CHECK(bad.says("4 mistakes; nothing was run"));
}

TEST_CASE("check finds what is wrong with optimise: names, bounds that the key does not allow, limits that nobody gives") {
    const std::string plan = "[[scenario]]\nname = \"dig\"\nmeasures = [\"pit\"]\n[optimise]\nscenario = \"dig\"\n";
    const Checked names(plan + "[[optimise.variable]]\nkey = \"measure.pitt.margin\"\nlow = \"1 m\"\nhigh = \"9 m\"\n");
    INFO(names.result.output);
    CHECK(names.result.code == 2);
    CHECK(names.says("variable 'measure.pitt.margin': there is no 'pitt'"));
    const Checked bounds(plan + "[[optimise.variable]]\nkey = \"measure.pit.margin\"\nlow = \"-1 m\"\nhigh = \"9 m\"\n");
    INFO(bounds.result.output);
    CHECK(bounds.result.code == 2);
    CHECK(bounds.says("site.toml:62:7: error: margin = -1 m is out of bounds"));
    CHECK(bounds.mistakes() == 1);
    const Checked key(plan + "[[optimise.variable]]\nkey = \"measure.pit.margni\"\nlow = \"1 m\"\nhigh = \"9 m\"\n");
    INFO(key.result.output);
    CHECK(key.result.code == 2);
    CHECK(key.says("did you mean 'margin'?"));
    const Checked limit(plan +
                        "[[optimise.variable]]\nkey = \"measure.pit\"\n[[optimise.limit]]\nreceptor = \"river\"\nsubstance = \"CrVI\"\n");
    INFO(limit.result.output);
    CHECK(limit.result.code == 2);
    CHECK(limit.says("receptor 'river' has no limit of CrVI, and none is given here"));
    const Checked late(plan +
                       "[[optimise.variable]]\nkey = \"measure.pit\"\n[[optimise.limit]]\nreceptor = \"river\"\nsubstance = \"CrVI\"\n"
                       "below = \"1 mg/L\"\nfrom = 2031-01-01\n");
    INFO(late.result.output);
    CHECK(late.result.code == 2);
    CHECK(late.says("the limit of receptor 'river' holds outside the run: it would never be looked at"));
}

TEST_CASE("check: what no scenario does is checked too") {
    const std::string late =
        "[[measure]]\ntype = \"stabilisation\"\nname = \"lid\"\nzone = \"spot\"\nfactor.CrVI = 10\nstart = 2020-06-01\n"
        "end = 2020-05-01\n[[scenario]]\nname = \"dig\"\nmeasures = [\"pit\"]\n";
    const Checked bad(late);
    INFO(bad.result.output);
    CHECK(bad.result.code == 2);
    CHECK(bad.says("measure 'lid' ends on 2020-05-01, before it begins"));
    CHECK(bad.says("warning: measure 'lid' is part of no scenario: nothing runs it"));
    CHECK(bad.mistakes() == 1);
    // One of its stages may be done, and the other not.
    const std::string staged =
        "[[measure]]\ntype = \"stabilisation\"\nname = \"mix\"\nfactor.CrVI = 10\n"
        "[[measure.stage]]\nzone = \"spot\"\nstart = 2020-02-01\n[[measure.stage]]\nzone = \"spto\"\n"
        "[[scenario]]\nname = \"first\"\nmeasures = [\"mix, stage 1\"]\n";
    const Checked stage(staged);
    INFO(stage.result.output);
    CHECK(stage.result.code == 2);
    CHECK(stage.says("did you mean 'spot'?"));
    CHECK(stage.mistakes() == 1);
    CHECK(!stage.says("measure 'mix' is part of no scenario"));
}

TEST_CASE("check: a work that nothing has a price of is told, with the item that may be meant") {
    const std::string work =
        "[[scenario]]\nname = \"nothing\"\n[[cost.work]]\nname = \"ditch\"\nkind = \"flood_diversion\"\nquantity = 100\nitem = ";
    const Checked slip(work + "\"lined_chanel\"\n");
    INFO(slip.result.output);
    CHECK(slip.result.code == 0);
    CHECK(slip.says("warning: work 'ditch': no price is known for flood_diversion/lined_chanel: it is missing from the cost, not zero"));
    CHECK(slip.says("did you mean 'lined_channel'?"));
    CHECK(!Checked(work + "\"lined_channel\"\n").says("warning: work"));
    CHECK(!Checked(work + "\"culvert\"\nprice = 20\n").says("warning: work"));
}

TEST_CASE("check: a price of what a measure never buys is a mistake, with what it may buy") {
    const Checked slip("[[scenario]]\nname = \"dig\"\nset.measure.pit.price.dig_and_laod = 5\nmeasures = [\"pit\"]\n");
    INFO(slip.result.output);
    CHECK(slip.result.code == 2);
    CHECK(slip.says("measure 'pit' has a price of 'dig_and_laod', which nothing of it can cost"));
    CHECK(slip.says("did you mean 'dig_and_load'?"));
    const Checked right(
        "[[scenario]]\nname = \"dig\"\nset.measure.pit.price = { dig_and_load = 5, landfill = 50 }\nmeasures = [\"pit\"]\n");
    INFO(right.result.output);
    CHECK(right.result.code == 0);
}
