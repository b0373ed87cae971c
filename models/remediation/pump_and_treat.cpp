// Pump and treat: wells with a schedule, pulsed if wanted; the water is treated to an effluent and may go back into the ground. When the
// pumps stop the run goes on: rebound is what the receptors show then.

#include <fmt/format.h>

#include "remediation/measure.hpp"
#include "remediation/tree.hpp"

namespace galena {

/// A well of the plant.
struct PlantWell {
    Name name;
    double x = 0, y = 0;
    std::optional<double> screen_top, screen_bottom;
    double rate = 0;
    Place place;

    static auto parameters() {
        using T = PlantWell;
        return std::tuple{
            parameter("name", &T::name, "name of the well, used in budgets"),
            parameter("x", &T::x, "m", anything, "coordinate"),
            parameter("y", &T::y, "m", anything, "coordinate"),
            parameter("screen_top", &T::screen_top, "m", anything, "elevation of the screen's upper end; the whole column when absent"),
            parameter("screen_bottom", &T::screen_bottom, "m", anything, "elevation of the screen's lower end"),
            parameter("rate", &T::rate, "m3/d", positive, "while the plant works"),
        };
    }
};

struct PumpAndTreat final : Measure {
    static constexpr std::string_view name = "pump_and_treat", meaning = "wells take water out, it is treated and may be put back";

    std::vector<PlantWell> wells, injection_wells;
    std::map<std::string, double> effluent;
    std::optional<double> pulse_on, pulse_off;

    static auto parameters() {
        using T = PumpAndTreat;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("well", &T::wells, "wells that pump"),
                parameter("injection_well", &T::injection_wells, "wells that put treated water back"),
                parameter("effluent", &T::effluent, "mg/L", not_negative, "what treated water still holds; none when absent"),
                parameter("pulse_on", &T::pulse_on, "d", positive, "the plant works this long, then rests"),
                parameter("pulse_off", &T::pulse_off, "d", positive, "how long it rests"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] std::vector<Node> boundaries() const override {
        std::vector<Node> all;
        const auto add = [&](const PlantWell& well, double sign) {
            auto table =
                boundary_table("well", well.name.text, well.place,
                               {{"x", metres(well.x)}, {"y", metres(well.y)}, {"rate", fmt::format("{:.17g} m3/s", sign * well.rate)}});
            if (well.screen_top) table.entries.push_back({"screen_top", well.place, text_node(metres(*well.screen_top), well.place)});
            if (well.screen_bottom)
                table.entries.push_back({"screen_bottom", well.place, text_node(metres(*well.screen_bottom), well.place)});
            all.push_back(std::move(table));
        };
        for (const auto& well : wells) add(well, -1);
        for (const auto& well : injection_wells) add(well, 1);
        return all;
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        require_substances(effluent, "effluent", site, diagnostics);
        if (wells.empty())
            diagnostics.error(place, fmt::format("measure '{}' has no well", label.text), "add a [[measure.well]] with x, y and rate");
        if (pulse_on.has_value() != pulse_off.has_value())
            diagnostics.error(places.of(pulse_on ? "pulse_on" : "pulse_off"),
                              fmt::format("measure '{}' gives only one of pulse_on and pulse_off", label.text), "give both");
        double out = 0, in = 0;
        for (const auto& well : wells) out += well.rate;
        for (const auto& well : injection_wells) in += well.rate;
        if (in > out * (1 + 1e-12))
            diagnostics.error(places.of("injection_well"), fmt::format("measure '{}' puts back more water than it takes out", label.text),
                              "let the rates of the injection wells be at most those of the wells");
        capacity_ = out;
        find_injection_cells(domain.grid);
        water_ = 0;
        resting_ = false;
        for (const auto* list : {&wells, &injection_wells})
            for (const auto& well : *list) domain.alterations.rate[well.name.text].everywhere[layer()] = 0.0;
    }
    bool changes_something(EditSession&) override { return true; }

    /// What treated water still holds goes back into the ground as a release: treatment leaves the effluent, or less where less came out.
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        const std::vector<double> zero(injection_cells_.size(), 0.0);
        std::vector<Reaction> all;
        for (const auto& [id, limit] : effluent) all.push_back({std::string(name), label.text, id, injection_cells_, zero, zero, zero});
        return all;
    }

