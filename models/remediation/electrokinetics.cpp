// Electrokinetics: between electrodes ions migrate, and the water of the pores drags all that is dissolved along (Acar & Alshawabkeh 1993):
// J = n τ (z D F / RT) E C + ke E C. Ionic mobility after Nernst and Einstein; pores hinder migration as they hinder diffusion. The field is
// uniform within the zone, and so is the water that electro-osmosis drags along: it enters at the anode and leaves at the cathode, where such
// plants give and take it to hold the levels (flushed electrodes). Heads are therefore left as they are. Electrodes that are closed would let a
// pressure rise between them that drives the water back, and electro-osmosis would move next to nothing.

#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "numerics/face_conductance.hpp"
#include "remediation/measure.hpp"
#include "transport/substance.hpp"

namespace galena {

struct Electrokinetics final : Measure {
    static constexpr std::string_view name = "electrokinetics",
                                      meaning = "an electric field moves ions and pore water to electrodes, where they are taken out";

    Name zone, electrodes;
    double field = 0, direction = 0, electro_osmosis = 0, recovery = 1 / seconds_per_day, temperature = 283.15;
    std::map<std::string, double> charge, diffusion;
    std::optional<double> energy;

    static auto parameters() {
        using T = Electrokinetics;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "the ground between the electrodes, with them"),
                parameter("field", &T::field, "V/m", positive, "electric field").source("50 to 150 V/m in the field"),
                parameter("direction", &T::direction, "degree", between(-6.2832, 6.2832),
                          "from anode to cathode, clockwise from north: where cations go"),
                parameter("charge", &T::charge, "", between(-6, 6),
                          "of what is dissolved, by substance: { Cd = 2, CrVI = -2 }; 0: only electro-osmosis moves it"),
                parameter("diffusion", &T::diffusion, "m2/s", positive,
                          "in free water, by substance; molecular_diffusion of the substance when absent"),
                parameter("electro_osmosis", &T::electro_osmosis, "m2/V/s", not_negative,
                          "permeability ke: Darcy velocity per field, towards the cathode; the electrodes are flushed, so that heads stay "
                          "as they are")
                    .with_default()
                    .source("1e-9 to 1e-8 m2/V/s: Acar & Alshawabkeh 1993"),
                parameter("electrodes", &T::electrodes, "cells in which what arrives is taken out; it gathers there when absent")
                    .with_default(),
                parameter("recovery", &T::recovery, "1/d", positive, "rate at which it is taken out of the water of these cells")
                    .with_default(),
                parameter("temperature", &T::temperature, "K", positive, "of the ground").with_default(),
                parameter("energy", &T::energy, "kWh/m3", not_negative, "electricity per volume of ground, all in all; for its emissions")
                    .source("500 kWh/m3"),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        cells_ = domain.zones.cells(zone, diagnostics);
        taken_out_ = electrodes.empty() ? std::vector<Index>{} : domain.zones.cells(electrodes, diagnostics);
        volume_ = volume_of(domain, cells_);
        length_ = length_of(domain);
        worked_ = 0;
        require_substances(charge, "charge", site, diagnostics);
        require_substances(diffusion, "diffusion", site, diagnostics);
        if (charge.empty())
            diagnostics.error(place, fmt::format("measure '{}' moves no ion", label.text), "give charge = { Cd = 2 }, by substance");
        if (domain.medium.porosity.empty()) return;  // transport says so
        faces_.clear();
        for (const auto& [id, z] : charge) faces_[id] = migration(domain, z == 0 ? 0.0 : z * mobility(id, site, diagnostics));
    }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::treats, cells_}}; }

    [[nodiscard]] std::string_view fate() const override { return "drawn to the electrodes"; }
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        std::vector<Reaction> all;
        const std::vector<double> none(taken_out_.size(), 0.0);
        if (!taken_out_.empty())
            for (const auto& [id, z] : charge) all.push_back({std::string(name), label.text, id, taken_out_, none, none, none});
        return all;
    }

    void begin(EditSession& session) override {
        for (const auto& [id, faces] : faces_) session.set_migration(layer(), id, faces);
        set_recovery(session, recovery);
    }
    /// Electrodes take out what comes to them with the water too.
    bool changes_something(EditSession& trial) override {
        begin(trial);
        return trial.changed() || (!taken_out_.empty() && recovery > 0);
    }
    void finish(EditSession& session) override {
        for (const auto& [id, faces] : faces_) session.set_migration(layer(), id, {});
        set_recovery(session, 0);
    }

    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"soil"}; }
    [[nodiscard]] std::vector<CostItem> costs(double) const override {
        if (!begun()) return {};
        return {{"electrokinetics", "soil", volume_, "m3", CostKind::capital, begun_at(), begun_at()}};
    }
    void accept(const State&, const Step& step) override {
        if (working()) worked_ += step.duration;
    }
    void save(CheckpointWriter& out) const override { out.write("measure/" + label.text + "/worked", worked_); }
    void load(CheckpointReader& in) override { worked_ = in.read("measure/" + label.text + "/worked"); }

    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"ground between electrodes", "", volume_, "m3"}};
        if (electro_osmosis > 0)  // through the mean section between the electrodes
            all.push_back(
                {"water given at the anode and taken at the cathode", "", electro_osmosis * field * volume_ / length_ * worked_, "m3"});
        if (!energy) return all;
        const double kilowatt_hours = *energy * volume_ / 3.6e6;
        all.push_back({"electricity", "", kilowatt_hours, "kWh"});
        if (const auto* grid = factors.find("co2", "electricity"))
            all.push_back({"carbon dioxide of electricity", "", kilowatt_hours * grid->price.mid / 1e3, "t"});
        return all;
    }

