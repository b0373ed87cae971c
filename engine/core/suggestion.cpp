#include "core/suggestion.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace galena {

namespace {

/// Optimal string alignment distance (Damerau 1964), in half edits, so that a wrong case costs less than a wrong letter.
int edit_distance(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = 2 * static_cast<int>(i);
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = 2 * static_cast<int>(j);
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int change = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
            d[i][j] = std::min({d[i - 1][j] + 2, d[i][j - 1] + 2, d[i - 1][j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 2);
        }
    return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
    std::string best;
    // A word of which no letter is right is no misspelling: Zn is not Cd.
    int best_distance = std::min(2 * std::max(2, static_cast<int>(word.size()) / 3) + 1, 2 * static_cast<int>(word.size()));
    for (const auto& candidate : candidates) {
        const bool extends = word.size() >= 4 && candidate.size() > word.size() && candidate.find(word) != std::string::npos;
        const int distance = extends ? 4 : edit_distance(word, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

std::string suggestion(std::string_view word, const std::vector<std::string>& candidates) {
    if (candidates.empty()) return {};
    if (const auto near = nearest_word(word, candidates); !near.empty()) return fmt::format("did you mean '{}'?", near);
    return fmt::format("allowed: {}", joined(candidates));
}

}  // namespace galena
