// Excavation and backfill: soil above a target is dug out with all that lies on it, hauled away and replaced. The stockpile leaches and
// dusts until it is gone. What is dug goes with its pore water; the backfill comes with clean water. Sources that lie in what is dug, and
// waste that lies on it, go with it.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "remediation/buried_sources.hpp"
#include "remediation/excavation_tables.hpp"
#include "transport/substance.hpp"

namespace galena {

struct Excavation final : Measure {
    static constexpr std::string_view name = "excavation", meaning = "contaminated soil is dug out, hauled away and replaced";

    Name zone;
    std::map<std::string, double> target, backfill_content;
    double margin = 0, over_dig = 0;
    std::optional<double> backfill_porosity, backfill_density, backfill_conductivity;
    std::vector<Destination> destinations;
    std::optional<Stockpile> stockpile;
    std::vector<Name> sources;
    std::optional<DugWaste> waste;
    double truck_load = 20e3;

    static auto parameters() {
        using T = Excavation;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "cells that may be dug"),
                parameter("target", &T::target, "mg/kg", not_negative,
                          "cells with a higher total content of any of these are dug; all of the zone when absent"),
                parameter("margin", &T::margin, "m", not_negative,
                          "dug as well, this far around them, within the zone: columns whose nearer half it covers")
                    .with_default(),
                parameter("over_dig", &T::over_dig, "m", not_negative,
                          "dug as well, this far below them, also below the zone: cells whose centre lies above that depth")
                    .with_default(),
                parameter("backfill_content", &T::backfill_content, "mg/kg", not_negative, "of the soil put in; none when absent"),
                parameter("backfill_porosity", &T::backfill_porosity, "", open_fraction, "that of the ground when absent"),
                parameter("backfill_density", &T::backfill_density, "kg/m3", positive, "dry; that of the ground when absent"),
                parameter("backfill_conductivity", &T::backfill_conductivity, "m/d", positive, "that of the ground when absent"),
                parameter("destination", &T::destinations, "where the soil goes; a landfill at 30 km when absent"),
                parameter("sources", &T::sources, "names of [[source]]s that are dug out with the ground: in the cells dug they end"),
                parameter("waste", &T::waste, "a heap on that ground, no part of the grid, that goes too; nothing is filled in for it"),
                parameter("stockpile", &T::stockpile, "the soil lies there first"),
                parameter("truck_load", &T::truck_load, "t", positive, "soil per trip").with_default(),
            });
    }

    [[nodiscard]] std::string_view type() const override { return name; }
    [[nodiscard]] bool removes() const override { return true; }
    bool changes_something(EditSession&) override { return true; }

    [[nodiscard]] bool waits_to_see() const override { return !target.empty(); }
    bool would_change(EditSession& session) override {
        const auto& contents = session.contents();
        return std::any_of(may_.begin(), may_.end(), [&](Index c) { return exceeds(target, contents, c); });
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        may_ = domain.zones.cells(zone, diagnostics);
        dug_.clear();
        rows_.clear();
        volume_ = mass_ = filled_ = 0;
        if (destinations.empty()) destinations.push_back({"landfill", "landfill", {}, 30e3});
        for (const auto* map : {&target, &backfill_content})
            require_substances(*map, map == &target ? "target" : "backfill_content", site, diagnostics);
        for (const auto& d : destinations) require_substances(d.above, "destination", site, diagnostics);
        if (!destinations.back().above.empty())
            diagnostics.error(places.of("destination"), fmt::format("measure '{}': soil may be left without a destination", label.text),
                              "let the last destination have no 'above'");
        if (domain.medium.bulk_density.empty())
            diagnostics.error(
                place, fmt::format("measure '{}': excavation goes by contents per dry soil, and no bulk_density is given", label.text),
                "give bulk_density in a [[medium]] for every active cell");
        const auto reached = [&](const Name& where) {
            return where.empty() ? std::vector<Index>{} : domain.zones.cells(where, diagnostics);
        };
        losses_ = {{"stockpile", "leached from the stockpile", {}, {}, 0}, {"dust", "blown from the stockpile", {}, {}, 0}};
        if (stockpile) losses_[0].cells = reached(stockpile->leaches_into), losses_[1].cells = reached(stockpile->dusts_onto);
        piled_ = false;
        lain_ = 0;
        ids_.clear();
        for (const auto& [id, table] : site.section<SubstanceTables>().list) ids_.push_back(id);
        if (waste) require_substances(waste->content, "waste", site, diagnostics);
        waste_taken_ = false;
        find_same_heap(site);
        buried_.find(*this, sources, {may_, over_dig, target.empty()}, site, domain.grid, diagnostics);
        warn_of_coarse_grid(domain.grid, diagnostics);
    }

    std::vector<Reaction> reactions(std::size_t first) override {
        std::vector<Reaction> all;
        for (auto& loss : losses_) {
            loss.first_reaction = first + all.size();
            const std::vector<double> none(loss.cells.size(), 0.0);
            if (!loss.cells.empty())
                for (const auto& id : ids_) all.push_back({loss.term, label.text, id, loss.cells, none, none, none});
        }
        return all;
    }

    void begin(EditSession& session) override {
        const auto& domain = session.domain();
        const auto& contents = session.contents();
        choose(session, contents);
        const auto& grid = domain.grid;
        rows_.assign(destinations.size(), {});
        for (auto& row : rows_) row.substance.assign(ids_.size(), 0.0);
        double water = 0;
        std::vector<double> dissolved(ids_.size(), 0.0);
        for (const Index c : dug_) {
            const double soil = domain.medium.bulk_density[c] * grid.volume(c);
            auto& row = rows_[destination_of(contents, c)];
            row.volume += grid.volume(c);
            row.mass += soil;
            water += session.state().mobile_water[c];
            for (std::size_t s = 0; s < ids_.size(); ++s) {
                const auto at = static_cast<std::size_t>(c);
                row.substance[s] += soil * contents[static_cast<Index>(s)][at];
                dissolved[s] += session.state().mobile_water[c] * session.state().concentration[static_cast<Index>(s)][at];
            }
            volume_ += grid.volume(c);
            mass_ += soil;
        }
        filled_ = volume_;
        buried_.end(session, layer(), dug_);
        if (!dug_.empty()) take_waste();
        start_stockpile(session, water, dissolved);
        session.remove({std::string(type()), label.text, dug_, 1.0, {}, backfill_content});
        if (backfill_porosity) {
            session.set(Property::porosity, dug_, *backfill_porosity);
            session.set(Property::effective_porosity, dug_, *backfill_porosity);
        }
        if (backfill_density) session.set(Property::bulk_density, dug_, *backfill_density);
        if (backfill_conductivity) session.set(Property::hydraulic_conductivity, dug_, *backfill_conductivity);
    }

    void work(EditSession& session) override {
        if (!piled_ || session.time() < begun_at() + stockpile->duration * (1 - 1e-12)) return;
        piled_ = false;
        set_losses(session, 0);
    }
    void finish(EditSession& session) override {
        piled_ = false;
        set_losses(session, 0);
    }
    [[nodiscard]] double longest_step(const State& state) const override {
        return piled_ ? std::max(1.0, std::min(begun_at() + stockpile->duration, latest()) - state.time) : infinite;
    }
    void accept(const State&, const Step& step) override {
        if (piled_) lain_ += step.duration;
    }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::digs, may_, {}, target.empty()}}; }

    [[nodiscard]] std::vector<std::string> priced_items() const override {
        std::vector<std::string> all{"dig_and_load", "backfill", "truck"};
        for (const auto& d : destinations) all.push_back(d.item);
        return all;
    }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        std::vector<CostItem> items{{"excavation", "dig_and_load", volume_, "m3", CostKind::capital, begun_at(), begun_at()},
                                    {"excavation", "backfill", filled_, "m3", CostKind::capital, begun_at(), begun_at()}};
        for (std::size_t d = 0; d < rows_.size(); ++d) {
            if (rows_[d].mass == 0) continue;
            const bool by_volume = destinations[d].item != "landfill" && destinations[d].item != "hazardous_landfill";
            items.push_back({"disposal", destinations[d].item, by_volume ? rows_[d].volume : rows_[d].mass / 1e3, by_volume ? "m3" : "t",
                             CostKind::capital, begun_at(), begun_at()});
            items.push_back({"haulage", "truck", rows_[d].mass / 1e3 * destinations[d].distance / 1e3, "t km", CostKind::capital,
                             begun_at(), begun_at()});
        }
        return items;
    }

    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        double tonne_km = 0, trips = 0;
        for (std::size_t d = 0; d < rows_.size(); ++d) {
            tonne_km += rows_[d].mass / 1e3 * destinations[d].distance / 1e3;
            trips += std::ceil(rows_[d].mass / truck_load);
        }
        std::vector<Effect> all{{"soil moved", "", volume_, "m3"}, {"soil moved", "", mass_ / 1e3, "t"}, {"truck trips", "", trips, "1"}};
        if (const auto* truck = factors.find("co2", "truck"))
            all.push_back({"carbon dioxide of haulage", "", tonne_km * truck->price.mid / 1e3, "t"});
        if (const auto* digger = factors.find("co2", "excavator"))
            all.push_back({"carbon dioxide of digging and filling", "", (volume_ + filled_) * digger->price.mid / 1e3, "t"});
        for (const auto& loss : losses_)
            for (std::size_t s = 0; s < ids_.size() && !loss.rate.empty(); ++s) {
                all.push_back({loss.effect, ids_[s], loss.rate[s] * lain_, "kg"});
                if (dug(s) > 0) all.push_back({loss.effect + ", of what was dug", ids_[s], 100 * loss.rate[s] * lain_ / dug(s), "%"});
            }
        return all;
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        Table manifest{"manifest_" + label.text, "Where the soil of '" + label.text + "' goes", {}};
        Table::Column to{"destination", "", {}, {}}, volume{"volume", "m3", {}, {}}, mass{"mass", "t", {}, {}}, trips{"trips", "1", {}, {}};
        for (std::size_t d = 0; d < rows_.size(); ++d) {
            to.texts.push_back(destinations[d].name);
            volume.numbers.push_back(rows_[d].volume);
            mass.numbers.push_back(rows_[d].mass / 1e3);
            trips.numbers.push_back(std::ceil(rows_[d].mass / truck_load));
        }
        manifest.columns = {to, volume, mass, trips};
        for (std::size_t s = 0; s < ids_.size(); ++s) {
            // What the stockpile lost on the way arrives nowhere; all soil loses the same part.
            double lost = 0;
            for (const auto& loss : losses_) lost += loss.rate.empty() ? 0.0 : loss.rate[s] * lain_;
            const double arrives = dug(s) > 0 ? 1 - lost / dug(s) : 1.0;
            Table::Column amount{ids_[s], "kg", {}, {}};
            for (const auto& row : rows_) amount.numbers.push_back(row.substance[s] * arrives);
            manifest.columns.push_back(std::move(amount));
        }
        if (rows_.empty()) return {};
        return {manifest};
    }

    void save(CheckpointWriter& out) const override {
        const auto key = "measure/" + label.text;
        write_list(out, key + "/dug", std::vector<double>(dug_.begin(), dug_.end()));
        std::vector<double> numbers{volume_, mass_, piled_ ? 1.0 : 0.0, lain_, filled_, waste_taken_ ? 1.0 : 0.0};
        for (const auto& row : rows_) {
            numbers.insert(numbers.end(), {row.volume, row.mass});
            numbers.insert(numbers.end(), row.substance.begin(), row.substance.end());
        }
        write_list(out, key + "/numbers", numbers);
        for (const auto& loss : losses_) write_list(out, fmt::format("{}/{}", key, loss.term), loss.rate);
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        const auto dug = read_list(in, key + "/dug");
        dug_.assign(dug.begin(), dug.end());
        const auto numbers = read_list(in, key + "/numbers");
        volume_ = numbers[0], mass_ = numbers[1], piled_ = numbers[2] != 0, lain_ = numbers[3], filled_ = numbers[4];
        waste_taken_ = numbers[5] != 0;
        rows_.clear();
        for (std::size_t n = 6; n + 1 < numbers.size(); n += 2 + ids_.size())
            rows_.push_back({numbers[n],
                             numbers[n + 1],
                             {numbers.begin() + static_cast<std::ptrdiff_t>(n + 2),
                              numbers.begin() + static_cast<std::ptrdiff_t>(n + 2 + ids_.size())}});
        for (auto& loss : losses_) loss.rate = read_list(in, fmt::format("{}/{}", key, loss.term));
    }

