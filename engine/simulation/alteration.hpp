#pragma once
// What edits have put upon the ground beside its medium: factors on rates and on sorption, and barriers in faces. Every measure has its own
// layer, so that measures combine and one can be taken back without knowing of the others.

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "grid/field.hpp"
#include "simulation/checkpoint.hpp"

namespace galena {

/// Factors per cell in named layers; what counts is their product.
class CellFactors {
public:
    /// Sets the layer's factors in these cells (one per cell), instead of what it had anywhere. True when a product changed.
    bool set(const Grid& grid, const std::string& layer, std::span<const Index> cells, std::span<const double> factors);
    /// 1 everywhere.
    [[nodiscard]] bool empty() const { return product_.empty(); }
    [[nodiscard]] double operator[](Index cell) const { return product_.empty() ? 1.0 : product_[cell]; }

    struct Layer {
        std::vector<Index> cells;
        std::vector<double> factors;
    };
    [[nodiscard]] const std::map<std::string, Layer>& layers() const { return layers_; }

private:
    std::map<std::string, Layer> layers_;
    CellField product_;
};

/// Factors on the rate of a boundary or source: for all of it, and per cell.
struct RateFactor {
    std::map<std::string, double> everywhere;  ///< by layer
    CellFactors in_cells;

    [[nodiscard]] double operator[](Index cell) const {
        double factor = in_cells[cell];
        for (const auto& [layer, f] : everywhere) factor *= f;
        return factor;
    }
};

/// A thin barrier in a face between two cells, in series with the ground on its two sides.
struct FaceBarrier {
    Axis axis = Axis::x;
    Index face = 0;          ///< into the array of the axis of a FaceField
    double conductance = 0;  ///< of the barrier alone [m²/s]
};

/// What moves a dissolved substance through a face besides the water: an electric field, say. The concentration it comes from moves.
struct FaceMigration {
    Axis axis = Axis::x;
    Index face = 0;
    double flux = 0;  ///< as if so much water went [m³/s], positive towards growing i, j, k
};

/// Migration of one substance in named layers; what counts is their sum.
class Migration {
public:
    /// Sets the layer's faces instead of those it had. True when that is a change.
    bool set(const Grid& grid, const std::string& layer, std::vector<FaceMigration> faces);
    /// nullptr: nothing migrates.
    [[nodiscard]] const FaceField* sum() const { return layers_.empty() ? nullptr : &sum_; }
    [[nodiscard]] const std::map<std::string, std::vector<FaceMigration>>& layers() const { return layers_; }

private:
    std::map<std::string, std::vector<FaceMigration>> layers_;
    FaceField sum_;
};

struct Alterations {
    std::map<std::string, RateFactor> rate;                    ///< by the name of a boundary or source
    std::map<std::string, CellFactors> distribution;           ///< on distribution coefficients, by substance
    std::map<std::string, std::vector<FaceBarrier>> barriers;  ///< by layer
    std::map<std::string, Migration> migration;                ///< by substance

    /// The factor of a boundary or source; nullptr when it is 1 everywhere.
    [[nodiscard]] const RateFactor* rate_of(const std::string& name) const;
    /// The factors on the distribution coefficient of a substance; nullptr when they are 1 everywhere.
    [[nodiscard]] const CellFactors* distribution_of(const std::string& substance) const;
    /// Migration of a substance through every face; nullptr when it only goes with the water.
    [[nodiscard]] const FaceField* migration_of(const std::string& substance) const;
    /// Puts the barriers in series with the conductances of the faces [m²/s].
    void add_barriers(FaceField& conductance) const;

    void save(CheckpointWriter& out) const;
    void load(CheckpointReader& in, const Grid& grid);
};

}  // namespace galena
