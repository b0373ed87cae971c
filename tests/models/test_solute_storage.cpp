// The storage of one substance in a cell: amount, slope, and the way back from an amount to the concentration.

#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "transport/solute_storage.hpp"

using namespace galena;

namespace {

/// A store that holds f(C), for any law.
struct TestStore final : CellStore {
    std::function<double(double)> amount, derivative;
    double rate = 0;
    void add(const StoreStep& step, const StoreBlock& block) const override {
        const double loss = step.equilibrium ? 0 : rate * step.duration;
        for (std::size_t i = 0; i < block.concentration.size(); ++i) {
            block.held[i] += amount(block.concentration[i]);
            block.decayed[i] += loss * amount(block.concentration[i]);
            block.slope[i] += (1 + loss) * derivative(block.concentration[i]);
        }
    }
    [[nodiscard]] double decay_rate() const override { return rate; }
};

const Grid& cells() {
    static const Grid grid({1, 1, 1}, {1}, {0, 0, 0, 1, 1, 1});
    return grid;
}

SoluteStorage storage_of(std::function<double(double)> amount, std::function<double(double)> derivative, double decay = 0) {
    SoluteStorage storage(decay);
    auto store = std::make_unique<TestStore>();
    store->amount = std::move(amount);
    store->derivative = std::move(derivative);
    store->rate = decay;
    storage.add(cells(), std::move(store));
    return storage;
}

double inverted(const SoluteStorage& storage, double water, double amount, double start, double duration) {
    double c = start;
    storage.invert({duration}, {&water, 1}, 0, {&amount, 1}, {&c, 1});
    return c;
}

}  // namespace

TEST_CASE("an amount gives back the concentration that holds it, for concave, convex and saturating laws, from any start") {
    const auto concave =
        storage_of([](double c) { return 3 * std::pow(c, 0.4); }, [](double c) { return c > 0 ? 1.2 * std::pow(c, -0.6) : 1e30; });
    const auto convex = storage_of([](double c) { return 3 * std::pow(c, 2.5); }, [](double c) { return 7.5 * std::pow(c, 1.5); });
    const auto saturating =
        storage_of([](double c) { return 5 * c / (1e-3 + c); }, [](double c) { return 5e-3 / (1e-3 + c) / (1e-3 + c); });
    for (const auto* storage : {&concave, &convex, &saturating})
        for (const double c : {1e-12, 1e-6, 1e-3, 0.2, 1.0, 30.0, 1e4})
            for (const double start : {0.0, 1e-9, 1.0, 1e6})
                for (const double water : {1e-6, 0.3}) {
                    StoreChunk chunk;
                    storage->evaluate({7}, {&water, 1}, chunk.block(0, {&c, 1}));
                    const double amount = chunk.held[0] + chunk.decayed[0];
                    const double back = inverted(*storage, water, amount, start, 7);
                    storage->evaluate({7}, {&water, 1}, chunk.block(0, {&back, 1}));
                    CAPTURE(c);
                    CAPTURE(start);
                    CAPTURE(water);
                    // The iteration stops at 1e-14 of the amount.
                    CHECK(chunk.held[0] + chunk.decayed[0] == doctest::Approx(amount).epsilon(2e-14));
                }
}

TEST_CASE("nothing, or less, is held at no concentration") {
    const auto storage = storage_of([](double c) { return std::sqrt(c); }, [](double c) { return c > 0 ? 0.5 / std::sqrt(c) : 1e30; });
    CHECK(inverted(storage, 0.3, 0, 1, 1) == 0);
    CHECK(inverted(storage, 0.3, -1e-20, 1, 1) == 0);
}

TEST_CASE("what decays counts with what is held") {
    const auto storage = storage_of([](double c) { return c * c; }, [](double c) { return 2 * c; }, 0.1);
    const double water = 0.5, c = 2;
    StoreChunk chunk;
    storage.evaluate({3}, {&water, 1}, chunk.block(0, {&c, 1}));
    CHECK(chunk.held[0] == doctest::Approx(0.5 * 2 + 4).epsilon(1e-15));
    CHECK(chunk.decayed[0] == doctest::Approx(0.3 * 5).epsilon(1e-15));
    CHECK(chunk.slope[0] == doctest::Approx(1.3 * (0.5 + 4)).epsilon(1e-15));
    storage.evaluate({3, true}, {&water, 1}, chunk.block(0, {&c, 1}));
    CHECK(chunk.decayed[0] == 0);
}
