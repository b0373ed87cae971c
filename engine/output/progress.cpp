#include "output/progress.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/units.hpp"

namespace galena {

std::string span_text(double seconds) {
    if (!std::isfinite(seconds)) return "unknown";
    const auto s = static_cast<long long>(std::llround(seconds));
    if (s >= 86400) return fmt::format("{} d {} h", s / 86400, s % 86400 / 3600);
    if (s >= 3600) return fmt::format("{} h {} min", s / 3600, s % 3600 / 60);
    if (s >= 60) return fmt::format("{} min {} s", s / 60, s % 60);
    return fmt::format("{} s", s);
}

std::string Progress::text(const Moment& moment) const {
    const double done = moment.state.time / end_;
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double pace = (moment.state.time - first_time_) / elapsed;  // simulated seconds per second
    const double left = pace > 0 ? (end_ - moment.state.time) / pace : INFINITY;
    return fmt::format("{:5.1f} %  {}  step {} ({:.3g} d)  {} left", 100 * done, moment.date().text().substr(0, 10), moment.state.step,
                       moment.step.duration / seconds_per_day, span_text(left));
}

void Progress::observe(const Moment& moment) {
    if (first_time_ < 0) {
        first_time_ = moment.step.start;
        begin_ = Clock::now();
    }
    if (style_ == Style::silent || moment.step.duration == 0) return;
    const auto now = Clock::now();
    if (style_ == Style::terminal) {
        if (now - last_ < std::chrono::milliseconds(100) && moment.state.time < end_) return;
        fmt::print(stderr, "\r\033[K{}", text(moment));
        std::fflush(stderr);
        shown_ = true;
        last_ = now;
        return;
    }
    const int tenths = static_cast<int>(10 * moment.state.time / end_);
    if (tenths == tenths_ || now - last_ < std::chrono::seconds(1)) return;
    tenths_ = tenths;
    last_ = now;
    fmt::print(stderr, "{}\n", text(moment));
}

void Progress::clear() {
    if (!shown_) return;
    fmt::print(stderr, "\r\033[K");
    std::fflush(stderr);
    shown_ = false;
}

}  // namespace galena
