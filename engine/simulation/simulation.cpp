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
    simulation->add_interventions(site, diagnostics);
    for (const auto& kind : ObserverIndex::instance().kinds())
        if (auto observer = kind.create(site, *simulation->domain_, diagnostics)) {
            simulation->observers_.push_back(observer.get());
            simulation->model_observers_.push_back(std::move(observer));
        }
    if (also_check) also_check(*simulation->domain_);
    if (diagnostics.has_errors()) return nullptr;
    return simulation;
}

void Simulation::add_interventions(const Site& site, Diagnostics& diagnostics) {
    for (const auto& kind : InterventionIndex::instance().kinds())
        for (auto& intervention : kind.create(site, *domain_, diagnostics)) {
            for (auto& reaction : intervention->reactions(state_.reactions.size())) state_.reactions.push_back(std::move(reaction));
            EditSession trial(*domain_, state_);
            if (!diagnostics.has_errors() && intervention->changes_something(trial)) {
                std::set<double> events;
                intervention->add_events(events);
                schedule_.add_events(events);
            }
            interventions_.push_back(std::move(intervention));
        }
}

/// What every intervention has to do now; between two steps.
void Simulation::apply_edits() {
    if (interventions_.empty()) return;
    EditSession session(*domain_, state_, equations_);
    for (const auto& intervention : interventions_) intervention->act(session);
    session.finish(edit_terms_);
}

/// The terms of the accepted step, with those of the edits before it; every intervention that removes has its terms from the start.
void Simulation::book() {
    std::vector<BudgetTerm> terms;
    for (const auto& equation : equations_) equation->budget(terms);
    if (!interventions_.empty() && state_.has_flow) merge_terms({{"water", "edits", "edited ground", 0, 0, "m3", 0}}, terms);
    for (const auto& intervention : interventions_) {
        if (!intervention->removes()) continue;
        std::vector<BudgetTerm> empty;
        for (const auto& substance : state_.substances)
            for (const char* phase : {"dissolved", "sorbed"})
                empty.push_back({substance.id, intervention->type(), fmt::format("{} ({})", intervention->name(), phase), 0, 0, "kg", 0});
        merge_terms(empty, terms);
    }
    merge_terms(edit_terms_, terms);
    edit_terms_.clear();
    ledger_.book(std::move(terms));
}

void Simulation::bring_up_to_date() {
    for (const auto& equation : equations_) equation->prepare_output(state_);
}

void Simulation::show(const Step& step) {
    const bool output = at_output();
    if (output) bring_up_to_date();
    const Moment moment{*domain_, state_, ledger_, step, output};
    for (auto* observer : observers_) observer->observe(moment);
}

void Simulation::start() {
    try {
        for (const auto& equation : equations_) equation->initialise(state_);
    } catch (const StepFailed& failed) {
        const auto& f = failed.fault;
        throw SimulationError(f.process, f.cause, f.where, f.time + ", before step 1", f.place);
    }
    show({domain_->start, 0, 0, 0});
}

double Simulation::longest_step() const {
    double longest = infinite;
    for (const auto& equation : equations_) longest = std::min(longest, equation->longest_step(state_));
    for (const auto& intervention : interventions_) longest = std::min(longest, intervention->longest_step(state_));
    return longest;
}

double Simulation::next_moment() const {
    double next = infinite;
    for (const auto& intervention : interventions_) next = std::min(next, intervention->next_moment());
    return next;
}

void Simulation::step() {
    constexpr int most_retries = 20;
    const double shortest = 1e-8 * schedule_.end();  // below this rounding decides, not physics
    apply_edits();
    double longest = longest_step();
    for (int attempt = 0;; ++attempt) {
        Step step{domain_->start, state_.time, 0, schedule_.end_of_step(state_.time, longest, next_moment())};
        step.duration = step.finish - step.start;
        try {
            for (const auto& equation : equations_) equation->advance(state_, step);
        } catch (const StepFailed& failed) {
            for (const auto& equation : equations_) equation->reject(state_);
            if (attempt >= most_retries || 0.5 * step.duration < shortest) {
                const auto& f = failed.fault;
                throw SimulationError(f.process, f.cause, f.where, fmt::format("{}, step {}", f.time, state_.step + 1), f.place);
            }
            longest = failed.next_step > 0 ? std::min(failed.next_step, 0.95 * step.duration) : 0.5 * step.duration;
            retries_.push_back({state_.time, step.duration, longest, failed.fault.cause});
            continue;
        }
        book();
        for (const auto& equation : equations_) equation->accept(state_, step);
        for (const auto& intervention : interventions_) intervention->accept(state_, step);
        state_.time = step.finish;
        ++state_.step;
        show(step);
        return;
    }
}