private:
    /// D F / RT of a substance [m²/V/s], per charge.
    [[nodiscard]] double mobility(const std::string& id, const Site& site, Diagnostics& diagnostics) const {
        constexpr double faraday = 96485.33212, gas = 8.314462618;  // C/mol, J/mol/K (CODATA 2018)
        const auto own = diffusion.find(id);
        const auto& known = site.section<SubstanceTables>().list;
        const auto of_site = known.find(id);
        const double d = own != diffusion.end() ? own->second : of_site != known.end() ? of_site->second.molecular_diffusion : 1.0;
        if (d == 0)
            diagnostics.error(places.of("charge"),
                              fmt::format("measure '{}': the diffusion of {} is not known, and so not its mobility", label.text, id),
                              fmt::format("give diffusion = {{ {} = \"7e-10 m2/s\" }}, or molecular_diffusion in [substance.{}]", id, id));
        return d * faraday / (gas * temperature);
    }

    /// From anode to cathode [m].
    [[nodiscard]] double length_of(const Domain& domain) const {
        const auto& grid = domain.grid;
        const double east = std::sin(direction), north = std::cos(direction);
        double first = infinite, last = -infinite;
        for (const Index c : cells_) {
            const auto centre = grid.centre_crs(c);
            const double along = centre.x * east + centre.y * north;
            const double half = 0.5 * (std::abs(east) * grid.width_x(c) + std::abs(north) * grid.width_y(c));
            first = std::min(first, along - half);
            last = std::max(last, along + half);
        }
        return last - first;
    }

    /// Through every face within the zone, for ions of this signed mobility.
    [[nodiscard]] std::vector<FaceMigration> migration(const Domain& domain, double mobility_of_ion) const {
        const auto& grid = domain.grid;
        const auto& porosity = domain.medium.mobile_porosity();
        std::vector<bool> within(static_cast<std::size_t>(grid.cell_count()), false);
        for (const Index c : cells_) within[static_cast<std::size_t>(c)] = true;
        const double east = std::sin(direction), north = std::cos(direction);
        std::vector<FaceMigration> all;
        for (const Index c : cells_)
            for (const Side side : {Side::east, Side::north}) {
                const Index other = neighbour(grid, c, side);
                if (other < 0 || !within[static_cast<std::size_t>(other)]) continue;
                const Axis axis = axis_of(side);
                const auto a = grid.centre_crs(c), b = grid.centre_crs(other);
                const double voltage = field * ((b.x - a.x) * east + (b.y - a.y) * north), distance = std::hypot(b.x - a.x, b.y - a.y);
                // As diffusion passes the pores: n^(4/3) (Millington & Quirk 1961), both cells in series.
                const double geometry = in_series(half_cell_conductance(grid, c, axis, std::pow(porosity[c], 4.0 / 3)),
                                                  half_cell_conductance(grid, other, axis, std::pow(porosity[other], 4.0 / 3)));
                const double area = 0.5 * (side_area(grid, c, axis) + side_area(grid, other, axis));
                all.push_back(
                    {axis, outer_face(grid, c, side), mobility_of_ion * geometry * voltage + electro_osmosis * area * voltage / distance});
            }
        return all;
    }

    void set_recovery(EditSession& session, double rate) const {
        if (taken_out_.empty()) return;
        for (std::size_t r = 0; r < charge.size(); ++r)
            session.set_reaction(first_reaction_ + r, std::vector<double>(taken_out_.size(), rate));
    }

    std::vector<Index> cells_, taken_out_;
    std::map<std::string, std::vector<FaceMigration>> faces_;
    double volume_ = 0, length_ = 1, worked_ = 0;  ///< [m³], [m], [s]
    std::size_t first_reaction_ = 0;
};

REGISTER(Measure, Electrokinetics)

}  // namespace galena
