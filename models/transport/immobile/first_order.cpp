// Dual domain: one immobile zone with first-order exchange.

#include <fmt/format.h>

#include "transport/immobile_zone.hpp"

namespace galena {

struct FirstOrderImmobile final : ImmobileZone {
    static constexpr std::string_view name = "first_order", meaning = "dual domain: immobile water with first-order exchange";

    double exchange_rate = 0;

    static auto parameters() {
        return std::tuple_cat(
            immobile_parameters(),
            std::tuple{
                parameter("exchange_rate", &FirstOrderImmobile::exchange_rate, "1/d", not_negative,
                          "ω: water of the immobile zone renewed per time and volume of ground; θ_im dC_im/dt = ω (C − C_im)")
                    .source("van Genuchten & Wierenga 1976, eq. 9"),
            });
    }
    [[nodiscard]] std::vector<std::unique_ptr<CellStore>> make_stores(const Domain& domain, const ImmobileSolute& solute) const override {
        std::vector<std::unique_ptr<CellStore>> stores;
        stores.push_back(make_first_order_store(domain, *this, solute, exchange_rate, ExchangePer::volume_of_ground));
        return stores;
    }
    [[nodiscard]] std::string text(const Grid& grid) const override {
        return fmt::format("{}, exchange rate {}", range_text("immobile porosity", porosity(), "1", grid),
                           quantity_text(exchange_rate, unit("1/d")));
    }
};

REGISTER(ImmobileZone, FirstOrderImmobile)

}  // namespace galena
