#include "simulation/equation.hpp"

#include <algorithm>

namespace galena {

EquationIndex& EquationIndex::instance() {
    static EquationIndex index;
    return index;
}

bool EquationIndex::add(EquationKind kind) {
    const auto at = std::lower_bound(kinds_.begin(), kinds_.end(), kind, [](const auto& a, const auto& b) { return a.order < b.order; });
    kinds_.insert(at, std::move(kind));
    return true;
}

}  // namespace galena