namespace {

/// Every field of the medium that the site gives, with its name in a checkpoint.
std::vector<std::pair<const char*, CellField*>> fields_of(Medium& m) {
    std::vector<std::pair<const char*, CellField*>> all{{"hydraulic_conductivity", &m.hydraulic_conductivity},
                                                        {"hydraulic_conductivity_y", &m.hydraulic_conductivity_y},
                                                        {"hydraulic_conductivity_vertical", &m.hydraulic_conductivity_vertical},
                                                        {"specific_storage", &m.specific_storage},
                                                        {"porosity", &m.porosity},
                                                        {"effective_porosity", &m.effective_porosity},
                                                        {"bulk_density", &m.bulk_density},
                                                        {"pH", &m.pH},
                                                        {"organic_matter", &m.organic_matter},
                                                        {"clay", &m.clay}};
    std::erase_if(all, [](const auto& field) { return field.second->empty(); });
    return all;
}

std::string key_of(const Reaction& reaction) {
    return fmt::format("edits/reactions/{}/{}/{}", reaction.type, reaction.name, reaction.substance);
}

}  // namespace

/// What edits have made of the ground until now.
void Simulation::save_edits(CheckpointWriter& out) const {
    out.write("edits/medium_version", static_cast<double>(domain_->medium_version));
    if (domain_->medium_version > 0)
        for (const auto& [name, field] : fields_of(domain_->medium)) out.write(fmt::format("edits/medium/{}", name), field->span());
    domain_->alterations.save(out);
    for (const auto& reaction : state_.reactions) {
        out.write(key_of(reaction) + "/rate", reaction.rate);
        out.write(key_of(reaction) + "/release", reaction.release);
        out.write(key_of(reaction) + "/reacted", reaction.reacted);
    }
    // A step that failed leaves what the edits before it moved, not yet booked.
    std::vector<std::string> texts;
    std::vector<double> amounts;
    for (const auto& t : edit_terms_) {
        texts.insert(texts.end(), {t.component, t.term, t.name, t.unit});
        amounts.insert(amounts.end(), {t.in, t.out});
    }
    write_texts(out, "edits/terms", texts);
    write_list(out, "edits/amounts", amounts);
    for (const auto& intervention : interventions_) intervention->save(out);
}

void Simulation::load_edits(CheckpointReader& in) {
    if (!in.has("edits/medium_version")) return;  // of a run in which nothing was to be done: all that is to be done lies ahead
    domain_->medium_version = static_cast<Index>(in.read("edits/medium_version"));
    if (domain_->medium_version > 0)
        for (const auto& [name, field] : fields_of(domain_->medium)) in.read(fmt::format("edits/medium/{}", name), field->span());
    domain_->alterations.load(in, domain_->grid);
    for (auto& reaction : state_.reactions) {
        if (!in.has(key_of(reaction) + "/rate")) continue;  // of a measure that the run until here did not have
        in.read(key_of(reaction) + "/rate", reaction.rate);
        in.read(key_of(reaction) + "/release", reaction.release);
        in.read(key_of(reaction) + "/reacted", reaction.reacted);
    }
    const auto texts = read_texts(in, "edits/terms");
    const auto amounts = read_list(in, "edits/amounts");
    edit_terms_.clear();
    for (std::size_t n = 0; 4 * n + 3 < texts.size(); ++n)
        edit_terms_.push_back({texts[4 * n], texts[4 * n + 1], texts[4 * n + 2], amounts[2 * n], amounts[2 * n + 1], texts[4 * n + 3], 0});
    for (const auto& intervention : interventions_) intervention->load(in);
}

void Simulation::save(CheckpointWriter& out) const {
    out.write("time", state_.time);
    out.write("step", static_cast<double>(state_.step));
    ledger_.save(out);
    if (!interventions_.empty()) save_edits(out);
    for (const auto& equation : equations_) equation->save(out, state_);
    for (const auto* observer : observers_) observer->save(out);
}

void Simulation::resume(CheckpointReader& in) {
    state_.time = in.read("time");
    state_.step = static_cast<Index>(in.read("step"));
    ledger_.load(in);
    if (!interventions_.empty()) load_edits(in);
    for (const auto& equation : equations_) equation->load(in, state_);
    for (auto* observer : observers_) observer->load(in);
}

}  // namespace galena
