#pragma once
// Distributions in a site file. Any value may be a table with a distribution instead:
//
//     hydraulic_conductivity = { lognormal = { median = "5 m/d", sigma_ln = 1.0 }, name = "K" }
//
// They are taken out of the tree before anything else reads it, each replaced by its central value, so that every check and message works
// as for a plain value; an ensemble puts other values in their places.

#include <string>
#include <vector>

#include "scenario/distribution.hpp"
#include "scenario/reader.hpp"

namespace galena {

/// One uncertain value of a site file, or several that vary together (same_as).
struct UncertainValue {
    std::string name;  ///< given, or the path of the value: "medium[1].porosity"
    Distribution distribution;
    std::string unit;          ///< of the numbers of the distribution, as written; empty for plain numbers, texts and truth values
    std::vector<Node> values;  ///< of a discrete distribution
    Place place;
    std::vector<std::vector<std::size_t>> paths;  ///< in the tree: numbers of entries and items, from the root

    /// The value below which the part u lies, as it stands in a site file; 0 < u < 1, or NaN for the central value.
    [[nodiscard]] Node at(double u) const;
    /// The same as a number in `unit`; of texts and truth values the number of the value, from 0.
    [[nodiscard]] double number_at(double u) const;
    [[nodiscard]] Node central() const;
    [[nodiscard]] double central_number() const;
    /// "K: 5 m/d (lognormal, median 5, sigma_ln 1)"
    [[nodiscard]] std::string text() const;
};

/// Everything uncertain in a site file.
struct Uncertainty {
    std::vector<UncertainValue> values;  ///< in the order of the file

    [[nodiscard]] const UncertainValue* find(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> names() const;
    /// Puts the values at the probabilities u, one per uncertain value, into a tree from which distributions were taken.
    void place_into(Node& tree, const std::vector<double>& u) const;
};

/// Replaces every distribution of the tree by its central value and returns them. Throws ScenarioError with all mistakes in them: what
/// would stand in their places is not known, so that nothing else can be judged.
Uncertainty take_distributions(Node& tree, ReadContext& context);

}  // namespace galena
