#include "simulation/edit.hpp"

#include <algorithm>

namespace galena {

namespace {

CellField& field_of(Medium& medium, Property property) {
    switch (property) {
        case Property::hydraulic_conductivity: return medium.hydraulic_conductivity;
        case Property::specific_storage: return medium.specific_storage;
        case Property::porosity: return medium.porosity;
        case Property::effective_porosity: return medium.effective_porosity;
        case Property::bulk_density: return medium.bulk_density;
        case Property::pH: return medium.pH;
    }
    return medium.porosity;
}

}  // namespace

void EditSession::begin() {
    if (changed_) return;
    changed_ = true;
    if (!equations_) return;
    for (const auto& equation : *equations_) equation->before_edits(state_);
}

const SpeciesField& EditSession::contents() {
    if (equations_)
        for (const auto& equation : *equations_) equation->prepare_output(state_);
    return state_.total_content;
}

void EditSession::set(Property property, std::span<const Index> cells, std::span<const double> values) {
    auto& field = field_of(domain_.medium, property);
    if (field.empty()) return;
    std::size_t first = 0;
    while (first < cells.size() && field[cells[first]] == values[first]) ++first;
    if (first == cells.size()) return;
    begin();
    if (!equations_) return;
    for (std::size_t n = first; n < cells.size(); ++n) {
        const Index c = cells[n];
        if (property == Property::hydraulic_conductivity)
            for (auto* other : {&domain_.medium.hydraulic_conductivity_y, &domain_.medium.hydraulic_conductivity_vertical})
                if (!other->empty() && field[c] > 0) (*other)[c] *= values[n] / field[c];
        field[c] = values[n];
    }
    ++domain_.medium_version;
}

void EditSession::set(Property property, std::span<const Index> cells, double value) {
    set(property, cells, std::vector<double>(cells.size(), value));
}

void EditSession::scale_rate(const std::string& layer, const std::string& boundary, double factor) {
    auto& layers = domain_.alterations.rate;
    const auto found = layers.find(boundary);
    const bool known = found != layers.end() && found->second.everywhere.contains(layer);
    if (known ? found->second.everywhere[layer] == factor : factor == 1.0) return;
    begin();
    if (!equations_) return;
    layers[boundary].everywhere[layer] = factor;
    ++domain_.medium_version;
}

void EditSession::scale_rate(const std::string& layer, const std::string& boundary, std::span<const Index> cells, double factor) {
    const std::vector<double> factors(cells.size(), factor);
    auto trial = domain_.alterations.rate_of(boundary) ? domain_.alterations.rate[boundary].in_cells : CellFactors{};
    if (!trial.set(domain_.grid, layer, cells, factors)) return;
    begin();
    if (!equations_) return;
    domain_.alterations.rate[boundary].in_cells = std::move(trial);
    ++domain_.medium_version;
}

void EditSession::scale_distribution(const std::string& layer, const std::string& substance, std::span<const Index> cells,
                                     std::span<const double> factors) {
    const auto* present = domain_.alterations.distribution_of(substance);
    auto trial = present ? *present : CellFactors{};
    if (!trial.set(domain_.grid, layer, cells, factors)) return;
    begin();
    if (!equations_) return;
    domain_.alterations.distribution[substance] = std::move(trial);
    ++domain_.medium_version;
}

void EditSession::set_barriers(const std::string& layer, std::vector<FaceBarrier> barriers) {
    const auto found = domain_.alterations.barriers.find(layer);
    const auto same = [](const FaceBarrier& a, const FaceBarrier& b) {
        return a.axis == b.axis && a.face == b.face && a.conductance == b.conductance;
    };
    const bool known = found != domain_.alterations.barriers.end();
    if (known ? std::equal(barriers.begin(), barriers.end(), found->second.begin(), found->second.end(), same) : barriers.empty()) return;
    begin();
    if (!equations_) return;
    domain_.alterations.barriers[layer] = std::move(barriers);
    ++domain_.medium_version;
}

void EditSession::set_migration(const std::string& layer, const std::string& substance, std::vector<FaceMigration> faces) {
    const auto present = domain_.alterations.migration.find(substance);
    auto trial = present == domain_.alterations.migration.end() ? Migration{} : present->second;
    if (!trial.set(domain_.grid, layer, std::move(faces))) return;
    begin();
    if (!equations_) return;
    domain_.alterations.migration[substance] = std::move(trial);
    ++domain_.medium_version;
}

void EditSession::remove(Removal removal) {
    const bool brings =
        std::any_of(removal.backfill_content.begin(), removal.backfill_content.end(), [](const auto& entry) { return entry.second > 0; });
    if (removal.cells.empty() || (removal.fraction == 0 && !brings)) return;
    begin();
    if (equations_) removals_.push_back(std::move(removal));
}

void EditSession::set_reaction(std::size_t reaction, std::span<const double> rates) {
    if (equations_) std::copy(rates.begin(), rates.end(), state_.reactions[reaction].rate.begin());
}

void EditSession::set_release(std::size_t reaction, std::span<const double> rates) {
    if (equations_) std::copy(rates.begin(), rates.end(), state_.reactions[reaction].release.begin());
}

void EditSession::finish(std::vector<BudgetTerm>& terms) {
    if (!changed_ || !equations_) return;
    for (const auto& equation : *equations_) equation->after_edits(state_, removals_, terms);
    removals_.clear();
}

InterventionIndex& InterventionIndex::instance() {
    static InterventionIndex index;
    return index;
}

bool InterventionIndex::add(InterventionKind kind) {
    const auto at = std::lower_bound(kinds_.begin(), kinds_.end(), kind, [](const auto& a, const auto& b) { return a.name < b.name; });
    kinds_.insert(at, std::move(kind));
    return true;
}

void merge_terms(const std::vector<BudgetTerm>& edits, std::vector<BudgetTerm>& terms) {
    for (const auto& edit : edits) {
        const auto same = std::find_if(terms.begin(), terms.end(), [&](const BudgetTerm& t) {
            return t.component == edit.component && t.term == edit.term && t.name == edit.name;
        });
        if (same != terms.end()) {
            same->in += edit.in;
            same->out += edit.out;
            continue;
        }
        const auto last = std::find_if(terms.rbegin(), terms.rend(), [&](const BudgetTerm& t) { return t.component == edit.component; });
        terms.insert(last.base(), edit);
    }
}

}  // namespace galena
