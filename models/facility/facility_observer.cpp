// How the facilities of a site stand at output times: the table `facilities`.

#include <fmt/format.h>

#include "facility/facility.hpp"
#include "flow/water_boundary.hpp"

namespace galena {

namespace {

class FacilityObserver final : public Observer {
public:
    explicit FacilityObserver(std::vector<std::shared_ptr<WaterBoundary>> facilities) : boundaries_(std::move(facilities)) {
        table_ = {"facilities", "How the facilities stand at output times", {}};
        table_.columns = {
            {"time", "d", {}, {}}, {"facility", "", {}, {}}, {"quantity", "", {}, {}}, {"value", "1", {}, {}}, {"value_unit", "", {}, {}}};
    }

    void observe(const Moment& moment) override {
        if (!moment.output) return;
        for (const auto& boundary : boundaries_)
            for (const auto& figure : facility_of(*boundary).figures(moment)) {
                table_.columns[0].numbers.push_back(moment.state.time / seconds_per_day);
                table_.columns[1].texts.push_back(boundary->label.text);
                table_.columns[2].texts.push_back(figure.quantity);
                table_.columns[3].numbers.push_back(unit(figure.unit).from_si(figure.value));
                table_.columns[4].texts.push_back(figure.unit);
            }
    }
    [[nodiscard]] std::vector<Table> tables() const override { return {table_}; }
    [[nodiscard]] std::vector<std::string> summary() const override {
        std::vector<std::string> lines;
        for (const auto& boundary : boundaries_)
            for (auto& line : facility_of(*boundary).closing_lines()) lines.push_back(std::move(line));
        return lines;
    }
    void save(CheckpointWriter& out) const override {
        for (std::size_t c = 0; c < table_.columns.size(); ++c) {
            const auto name = fmt::format("facilities/column{}", c);
            if (is_text(c)) write_texts(out, name, table_.columns[c].texts);
            else write_list(out, name, table_.columns[c].numbers);
        }
    }
    void load(CheckpointReader& in) override {
        for (std::size_t c = 0; c < table_.columns.size(); ++c) {
            const auto name = fmt::format("facilities/column{}", c);
            if (is_text(c)) table_.columns[c].texts = read_texts(in, name);
            else table_.columns[c].numbers = read_list(in, name);
        }
    }

private:
    static bool is_text(std::size_t column) { return column == 1 || column == 2 || column == 4; }
    static const Facility& facility_of(const WaterBoundary& boundary) { return dynamic_cast<const Facility&>(boundary); }

    std::vector<std::shared_ptr<WaterBoundary>> boundaries_;
    Table table_;
};

const bool registered =
    ObserverIndex::instance().add({"facilities", [](const Site& site, Domain&, Diagnostics&) -> std::unique_ptr<Observer> {
                                       std::vector<std::shared_ptr<WaterBoundary>> facilities;
                                       for (const auto& boundary : site.section<WaterBoundaries>().list)
                                           if (dynamic_cast<const Facility*>(boundary.get())) facilities.push_back(boundary);
                                       if (facilities.empty()) return nullptr;
                                       return std::make_unique<FacilityObserver>(std::move(facilities));
                                   }});

}  // namespace

}  // namespace galena
