#include "flow/ground.hpp"

namespace galena {

void Ground::correct(std::span<const double> correction, double step, std::span<double> head) const {
    const double* c = correction.data();
    double* h = head.data();
    parallel_for(std::ssize(head), [=](Index i) { h[i] += step * c[i]; });
}

}  // namespace galena
