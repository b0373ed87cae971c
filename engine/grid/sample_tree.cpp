#include "grid/sample_tree.hpp"

#include <nanoflann.hpp>

namespace galena {

namespace {

/// What nanoflann asks of a set of points.
struct PlacesOf {
    const Samples& samples;

    [[nodiscard]] std::size_t kdtree_get_point_count() const { return samples.size(); }
    [[nodiscard]] double kdtree_get_pt(std::size_t s, std::size_t dimension) const { return dimension == 0 ? samples.x[s] : samples.y[s]; }
    template <class Box>
    bool kdtree_get_bbox(Box&) const {
        return false;
    }
};

using PlaneTree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, PlacesOf>, PlacesOf, 2, std::size_t>;

}  // namespace

struct SampleTree::Tree {
    explicit Tree(const Samples& samples) : places{samples}, index(2, places, nanoflann::KDTreeSingleIndexAdaptorParams(8)) {}
    PlacesOf places;
    PlaneTree index;
};

SampleTree::SampleTree(const Samples& samples) : tree_(std::make_unique<Tree>(samples)) {}
SampleTree::~SampleTree() = default;

void SampleTree::nearest(double x, double y, std::size_t count, Found& found) const {
    found.sample.resize(count);
    found.squared_distance.resize(count);
    const double point[2] = {x, y};
    const auto number = tree_->index.knnSearch(point, count, found.sample.data(), found.squared_distance.data());
    found.sample.resize(number);
    found.squared_distance.resize(number);
}

}  // namespace galena
