// What a run of an ensemble gives: it is simulated, watched, and packed for the way from the worker.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "study/risk_plan.hpp"

namespace galena {

namespace {

class ByteWriter {
public:
    void number(std::uint64_t n) { bytes.append(reinterpret_cast<const char*>(&n), sizeof n); }
    void text(const std::string& t) {
        number(t.size());
        bytes += t;
    }
    void list(const std::vector<double>& values) {
        number(values.size());
        bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(double));
    }
    std::string bytes;
};

class ByteReader {
public:
    explicit ByteReader(const std::string& bytes) : bytes_(bytes) {}
    std::uint64_t number() {
        std::uint64_t n = 0;
        take(&n, sizeof n);
        return n;
    }
    std::string text() {
        std::string t(number(), '\0');
        take(t.data(), t.size());
        return t;
    }
    std::vector<double> list() {
        std::vector<double> values(number());
        take(values.data(), values.size() * sizeof(double));
        return values;
    }

private:
    void take(void* out, std::size_t size) {
        if (at_ + size > bytes_.size()) throw std::logic_error("the record of a run is too short");
        std::copy_n(bytes_.data() + at_, size, static_cast<char*>(out));
        at_ += size;
    }
    const std::string& bytes_;
    std::size_t at_ = 0;
};

}  // namespace

std::string RunOutcome::bytes() const {
    ByteWriter out;
    out.text(failure);
    for (const auto* list : {&peak, &peak_time, &arrival, &time_above, &concentration, &plume_volume, &plume_area}) out.list(*list);
    out.number(maps.size());
    for (const auto& map : maps) out.text(map);
    return std::move(out.bytes);
}

RunOutcome RunOutcome::from_bytes(const std::string& bytes) {
    ByteReader in(bytes);
    RunOutcome outcome;
    outcome.failure = in.text();
    for (auto* list : {&outcome.peak, &outcome.peak_time, &outcome.arrival, &outcome.time_above, &outcome.concentration,
                       &outcome.plume_volume, &outcome.plume_area})
        *list = in.list();
    outcome.maps.resize(in.number());
    for (auto& map : outcome.maps) map = in.text();
    return outcome;
}

std::string RunOutcome::packed_map(const std::vector<bool>& above) {
    std::string packed;
    const auto put = [&](std::size_t length) {
        for (; length >= 128; length >>= 7) packed += static_cast<char>(0x80 | (length & 0x7f));
        packed += static_cast<char>(length);
    };
    std::size_t length = 0;
    bool side = false;
    for (const bool a : above) {
        if (a != side) {
            put(length);
            length = 0;
            side = a;
        }
        ++length;
    }
    put(length);
    return packed;
}

void RunOutcome::add_map(const std::string& packed, std::vector<std::uint32_t>& counts) {
    std::size_t cell = 0, at = 0;
    for (bool above = false; at < packed.size(); above = !above) {
        std::size_t length = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(packed[at++]);
            length |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if (byte < 128) break;
        }
        if (above)
            for (std::size_t c = cell; c < cell + length; ++c) ++counts[c];
        cell += length;
    }
}

// ---- one run ----------------------------------------------------------------------------------------------------------------------

namespace {

/// Watches one run.
class RiskObserver final : public Observer {
public:
    /// up_to_date: brings the contents of the soil up to the present moment.
    RiskObserver(const RiskPlan& plan, bool map, const Receptors* receptors, std::function<void()> up_to_date)
        : plan_(plan), map_(map), receptors_(receptors), up_to_date_(std::move(up_to_date)) {
        const auto targets = plan.targets.size();
        outcome_.peak.assign(targets, 0);
        outcome_.peak_time.assign(targets, 0);
        outcome_.arrival.assign(targets, infinite);
        outcome_.time_above.assign(targets, 0);
        outcome_.concentration.assign(targets * plan.times.size(), 0);
        outcome_.plume_volume.assign(plan.plumes.size() * plan.times.size(), 0);
        outcome_.plume_area = outcome_.plume_volume;
        if (map) outcome_.maps.resize(plan.plumes.size() * plan.times.size());
        before_.assign(targets, 0);
    }

    void observe(const Moment& moment) override {
        for (std::size_t n = 0; n < plan_.targets.size(); ++n) watch(n, moment);
        for (; next_ < plan_.times.size() && moment.state.time >= plan_.times[next_] * (1 - 1e-12); ++next_) keep(moment);
    }

    RunOutcome take() { return std::move(outcome_); }

private:
    static std::size_t number_of(const Moment& moment, const std::string& substance) {
        const auto& all = moment.state.substances;
        for (std::size_t s = 0; s < all.size(); ++s)
            if (all[s].id == substance) return s;
        throw std::logic_error("substance " + substance + " is not transported");
    }
    [[nodiscard]] double concentration(const Moment& moment, const RiskTarget& target) const {
        const auto index = static_cast<Index>(number_of(moment, target.substance));
        if (!target.number) return moment.state.concentration[index][static_cast<std::size_t>(target.cell)];
        return receptors_->concentration(*target.number, moment.state, index);
    }

