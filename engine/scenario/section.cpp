#include "scenario/section.hpp"

#include <algorithm>
#include <stdexcept>

namespace galena {

SectionIndex& SectionIndex::instance() {
    static SectionIndex index;
    return index;
}

void SectionIndex::add(SectionKind kind) {
    const auto at =
        std::lower_bound(kinds_.begin(), kinds_.end(), kind, [](const SectionKind& a, const SectionKind& b) { return a.name < b.name; });
    if (at != kinds_.end() && at->name == kind.name) throw std::logic_error("two sections are named " + kind.name);
    kinds_.insert(at, std::move(kind));
}

}  // namespace galena
