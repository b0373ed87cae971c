#pragma once
// Hydrodynamic dispersion: mechanical, with dispersivities that may differ from zone to zone, and molecular.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "numerics/explicit_step.hpp"

namespace galena {

/// Dispersivities [m].
struct Dispersivity {
    double longitudinal = 0, transverse_horizontal = 0, transverse_vertical = 0;
    [[nodiscard]] bool none() const { return longitudinal == 0 && transverse_horizontal == 0 && transverse_vertical == 0; }
};

/// Dispersivities of every cell: the same everywhere, by zones, or cell by cell.
class DispersivityMap {
public:
    DispersivityMap(Dispersivity everywhere = {}) : list_{everywhere} {}  // NOLINT: one value is a map
    void set(const Grid& grid, const std::vector<Index>& cells, const Dispersivity& value) {
        if (kind_.empty()) kind_.assign(static_cast<std::size_t>(grid.cell_count()), 0);
        list_.push_back(value);
        for (const Index c : cells) kind_[static_cast<std::size_t>(c)] = static_cast<std::uint16_t>(list_.size() - 1);
    }
    /// Each cell has its own, one per cell of the grid.
    explicit DispersivityMap(std::vector<Dispersivity> cells)
        : list_{cells.empty() ? Dispersivity{} : cells.front()}, cells_(std::move(cells)) {}
    [[nodiscard]] const Dispersivity& operator[](Index cell) const {
        if (!cells_.empty()) return cells_[static_cast<std::size_t>(cell)];
        return list_[kind_.empty() ? 0 : kind_[static_cast<std::size_t>(cell)]];
    }
    [[nodiscard]] bool none() const {
        const auto& all = cells_.empty() ? list_ : cells_;
        return std::all_of(all.begin(), all.end(), [](const Dispersivity& d) { return d.none(); });
    }
    /// Where no zone says otherwise; nothing where each cell has its own.
    [[nodiscard]] std::optional<Dispersivity> everywhere() const { return cells_.empty() ? std::optional(list_.front()) : std::nullopt; }

private:
    std::vector<Dispersivity> list_;
    std::vector<std::uint16_t> kind_;  ///< per cell, into the list; empty: the first everywhere
    std::vector<Dispersivity> cells_;  ///< per cell; empty where the list says all
};

/// Where the velocity across a face is taken from, for its dispersion: from the face, or from the two cells beside it. In a cell with a well
/// what enters and leaves along an axis may cancel; its faces know better.
enum class VelocityAt { face, cell };

/// Mechanical dispersion as a conductance of every face [m³/s]: θD·area/distance with the diagonal of the tensor of Burnett & Frind (1987,
/// eq. 7), D_xx = (αL vx² + αTH vy² + αTV vz²)/|v|, D_zz = (αL vz² + αTV (vx² + vy²))/|v|, written with the Darcy flux q = θv.
/// Each cell brings its half of the way, with its own transverse components and the normal one of the face; the halves are in series, so that
/// slow ground beside fast ground takes up what it can carry on, and no more.
void mechanical_dispersion(const Grid& grid, const FaceField& water_flux, const DispersivityMap& dispersivity, FaceField& out,
                           VelocityAt normal = VelocityAt::face);

/// Conductance of every face per unit of free-water diffusion: porosity · tortuosity · area / distance in harmonic mean, with
/// θτ = θ^(10/3) / n² (Millington & Quirk 1961), n^(4/3) where pores are full. saturation: water over porosity; empty: full.
void diffusion_conductance(const Grid& grid, const CellField& porosity, const CellField& saturation, FaceField& out);

/// (αL − αTH) qx qy/|q| and (αL − αTV) qx qz/|q| (Burnett & Frind 1987, eq. 7).
void cross_dispersion(const Grid& grid, const FaceField& water_flux, const DispersivityMap& dispersivity, CrossDispersion& out,
                      VelocityAt normal = VelocityAt::face);

}  // namespace galena