    void watch(std::size_t n, const Moment& moment) {
        const auto& target = plan_.targets[n];
        const double now = concentration(moment, target), time = moment.state.time;
        if (now > outcome_.peak[n]) {
            outcome_.peak[n] = now;
            outcome_.peak_time[n] = time;
        }
        const double from = moment.step.duration > 0 ? moment.step.start : time;
        if (now > target.limit && std::isinf(outcome_.arrival[n])) {
            // The concentration between two steps is taken as a line.
            const double part = before_[n] < target.limit ? (target.limit - before_[n]) / (now - before_[n]) : 0.0;
            outcome_.arrival[n] = from + part * (time - from);
        }
        const double low = std::min(before_[n], now), high = std::max(before_[n], now);
        const double share = low > target.limit ? 1.0 : high > target.limit ? (high - target.limit) / (high - low) : 0.0;
        outcome_.time_above[n] += share * (time - from);
        before_[n] = now;
    }

    /// The values at report time number next_.
    void keep(const Moment& moment) {
        const auto times = plan_.times.size();
        for (std::size_t n = 0; n < plan_.targets.size(); ++n)
            outcome_.concentration[n * times + next_] = concentration(moment, plan_.targets[n]);
        if (plan_.asks_for_soil()) up_to_date_();
        for (std::size_t p = 0; p < plan_.plumes.size(); ++p) keep_plume(p, moment);
    }

    /// Ground above a limit.
    void keep_plume(std::size_t p, const Moment& moment) {
        const auto& grid = moment.domain.grid;
        const auto& plume = plan_.plumes[p];
        const auto index = static_cast<Index>(number_of(moment, plume.substance));
        const std::span<const double> values = plume.soil ? moment.state.total_content[index] : moment.state.concentration[index];
        std::vector<bool> above(values.size()), columns(static_cast<std::size_t>(grid.column_count()));
        double volume = 0, area = 0;
        const auto judge = [&](Index cell) {
            const auto c = static_cast<std::size_t>(cell), column = static_cast<std::size_t>(grid.column(cell));
            if (!grid.active(cell) || !(values[c] > plume.limit)) return;
            above[c] = true;
            volume += grid.volume(cell);
            if (!columns[column]) area += grid.volume(cell) / grid.thickness(cell);
            columns[column] = true;
        };
        if (plume.cells.empty())
            for (Index cell = 0; cell < grid.cell_count(); ++cell) judge(cell);
        for (const Index cell : plume.cells) judge(cell);
        const auto at = p * plan_.times.size() + next_;
        outcome_.plume_volume[at] = volume;
        outcome_.plume_area[at] = area;
        if (map_) outcome_.maps[at] = RunOutcome::packed_map(above);
    }

    const RiskPlan& plan_;
    bool map_;
    const Receptors* receptors_;  ///< of this run: what a well mixes follows the conductivities drawn
    std::function<void()> up_to_date_;
    RunOutcome outcome_;
    std::vector<double> before_;
    std::size_t next_ = 0;
};

std::string first_error(const Diagnostics& diagnostics) {
    for (const auto& d : diagnostics.all())
        if (d.severity == Diagnostic::Severity::error) return d.place.text() + ": " + d.what;
    return "the site could not be built";
}

RunOutcome failed(std::string why) {
    RunOutcome outcome;
    outcome.failure = std::move(why);
    return outcome;
}

RunOutcome simulate(const Site& site, const RiskPlan& plan, bool map) {
    Diagnostics diagnostics;
    const auto simulation = Simulation::build(site, diagnostics);
    if (!simulation || diagnostics.has_errors()) return failed(first_error(diagnostics));
    simulation->add_stops({plan.times.begin(), plan.times.end()});
    const auto receptors = Receptors::of(site, simulation->domain(), diagnostics);
    RiskObserver observer(plan, map, receptors.get(), [&] { simulation->bring_up_to_date(); });
    simulation->add_observer(observer);
    simulation->start();
    while (!simulation->finished()) simulation->step();
    const auto& output = site.section<OutputTable>();
    for (const auto& c : simulation->ledger().closures())
        if (c.cumulative > output.closure_tolerance && output.stop_on_closure)
            return failed(fmt::format("the budget of {} does not close: {:.3g}", c.component, c.cumulative));
    return observer.take();
}

}  // namespace

RunOutcome simulate_member(const Site& site, const RiskPlan& plan, const std::vector<double>& u, Realisation realisation, bool map) {
    try {
        Diagnostics diagnostics;
        const auto member = site.member(u, realisation, diagnostics);
        return diagnostics.has_errors() ? failed(first_error(diagnostics)) : simulate(member, plan, map);
    } catch (const std::exception& fault) {
        return failed(fault.what());
    }
}

}  // namespace galena
