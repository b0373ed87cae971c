#include <doctest/doctest.h>

#include "scenario/reader.hpp"

namespace {

enum class Mode { slow, quick };

struct Pump {
    galena::Name name;
    double rate = 0;
    double efficiency = 0.7;
    int stages = 1;
    Mode mode = Mode::slow;
    std::optional<double> depth;
    std::vector<double> levels;
    std::map<std::string, galena::Series> load;
    galena::Places places;
    int checks = 0;

    static auto parameters() {
        using namespace galena;
        return std::tuple{
            parameter("name", &Pump::name, "name of the pump"),
            parameter("rate", &Pump::rate, "m3/d", positive, "water it lifts").source("Nobody 1900, eq. 1"),
            parameter("efficiency", &Pump::efficiency, "", fraction, "of the motor").with_default(),
            parameter("stages", &Pump::stages, between(1, 8), "wheels").with_default(),
            parameter("mode", &Pump::mode, "how it runs").with_default(),
            parameter("depth", &Pump::depth, "m", not_negative, "below ground"),
            parameter("levels", &Pump::levels, "m", anything, "at which it switches"),
            parameter("load", &Pump::load, "mg/L", not_negative, "what the water carries, by substance"),
        };
    }
    void check(galena::ReadContext&) { ++checks; }
};

}  // namespace

template <>
inline const galena::Words galena::words<Mode> = {"slow", "quick"};

using namespace galena;

namespace {

struct Reading {
    Pump pump;
    bool good = false;
    std::vector<std::string> said;  ///< "line:column what = hint"
};

Reading read(const std::string& text) {
    Diagnostics diagnostics;
    ReadContext context{diagnostics, {}};
    Reading result;
    result.good = read_table(parse_toml(text, "pump.toml"), "pump", context, result.pump, {});
    for (const auto& d : diagnostics.all())
        result.said.push_back(std::to_string(d.place.line) + ":" + std::to_string(d.place.column) + " " + d.what + " = " + d.hint);
    return result;
}

const std::string sound = "name = \"P\"\nrate = \"86400 m3/d\"\n";

}  // namespace

TEST_CASE("a declared table is read in SI, with its defaults") {
    const auto r = read(sound + "mode = \"quick\"\ndepth = \"120 cm\"\nlevels = [\"1 m\", \"2 m\"]\n");
    CHECK(r.good);
    CHECK(r.said.empty());
    CHECK(r.pump.rate == doctest::Approx(1).epsilon(1e-14));  // rounding of one factor
    CHECK(r.pump.efficiency == 0.7);
    CHECK(r.pump.stages == 1);
    CHECK(r.pump.mode == Mode::quick);
    REQUIRE(r.pump.depth.has_value());
    CHECK(*r.pump.depth == doctest::Approx(1.2).epsilon(1e-14));
    CHECK(r.pump.levels == std::vector<double>{1, 2});
    CHECK(r.pump.checks == 1);
    CHECK(r.pump.places.of("depth").line == 4);
    CHECK(r.pump.places.has("mode"));
    CHECK_FALSE(r.pump.places.has("stages"));
    CHECK(r.pump.places.of("stages").line == r.pump.places.table.line);
}

TEST_CASE("one value is a list of one, and names may carry series") {
    const auto r = read(
        sound + "levels = \"3 m\"\nload.Cd = [{ from = 2020-01-01, value = \"1 mg/L\" }, { from = 2020-02-01, value = \"2 mg/L\" }]\n");
    CHECK(r.good);
    CHECK(r.pump.levels == std::vector<double>{3});
    REQUIRE(r.pump.load.count("Cd") == 1);
    CHECK(r.pump.load.at("Cd").values.size() == 2);
    CHECK(r.pump.load.at("Cd").values[1] == doctest::Approx(2e-3).epsilon(1e-14));
}

TEST_CASE("a misspelt key is one mistake and not also an absent one") {
    const auto r = read("name = \"P\"\nrte = \"1 m3/d\"\n");
    CHECK_FALSE(r.good);
    CHECK(r.said == std::vector<std::string>{"2:1 'rte' is not a key of pump = did you mean 'rate'?"});
    CHECK(r.pump.checks == 0);  // what the table would mean is not known
}

