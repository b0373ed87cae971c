#pragma once
// The reference, made from the declarations: every table, key, unit, bound, default, meaning and source. `galena describe` prints it.

#include <string>

namespace galena {

/// Everything, or one table ("grid"), family ("boundary"), law ("river") or key ("porosity"). Throws ScenarioError for an unknown name.
std::string reference_text(const std::string& name);
std::string reference_json(const std::string& name);
/// The whole reference as a Markdown page (docs/reference.md is generated from it).
std::string reference_markdown();

}  // namespace galena
