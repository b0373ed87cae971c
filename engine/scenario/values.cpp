#include "scenario/values.hpp"

#include <algorithm>
#include <cmath>

namespace galena {

double Series::at(Date start, double seconds) const {
    if (values.empty()) return 0.0;
    if (constant()) return values.front();
    const double moment = static_cast<double>(start.seconds) + seconds;
    const auto after =
        std::upper_bound(dates.begin(), dates.end(), moment, [](double t, const Date& d) { return t < static_cast<double>(d.seconds); });
    if (after == dates.begin()) return values.front();
    const auto n = static_cast<std::size_t>(after - dates.begin()) - 1;
    if (kind == SeriesKind::step || after == dates.end()) return values[n];
    const double from = static_cast<double>(dates[n].seconds), to = static_cast<double>(dates[n + 1].seconds);
    return values[n] + (values[n + 1] - values[n]) * (moment - from) / (to - from);
}

double Series::mean(Date start, double from, double to) const {
    if (constant() || !(to > from)) return at(start, from);
    // Exact for both kinds: between two dates a step is constant, and a line has its mean in the middle.
    std::vector<double> cuts{from};
    for (const Date d : dates)
        if (const double t = d.since(start); t > from && t < to) cuts.push_back(t);
    cuts.push_back(to);
    double sum = 0;
    for (std::size_t n = 1; n < cuts.size(); ++n) sum += (cuts[n] - cuts[n - 1]) * at(start, 0.5 * (cuts[n - 1] + cuts[n]));
    return sum / (to - from);
}

}  // namespace galena
