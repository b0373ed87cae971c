#pragma once
// Wells that belong to a measure: they pump, and put water back, while it works.

#include "remediation/measure.hpp"

namespace galena {

struct PlantWell {
    Name name;
    double x = 0, y = 0;
    std::optional<double> screen_top, screen_bottom;
    Series rate;
    Place place;

    static auto parameters() {
        using T = PlantWell;
        return std::tuple{
            parameter("name", &T::name, "name of the well, used in budgets"),
            parameter("x", &T::x, "m", anything, "coordinate"),
            parameter("y", &T::y, "m", anything, "coordinate"),
            parameter("screen_top", &T::screen_top, "m", anything, "elevation of the screen's upper end; the whole column when absent"),
            parameter("screen_bottom", &T::screen_bottom, "m", anything, "elevation of the screen's lower end"),
            parameter("rate", &T::rate, "m3/d", not_negative, "while the plant works; may change in steps: [{ from = DATE, value = ... }]"),
        };
    }
    /// The highest of its rates [m³/s].
    [[nodiscard]] double capacity() const;
};

/// The wells of one measure. Their boundaries have the rate 0 outside its span of work.
struct PlantWells {
    std::vector<PlantWell> pumping, injecting;

    /// The [[boundary]] tables; injected water brings these concentrations [kg/m³].
    [[nodiscard]] std::vector<Node> boundaries(const std::map<std::string, double>& injected = {}) const;
    /// Switches all of them off, finds the cells; no pumping well, or more water put back than taken at some time, is a mistake.
    void resolve(const Measure& measure, Domain& domain, Diagnostics& diagnostics);
    void run(EditSession& session, const std::string& layer, bool on) const;
    /// Counts the water of a step.
    void accept(const State& state, const Step& step);
    [[nodiscard]] std::vector<std::string> names() const;
    /// The most that they pump together [m³/s].
    [[nodiscard]] double capacity() const;
    /// Of all the water that they take out, mixed [kg/m³].
    [[nodiscard]] double pumped_concentration(const State& state, const std::string& substance) const;
    /// Water that they put into each of the injection cells [m³/s].
    [[nodiscard]] std::vector<double> injected(const State& state) const;

    std::vector<Index> injection_cells;
    double pumped_water = 0, injected_water = 0;  ///< until now [m³]

private:
    void check_balance(const Measure& measure, Diagnostics& diagnostics) const;
};

}  // namespace galena
