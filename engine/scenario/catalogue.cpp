#include "scenario/catalogue.hpp"

namespace galena {

CatalogueIndex& CatalogueIndex::instance() {
    static CatalogueIndex index;
    return index;
}

void CatalogueIndex::add(std::string_view family, CatalogueListing::Law law) {
    if (frozen_) throw std::logic_error("the law '" + law.name + "' registers itself after start-up");
    auto at = std::find_if(listings_.begin(), listings_.end(), [&](const CatalogueListing& l) { return l.family == family; });
    if (at == listings_.end()) at = listings_.insert(listings_.end(), {std::string(family), {}});
    at->laws.push_back(std::move(law));
}

std::vector<CatalogueListing> CatalogueIndex::listings() const {
    auto sorted = listings_;
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.family < b.family; });
    for (auto& l : sorted) std::sort(l.laws.begin(), l.laws.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return sorted;
}

}  // namespace galena
