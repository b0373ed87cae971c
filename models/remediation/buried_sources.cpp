#include "remediation/buried_sources.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/suggestion.hpp"

namespace galena {

namespace {

/// Down to where every column may be dug [m]: what lies on the zone goes too.
std::map<Index, double> depths(const BuriedSources::Pit& pit, const Grid& grid) {
    std::map<Index, double> lowest;
    for (const Index c : pit.zone) {
        const auto [at, fresh] = lowest.emplace(grid.column(c), grid.bottom(c) - pit.over_dig);
        at->second = std::min(at->second, grid.bottom(c) - pit.over_dig);
    }
    return lowest;
}

}  // namespace

void BuriedSources::find(const Measure& measure, const std::vector<Name>& names, const Pit& pit, const Site& site, const Grid& grid,
                         Diagnostics& diagnostics) {
    list_.clear();
    const auto lowest = depths(pit, grid);
    const auto may_be_dug = [&](Index c) {
        const auto at = lowest.find(grid.column(c));
        return at != lowest.end() && grid.elevation(c) > at->second;
    };
    std::map<std::string, std::shared_ptr<SoluteSource>> known;
    std::vector<std::string> titles;
    for (const auto& source : site.section<SoluteSources>().list)
        if (source) known[source->label.text] = source, titles.push_back(source->label.text);
    for (const auto& name : names) {
        const auto error = [&](const std::string& what, const std::string& hint) {
            diagnostics.error(name.place, fmt::format("measure '{}': {}", measure.label.text, what), hint);
        };
        const auto found = known.find(name.text);
        if (found == known.end()) {
            error(fmt::format("there is no source '{}'", name.text),
                  titles.empty() ? "the site has no [[source]]" : suggestion(name.text, titles));
            continue;
        }
        const auto& cells = found->second->cells();
        if (std::none_of(cells.begin(), cells.end(), may_be_dug))
            error(fmt::format("the source '{}' has no cell in what is dug", name.text), "dig where it lies, or leave it out");
        else if (found->second->holds_concentration() && !(pit.all_of_it && std::all_of(cells.begin(), cells.end(), may_be_dug)))
            error(fmt::format("the source '{}' holds a concentration, and may be dug in part", name.text),
                  "such a source ends wholly or not at all: dig all of its zone, without a target");
        list_.push_back(found->second);
    }
}

void BuriedSources::end(EditSession& session, const std::string& layer, std::span<const Index> dug) const {
    const std::set<Index> gone(dug.begin(), dug.end());
    for (const auto& source : list_) {
        std::vector<Index> ended;
        for (const Index c : source->cells())
            if (gone.contains(c)) ended.push_back(c);
        session.scale_rate(layer, source->label.text, ended, 0.0);
    }
}

}  // namespace galena