TEST_CASE("a foreign key is told what is allowed, and the rest is still checked") {
    const auto r = read(sound + "colour = \"red\"\n");
    CHECK_FALSE(r.good);
    REQUIRE(r.said.size() == 1);
    CHECK(r.said[0] == "3:1 'colour' is not a key of pump = allowed: name, rate, efficiency, stages, mode, depth, levels, load");
    CHECK(r.pump.checks == 1);
}

TEST_CASE("an absent key says what it is, in which unit, and of which pump") {
    const auto r = read("name = \"P\"\n");
    REQUIRE(r.said.size() == 1);
    CHECK(r.said[0].find("pump 'P' lacks 'rate' = rate: water it lifts (a quantity like \"1 m3/d\")") != std::string::npos);
}

TEST_CASE("every value of a table is looked at in one pass") {
    const auto r = read(
        "name = 3\nrate = \"-1 m3/d\"\nefficiency = 1.5\nstages = 2.5\nmode = \"quik\"\ndepth = 5\nlevels = [\"1 m\", \"2 d\", "
        "nan]\nload.Cd = \"1 mg/kg\"\n");
    CHECK(r.said == std::vector<std::string>{
                        "1:8 name should be text in quotes, not the number 3 = ",
                        "2:8 rate = -1 m3/d is out of bounds = rate must be positive",
                        "3:14 efficiency = 1.5 is out of bounds = efficiency must be from 0 to 1",
                        "4:10 stages should be a whole number, not the number 2.5 = ",
                        "5:8 mode = \"quik\" is unknown = did you mean 'quick'? allowed: slow, quick",
                        "6:9 depth = 5 has no unit = write \"5 m\"",
                        "7:18 levels = \"2 d\" has the unit 'd' = a unit like 'm' is expected",
                        "7:25 levels = nan has no unit = write \"nan m\"",
                        "8:11 load.Cd = \"1 mg/kg\" has the unit 'mg/kg' = a unit like 'mg/L' is expected",
                    });
}

TEST_CASE("bounds are said in the unit shown") {
    CHECK(positive.text(unit("m")) == "positive");
    CHECK(not_negative.text(unit("m")) == "not negative");
    CHECK(fraction.text(unit("")) == "from 0 to 1");
    CHECK(open_fraction.text(unit("")) == "above 0 and below 1");
    CHECK(anything.text(unit("m")).empty());
    CHECK(between(273.15, 373.15).text(unit("degC")) == "from 0 degC to 100 degC");
    CHECK(Bounds{2, infinite, false, true}.text(unit("m")) == "above 2 m");
    CHECK(Bounds{-infinite, 2, true, false}.text(unit("m")) == "below 2 m");
    CHECK_FALSE(open_fraction.contains(0));
    CHECK_FALSE(open_fraction.contains(1));
    CHECK(fraction.contains(1));
    CHECK_FALSE(positive.contains(0));
}

TEST_CASE("the declaration describes itself") {
    const auto schema = schema_of<Pump>("pump", "lifts water");
    REQUIRE(schema.parameters.size() == 8);
    const auto& rate = schema.parameters[1];
    CHECK(rate.name == "rate");
    CHECK(rate.type == "quantity");
    CHECK(rate.unit == "m3/d");
    CHECK(rate.bounds == "positive");
    CHECK(rate.required);
    CHECK(rate.source == "Nobody 1900, eq. 1");
    CHECK(schema.parameters[2].default_text == "0.7");
    CHECK_FALSE(schema.parameters[2].required);
    CHECK(schema.parameters[3].bounds == "from 1 to 8");
    CHECK(schema.parameters[4].choices == Words{"slow", "quick"});
    CHECK(schema.parameters[4].default_text == "\"slow\"");
    CHECK_FALSE(schema.parameters[5].required);
    CHECK(schema.parameters[6].type == "list: quantity");
    CHECK(schema.parameters[7].type == "quantity or series in time by name");
}

TEST_CASE("the same mistake found on two ways is reported once") {
    Diagnostics diagnostics;
    diagnostics.error({"a", 1, 2}, "x", "y");
    diagnostics.error({"a", 1, 2}, "x", "y");
    diagnostics.error({"a", 2, 2}, "x", "y");
    CHECK(diagnostics.all().size() == 2);
    CHECK(diagnostics.mistakes() == 2);
    CHECK(diagnostics.error_count() == 3);  // so that a caller sees that its own call failed
    CHECK(diagnostics.tally() == "2 mistakes; nothing was run");
}
