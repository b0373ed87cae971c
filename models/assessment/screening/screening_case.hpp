#pragma once
// Closed-form answers of `galena screen`. A case is one file: it declares what it takes, and answers with named quantities.

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "scenario/catalogue.hpp"
#include "scenario/reader.hpp"
#include "scenario/section.hpp"

namespace galena {

/// One number of an answer.
struct Answer {
    std::string quantity;                                    ///< "plume length over the limit"
    double value = 0;                                        ///< SI; NaN: there is none, `remark` says why
    std::string unit;                                        ///< to show it in
    double time = std::numeric_limits<double>::quiet_NaN();  ///< since the release [s]; NaN when it does not belong to a time
    std::string remark = {};
};

class ScreeningCase {
public:
    static constexpr std::string_view family = "screen";
    virtual ~ScreeningCase() = default;

    Name label;
    Place place;
    Places places;

    [[nodiscard]] virtual std::string_view type() const = 0;
    /// Where the equations come from.
    [[nodiscard]] virtual std::string_view source() const = 0;
    [[nodiscard]] virtual std::vector<Answer> answers() const = 0;
};

/// [[screen]]
struct ScreenTables {
    static constexpr std::string_view section = "screen", meaning = "a question with a closed-form answer, for `galena screen`";
    std::vector<std::shared_ptr<ScreeningCase>> list;
};

/// The key that every case has.
inline auto case_parameters() { return std::tuple{parameter("name", &ScreeningCase::label, "of the case, in the answers").with_default()}; }

}  // namespace galena
