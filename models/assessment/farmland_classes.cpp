#include "assessment/farmland_classes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "assessment/surface_cells.hpp"
#include "core/data_folder.hpp"
#include "core/suggestion.hpp"
#include "scenario/reader.hpp"
#include "scenario/section.hpp"
#include "simulation/observer.hpp"
#include "transport/substance.hpp"

namespace galena {

FarmlandClass classify(const Standard& standard, const std::vector<std::string>& uses, const std::string& substance, double content,
                       double ph) {
    const auto* screening = standard.find(uses, substance, LimitKind::screening, ph);
    if (!screening) return FarmlandClass::not_judged;
    if (content <= screening->value) return FarmlandClass::priority_protection;
    const auto* intervention = standard.find(uses, substance, LimitKind::intervention, ph);
    return intervention && content > intervention->value ? FarmlandClass::strict_control : FarmlandClass::safe_use;
}

namespace {

constexpr std::array class_names = {"not judged", "priority protection", "safe use", "strict control"};

/// [farmland]
struct FarmlandTable {
    static constexpr std::string_view section = "farmland",
                                      meaning = "classes of farmland by the content of metals in the soil (GB 15618-2018)";
    static constexpr std::string_view needs = "transport";

    std::string use = "farmland_other";
    Name zone{"all", {}};
    std::optional<FilePath> standard;
    std::vector<std::string> substances;
    Place place;
    Places places;

    static auto parameters() {
        using T = FarmlandTable;
        return std::tuple{
            parameter("use", &T::use, "farmland_paddy, farmland_orchard or farmland_other (or a use of your own table)").with_default(),
            parameter("zone", &T::zone, "the highest cell of each of its columns is judged, within the zone").with_default(),
            parameter("standard", &T::standard, "CSV of limits; GB 15618-2018 as shipped when absent"),
            parameter("substances", &T::substances, "which are judged; all when absent"),
        };
    }
};
REGISTER_SECTION(FarmlandTable)

/// Judges the topmost cell of every column of the zone at each output time.
class FarmlandClasses final : public Observer {
public:
    FarmlandClasses(const Site& site, Domain& domain, Diagnostics& diagnostics)
        : table_(site.section<FarmlandTable>()), start_(domain.start), class_map_(domain.grid) {
        const auto file = table_.standard ? table_.standard->path : data_folder() / "standards" / "gb_15618_2018.csv";
        standard_ = Standard::read(file, table_.places.of("standard"), diagnostics);
        uses_ = uses_to_try(table_.use);
        if (!standard_.limits().empty() && !standard_.has_use(table_.use))
            diagnostics.error(table_.places.of("use"), fmt::format("use = \"{}\" has no row in {}", table_.use, file.filename().string()),
                              suggestion(table_.use, standard_.uses()));
        if (domain.medium.pH.empty())
            diagnostics.error(table_.place, "the classes of farmland depend on the pH of the soil, and no pH is given",
                              "give pH in a [[medium]] for every active cell");
        if (domain.medium.bulk_density.empty())
            diagnostics.error(table_.place, "the classes of farmland go by contents per dry soil, and no bulk_density is given",
                              "give bulk_density in a [[medium]] for every active cell");
        choose_substances(site, diagnostics);
        cells_ = surface_cells(domain, table_.zone, diagnostics);
    }

    void observe(const Moment& moment) override {
        if (!moment.output || !moment.state.has_transport) return;
        const auto& grid = moment.domain.grid;
        std::array<double, 4> area{};
        std::vector<std::array<double, 4>> by_substance(judged_.size());
        for (const Index cell : cells_) {
            auto worst = FarmlandClass::not_judged;
            for (std::size_t n = 0; n < judged_.size(); ++n) {
                const double content = moment.state.total_content[static_cast<Index>(judged_[n])][static_cast<std::size_t>(cell)];
                const auto found = classify(standard_, uses_, ids_[judged_[n]], content, moment.domain.medium.pH[cell]);
                by_substance[n][static_cast<std::size_t>(found)] += grid.area(cell);
                worst = std::max(worst, found);
            }
            area[static_cast<std::size_t>(worst)] += grid.area(cell);
            class_map_[cell] = static_cast<double>(worst);
        }
        add_rows(moment, -1, area);
        for (std::size_t n = 0; n < judged_.size(); ++n) add_rows(moment, static_cast<int>(judged_[n]), by_substance[n]);
    }

    [[nodiscard]] std::vector<ObserverField> fields() const override {
        return {{"farmland_class", "1",
                 "GB 15618 class of the topmost cell: 1 priority protection, 2 safe use, 3 strict control, 0 not judged", &class_map_}};
    }

