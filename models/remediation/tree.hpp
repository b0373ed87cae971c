#pragma once
// Tables of the site file that a measure brings, made in memory.

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "scenario/values.hpp"

namespace galena {

/// A text with a place.
Node text_node(const std::string& text, const Place& place);
/// A series in steps, times `factor`; a constant is a text with its unit.
Node series_node(const Series& series, double factor, const std::string& si_unit, const Place& place);
/// "12.5 m" without loss.
std::string metres(double value);
/// A [[boundary]] of this type and name; every key has a text.
Node boundary_table(const std::string& type, const std::string& name, const Place& place,
                    const std::vector<std::pair<std::string, std::string>>& keys);
/// Adds a table of texts: concentration = { Cd = "0.1 mg/L" }.
void add_table(Node& table, const std::string& key, const std::vector<std::pair<std::string, std::string>>& entries);

}  // namespace galena
