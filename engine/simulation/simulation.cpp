#include "simulation/simulation.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace galena {

std::unique_ptr<Simulation> Simulation::build(const Site& site, Diagnostics& diagnostics,
                                              const std::function<void(const Domain&)>& also_check) {
    if (!site.sound("site")) return nullptr;
    Schedule schedule(site, diagnostics);
    auto domain = build_domain(site, diagnostics);
    if (!domain) return nullptr;
    // What builds on zones and media would only repeat their mistakes in other words.
    if (!site.sound("zone") || !site.sound("medium")) return nullptr;
    std::unique_ptr<Simulation> simulation(new Simulation(std::move(schedule)));
    simulation->domain_ = std::move(domain);
    for (const auto& kind : EquationIndex::instance().kinds()) {
        auto equation = kind.create(site, *simulation->domain_, diagnostics);
        if (!equation) continue;
        std::set<double> events;
        equation->add_events(events);
        simulation->schedule_.add_events(events);
        simulation->equations_.push_back(std::move(equation));
    }
    if (simulation->equations_.empty())
        diagnostics.error({site.file().string(), 0, 0}, "the site file asks for neither flow nor transport",
                          "add [flow], [transport] or both");
    for (const auto& kind : ObserverIndex::instance().kinds())
        if (auto observer = kind.create(site, *simulation->domain_, diagnostics)) {
            simulation->observers_.push_back(observer.get());
            simulation->model_observers_.push_back(std::move(observer));
        }
    if (also_check) also_check(*simulation->domain_);
    if (diagnostics.has_errors()) return nullptr;
    return simulation;
}

void Simulation::show(const Step& step) {
    const bool output = at_output();
    if (output)
        for (const auto& equation : equations_) equation->prepare_output(state_);
    const Moment moment{*domain_, state_, ledger_, step, output};
    for (auto* observer : observers_) observer->observe(moment);
}

void Simulation::start() {
    try {
        for (const auto& equation : equations_) equation->initialise(state_);
    } catch (const StepFailed& failed) {
        throw failed.fault;  // NOLINT: the fault itself is what went wrong
    }
    show({domain_->start, 0, 0, 0});
}

double Simulation::longest_step() const {
    double longest = infinite;
    for (const auto& equation : equations_) longest = std::min(longest, equation->longest_step(state_));
    return longest;
}

void Simulation::step() {
    constexpr int most_retries = 20;
    const double shortest = 1e-8 * schedule_.end();  // below this rounding decides, not physics
    double longest = longest_step();
    for (int attempt = 0;; ++attempt) {
        Step step{domain_->start, state_.time, 0, schedule_.end_of_step(state_.time, longest)};
        step.duration = step.finish - step.start;
        try {
            for (const auto& equation : equations_) equation->advance(state_, step);
        } catch (const StepFailed& failed) {
            for (const auto& equation : equations_) equation->reject(state_);
            if (attempt >= most_retries || 0.5 * step.duration < shortest) throw failed.fault;  // NOLINT
            longest = 0.5 * step.duration;
            retries_.push_back({state_.time, step.duration, longest, failed.fault.cause});
            continue;
        }
        std::vector<BudgetTerm> terms;
        for (const auto& equation : equations_) equation->budget(terms);
        for (const auto& equation : equations_) equation->accept(state_, step);
        state_.time = step.finish;
        ++state_.step;
        ledger_.book(std::move(terms));
        show(step);
        return;
    }
}

void Simulation::save(CheckpointWriter& out) const {
    out.write("time", state_.time);
    out.write("step", static_cast<double>(state_.step));
    ledger_.save(out);
    for (const auto& equation : equations_) equation->save(out, state_);
    for (const auto* observer : observers_) observer->save(out);
}

void Simulation::resume(CheckpointReader& in) {
    state_.time = in.read("time");
    state_.step = static_cast<Index>(in.read("step"));
    ledger_.load(in);
    for (const auto& equation : equations_) equation->load(in, state_);
    for (auto* observer : observers_) observer->load(in);
}

}  // namespace galena
