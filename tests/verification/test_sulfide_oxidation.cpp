// Oxidation of sulfide in waste against closed forms: oxygen flux with and without covers, the sharp front, carbonate.

#include <cmath>

#include "facility/oxygen_diffusion.hpp"
#include "facility/sulfide_oxidation.hpp"
#include "site_builder.hpp"
#include "verification_report.hpp"

using namespace galena;
using namespace galena::verification;

namespace {

constexpr double year = 365.25 * day;

SulfideTable tailings(double rate_per_year, double depth, int cells) {
    SulfideTable table;
    table.sulfur = 0.03;
    table.rate = rate_per_year / year;
    table.depth = depth;
    table.bulk_density = 1500;
    table.porosity = 0.44;
    table.saturation = 0.5;
    table.cells = cells;
    return table;
}

void compare(const char* quantity, double expected, double found, double relative, const char* source) {
    report("sulfide_oxidation", std::string(quantity) + ":relative", expected, found, std::abs(found / expected - 1), relative, source);
}

}  // namespace

TEST_SUITE("verification") {
    TEST_CASE("oxygen diffuses as the saturation lets it") {
        // Two digits in the source.
        compare("De at 0.3 [m2/s]", 1.9e-6, oxygen_diffusion(0.44, 0.3), 0.03, "Aachib et al. 2004");
        compare("De at 0.6 [m2/s]", 3.0e-7, oxygen_diffusion(0.44, 0.6), 0.03, "Aachib et al. 2004");
        compare("De at 0.85 [m2/s]", 1.2e-8, oxygen_diffusion(0.44, 0.85), 0.05, "Aachib et al. 2004");
        compare("De at 0.95 [m2/s]", 3.4e-10, oxygen_diffusion(0.44, 0.95), 0.05, "Aachib et al. 2004");
    }

    TEST_CASE("bare tailings take up C0 sqrt(Kr De) of oxygen") {
        auto error = [](int cells) {
            SulfideColumn column(tailings(20, 10, cells));
            return column.oxygen_uptake(0) / oxygen_flux(oxygen_diffusion(0.44, 0.5), 20 / year) - 1;
        };
        // Oxygen reaches sqrt(De/Kr) = 1 m; cells of 0.05 m, second order: (0.05)²/8.
        compare("oxygen flux of fresh tailings", 1, 1 + error(200), 4e-4, "C0 sqrt(Kr De)");
        const double order = observed_order(std::abs(error(100)), std::abs(error(200)));
        report("sulfide_oxidation", "oxygen flux:order", 2, order, std::max(0.0, 2 - order), 0.05, "finite volumes");
        const double flux = oxygen_flux(oxygen_diffusion(0.44, 0.5), 20 / year) * year;
        compare("oxygen flux, Kr 20 1/a, saturation 0.5 [kg/m2/a]", 5.5, flux, 0.02, "C0 sqrt(Kr De)");
        compare("sulfate of complete oxidation [kg/m2/a]", 8.8, flux / 1.872 * 2.996, 0.02, "FeS2 to Fe(OH)3 and sulfate");
    }

    TEST_CASE("covers keep oxygen out by their resistance") {
        const auto table = tailings(20, 10, 400);
        const double bare = SulfideColumn(table).oxygen_uptake(0);
        const auto reduction = [&](double thickness, double diffusion) {
            return 100 * (1 - SulfideColumn(table).oxygen_uptake(thickness / diffusion) / bare);
        };
        report_difference("sulfide_oxidation", "cover 0.8 m, De 2e-8: reduction [%]:abs", 96, reduction(0.8, 2e-8), 0.5,
                          "C0/(L/Dc + 1/sqrt(Kr De))");
        report_difference("sulfide_oxidation", "cover 0.8 m, De 2e-9: reduction [%]:abs", 99.6, reduction(0.8, 2e-9), 0.05, "same");
        report_difference("sulfide_oxidation", "dry sand 1 m, De 6e-7: reduction [%]:abs", 51, reduction(1, 6e-7), 0.5, "same");
        CHECK(reduction(0.8, 2e-8) == doctest::Approx(100 * (1 - oxygen_flux(oxygen_diffusion(0.44, 0.5), 20 / year, 0.8 / 2e-8) /
                                                                     oxygen_flux(oxygen_diffusion(0.44, 0.5), 20 / year)))
                                          .epsilon(1e-4));
    }

    TEST_CASE("where the reaction is fast a sharp front moves down with the root of time") {
        // X = sqrt(2 De C0 t/(ε ρ S)); Kr 20000 1/a: oxygen reaches 3 cm into the sulfide, the front lags by about that.
        SulfideColumn column(tailings(20000, 6, 600));
        const double diffusion = oxygen_diffusion(0.44, 0.5);
        double before = 0;
        for (const auto& [years, told] : {std::pair{10.0, 1.2}, {50.0, 2.6}, {100.0, 3.7}}) {
            column.advance((years - before) * year, 0);
            before = years;
            const double front = std::sqrt(2 * diffusion * oxygen_in_air * years * year / (1.75 * 1500 * 0.03));
            compare(fmt::format("front after {} a [m]", years).c_str(), front, column.front(), 0.03, "Davis & Ritchie 1986");
            CHECK(std::abs(column.front() - told) < 0.05 + 0.03 * told);
        }
    }

    TEST_CASE("sulfur and oxygen balance, for both kinetics") {
        for (const auto kinetics : {OxidationKinetics::first_order, OxidationKinetics::shrinking_core}) {
            auto table = tailings(50, 3, 120);
            table.kinetics = kinetics;
            if (kinetics == OxidationKinetics::shrinking_core) table.core_rate = 30 / year;
            SulfideColumn column(table);
            const double fresh = column.sulfur_left();
            double oxygen = 0, last = infinite;
            for (int n = 0; n < 20; ++n) {
                const auto step = column.advance(2 * year, 1e5);
                oxygen += step.oxygen;
                CHECK(step.sulfur < last * (1 + 1e-9));  // ever less
                last = step.sulfur;
            }
            CHECK(fresh - column.sulfur_left() == doctest::Approx(column.sulfur_oxidised()).epsilon(1e-9));
            // Cells with less than a thousandth of their sulfide may be emptied at once.
            CHECK(oxygen == doctest::Approx(1.75 * column.sulfur_oxidised()).epsilon(2e-3));
        }
    }

    TEST_CASE("carbonate buffers until the acid has used it up") {
        auto table = tailings(20, 15, 200);
        table.carbonate = 0.02;
        SulfideColumn column(table);
        // 2 % CaCO3 against 3 % S: 20 kg/t over 93.6 kg/t.
        compare("neutralisation over acid potential", 0.21, 0.02 / (0.03 * SulfideTable::carbonate_per_sulfur), 0.02, "31.25 kg/t per % S");
        const double room = 0.02 * 1500 * 15 / SulfideTable::carbonate_per_sulfur;
        while (column.buffered()) column.advance(year, 0);
        CHECK(column.sulfur_oxidised() >= room);
        CHECK(column.sulfur_oxidised() < room + 3.5);  // a year's oxidation more at the most
    }
}
