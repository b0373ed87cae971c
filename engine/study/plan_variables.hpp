#pragma once
// Values of a site file that a study may choose: where they stand in its tree, and what stands there in one trial.

#include "study/optimise_table.hpp"

namespace galena {

/// One value to be chosen.
class PlanVariable {
public:
    /// Finds it in the tree; mistakes (an unknown name, bounds of different kinds) go to `diagnostics`.
    static std::optional<PlanVariable> make(const OptimiseVariableTable& table, const Node& tree, Diagnostics& diagnostics);

    [[nodiscard]] const std::string& key() const { return key_; }
    /// Chosen among so many values; 0: any number between low() and high().
    [[nodiscard]] std::size_t choices() const { return values_.size(); }
    [[nodiscard]] double low() const { return low_; }
    [[nodiscard]] double high() const { return high_; }
    /// What the site file has there now, as a number of the same kind; absent when it has nothing.
    [[nodiscard]] std::optional<double> present(const Node& tree) const;

    /// The value as it stands in a site file: of a number between the bounds, or of a choice.
    [[nodiscard]] Node value(double number) const;
    [[nodiscard]] Node choice(std::size_t n) const { return values_[n]; }
    /// Puts it into the tree. A measure that is not done is taken out.
    void put(Node& tree, const Node& value) const;
    /// True for a measure that is done or not.
    [[nodiscard]] bool is_measure() const { return is_measure_; }
    [[nodiscard]] const std::vector<std::string>& path() const { return path_; }

private:
    std::string key_;
    Place place_;
    std::vector<std::string> path_;
    std::vector<Node> values_;
    bool is_measure_ = false, is_date_ = false;
    std::string unit_;  ///< of a quantity, as `low` has it
    double low_ = 0, high_ = 0;
};

/// "0.5 m", 2022-01-01, true: a value on one line of a site file.
std::string toml_text(const Node& value);

}  // namespace galena
