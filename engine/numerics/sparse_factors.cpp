#include "numerics/sparse_factors.hpp"

#include <algorithm>

#include <Eigen/OrderingMethods>
#include <Eigen/SparseCore>

namespace galena {

namespace {

using Number = std::int32_t;
std::size_t at(Number n) { return static_cast<std::size_t>(n); }

/// Place in the factors of every row and column.
std::vector<Number> order(std::size_t size, std::span<const SparseEntry> entries) {
    std::vector<Eigen::Triplet<double>> triplets;
    for (std::size_t n = 0; n < size; ++n) triplets.emplace_back(static_cast<int>(n), static_cast<int>(n), 1.0);
    for (const auto& e : entries) triplets.emplace_back(static_cast<int>(e.row), static_cast<int>(e.column), 1.0);
    Eigen::SparseMatrix<double> matrix(static_cast<Eigen::Index>(size), static_cast<Eigen::Index>(size));
    matrix.setFromTriplets(triplets.begin(), triplets.end());
    Eigen::PermutationMatrix<Eigen::Dynamic, Eigen::Dynamic, int> permutation;
    Eigen::AMDOrdering<int>()(matrix, permutation);
    std::vector<Number> place(size);
    for (std::size_t n = 0; n < size; ++n) place[at(permutation.indices()[static_cast<Eigen::Index>(n)])] = static_cast<Number>(n);
    return place;
}

}  // namespace

/// What is below the diagonal in a column: its own entries and what the columns hand on that it is the first below the diagonal of (the
/// elimination tree of Liu 1990).
void SparseFactors::find_pattern(std::size_t size, std::span<const SparseEntry> entries) {
    std::vector<std::vector<Number>> columns(size);
    for (const auto& e : entries) {
        const Number i = place_[static_cast<std::size_t>(e.row)], j = place_[static_cast<std::size_t>(e.column)];
        columns[at(std::min(i, j))].push_back(std::max(i, j));
    }
    for (std::size_t k = 0; k < size; ++k) {
        auto& column = columns[k];
        std::sort(column.begin(), column.end());
        column.erase(std::unique(column.begin(), column.end()), column.end());
        if (column.empty()) continue;
        auto& parent = columns[at(column.front())];
        parent.insert(parent.end(), column.begin() + 1, column.end());
    }
    first_.assign(1, 0);
    pattern_.clear();
    for (const auto& column : columns) {
        pattern_.insert(pattern_.end(), column.begin(), column.end());
        first_.push_back(static_cast<Number>(pattern_.size()));
    }
}

// Row by row: what stands left of the diagonal is eliminated with the rows of U above, in their order.
void SparseFactors::factorise(std::span<const double> diagonal, std::span<const SparseEntry> entries) {
    const std::size_t size = diagonal.size();
    place_ = order(size, entries);
    find_pattern(size, entries);
    lower_.assign(pattern_.size(), 0.0);
    upper_.assign(pattern_.size(), 0.0);
    inverse_pivot_.assign(size, 0.0);
    struct Left {
        Number column, slot;  ///< in lower_
    };
    std::vector<std::vector<Left>> left(size);
    for (std::size_t k = 0; k < size; ++k)
        for (Number slot = first_[k]; slot < first_[k + 1]; ++slot) left[at(pattern_[at(slot)])].push_back({static_cast<Number>(k), slot});
    struct Given {
        Number column;
        double value;
    };
    std::vector<std::vector<Given>> rows(size);
    for (std::size_t n = 0; n < size; ++n) rows[at(place_[n])].push_back({place_[n], diagonal[n]});
    for (const auto& e : entries)
        rows[at(place_[static_cast<std::size_t>(e.row)])].push_back({place_[static_cast<std::size_t>(e.column)], e.value});
    std::vector<double> row(size, 0.0);
    for (std::size_t i = 0; i < size; ++i) {
        for (const auto& given : rows[i]) row[at(given.column)] = given.value;
        for (const auto& [column, slot] : left[i]) {
            const double factor = row[at(column)] * inverse_pivot_[at(column)];
            row[at(column)] = 0;
            lower_[at(slot)] = factor;
            for (Number n = first_[at(column)]; n < first_[at(column) + 1]; ++n) row[at(pattern_[at(n)])] -= factor * upper_[at(n)];
        }
        for (Number n = first_[i]; n < first_[i + 1]; ++n) {
            upper_[at(n)] = row[at(pattern_[at(n)])];
            row[at(pattern_[at(n)])] = 0;
        }
        inverse_pivot_[i] = 1 / row[i];
        row[i] = 0;
    }
}

void SparseFactors::solve(std::span<double> values) const {
    thread_local std::vector<double> work;
    const std::size_t size = place_.size();
    work.resize(size);
    double* y = work.data();
    for (std::size_t n = 0; n < size; ++n) y[at(place_[n])] = values[n];
    const Number *first = first_.data(), *pattern = pattern_.data();
    for (std::size_t k = 0; k < size; ++k) {
        const double known = y[k];
        if (known == 0) continue;
        for (Number n = first[k]; n < first[k + 1]; ++n) y[pattern[n]] -= lower_[at(n)] * known;
    }
    for (std::size_t k = size; k-- > 0;) {
        double sum = y[k];
        for (Number n = first[k]; n < first[k + 1]; ++n) sum -= upper_[at(n)] * y[pattern[n]];
        y[k] = sum * inverse_pivot_[k];
    }
    for (std::size_t n = 0; n < size; ++n) values[n] = y[at(place_[n])];
}

std::size_t SparseFactors::bytes() const {
    return sizeof(Number) * (place_.size() + first_.size() + pattern_.size()) +
           sizeof(double) * (lower_.size() + upper_.size() + inverse_pivot_.size());
}

}  // namespace galena
