#pragma once
// How far a run is and how long it will take: one line that renews itself on a terminal, plain lines in a log.

#include <chrono>
#include <cstdio>

#include "simulation/observer.hpp"

namespace galena {

class Progress final : public Observer {
public:
    enum class Style { silent, lines, terminal };

    /// end: length of the run [s]. Lines: one per tenth of the run, at most one every second.
    Progress(Style style, double end) : style_(style), end_(end) {}
    ~Progress() override { clear(); }

    void observe(const Moment& moment) override;
    /// Takes the renewing line away, so that other text can be written.
    void clear();

private:
    using Clock = std::chrono::steady_clock;
    [[nodiscard]] std::string text(const Moment& moment) const;

    Style style_;
    double end_;
    double first_time_ = -1;
    Clock::time_point begin_ = Clock::now(), last_ = {};
    int tenths_ = 0;
    bool shown_ = false;
};

/// "1 h 12 min", "3 min 20 s", "12 s": a span of real time.
std::string span_text(double seconds);

}  // namespace galena