    [[nodiscard]] std::vector<Table> tables() const override {
        Table table{
            "farmland_area",
            "Area of farmland per class",
            {{"time", "d", {}, {}}, {"date", "", {}, {}}, {"substance", "", {}, {}}, {"class", "", {}, {}}, {"area", "ha", {}, {}}}};
        for (const auto& row : rows_) {
            table.columns[0].numbers.push_back(row.time / seconds_per_day);
            table.columns[1].texts.push_back(start_.plus(row.time).text());
            table.columns[2].texts.push_back(row.substance < 0 ? "all" : ids_[static_cast<std::size_t>(row.substance)]);
            table.columns[3].texts.push_back(class_names[static_cast<std::size_t>(row.farmland_class)]);
            table.columns[4].numbers.push_back(row.area / 1e4);
        }
        return {table};
    }

    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        if (rows_.empty()) return lines;
        const auto line = [&](double time) {
            std::string text;
            for (const auto& row : rows_)
                if (row.substance < 0 && row.time == time)
                    text += fmt::format("{}{} {:.1f} ha", text.empty() ? "" : ", ",
                                        class_names[static_cast<std::size_t>(row.farmland_class)], row.area / 1e4);
            return text;
        };
        lines.push_back(fmt::format("farmland ({}) at the start: {}", table_.use, line(rows_.front().time)));
        lines.push_back(fmt::format("farmland ({}) at the end:   {}", table_.use, line(rows_.back().time)));
        for (const auto& id : unjudged_) lines.push_back(fmt::format("farmland: {} has no value in the standard and is not judged", id));
        return lines;
    }

    void save(CheckpointWriter& out) const override {
        std::vector<double> numbers;
        for (const auto& row : rows_)
            numbers.insert(numbers.end(),
                           {row.time, static_cast<double>(row.substance), static_cast<double>(row.farmland_class), row.area});
        out.write("farmland/size", static_cast<double>(numbers.size()));
        out.write("farmland/rows", numbers);
        out.write("farmland/class_map", class_map_.span());
    }
    void load(CheckpointReader& in) override {
        std::vector<double> numbers(static_cast<std::size_t>(in.read("farmland/size")));
        in.read("farmland/rows", numbers);
        in.read("farmland/class_map", class_map_.span());
        rows_.clear();
        for (std::size_t n = 0; n + 3 < numbers.size(); n += 4)
            rows_.push_back({numbers[n], static_cast<int>(numbers[n + 1]), static_cast<int>(numbers[n + 2]), numbers[n + 3]});
    }

private:
    struct Row {
        double time;
        int substance;  ///< −1: all together
        int farmland_class;
        double area;
    };

    void choose_substances(const Site& site, Diagnostics& diagnostics) {
        for (const auto& [id, table] : site.section<SubstanceTables>().list) ids_.push_back(id);
        for (const auto& id : table_.substances)
            if (std::find(ids_.begin(), ids_.end(), id) == ids_.end())
                diagnostics.error(table_.places.of("substances"), fmt::format("farmland: '{}' is no substance of this site", id),
                                  suggestion(id, ids_));
        for (std::size_t s = 0; s < ids_.size(); ++s) {
            const bool wanted = table_.substances.empty() ||
                                std::find(table_.substances.begin(), table_.substances.end(), ids_[s]) != table_.substances.end();
            if (!wanted) continue;
            if (standard_.names(uses_, ids_[s])) judged_.push_back(s);
            else unjudged_.push_back(ids_[s]);
        }
    }

    void add_rows(const Moment& moment, int substance, const std::array<double, 4>& area) {
        for (int c = 0; c < 4; ++c)
            if (c > 0 || area[0] > 0) rows_.push_back({moment.state.time, substance, c, area[static_cast<std::size_t>(c)]});
    }

    FarmlandTable table_;
    Standard standard_;
    std::vector<std::string> uses_;
    Date start_;
    std::vector<std::string> ids_;
    std::vector<Index> cells_;
    std::vector<std::size_t> judged_;
    std::vector<std::string> unjudged_;
    CellField class_map_;
    std::vector<Row> rows_;
};

const bool registered_observer =
    ObserverIndex::instance().add({"farmland", [](const Site& site, Domain& domain, Diagnostics& diagnostics) -> std::unique_ptr<Observer> {
                                       if (!site.find<FarmlandTable>() || !site.has("transport")) return nullptr;
                                       return std::make_unique<FarmlandClasses>(site, domain, diagnostics);
                                   }});

}  // namespace

}  // namespace galena
