#include "transport/substance.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/data_folder.hpp"

namespace galena {

REGISTER_SECTION(SubstanceTables)

void SubstanceTable::check(ReadContext& context) {
    if (initial_concentration && initial_content)
        context.diagnostics.error(places.of("initial_content"), "the substance gives both initial_concentration and initial_content",
                                  "give one of them");
    if (half_life && decay_rate)
        context.diagnostics.error(places.of("decay_rate"), "the substance gives both half_life and decay_rate", "give one of them");
    if (sorbed_half_life && sorbed_decay_rate)
        context.diagnostics.error(places.of("sorbed_decay_rate"), "the substance gives both sorbed_half_life and sorbed_decay_rate",
                                  "give one of them");
    const bool own_rate = sorbed_half_life || sorbed_decay_rate;
    if (own_rate) reading::report_unused(places, "the substance", {"decays_sorbed"}, "what is sorbed has its own rate", context);
    if (!half_life && !decay_rate && !own_rate)
        reading::report_unused(places, "the substance", {"decays_sorbed", "daughters"}, "the substance does not decay", context);
    else if (!sorption)
        reading::report_unused(places, "the substance", {"decays_sorbed", "sorbed_half_life", "sorbed_decay_rate"},
                               "the substance does not sorb", context);
}

double SubstanceTable::rate() const { return decay_rate ? *decay_rate : half_life ? std::log(2.0) / *half_life : 0.0; }

double SubstanceTable::sorbed_rate() const {
    if (sorbed_decay_rate) return *sorbed_decay_rate;
    if (sorbed_half_life) return std::log(2.0) / *sorbed_half_life;
    return decays_sorbed ? rate() : 0.0;
}

namespace {

/// One line of the shipped list.
struct IdentityTable {
    std::string display;
    double molar_mass = 0;
    int valence = 0;
    std::vector<std::string> aliases;
    std::string form_of;

    static auto parameters() {
        using T = IdentityTable;
        return std::tuple{
            parameter("display", &T::display, "name for people"),
            parameter("molar_mass", &T::molar_mass, "kg/mol", positive, "molar mass"),
            parameter("valence", &T::valence, between(-10, 10), "charge number in solution").with_default(),
            parameter("aliases", &T::aliases, "other names"),
            parameter("form_of", &T::form_of, "the element of which this is one form").with_default(),
        };
    }
};

std::map<std::string, SubstanceIdentity> read_identities() {
    const auto tree = read_toml(data_folder() / "substances.toml");
    Diagnostics diagnostics;
    ReadContext context{diagnostics, data_folder()};
    std::map<std::string, SubstanceIdentity> all;
    for (const auto& entry : tree.entries) {
        IdentityTable table;
        reading::read_value(entry.value, {entry.key, "", anything}, context, table);
        all[entry.key] = {entry.key, table.display, table.molar_mass, table.valence, table.aliases, table.form_of};
    }
    diagnostics.throw_if_errors();
    return all;
}

}  // namespace

const std::map<std::string, SubstanceIdentity>& known_substances() {
    static const auto all = read_identities();
    return all;
}

}  // namespace galena
