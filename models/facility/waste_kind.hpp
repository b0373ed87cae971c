#pragma once
// Kinds of waste that galena knows (data/leaching/waste_kinds.csv): what a pile does not say of itself is taken from there.

#include <map>
#include <string>
#include <vector>

#include "facility/seepage_chemistry.hpp"

namespace galena {

class WasteKind {
public:
    /// The rows of a kind, of the table shipped or the edited copy in $GALENA_DATA. An unknown kind is a mistake at its place.
    static WasteKind read(const Name& kind, Diagnostics& diagnostics);

    /// The middle of a property in SI; `otherwise` where the table has none. What was taken is remembered for remarks().
    double take(const std::string& key, double otherwise);
    /// Leach models of the substances named, where the table has them.
    [[nodiscard]] LeachModels leaching(const std::vector<std::string>& substances, Diagnostics& diagnostics);
    /// "bulk_density 1400 kg/m3 (1200 to 1700, memory_medium)", for people: all that was taken.
    [[nodiscard]] const std::vector<std::string>& taken() const { return taken_; }

private:
    struct Row {
        double low = 0, mid = 0, high = 0;  ///< in `unit`
        std::string unit, confidence;
    };
    void remember(const std::string& key, const Row& row);

    Place place_;
    std::map<std::string, Row> rows_;
    std::vector<std::string> taken_;
};

}  // namespace galena
