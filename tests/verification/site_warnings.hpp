#pragma once
// What a site file is warned of before its run.

#include <algorithm>
#include <string>
#include <vector>

#include "simulation/simulation.hpp"

namespace galena::verification {

/// Warnings of a site file whose text holds `about`.
inline std::vector<Diagnostic> warnings(const std::string& toml, const std::string& about) {
    Diagnostics diagnostics;
    const auto site = Site::from_tree(parse_toml(toml, "site.toml"), {}, diagnostics);
    (void)Simulation::build(site, diagnostics);
    diagnostics.throw_if_errors();
    std::vector<Diagnostic> all;
    for (const auto& d : diagnostics.all())
        if (d.severity == Diagnostic::Severity::warning && d.what.find(about) != std::string::npos) all.push_back(d);
    return all;
}

}  // namespace galena::verification
