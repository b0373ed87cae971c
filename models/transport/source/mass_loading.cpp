// Mass loading: a given mass rate, shared among the cells of a zone by volume, or per plan area.

#include <fmt/format.h>

#include "transport/solute_source.hpp"

namespace galena {

struct MassLoading final : SoluteSource {
    static constexpr std::string_view name = "mass_loading", meaning = "a mass rate into the cells of a zone";

    std::optional<Series> total, per_area;

    static auto parameters() {
        return std::tuple_cat(source_parameters(), std::tuple{
                                                       parameter("rate", &MassLoading::total, "kg/d", not_negative,
                                                                 "into the whole zone, shared by volume (or give rate_per_area)"),
                                                       parameter("rate_per_area", &MassLoading::per_area, "kg/ha/a", not_negative,
                                                                 "per plan area, into every cell of the zone"),
                                                   });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        SoluteSource::resolve(site, domain, diagnostics);
        weight_.clear();
        if (!reading::exactly_one(places, fmt::format("source '{}'", label.text), "rate", "rate_per_area", diagnostics)) return;
        double volume = 0;
        for (const Index c : cells_) volume += domain.grid.volume(c);
        for (const Index c : cells_) weight_.push_back(total ? domain.grid.volume(c) / volume : domain.grid.area(c));
    }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        const double mean = (total ? *total : *per_area).mean(origin, from, to);
        for (std::size_t n = 0; n < weight_.size(); ++n) out[n] = mean * weight_[n];
    }
    [[nodiscard]] std::vector<const Series*> series() const override {
        if (!total && !per_area) return {};
        return {total ? &*total : &*per_area};
    }

private:
    std::vector<double> weight_;
};

REGISTER(SoluteSource, MassLoading)

}  // namespace galena
