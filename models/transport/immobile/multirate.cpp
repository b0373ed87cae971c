// Multirate mass transfer: immobile zones that exchange at several rates (Haggerty & Gorelick 1995, eq. 6 and 7). Diffusion into layers or
// spheres is the series of rates of their table 1, cut off, with the rest in the last term.

#include <cmath>
#include <numbers>
#include <numeric>

#include <fmt/format.h>

#include "transport/immobile_zone.hpp"

namespace galena {

enum class BlockShape { layers, spheres };
template <>
inline const Words words<BlockShape> = {"layers", "spheres"};

struct MultirateImmobile final : ImmobileZone {
    static constexpr std::string_view name = "multirate",
                                      meaning = "immobile water that exchanges at several rates, given or those of diffusion into blocks";

    std::vector<double> rates, shares;
    std::optional<BlockShape> shape;
    std::optional<double> diffusion_rate;
    int terms = 20;

    static auto parameters() {
        using T = MultirateImmobile;
        return std::tuple_cat(
            immobile_parameters(),
            std::tuple{
                parameter("rates", &T::rates, "1/d", not_negative, "first-order rates α of the parts: dC_im/dt = α (C − C_im)")
                    .source("Haggerty & Gorelick 1995, eq. 7"),
                parameter("shares", &T::shares, "", fraction, "of the immobile water and its solid, one per rate; together 1"),
                parameter("shape", &T::shape, "blocks into which the solute diffuses, instead of rates and shares"),
                parameter("diffusion_rate", &T::diffusion_rate, "1/d", positive,
                          "pore diffusion coefficient over the square of the half thickness of layers, or of the radius of spheres")
                    .source("Haggerty & Gorelick 1995, table 1"),
                parameter("terms", &T::terms, between(1, 200), "terms kept of the series of a shape").with_default(),
            });
    }
    void check(ReadContext& context);
    [[nodiscard]] std::vector<std::unique_ptr<CellStore>> make_stores(const Domain& domain, const ImmobileSolute& solute) const override;
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("{}, {}", range_text("immobile porosity", porosity(), "1", grid),
                           shape ? fmt::format("diffusion into {}", words<BlockShape>[static_cast<std::size_t>(*shape)])
                                 : fmt::format("{} rates", rates.size()));
    }

private:
    void find_series();
};

void MultirateImmobile::check(ReadContext& context) {
    auto& diagnostics = context.diagnostics;
    const bool listed = places.has("rates") || places.has("shares");
    if (listed == shape.has_value()) {
        diagnostics.error(place, listed ? "the immobile zone gives both rates and a shape" : "the immobile zone gives no rates",
                          "give rates and shares, or shape and diffusion_rate");
        return;
    }
    if (listed) {
        reading::report_unused(places, "the immobile zone", {"diffusion_rate", "terms"}, "rates and shares do not use it", context);
        if (rates.size() != shares.size())
            diagnostics.error(places.of("shares"), fmt::format("{} rates, but {} shares", rates.size(), shares.size()),
                              "give one per rate");
        const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
        if (rates.size() == shares.size() && std::abs(sum - 1) > 1e-6)
            diagnostics.error(places.of("shares"), fmt::format("the shares add up to {:g}", sum), "they must add up to 1");
        return;
    }
    if (!diffusion_rate) {
        diagnostics.error(places.of("shape"), "the immobile zone gives a shape, but no diffusion_rate",
                          "give diffusion_rate, e.g. \"0.01 1/d\"");
        return;
    }
    find_series();
}

/// Layers: rates (2j − 1)² π²/4, shares 8/((2j − 1)² π²); spheres: rates j² π², shares 6/(j² π²); both times D/a².
/// The last term takes what is left of the share, at the rate that keeps the sum of share/rate: the mean time of exchange is exact.
void MultirateImmobile::find_series() {
    constexpr double pi2 = std::numbers::pi * std::numbers::pi;
    const bool layers = *shape == BlockShape::layers;
    const double mean_time = layers ? 1.0 / 3 : 1.0 / 15;  // Σ share/rate over the whole series
    rates.clear(), shares.clear();
    double share_left = 1, time_left = mean_time;
    for (int j = 1; j < terms; ++j) {
        const double odd = 2 * j - 1;
        const double rate = layers ? odd * odd * pi2 / 4 : j * j * pi2, share = layers ? 8 / (odd * odd * pi2) : 6 / (j * j * pi2);
        rates.push_back(rate * *diffusion_rate), shares.push_back(share);
        share_left -= share, time_left -= share / rate;
    }
    rates.push_back(share_left / time_left * *diffusion_rate), shares.push_back(share_left);
}

/// Where the solid sorbs, it retards each part by itself: rates and diffusion are those of the water.
std::vector<std::unique_ptr<CellStore>> MultirateImmobile::make_stores(const Domain& domain, const ImmobileSolute& solute) const {
    std::vector<std::unique_ptr<CellStore>> stores;
    for (std::size_t n = 0; n < rates.size(); ++n)
        stores.push_back(make_first_order_store(domain, *this, solute, rates[n], ExchangePer::immobile_water, shares[n]));
    return stores;
}

REGISTER(ImmobileZone, MultirateImmobile)

}  // namespace galena
