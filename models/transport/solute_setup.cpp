// Transport as the site file describes it: substances, their sorption, sources and boundaries, checked and resolved on the grid.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/suggestion.hpp"
#include "flow/water_boundary.hpp"
#include "transport/diffusing_boundary.hpp"
#include "transport/solute_group.hpp"

namespace galena {

namespace {

std::vector<std::string> substance_ids(const Site& site) {
    std::vector<std::string> ids;
    for (const auto& [id, table] : site.section<SubstanceTables>().list) ids.push_back(id);
    return ids;
}

}  // namespace

/// Keys that say how moving water disperses, where it is at rest.
void SoluteTransport::check_moving(const Site& site, Diagnostics& diagnostics) const {
    if (site.has("flow") || !site.sound("flow")) return;
    for (const auto* key : {"dispersion", "dispersion_velocity", "longitudinal_dispersivity", "transverse_horizontal_dispersivity",
                            "transverse_vertical_dispersivity", "plume_length", "in_zone"})
        if (table_.places.has(key))
            diagnostics.error(table_.places.of(key), fmt::format("transport: '{}' is given and not used", key),
                              "the site has no [flow], and water at rest does not disperse; remove it, or add [flow]");
}

void SoluteTransport::read_solutes(const Site& site, Diagnostics& diagnostics) {
    const auto& tables = site.section<SubstanceTables>().list;
    if (tables.empty() && site.sound("substance"))
        diagnostics.error(table_.place, "transport has no substance", "add a table such as [substance.Cd]");
    for (const auto& [id, table] : tables) {
        Solute solute;
        solute.id = id;
        solute.table = table;
        solute.decay_rate = table.rate();
        solute.storage = SoluteStorage(solute.decay_rate, std::max(0.0, -table.zero_order_rate));
        const auto known = known_substances().find(id);
        solute.display = !table.display.empty() ? table.display : known != known_substances().end() ? known->second.display : id;
        if (table.sorption) read_sorption(table, solute, site, diagnostics);
        add_immobile_stores(solute, site, diagnostics);
        if (table.initial_content) {
            if (domain_.medium.bulk_density.empty()) {
                diagnostics.error(table.initial_content->place,
                                  fmt::format("the content of {} is per dry soil, but no bulk_density is given", id),
                                  "give bulk_density in a [[medium]], or initial_concentration instead");
                continue;
            }
            initial_contents_.emplace_back(std::ssize(solutes_), field_of(*table.initial_content, site, domain_, diagnostics));
            solute.initial_concentration = CellField(domain_.grid);
        } else if (table.initial_concentration) {
            solute.initial_concentration = field_of(*table.initial_concentration, site, domain_, diagnostics);
        } else {
            solute.initial_concentration = CellField(domain_.grid);
        }
        competition_ = competition_ || (table.sorption && table.sorption->competes());
        solutes_.push_back(std::move(solute));
    }
    const bool diffuses = std::any_of(solutes_.begin(), solutes_.end(), [](const Solute& s) { return s.table.molecular_diffusion > 0; });
    if (diffuses && !diagnostics.has_errors()) {
        diffusion_geometry_ = FaceField(domain_.grid);
        adopt_medium();
    }
}

/// What follows from the medium and its alterations, as they are now.
void SoluteTransport::adopt_medium() {
    for (const auto& zone : immobile_zones_) zone->adopt_medium(domain_);
    if (!soil_mass_.empty())
        for_each_cell(domain_.grid, [&](Index c) {
            soil_mass_[c] = domain_.medium.bulk_density[c] * domain_.grid.volume(c);
            if (immobile_zones_.empty()) return;
            mobile_soil_mass_[c] = soil_mass_[c];
            for (const auto& zone : immobile_zones_) mobile_soil_mass_[c] = std::max(0.0, mobile_soil_mass_[c] - zone->soil_mass()[c]);
        });
    if (!diffusion_geometry_.x.empty()) diffusion_conductance(domain_.grid, domain_.medium.mobile_porosity(), {}, diffusion_geometry_);
    for (auto& solute : solutes_) {
        for (const auto& law : {solute.table.sorption, solute.table.immobile_sorption})
            if (law) law->adopt_medium(domain_);
        solute.storage.update(domain_.grid, domain_.alterations.distribution_of(solute.id));
    }
    renewal_version_ = groups_version_ = dispersion_version_ = cross_version_ = -1;
    for (auto& [diffusion, water] : moving_water_) water.version = -1;
}

void SoluteTransport::read_sorption(const SubstanceTable& table, Solute& solute, const Site& site, Diagnostics& diagnostics) {
    if (domain_.medium.bulk_density.empty()) {
        diagnostics.error(table.sorption->place, fmt::format("{} sorbs, but no bulk_density is given", solute.id),
                          "give bulk_density in a [[medium]] for every active cell");
        return;
    }
    const auto mistakes = diagnostics.error_count();
    table.sorption->resolve(site, domain_, diagnostics);
    if (diagnostics.error_count() != mistakes) return;
    solute.storage.add(domain_.grid, table.sorption->make_store(domain_.grid, immobile_zones_.empty() ? soil_mass_ : mobile_soil_mass_,
                                                                table.sorbed_rate()));
}

void SoluteTransport::attach_sources(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    std::map<std::string, Place> seen;
    for (const auto& source : site.section<SoluteSources>().list) {
        if (!source) continue;
        source->resolve(site, domain_, diagnostics);
        const auto [first, fresh] = seen.emplace(source->label.text, source->label.place);
        if (!fresh)
            diagnostics.error(source->label.place, fmt::format("a second source is named '{}'", source->label.text),
                              fmt::format("the first is at {}; names must differ", first->second.text()));
        if (std::find(ids.begin(), ids.end(), source->substance.text) == ids.end())
            diagnostics.error(source->substance.place,
                              fmt::format("source '{}': there is no substance '{}'", source->label.text, source->substance.text),
                              suggestion(source->substance.text, ids));
        for (auto& solute : solutes_)
            if (solute.id == source->substance.text) solute.sources.push_back(source);
        for (const auto* series : source->series()) follow(*series, diagnostics);
    }
    for (const auto& boundary : site.section<WaterBoundaries>().list)
        if (auto* diffusing = dynamic_cast<DiffusingBoundary*>(boundary.get()))
            for (auto& solute : solutes_)
                if (auto source = diffusing->diffusion_of(solute.id)) solute.sources.push_back(std::move(source));
    check_held_cells(diagnostics);
}

/// A cell has one concentration: two sources cannot both hold it, whatever they say.
void SoluteTransport::check_held_cells(Diagnostics& diagnostics) const {
    for (const auto& solute : solutes_) {
        std::map<Index, const SoluteSource*> holder;
        for (const auto& source : solute.sources) {
            if (!source->holds_concentration()) continue;
            for (const Index c : source->cells()) {
                const auto [first, fresh] = holder.emplace(c, source.get());
                if (fresh) continue;
                diagnostics.error(source->zone.place,
                                  fmt::format("source '{}' holds the concentration of {} in cells where source '{}' holds it already: {}",
                                              source->label.text, solute.id, first->second->label.text, domain_.grid.describe(c)),
                                  fmt::format("'{}' is at {}; give them zones without common cells, or one source with a series of values",
                                              first->second->label.text, first->second->label.place.text()));
                break;
            }
        }
    }
}

/// Steps end where a series jumps; a series has to say what holds from the start on.
void SoluteTransport::follow(const Series& series, Diagnostics& diagnostics) {
    require_value_at_start(series, domain_.start, diagnostics);
    for (const Date date : series.dates) events_.insert(date.since(domain_.start));
}

void SoluteTransport::check_boundary_concentrations(const Site& site, Diagnostics& diagnostics) {
    const auto ids = substance_ids(site);
    for (const auto& boundary : site.section<WaterBoundaries>().list) {
        if (!boundary) continue;
        for (const auto& [id, series] : boundary->concentration) {
            follow(series, diagnostics);
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(series.place,
                                  fmt::format("boundary '{}' gives the concentration of '{}', which is no substance of this site",
                                              boundary->label.text, id),
                                  suggestion(id, ids));
        }
        if (!boundary->plants_take()) continue;
        for (const auto& [id, share] : *boundary->plants_take())
            if (std::find(ids.begin(), ids.end(), id) == ids.end())
                diagnostics.error(boundary->places.of("solute_uptake"),
                                  fmt::format("boundary '{}' takes up '{}', which is no substance of this site", boundary->label.text, id),
                                  suggestion(id, ids));
    }
}

/// Content T = (θC + ρb S)/ρb, solved for C through the law; θ: the mobile water that the ground holds at the start, full or not.
CellField SoluteTransport::initial_from_content(const Solute& solute, const CellField& content, const CellField& water) const {
    const auto& grid = domain_.grid;
    CellField concentration(grid), amount(grid);
    for_each_cell(grid, [&](Index c) { amount[c] = content[c] * soil_mass_[c]; });
    const StoreStep equilibrium{0, true};
    parallel_blocks(grid.cell_count(), sum_block, [&](Index begin, Index end) {
        const auto at = static_cast<std::size_t>(begin), n = static_cast<std::size_t>(end - begin);
        solute.storage.invert(equilibrium, water.span().subspan(at, n), begin, amount.span().subspan(at, n),
                              concentration.span().subspan(at, n));
    });
    return concentration;
}

std::vector<std::string> SoluteTransport::summary() const {
    const auto everywhere = dispersivity_.everywhere();
    std::vector<std::string> lines{fmt::format("transport: {}, {}, Courant target {:g}; dispersivities {}",
                                               words<AdvectionScheme>[static_cast<std::size_t>(table_.advection)],
                                               words<Stepping>[static_cast<std::size_t>(table_.stepping)], table_.courant,
                                               everywhere ? fmt::format("{:g} m, {:g} m, {:g} m", everywhere->longitudinal,
                                                                        everywhere->transverse_horizontal, everywhere->transverse_vertical)
                                                          : "cell by cell")};
    for (const auto& solute : solutes_) {
        const auto sorption = solute.table.sorption ? solute.table.sorption->text(domain_.grid) : std::string("does not sorb");
        const auto decay =
            solute.decay_rate > 0 ? fmt::format(", half-life {}", quantity_text(std::log(2.0) / solute.decay_rate, unit("d"))) : "";
        lines.push_back(fmt::format("  {:<8} {:<16} {}{}", solute.id, solute.display, sorption, decay));
    }
    if (biodegradation_)
        for (auto& line : biodegradation_->summary()) lines.push_back(std::move(line));
    return lines;
}

}  // namespace galena
