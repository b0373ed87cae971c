// What cells hold of microbes that grow, for results.

#include "simulation/observer.hpp"
#include "transport/biodegradation.hpp"

namespace galena {

namespace {

class BiomassObserver final : public Observer {
public:
    explicit BiomassObserver(const BiodegradationTables& tables) : tables_(tables) {}
    void observe(const Moment&) override {}
    [[nodiscard]] std::vector<ObserverField> fields() const override {
        std::vector<ObserverField> all;
        for (const auto& table : tables_.list)
            if (table.grows() && !table.microbes->concentration.empty())
                all.push_back({"biomass/" + table.name.text, "kg/m3", "biomass of " + table.name.text + " per mobile water",
                               &table.microbes->concentration});
        return all;
    }

private:
    const BiodegradationTables& tables_;
};

const bool registered = ObserverIndex::instance().add({"biomass", [](const Site& site, Domain&, Diagnostics&) -> std::unique_ptr<Observer> {
                                                           const auto* tables = site.find<BiodegradationTables>();
                                                           if (!tables || !site.has("transport")) return nullptr;
                                                           for (const auto& table : tables->list)
                                                               if (table.grows()) return std::make_unique<BiomassObserver>(*tables);
                                                           return nullptr;
                                                       }});

}  // namespace

}  // namespace galena
