// Pump and treat: wells with a schedule, pulsed if wanted; the water is treated to an effluent and may go back into the ground. When the
// pumps stop the run goes on: rebound is what the receptors show then.

#include <fmt/format.h>

#include "remediation/plant_wells.hpp"

namespace galena {

struct PumpAndTreat final : Measure {
    static constexpr std::string_view name = "pump_and_treat", meaning = "wells take water out, it is treated and may be put back";

    std::vector<PlantWell> wells, injection_wells;
    std::optional<double> electricity;
    std::map<std::string, double> effluent;
    std::optional<double> pulse_on, pulse_off;

    static auto parameters() {
        using T = PumpAndTreat;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("well", &T::wells, "wells that pump"),
                parameter("injection_well", &T::injection_wells, "wells that put treated water back"),
                parameter("electricity", &T::electricity, "kWh/m3", not_negative, "for pumping and treating; for its emissions"),
                parameter("effluent", &T::effluent, "mg/L", not_negative, "what treated water still holds; none when absent"),
                parameter("pulse_on", &T::pulse_on, "d", positive, "the plant works this long, then rests"),
                parameter("pulse_off", &T::pulse_off, "d", positive, "how long it rests"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    [[nodiscard]] std::vector<Node> boundaries() const override { return PlantWells{wells, injection_wells, {}}.boundaries(); }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        require_substances(effluent, "effluent", site, diagnostics);
        if (pulse_on.has_value() != pulse_off.has_value())
            diagnostics.error(places.of(pulse_on ? "pulse_on" : "pulse_off"),
                              fmt::format("measure '{}' gives only one of pulse_on and pulse_off", label.text), "give both");
        plant_ = {wells, injection_wells, {}};
        plant_.resolve(*this, domain, diagnostics);
        resting_ = false;
    }
    bool changes_something(EditSession&) override { return plant_.capacity() > 0; }

    /// What treated water still holds goes back into the ground as a release: treatment leaves the effluent, or less where less came out.
    [[nodiscard]] std::string_view fate() const override { return "put back with treated water"; }
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        const std::vector<double> zero(plant_.injection_cells.size(), 0.0);
        std::vector<Reaction> all;
        for (const auto& [id, limit] : effluent)
            all.push_back({std::string(name), label.text, id, plant_.injection_cells, zero, zero, zero});
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
            session.set_release(first_reaction_ + r, std::vector<double>(plant_.injection_cells.size(), 0.0));
    }
    [[nodiscard]] double longest_step(const State& state) const override {
        if (!pulse_on) return infinite;
        const double phase = phase_of(state.time);
        return std::max(1.0, (phase < *pulse_on - 1e-6 ? *pulse_on : *pulse_on + *pulse_off) - phase);
    }
    void accept(const State& state, const Step& step) override { plant_.accept(state, step); }
    [[nodiscard]] std::vector<std::string> extracting_boundaries() const override { return plant_.names(); }
    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"plant", "treatment"}; }
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        return {{"pump_and_treat", "plant", plant_.capacity() * seconds_per_day, "m3/d", CostKind::capital, begun_at(), begun_at()},
                {"pump_and_treat", "treatment", plant_.pumped_water, "m3", CostKind::operation, begun_at(), worked_until(now)}};
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        std::vector<Effect> all{{"water treated", "", plant_.pumped_water, "m3"}};
        constexpr double joules_per_kilowatt_hour = 3.6e6;
        if (const auto* grid = factors.find("co2", "electricity"); grid && electricity)
            all.push_back({"carbon dioxide of pumping and treating", "",
                           plant_.pumped_water * *electricity / joules_per_kilowatt_hour * grid->price.mid / 1e3, "t"});
        return all;
    }
    void save(CheckpointWriter& out) const override {
        out.write("measure/" + label.text + "/water", plant_.pumped_water);
        out.write("measure/" + label.text + "/resting", resting_ ? 1.0 : 0.0);
    }
    void load(CheckpointReader& in) override {
        plant_.pumped_water = in.read("measure/" + label.text + "/water");
        resting_ = in.read("measure/" + label.text + "/resting") != 0;
    }

private:
    void put_effluent_back(EditSession& session) const {
        const auto injected = plant_.injected(session.state());
        std::size_t r = first_reaction_;
        for (const auto& [id, limit] : effluent) {
            const double leaves = std::min(limit, plant_.pumped_concentration(session.state(), id));
            std::vector<double> release;
            for (const double water : injected) release.push_back(water * leaves);
            session.set_release(r++, release);
        }
    }
    void run(EditSession& session, bool on) { plant_.run(session, layer(), on); }
    /// Time since the present pulse began [s].
    [[nodiscard]] double phase_of(double time) const {
        const double period = *pulse_on + *pulse_off;
        const double since = time - begun_at();
        return since - std::floor(since / period + 1e-12) * period;
    }

    PlantWells plant_;
    std::size_t first_reaction_ = 0;
    bool resting_ = false;
};

REGISTER(Measure, PumpAndTreat)

}  // namespace galena
