#pragma once
// A site file, read: the tables that belong to the engine itself (site, grid, zones, media, surveys, output), and access to every other
// section by its type.

#include <any>
#include <array>
#include <map>
#include <optional>

#include "scenario/section.hpp"
#include "scenario/uncertainty.hpp"

namespace galena {

/// [site]: where and when.
struct SiteTable {
    static constexpr std::string_view section = "site", meaning = "where and when the simulation takes place";
    static constexpr bool required = true;

    std::string name;
    std::string crs;
    std::vector<double> origin = {0, 0};
    double rotation = 0;
    std::string vertical_datum;
    Date start;
    std::optional<Date> end;
    std::optional<double> duration;
    double temperature = 283.15;
    double water_density = 1000;
    Places places;

    static auto parameters();
    void check(ReadContext& context);
    /// Length of the run [s].
    [[nodiscard]] double length() const { return duration ? *duration : end ? end->since(start) : 0.0; }
};

/// [[grid.layer]], listed from the top down.
struct LayerTable {
    std::string name;
    std::optional<SpatialValue> thickness, bottom;
    int cells = 1;
    Places places;

    static auto parameters();
    void check(ReadContext& context);
};

/// Which columns of the grid take part.
struct ActiveTable {
    FilePath polygon;
    std::string x, y;
    static auto parameters();
};

/// [grid]
struct GridTable {
    static constexpr std::string_view section = "grid", meaning = "the cells: columns of variable width, layers from the top down";
    static constexpr bool required = true;

    int nx = 0, ny = 0;
    std::vector<std::string> dx, dy;
    std::vector<double> widths_x, widths_y;  ///< [m], after check()
    SpatialValue top;
    std::vector<LayerTable> layers;
    double minimum_thickness = 0.01;
    std::optional<ActiveTable> active;
    Place place;
    Places places;

    static auto parameters();
    void check(ReadContext& context);
};

/// Keeps the cells of a zone in which a property lies above or below a value.
struct WhereTable {
    std::string property;
    std::optional<std::string> above, below;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};

/// [[zone]]: a named set of active cells. All conditions given must hold.
struct ZoneTable {
    Name name;
    std::optional<double> x_min, x_max, y_min, y_max, z_min, z_max;
    std::optional<FilePath> polygon, line;
    std::optional<double> within;
    std::string x, y;
    std::vector<std::string> layers;
    bool top_cells = false;
    std::optional<WhereTable> where;
    Place place;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};
struct ZoneTables {
    static constexpr std::string_view section = "zone", meaning = "a named set of cells; 'all' is predefined";
    std::vector<ZoneTable> list;
};

/// [[medium]]: properties of the ground in a zone; later tables override earlier ones where they overlap.
struct MediumTable {
    Name zone{"all", {}};
    std::optional<SpatialValue> hydraulic_conductivity, hydraulic_conductivity_y, hydraulic_conductivity_vertical, anisotropy_vertical;
    std::optional<SpatialValue> specific_storage, specific_yield, porosity, effective_porosity, bulk_density, pH, organic_matter, clay;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};
struct MediumTables {
    static constexpr std::string_view section = "medium",
                                      meaning = "properties of the ground in a zone; later tables override earlier ones";
    static constexpr bool required = true;
    std::vector<MediumTable> list;
};

enum class NonDetect { half, zero, limit };
template <>
inline const Words words<NonDetect> = {"half", "zero", "limit"};

/// [[survey]]: samples of soil at points.
struct SurveyTable {
    Name name;
    FilePath file;
    std::string x = "x", y = "y";
    std::string depth_top_column, depth_bottom_column;
    std::vector<double> depth;
    std::string unit = "mg/kg";
    NonDetect non_detect = NonDetect::half;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};
struct SurveyTables {
    static constexpr std::string_view section = "survey", meaning = "samples of soil at points; fields are interpolated from them";
    std::vector<SurveyTable> list;
};

/// [[observation]]: a point whose values are written at every step.
struct ObservationTable {
    Name name;
    double x = 0, y = 0;
    std::optional<double> z, depth;
    Place place;
    Places places;
    static auto parameters();
    void check(ReadContext& context);
};
struct ObservationTables {
    static constexpr std::string_view section = "observation", meaning = "a point whose heads and concentrations are written at every step";
    std::vector<ObservationTable> list;
};

/// [output]
struct OutputTable {
    static constexpr std::string_view section = "output", meaning = "what is written when";
    std::optional<double> interval;
    std::vector<double> times;
    std::vector<Date> dates;
    bool vtk = true;
    std::optional<double> checkpoint_interval;
    double closure_tolerance = 1e-6;
    bool stop_on_closure = true;
    std::vector<Name> zones;
    Places places;
    static auto parameters();
};

/// Which draw of everything random in space a site stands for. Number 0 is none: fields then have their central values.
struct Realisation {
    std::uint64_t seed = 0, number = 0;
};

/// A whole site file.
class Site {
public:
    /// Reads and checks everything that does not need the grid. Mistakes are added to `diagnostics`; syntax mistakes throw ScenarioError.
    /// scenario: the name of one of the file; empty for the base.
    static Site read(const std::filesystem::path& file, Diagnostics& diagnostics, const std::string& scenario = {});
    /// The same from a tree: for scenarios (overrides) and ensembles. `folder`: files named in the tree are relative to it.
    static Site from_tree(const Node& tree, const std::filesystem::path& folder, Diagnostics& diagnostics);

    [[nodiscard]] const std::filesystem::path& file() const { return file_; }
    [[nodiscard]] const std::string& text() const { return text_; }  ///< the file as it was read
    [[nodiscard]] const std::string& scenario() const { return scenario_; }

    /// What carries a distribution; the sections hold the central values.
    [[nodiscard]] const Uncertainty& uncertainty() const { return uncertainty_; }
    [[nodiscard]] const Realisation& realisation() const { return realisation_; }
    /// True when a property is drawn at random in space.
    [[nodiscard]] bool has_random_fields() const;
    /// The same site with the uncertain values at the probabilities u (one each) and another draw of its random fields.
    [[nodiscard]] Site member(const std::vector<double>& u, Realisation realisation, Diagnostics& diagnostics) const;

    /// A section by its type; nullptr when the file does not have it.
    template <SectionTable T>
    [[nodiscard]] const T* find() const {
        const auto it = sections_.find(std::string(T::section));
        return it == sections_.end() ? nullptr : std::any_cast<T>(&it->second);
    }
    /// A section that is there, or its defaults.
    template <SectionTable T>
    [[nodiscard]] const T& section() const {
        static const T absent{};
        const auto* found = find<T>();
        return found ? *found : absent;
    }
    [[nodiscard]] bool has(std::string_view section) const { return sections_.find(std::string(section)) != sections_.end(); }
    /// The names in a section such as [substance.NAME], in the order of the file.
    [[nodiscard]] std::vector<std::string> keys(std::string_view section) const;
    /// True when reading this section brought no mistake.
    [[nodiscard]] bool sound(std::string_view section) const { return faulty_.find(section) == faulty_.end(); }

private:
    std::filesystem::path file_, folder_;
    std::string text_, scenario_;
    std::shared_ptr<const Node> tree_;  ///< with central values
    Uncertainty uncertainty_;
    Realisation realisation_;
    std::map<std::string, std::any> sections_;
    std::set<std::string, std::less<>> faulty_;
};

}  // namespace galena
