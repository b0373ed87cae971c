#pragma once
// What the four solutions of HJ 610-2016, appendix D, ask for and answer alike: prediction times, limits, a receptor.

#include <algorithm>

#include "assessment/screening/hj610.hpp"
#include "assessment/screening/screening_case.hpp"
#include "core/units.hpp"

namespace galena {

class PlumeCase : public ScreeningCase {
public:
    double pore_velocity = 0, porosity = 0, longitudinal_dispersion = 0;
    std::vector<double> times = {100 * seconds_per_day, 1000 * seconds_per_day};
    std::optional<double> service_life, detection_limit, receptor_distance;
    double limit = 0;

    [[nodiscard]] std::string_view source() const final { return "HJ 610-2016, appendix D"; }
    [[nodiscard]] std::vector<Answer> answers() const final;

protected:
    /// Concentration on the axis of the plume [kg/m³].
    [[nodiscard]] virtual double on_axis(double x, double t) const = 0;
    /// Highest concentration at a time, and where; where the source holds it, there.
    [[nodiscard]] virtual std::pair<double, double> peak(double t) const = 0;
    /// Moment at which the concentration at x is highest; infinite when it rises for ever.
    [[nodiscard]] virtual double peak_time(double x) const = 0;
    /// Plan area above a level [m²]; nothing in one dimension.
    [[nodiscard]] virtual std::optional<double> area(double level, double t) const = 0;

    [[nodiscard]] hj610::Flow flow(double DT = 0) const { return {pore_velocity, porosity, longitudinal_dispersion, DT}; }
    /// Where on the axis, downstream of the highest concentration, the level is passed.
    [[nodiscard]] std::optional<double> front(double level, double t) const;

private:
    void answer_level(std::vector<Answer>& out, double level, const char* name, double t) const;
    void answer_receptor(std::vector<Answer>& out) const;
};

inline auto plume_parameters() {
    return std::tuple_cat(
        case_parameters(),
        std::tuple{
            parameter("pore_velocity", &PlumeCase::pore_velocity, "m/d", positive, "u: Darcy flux over effective porosity"),
            parameter("effective_porosity", &PlumeCase::porosity, "", open_fraction, "n"),
            parameter("longitudinal_dispersion", &PlumeCase::longitudinal_dispersion, "m2/d", positive, "DL: dispersivity times velocity"),
            parameter("times", &PlumeCase::times, "d", positive, "prediction times; 100 d and 1000 d when absent"),
            parameter("service_life", &PlumeCase::service_life, "a", positive, "one more prediction time"),
            parameter("limit", &PlumeCase::limit, "mg/L", positive, "of the standard"),
            parameter("detection_limit", &PlumeCase::detection_limit, "mg/L", positive, "answers are given for it as well"),
            parameter("receptor_distance", &PlumeCase::receptor_distance, "m", positive, "downstream on the axis: a well, a boundary"),
        });
}

}  // namespace galena
