#pragma once
// Random numbers by counter: the draw depends on (seed, stream, index) alone, never on the order of calls or on threads.

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>
#include <utility>

namespace galena {

/// A named stream of independent draws. Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3").
class RandomStream {
public:
    RandomStream(std::uint64_t seed, std::string_view stream)
        : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)} {
        for (const char c : stream) stream_ = (stream_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;  // FNV-1a
    }

    /// Four independent 32-bit words.
    [[nodiscard]] std::array<std::uint32_t, 4> words(std::uint64_t index) const {
        std::array<std::uint32_t, 4> x{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                                       static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)};
        std::uint32_t k0 = key_[0], k1 = key_[1];
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t a = 0xD2511F53ULL * x[0], b = 0xCD9E8D57ULL * x[2];
            x = {static_cast<std::uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<std::uint32_t>(b),
                 static_cast<std::uint32_t>(a >> 32) ^ x[3] ^ k1, static_cast<std::uint32_t>(a)};
            k0 += 0x9E3779B9U;
            k1 += 0xBB67AE85U;
        }
        return x;
    }

    /// Uniform on (0, 1), both ends excluded.
    [[nodiscard]] double uniform(std::uint64_t index) const {
        const auto w = words(index);
        return fraction(w[0], w[1]);
    }

    /// Standard normal (Box & Muller 1958).
    [[nodiscard]] double normal(std::uint64_t index) const {
        const auto w = words(index);
        return std::sqrt(-2 * std::log(fraction(w[0], w[1]))) * std::cos(2 * std::numbers::pi * fraction(w[2], w[3]));
    }

    /// Two independent standard normals.
    [[nodiscard]] std::pair<double, double> normals(std::uint64_t index) const {
        const auto w = words(index);
        const double radius = std::sqrt(-2 * std::log(fraction(w[0], w[1]))), angle = 2 * std::numbers::pi * fraction(w[2], w[3]);
        return {radius * std::cos(angle), radius * std::sin(angle)};
    }

private:
    static double fraction(std::uint32_t high, std::uint32_t low) {
        const std::uint64_t bits = (static_cast<std::uint64_t>(high) << 21) ^ (low >> 11);  // 53 bits
        return (static_cast<double>(bits) + 0.5) * 0x1p-53;
    }

    std::array<std::uint32_t, 2> key_;
    std::uint64_t stream_ = 0xcbf29ce484222325ULL;
};

}  // namespace galena
