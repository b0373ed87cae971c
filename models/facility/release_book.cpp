#include "facility/release_book.hpp"

namespace galena {

void ReleaseBook::begin_step() {
    next_ = now_;
    for (auto& [way, amounts] : next_) amounts.rate = 0;
}

void ReleaseBook::add(const std::string& path, const std::string& substance, double mass, double duration) {
    auto& amounts = next_[{path, substance}];
    amounts.rate += duration > 0 ? mass / duration : 0.0;
    amounts.total += mass;
}

void ReleaseBook::add_at_end(const std::string& path, const std::string& substance, double mass, double duration) {
    add(path, substance, mass, duration);
    now_ = next_;
}

std::vector<Release> ReleaseBook::list() const {
    std::vector<Release> all;
    for (const auto& [way, amounts] : now_) all.push_back({way.first, way.second, amounts.rate, amounts.total});
    return all;
}

void ReleaseBook::save(CheckpointWriter& out, const std::string& prefix) const {
    std::vector<std::string> paths, substances;
    std::vector<double> rates, totals;
    for (const auto& release : list()) {
        paths.push_back(release.path);
        substances.push_back(release.substance);
        rates.push_back(release.rate);
        totals.push_back(release.total);
    }
    write_texts(out, prefix + "/release_paths", paths);
    write_texts(out, prefix + "/release_substances", substances);
    write_list(out, prefix + "/release_rates", rates);
    write_list(out, prefix + "/release_totals", totals);
}

void ReleaseBook::load(CheckpointReader& in, const std::string& prefix) {
    const auto paths = read_texts(in, prefix + "/release_paths"), substances = read_texts(in, prefix + "/release_substances");
    const auto rates = read_list(in, prefix + "/release_rates"), totals = read_list(in, prefix + "/release_totals");
    now_.clear();
    for (std::size_t n = 0; n < paths.size(); ++n) now_[{paths[n], substances[n]}] = {rates[n], totals[n]};
    next_ = now_;
}

}  // namespace galena
