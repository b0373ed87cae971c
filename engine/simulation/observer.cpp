#include "simulation/observer.hpp"

#include <algorithm>

namespace galena {

ObserverIndex& ObserverIndex::instance() {
    static ObserverIndex index;
    return index;
}

bool ObserverIndex::add(ObserverKind kind) {
    const auto at = std::lower_bound(kinds_.begin(), kinds_.end(), kind, [](const auto& a, const auto& b) { return a.name < b.name; });
    kinds_.insert(at, std::move(kind));
    return true;
}

}  // namespace galena
