// Mass loading: a given mass rate, shared among the cells of a zone by volume, or per plan area.

#include <cmath>

#include <fmt/format.h>

#include "transport/solute_source.hpp"

namespace galena {

struct MassLoading final : SoluteSource {
    static constexpr std::string_view name = "mass_loading", meaning = "a mass rate into the cells of a zone";

    std::optional<Series> total, per_area;
    std::optional<double> half_life;

    static auto parameters() {
        return std::tuple_cat(source_parameters(), std::tuple{
                                                       parameter("rate", &MassLoading::total, "kg/d", not_negative,
                                                                 "into the whole zone, shared by volume (or give rate_per_area)"),
                                                       parameter("rate_per_area", &MassLoading::per_area, "kg/ha/a", not_negative,
                                                                 "per plan area, into every cell of the zone"),
                                                       parameter("half_life", &MassLoading::half_life, "d", positive,
                                                                 "the rate halves in this time, counted from the start; it lasts when "
                                                                 "absent"),
                                                   });
    }
    [[nodiscard]] std::string_view type() const override { return name; }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        SoluteSource::resolve(site, domain, diagnostics);
        weight_.clear();
        for (const auto* series : this->series())
            if (half_life && !series->constant())
                diagnostics.error(places.of("half_life"), fmt::format("source '{}' gives a series of rates and a half_life", label.text),
                                  "a rate that halves is given by its first value");
        if (!reading::exactly_one(places, fmt::format("source '{}'", label.text), "rate", "rate_per_area", diagnostics)) return;
        double volume = 0;
        for (const Index c : cells_) volume += domain.grid.volume(c);
        for (const Index c : cells_) weight_.push_back(total ? domain.grid.volume(c) / volume : domain.grid.area(c));
    }
    void rate(Date origin, double from, double to, std::span<double> out) const override {
        double mean = (total ? *total : *per_area).mean(origin, from, to);
        if (half_life) {  // the exact mean of an exponential over the step
            const double k = std::log(2.0) / *half_life;
            mean *= to > from ? -std::exp(-k * from) * std::expm1(-k * (to - from)) / (k * (to - from)) : std::exp(-k * from);
        }
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
