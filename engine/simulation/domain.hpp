#pragma once
// The ground a simulation works on: grid, named zones, properties of the medium. Built once from the site file, with every mistake named.

#include <map>
#include <set>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "scenario/site.hpp"
#include "simulation/alteration.hpp"

namespace galena {

/// Properties of the ground per cell, SI. A field that no equation asked for, or that equals another, is empty.
struct Medium {
    CellField hydraulic_conductivity;           ///< along x [m/s]
    CellField hydraulic_conductivity_y;         ///< along y [m/s]; empty: as along x
    CellField hydraulic_conductivity_vertical;  ///< [m/s]; empty: as along x
    CellField specific_storage;                 ///< [1/m]
    CellField specific_yield;                   ///< [-]
    CellField porosity;                         ///< [-]
    CellField effective_porosity;               ///< mobile part [-]; empty: the porosity
    CellField bulk_density;                     ///< dry [kg/m³]
    CellField pH;                               ///< [-]
    CellField organic_matter;                   ///< of the dry soil [kg/kg]
    CellField clay;                             ///< of the dry soil [kg/kg]

    [[nodiscard]] const CellField& conductivity(Axis axis) const {
        if (axis == Axis::y && !hydraulic_conductivity_y.empty()) return hydraulic_conductivity_y;
        if (axis == Axis::z && !hydraulic_conductivity_vertical.empty()) return hydraulic_conductivity_vertical;
        return hydraulic_conductivity;
    }
    [[nodiscard]] double conductivity(Axis axis, Index cell) const { return conductivity(axis)[cell]; }
    [[nodiscard]] const CellField& mobile_porosity() const { return effective_porosity.empty() ? porosity : effective_porosity; }
};

/// Named sets of active cells, ascending.
class Zones {
public:
    void set(const std::string& name, std::vector<Index> cells) { zones_[name] = std::move(cells); }
    [[nodiscard]] const std::vector<Index>* find(const std::string& name) const;
    /// The cells of a zone named in the site file; an unknown name is a mistake with a suggestion, and gives no cells.
    [[nodiscard]] const std::vector<Index>& cells(const Name& name, Diagnostics& diagnostics) const;
    [[nodiscard]] const std::map<std::string, std::vector<Index>>& all() const { return zones_; }

private:
    std::map<std::string, std::vector<Index>> zones_;
};

/// Something about the input that people should see: "survey topsoil: 3 of 155 values of Cd not detected".
using Remarks = std::vector<std::string>;

/// Fields made on the way that belong into the results: the kriging variance of an initial content, for example.
struct NamedField {
    std::string name, unit, meaning;
    CellField values;
};

struct Domain {
    explicit Domain(Grid g) : grid(std::move(g)) {}
    Domain(const Domain&) = delete;
    Domain& operator=(const Domain&) = delete;

    Grid grid;
    Zones zones;
    Medium medium;
    Alterations alterations;   ///< what edits put upon the medium during the run
    Index medium_version = 0;  ///< grows with every edit of medium or alterations
    Date start;
    /// Mobile water that every active cell holds when it is saturated [m³]; 0 elsewhere.
    [[nodiscard]] CellField saturated_water() const;

    Remarks remarks;
    std::vector<NamedField> extra_fields;
    std::map<std::string, int, std::less<>> random_fields;  ///< drawn so far, by property: each gets its own stream of random numbers
};

/// Builds grid, zones and medium. Mistakes are added to `diagnostics`; nullptr when the grid itself cannot be built.
std::unique_ptr<Domain> build_domain(const Site& site, Diagnostics& diagnostics);

/// A property on every cell of the grid. Values out of the declared bounds are mistakes that name the cell; samples of a survey fill the
/// cells within their depth range, the others get the background. The way the values were found is added to domain.remarks.
CellField field_of(const SpatialValue& value, const Site& site, Domain& domain, Diagnostics& diagnostics);

/// Cells along a side of the box that are active.
std::vector<Index> active_side_cells(const Grid& grid, Side side);

/// "the grid reaches from (x, y) to (x, y) m", in the crs of the site; for messages.
std::string reach_of(const Grid& grid);

/// A series that begins after the start of the run leaves the time before it open: a mistake.
void require_value_at_start(const Series& series, Date start, Diagnostics& diagnostics);

template <>
inline const Words words<Side> = {"west", "east", "south", "north", "bottom", "top"};

}  // namespace galena
