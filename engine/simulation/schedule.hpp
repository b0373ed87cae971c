#pragma once
// Moments at which a step has to end: events of the equations, output times, the end of the run.

#include <set>

#include "scenario/site.hpp"

namespace galena {

class Schedule {
public:
    /// Output times from [output] and the length of the run from [site]; mistakes such as a time beyond the end go to `diagnostics`.
    Schedule(const Site& site, Diagnostics& diagnostics);

    void add_events(const std::set<double>& times);

    [[nodiscard]] double end() const { return end_; }
    [[nodiscard]] bool is_output(double time) const { return outputs_.contains(time); }
    [[nodiscard]] std::size_t output_count() const { return outputs_.size(); }
    [[nodiscard]] const std::set<double>& outputs() const { return outputs_; }
    /// Length of the next step: at most `longest`, ending exactly on the next moment when it is near, and leaving no sliver before it.
    /// Returns the end of the step. further: one more such moment.
    [[nodiscard]] double end_of_step(double time, double longest, double further = infinite) const;

private:
    double end_ = 0;
    std::set<double> outputs_;  ///< 0 and the end always
    std::set<double> stops_;
};

}  // namespace galena
