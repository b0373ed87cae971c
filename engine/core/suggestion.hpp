#pragma once
// "Did you mean ...?": the nearest of the words that would have been right.

#include <string>
#include <string_view>
#include <vector>

namespace galena {

/// The candidate nearest to `word` by edit distance (transpositions count one, case counts little); empty when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean 'porosity'?" or "allowed: a, b, c", whichever helps more.
std::string suggestion(std::string_view word, const std::vector<std::string>& candidates);

/// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

}  // namespace galena
