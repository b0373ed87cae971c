// How the facilities of a site stand, and what they have let go: the tables `facilities` and `facility_releases`.

#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "facility/facility.hpp"
#include "flow/water_boundary.hpp"
#include "transport/solute_source.hpp"

namespace galena {

namespace {

/// A facility with its name; what it stands in (boundary or source) is kept alive.
struct Told {
    std::string name;
    const Facility* facility;
    std::shared_ptr<const void> keeps;
};

constexpr double unknown_yet = std::numeric_limits<double>::quiet_NaN();

class FacilityObserver final : public Observer {
public:
    explicit FacilityObserver(std::vector<Told> facilities) : facilities_(std::move(facilities)) {
        tables_[0] = {"facilities", "How the facilities stand; means over the last step, in the first row over the first one", {}};
        tables_[0].columns = {
            {"time", "d", {}, {}}, {"facility", "", {}, {}}, {"quantity", "", {}, {}}, {"value", "1", {}, {}}, {"value_unit", "", {}, {}}};
        tables_[1] = {"facility_releases", "What facilities have let go, by the way it took; what leaves the site included", {}};
        tables_[1].columns = {{"time", "d", {}, {}},     {"facility", "", {}, {}}, {"path", "", {}, {}},
                              {"substance", "", {}, {}}, {"rate", "kg/a", {}, {}}, {"since_start", "kg", {}, {}}};
    }

    void observe(const Moment& moment) override {
        if (moment.step.duration > 0) tell_first_means(moment);
        for (const auto& told : facilities_)
            if (moment.output || told.facility->told_every_step()) {
                add_figures(told, moment);
                if (moment.step.duration > 0) add_releases(told, moment);
            }
    }
    [[nodiscard]] std::vector<Table> tables() const override {
        std::vector<Table> all{tables_[0]};
        if (!tables_[1].columns[0].numbers.empty()) all.push_back(tables_[1]);
        return all;
    }
    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& told : facilities_)
            for (auto& line : told.facility->closing_lines()) lines.push_back(std::move(line));
        return lines;
    }
    void save(CheckpointWriter& out) const override {
        for (const auto& table : tables_)
            for (std::size_t c = 0; c < table.columns.size(); ++c) {
                const auto name = fmt::format("{}/column{}", table.name, c);
                if (table.columns[c].unit.empty()) write_texts(out, name, table.columns[c].texts);
                else write_list(out, name, table.columns[c].numbers);
            }
    }
    void load(CheckpointReader& in) override {
        for (auto& table : tables_)
            for (std::size_t c = 0; c < table.columns.size(); ++c) {
                const auto name = fmt::format("{}/column{}", table.name, c);
                if (table.columns[c].unit.empty()) table.columns[c].texts = read_texts(in, name);
                else table.columns[c].numbers = read_list(in, name);
            }
    }

private:
    void add_figures(const Told& told, const Moment& moment) {
        auto& columns = tables_[0].columns;
        for (const auto& figure : told.facility->figures(moment)) {
            const bool later = figure.over_step && moment.step.duration == 0;
            columns[0].numbers.push_back(moment.state.time / seconds_per_day);
            columns[1].texts.push_back(told.name);
            columns[2].texts.push_back(figure.quantity);
            columns[3].numbers.push_back(later ? unknown_yet : unit(figure.unit).from_si(figure.value));
            columns[4].texts.push_back(figure.unit);
        }
    }
    void add_releases(const Told& told, const Moment& moment) {
        auto& columns = tables_[1].columns;
        for (const auto& release : told.facility->releases(moment)) {
            columns[0].numbers.push_back(moment.state.time / seconds_per_day);
            columns[1].texts.push_back(told.name);
            columns[2].texts.push_back(release.path);
            columns[3].texts.push_back(release.substance);
            columns[4].numbers.push_back(unit("kg/a").from_si(release.rate));
            columns[5].numbers.push_back(release.total);
        }
    }
    /// The rows of the start wait for what only a step can tell.
    void tell_first_means(const Moment& moment) {
        auto& columns = tables_[0].columns;
        std::size_t row = 0;
        for (const auto& told : facilities_) {
            if (row >= columns[0].numbers.size() || columns[0].numbers[row] != 0) return;
            for (const auto& figure : told.facility->figures(moment)) {
                const bool waits = row < columns[0].numbers.size() && columns[0].numbers[row] == 0 && std::isnan(columns[3].numbers[row]);
                if (waits && columns[2].texts[row] == figure.quantity) columns[3].numbers[row] = unit(figure.unit).from_si(figure.value);
                ++row;
            }
        }
    }

    std::vector<Told> facilities_;
    Table tables_[2];
};

template <class Owner>
void add_facilities(const std::vector<std::shared_ptr<Owner>>& owners, std::vector<Told>& facilities) {
    for (const auto& owner : owners)
        if (const auto* facility = dynamic_cast<const Facility*>(owner.get())) facilities.push_back({owner->label.text, facility, owner});
}

const bool registered =
    ObserverIndex::instance().add({"facilities", [](const Site& site, Domain&, Diagnostics&) -> std::unique_ptr<Observer> {
                                       std::vector<Told> facilities;
                                       add_facilities(site.section<WaterBoundaries>().list, facilities);
                                       add_facilities(site.section<SoluteSources>().list, facilities);
                                       if (facilities.empty()) return nullptr;
                                       return std::make_unique<FacilityObserver>(std::move(facilities));
                                   }});

}  // namespace

}  // namespace galena