private:
    struct Row {
        double volume = 0, mass = 0;
        std::vector<double> substance;  ///< [kg]
    };
    /// A way in which the stockpile loses metals while it lies there.
    struct Loss {
        std::string term, effect;    ///< as the budget and the table of effects call it
        std::vector<Index> cells;    ///< that it reaches
        std::vector<double> rate;    ///< by substance [kg/s]
        std::size_t first_reaction;  ///< of the ground it reaches, one per substance
    };

    /// Of a substance, in all that was dug [kg].
    [[nodiscard]] double dug(std::size_t s) const {
        double sum = 0;
        for (const auto& row : rows_) sum += row.substance[s];
        return sum;
    }

    [[nodiscard]] bool exceeds(const std::map<std::string, double>& limits, const SpeciesField& contents, Index c) const {
        for (std::size_t s = 0; s < ids_.size(); ++s)
            if (const auto limit = limits.find(ids_[s]); limit != limits.end())
                if (contents[static_cast<Index>(s)][static_cast<std::size_t>(c)] > limit->second) return true;
        return false;
    }
    [[nodiscard]] std::size_t destination_of(const SpeciesField& contents, Index c) const {
        for (std::size_t d = 0; d < destinations.size(); ++d)
            if (destinations[d].above.empty() || exceeds(destinations[d].above, contents, c)) return d;
        return destinations.size() - 1;
    }

    /// Stages of one excavation that have their `waste` from the same line of the file dig the same heap.
    void find_same_heap(const Site& site) {
        same_heap_.clear();
        for (const auto& measure : site.section<MeasureTables>().list)
            if (const auto other = std::dynamic_pointer_cast<Excavation>(measure); waste && other && other->waste && other.get() != this)
                if (other->places.of("waste") == places.of("waste")) same_heap_.push_back(other);
    }

    /// The first stage that digs takes the heap: which one that is, only the run tells.
    void take_waste() {
        const auto took_it = [](const auto& stage) { return !stage.expired() && stage.lock()->waste_taken_; };
        if (!waste || std::any_of(same_heap_.begin(), same_heap_.end(), took_it)) return;
        waste_taken_ = true;
        const auto goes = [&](const Destination& d) {
            return d.above.empty() || std::any_of(d.above.begin(), d.above.end(), [&](const auto& limit) {
                       const auto content = waste->content.find(limit.first);
                       return content != waste->content.end() && content->second > limit.second;
                   });
        };
        auto& row = rows_[static_cast<std::size_t>(std::find_if(destinations.begin(), destinations.end(), goes) - destinations.begin())];
        const double mass = waste->volume * waste->bulk_density;
        row.volume += waste->volume, volume_ += waste->volume;
        row.mass += mass, mass_ += mass;
        for (std::size_t s = 0; s < ids_.size(); ++s)
            if (const auto content = waste->content.find(ids_[s]); content != waste->content.end())
                row.substance[s] += mass * content->second;
    }

    /// Whole cells are dug, by their centres: more around or below that reaches no further centre adds nothing.
    void warn_of_coarse_grid(const Grid& grid, Diagnostics& diagnostics) const {
        double thinnest = infinite, narrowest = infinite;
        for (const Index c : may_) {
            narrowest = std::min({narrowest, grid.width_x(c), grid.width_y(c)});
            const Index below = c - grid.column_count();
            if (below >= 0 && grid.active(below)) thinnest = std::min(thinnest, grid.thickness(below));
        }
        const auto idle = [&](std::string_view key, double given, const std::string& why, const std::string& hint) {
            diagnostics.warning(places.of(key), fmt::format("measure '{}': {} = {:.4g} m adds no cell: {}", label.text, key, given, why),
                                hint);
        };
        if (over_dig > 0 && 2 * over_dig <= thinnest)
            idle("over_dig", over_dig,
                 thinnest == infinite
                     ? "no active cell lies below the zone's"
                     : fmt::format("the cells below are at least {:.4g} m thick, and a cell is dug when its centre is", thinnest),
                 thinnest == infinite ? "leave it out" : fmt::format("give more than {:.4g} m, or make the cells thinner", 0.5 * thinnest));
        if (margin > 0 && target.empty())
            idle("margin", margin, "without a target all of the zone is dug, and the margin stays within it",
                 "make the zone larger, or give a target");
        else if (margin > 0 && 2 * margin < narrowest)
            idle("margin", margin, fmt::format("the cells are at least {:.4g} m wide, and a cell is dug when its centre is", narrowest),
                 fmt::format("give at least {:.4g} m, or make the cells narrower", 0.5 * narrowest));
    }

    /// The cells that are dug: above the target, near one of these, and all on top of them.
    void choose(EditSession& session, const SpeciesField& contents) {
        const auto& grid = session.domain().grid;
        std::map<Index, double> deepest;  // by column: elevation down to which is dug
        std::vector<Index> hot;
        for (const Index c : may_)
            if (target.empty() || exceeds(target, contents, c)) hot.push_back(c);
        for (const Index c : hot) {
            const double bottom = grid.bottom(c) - over_dig;
            const auto [at, fresh] = deepest.emplace(grid.column(c), bottom);
            at->second = std::min(at->second, bottom);
        }
        const auto cores = deepest;
        if (margin > 0)
            for (const Index c : may_) {
                const auto here = grid.centre(c);
                for (const auto& [column, bottom] : cores) {
                    const auto core = grid.centre(column);
                    if (std::hypot(here.x - core.x, here.y - core.y) > margin + 0.5 * std::max(grid.width_x(column), grid.width_y(column)))
                        continue;
                    const auto [at, fresh] = deepest.emplace(grid.column(c), bottom);
                    at->second = std::min(at->second, bottom);
                }
            }
        dug_.clear();
        for (const Index c : *session.domain().zones.find("all"))
            if (const auto at = deepest.find(grid.column(c)); at != deepest.end() && grid.elevation(c) > at->second) dug_.push_back(c);
    }

    /// The leachate of the soil has the concentration that its pores had, on average; the dust has the mean content of soil and waste. Neither
    /// can take more than there is. What waste gives to water is no matter of its content (slag binds otherwise than soil, and ground that
    /// is clean tells nothing of it): the part of the heap that is waste leaches nothing here.
    void start_stockpile(EditSession& session, double water, const std::vector<double>& dissolved) {
        if (!stockpile || dug_.empty()) return;
        piled_ = true;
        const double area = volume_ / stockpile->height, soil_area = filled_ / stockpile->height;
        for (auto& loss : losses_) loss.rate.clear();
        for (std::size_t s = 0; s < ids_.size(); ++s) {
            const double leached = water > 0 ? stockpile->infiltration * soil_area * dissolved[s] / water : 0.0;
            const double blown = mass_ > 0 ? stockpile->dust * area * dug(s) / mass_ : 0.0;
            const double most = dug(s) / stockpile->duration;
            const double share = leached + blown > most ? most / (leached + blown) : 1.0;
            losses_[0].rate.push_back(share * leached);
            losses_[1].rate.push_back(share * blown);
        }
        set_losses(session, 1);
    }
    /// Spreads them over the cells they reach, by volume; `part` 0 ends them.
    void set_losses(EditSession& session, double part) {
        for (const auto& loss : losses_) {
            if (loss.cells.empty() || loss.rate.empty()) continue;
            const auto& grid = session.domain().grid;
            const double volume = volume_of(session.domain(), loss.cells);
            for (std::size_t s = 0; s < ids_.size(); ++s) {
                std::vector<double> release;
                for (const Index c : loss.cells) release.push_back(part * loss.rate[s] * grid.volume(c) / volume);
                session.set_release(loss.first_reaction + s, release);
            }
        }
    }

    std::vector<Index> may_, dug_;
    std::vector<std::string> ids_;
    BuriedSources buried_;
    std::vector<Row> rows_;  ///< by destination
    std::vector<Loss> losses_;
    std::vector<std::weak_ptr<Excavation>> same_heap_;  ///< other stages that may take the waste
    bool piled_ = false, waste_taken_ = false;
    double volume_ = 0, mass_ = 0, filled_ = 0, lain_ = 0;  ///< dug [m³], [kg]; filled in again [m³]; [s]
};

REGISTER(Measure, Excavation)

}  // namespace galena
