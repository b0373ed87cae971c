#pragma once
// Nearest samples of a point: nanoflann's k-d tree behind one file.

#include <memory>
#include <vector>

#include "grid/samples.hpp"

namespace galena {

/// A search structure over the places of samples, which must outlive it unchanged. Searching is safe from several threads.
class SampleTree {
public:
    explicit SampleTree(const Samples& samples);
    ~SampleTree();
    SampleTree(const SampleTree&) = delete;
    SampleTree& operator=(const SampleTree&) = delete;

    /// One thread's room for the answer of a search.
    struct Found {
        std::vector<std::size_t> sample;       ///< nearest first; the same for equal questions
        std::vector<double> squared_distance;  ///< [m²]
    };
    /// The min(count, samples) nearest samples of (x, y).
    void nearest(double x, double y, std::size_t count, Found& found) const;

private:
    struct Tree;
    std::unique_ptr<Tree> tree_;
};

}  // namespace galena