    void begin(EditSession& session) override { run(session, true); }
    void work(EditSession& session) override {
        put_effluent_back(session);
        if (!pulse_on) return;
        const double phase = phase_of(session.time());
        const bool rests = phase >= *pulse_on - 1e-6;
        if (rests == resting_) return;
        resting_ = rests;
        run(session, !rests);
    }
    void finish(EditSession& session) override {
        run(session, false);
        for (std::size_t r = 0; r < effluent.size(); ++r)
            session.set_release(first_reaction_ + r, std::vector<double>(injection_cells_.size(), 0.0));
    }
    [[nodiscard]] double longest_step(const State& state) const override {
        if (!pulse_on) return infinite;
        const double phase = phase_of(state.time);
        return std::max(1.0, (phase < *pulse_on - 1e-6 ? *pulse_on : *pulse_on + *pulse_off) - phase);
    }
    void accept(const State& state, const Step& step) override {
        for (const auto& exchange : state.water_exchanges)
            for (const auto& well : wells)
                if (exchange.name == well.name.text)
                    for (const double rate : exchange.rate) water_ += std::max(0.0, -rate) * step.duration;
    }
    [[nodiscard]] std::vector<std::string> extracting_boundaries() const override {
        std::vector<std::string> names;
        for (const auto* list : {&wells, &injection_wells})
            for (const auto& well : *list) names.push_back(well.name.text);
        return names;
    }
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        return {{"pump_and_treat", "plant", capacity_ * seconds_per_day, "m3/d", CostKind::capital, begun_at(), begun_at()},
                {"pump_and_treat", "treatment", water_, "m3", CostKind::operation, begun_at(), worked_until(now)}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts&) const override { return {{"water treated", "", water_, "m3"}}; }
    void save(CheckpointWriter& out) const override {
        out.write("measure/" + label.text + "/water", water_);
        out.write("measure/" + label.text + "/resting", resting_ ? 1.0 : 0.0);
    }
    void load(CheckpointReader& in) override {
        water_ = in.read("measure/" + label.text + "/water");
        resting_ = in.read("measure/" + label.text + "/resting") != 0;
    }

private:
    void find_injection_cells(const Grid& grid) {
        std::set<Index> cells;
        for (const auto& well : injection_wells) {
            const Index lowest = grid.find_column({well.x, well.y, 0});
            for (Index c = lowest; lowest >= 0 && c < grid.cell_count(); c += grid.column_count())
                if (grid.active(c) &&
                    std::min(well.screen_top.value_or(1e30), grid.top(c)) > std::max(well.screen_bottom.value_or(-1e30), grid.bottom(c)))
                    cells.insert(c);
        }
        injection_cells_.assign(cells.begin(), cells.end());
    }

    void put_effluent_back(EditSession& session) const {
        const auto& state = session.state();
        std::map<Index, double> injected;  // water per cell [m³/s]
        for (const auto& exchange : state.water_exchanges)
            for (const auto& well : injection_wells)
                if (exchange.name == well.name.text)
                    for (std::size_t n = 0; n < exchange.cells.size(); ++n) injected[exchange.cells[n]] += std::max(0.0, exchange.rate[n]);
        std::size_t r = first_reaction_;
        for (const auto& [id, limit] : effluent) {
            const double leaves = std::min(limit, extracted_concentration(state, id));
            std::vector<double> release;
            for (const Index c : injection_cells_) release.push_back(injected[c] * leaves);
            session.set_release(r++, release);
        }
    }
    /// Of all the water that the wells take out, mixed [kg/m³].
    [[nodiscard]] double extracted_concentration(const State& state, const std::string& id) const {
        double water = 0, mass = 0;
        for (std::size_t s = 0; s < state.substances.size(); ++s)
            for (const auto& exchange : state.water_exchanges)
                for (const auto& well : wells)
                    if (state.substances[s].id == id && exchange.name == well.name.text)
                        for (std::size_t n = 0; n < exchange.cells.size(); ++n) {
                            const double out = std::max(0.0, -exchange.rate[n]);
                            water += out;
                            mass += out * state.concentration[static_cast<Index>(s)][static_cast<std::size_t>(exchange.cells[n])];
                        }
        return water > 0 ? mass / water : 0.0;
    }

    void run(EditSession& session, bool on) {
        for (const auto* list : {&wells, &injection_wells})
            for (const auto& well : *list) session.scale_rate(layer(), well.name.text, on ? 1.0 : 0.0);
    }
    /// Time since the present pulse began [s].
    [[nodiscard]] double phase_of(double time) const {
        const double period = *pulse_on + *pulse_off;
        const double since = time - begun_at();
        return since - std::floor(since / period + 1e-12) * period;
    }

    std::vector<Index> injection_cells_;
    std::size_t first_reaction_ = 0;
    double capacity_ = 0, water_ = 0;
    bool resting_ = false;
};

REGISTER(Measure, PumpAndTreat)

}  // namespace galena
