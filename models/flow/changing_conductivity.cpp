// Conductivity that changes in time: a bed that clogs, a fill that settles, ground that freezes. A series scales or replaces it in a zone; what
// depends on it is computed anew (an edit of the ground between steps).

#include <fmt/format.h>

#include "scenario/section.hpp"
#include "simulation/edit.hpp"

namespace galena {

namespace {

/// One table of [[changing_conductivity]].
struct ChangingConductivityTable {
    Name name, zone;
    std::optional<Series> factor, hydraulic_conductivity;
    Place place;
    Places places;

    static auto parameters() {
        using T = ChangingConductivityTable;
        return std::tuple{
            parameter("name", &T::name, "name of the change, used in messages"),
            parameter("zone", &T::zone, "cells whose conductivity changes"),
            parameter("factor", &T::factor, "", not_negative,
                      "times the conductivity that the media give (or give hydraulic_conductivity)"),
            parameter("hydraulic_conductivity", &T::hydraulic_conductivity, "m/d", positive,
                      "instead of it; conductivities along y and z keep their ratio to it"),
        };
    }
    void check(ReadContext& context) {
        reading::exactly_one(places, fmt::format("changing_conductivity '{}'", name.text), "factor", "hydraulic_conductivity",
                             context.diagnostics);
    }
    [[nodiscard]] const Series& series() const { return factor ? *factor : *hydraulic_conductivity; }
};

/// [[changing_conductivity]]
struct ChangingConductivityTables {
    static constexpr std::string_view section = "changing_conductivity", meaning = "conductivity of a zone that changes in time";
    static constexpr std::string_view needs = "flow";
    std::vector<ChangingConductivityTable> list;
};
REGISTER_SECTION(ChangingConductivityTables)

class ChangingConductivity final : public Intervention {
public:
    ChangingConductivity(const ChangingConductivityTable& table, const Domain& domain, Diagnostics& diagnostics)
        : table_(table), start_(domain.start), cells_(domain.zones.cells(table.zone, diagnostics)) {
        require_value_at_start(table_.series(), start_, diagnostics);
        if (domain.medium.hydraulic_conductivity.empty()) return;  // flow says so
        for (const Index cell : cells_) original_.push_back(domain.medium.hydraulic_conductivity[cell]);
    }

    [[nodiscard]] std::string type() const override { return "changing_conductivity"; }
    [[nodiscard]] std::string name() const override { return table_.name.text; }
    void add_events(std::set<double>& times) const override {
        for (const Date date : table_.series().dates) times.insert(date.since(start_));
    }
    void act(EditSession& session) override {
        const double value = table_.series().at(start_, session.time());
        std::vector<double> values(cells_.size(), value);
        if (table_.factor)
            for (std::size_t n = 0; n < values.size(); ++n) values[n] = value * original_[n];
        session.set(Property::hydraulic_conductivity, cells_, values);
    }

private:
    ChangingConductivityTable table_;
    Date start_;
    std::vector<Index> cells_;
    std::vector<double> original_;  ///< as the media give it [m/s]
};

const bool registered =
    InterventionIndex::instance().add({"changing_conductivity", [](const Site& site, Domain& domain, Diagnostics& diagnostics) {
                                           std::vector<std::unique_ptr<Intervention>> all;
                                           if (!site.sound("changing_conductivity")) return all;
                                           for (const auto& table : site.section<ChangingConductivityTables>().list)
                                               all.push_back(std::make_unique<ChangingConductivity>(table, domain, diagnostics));
                                           return all;
                                       }});

}  // namespace

}  // namespace galena
