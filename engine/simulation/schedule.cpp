#include "simulation/schedule.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace galena {

Schedule::Schedule(const Site& site, Diagnostics& diagnostics) {
    const auto& where = site.section<SiteTable>();
    const auto& output = site.section<OutputTable>();
    end_ = where.length();
    outputs_ = {0.0, end_};
    const auto add = [&](std::string_view key, double time, const std::string& text) {
        if (time < 0 || time > end_)
            diagnostics.error(output.places.of(key), fmt::format("the output time {} lies outside the run", text),
                              fmt::format("the run lasts {}, from {} to {}", quantity_text(end_, unit("d")), where.start.text(),
                                          where.start.plus(end_).text()));
        else outputs_.insert(time);
    };
    if (output.interval && *output.interval > 0) {
        const double count = end_ / *output.interval;
        if (count > 1e6)
            diagnostics.error(output.places.of("interval"), fmt::format("interval gives {:.3g} output times", count),
                              "choose a longer interval");
        else
            for (int n = 1; n * *output.interval < end_ * (1 - 1e-9); ++n) outputs_.insert(n * *output.interval);
    }
    for (const double time : output.times) add("times", time, quantity_text(time, unit("d")));
    for (const Date date : output.dates) add("dates", date.since(where.start), date.text());
    stops_ = outputs_;
}

void Schedule::add_events(const std::set<double>& times) {
    for (const double time : times)
        if (time > 0 && time < end_) stops_.insert(time);
}

double Schedule::end_of_step(double time, double longest, double further) const {
    const auto next = stops_.upper_bound(time);
    double stop = next == stops_.end() ? end_ : *next;
    if (further > time) stop = std::min(stop, further);
    const double remaining = stop - time;
    if (longest >= remaining * (1 - 1e-9)) return stop;
    if (2 * longest > remaining) return time + 0.5 * remaining;
    return time + longest;
}

}  // namespace galena
