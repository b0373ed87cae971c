#include "simulation/alteration.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace galena {

bool CellFactors::set(const Grid& grid, const std::string& layer, std::span<const Index> cells, std::span<const double> factors) {
    const auto old = layers_.find(layer);
    const bool identity = std::all_of(factors.begin(), factors.end(), [](double f) { return f == 1.0; });
    if (identity && old == layers_.end()) return false;
    if (old != layers_.end() && std::equal(cells.begin(), cells.end(), old->second.cells.begin(), old->second.cells.end()) &&
        std::equal(factors.begin(), factors.end(), old->second.factors.begin(), old->second.factors.end()))
        return false;
    layers_[layer] = {{cells.begin(), cells.end()}, {factors.begin(), factors.end()}};
    if (product_.empty()) product_ = CellField(grid, 1.0);
    product_.fill(1.0);
    for (const auto& [name, one] : layers_)
        for (std::size_t n = 0; n < one.cells.size(); ++n) product_[one.cells[n]] *= one.factors[n];
    return true;
}

bool Migration::set(const Grid& grid, const std::string& layer, std::vector<FaceMigration> faces) {
    const auto old = layers_.find(layer);
    const auto same = [](const FaceMigration& a, const FaceMigration& b) {
        return a.axis == b.axis && a.face == b.face && a.flux == b.flux;
    };
    std::erase_if(faces, [](const FaceMigration& f) { return f.flux == 0; });
    if (old == layers_.end() ? faces.empty() : std::equal(faces.begin(), faces.end(), old->second.begin(), old->second.end(), same))
        return false;
    if (faces.empty()) layers_.erase(layer);
    else layers_[layer] = std::move(faces);
    if (layers_.empty()) return true;
    sum_ = FaceField(grid);
    for (const auto& [name, list] : layers_)
        for (const auto& f : list) sum_.along(f.axis)[f.face] += f.flux;
    return true;
}

const FaceField* Alterations::migration_of(const std::string& substance) const {
    const auto found = migration.find(substance);
    return found == migration.end() ? nullptr : found->second.sum();
}

const RateFactor* Alterations::rate_of(const std::string& name) const {
    const auto found = rate.find(name);
    return found == rate.end() ? nullptr : &found->second;
}

const CellFactors* Alterations::distribution_of(const std::string& substance) const {
    const auto found = distribution.find(substance);
    return found == distribution.end() || found->second.empty() ? nullptr : &found->second;
}

void Alterations::add_barriers(FaceField& conductance) const {
    for (const auto& [layer, list] : barriers)
        for (const auto& barrier : list) {
            double& c = conductance.along(barrier.axis)[barrier.face];
            if (c > 0) c = barrier.conductance > 0 ? c * barrier.conductance / (c + barrier.conductance) : 0.0;
        }
}

// ---- checkpoint -------------------------------------------------------------------------------------------------------------------

namespace {

template <class Map>
std::vector<std::string> keys_of(const Map& map) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : map) keys.push_back(key);
    return keys;
}

void save_factors(CheckpointWriter& out, const std::string& key, const CellFactors& factors) {
    write_texts(out, key + "/layers", keys_of(factors.layers()));
    int n = 0;
    for (const auto& [name, layer] : factors.layers()) {
        write_list(out, fmt::format("{}/cells{}", key, n), std::vector<double>(layer.cells.begin(), layer.cells.end()));
        write_list(out, fmt::format("{}/factors{}", key, n++), layer.factors);
    }
}

void load_factors(CheckpointReader& in, const std::string& key, const Grid& grid, CellFactors& factors) {
    int n = 0;
    for (const auto& name : read_texts(in, key + "/layers")) {
        const auto cells = read_list(in, fmt::format("{}/cells{}", key, n));
        const auto values = read_list(in, fmt::format("{}/factors{}", key, n++));
        factors.set(grid, name, std::vector<Index>(cells.begin(), cells.end()), values);
    }
}

}  // namespace

void Alterations::save(CheckpointWriter& out) const {
    write_texts(out, "alterations/rates", keys_of(rate));
    int n = 0;
    for (const auto& [name, factor] : rate) {
        const auto key = fmt::format("alterations/rate{}", n++);
        write_texts(out, key + "/everywhere", keys_of(factor.everywhere));
        std::vector<double> values;
        for (const auto& [layer, f] : factor.everywhere) values.push_back(f);
        write_list(out, key + "/everywhere_factors", values);
        save_factors(out, key, factor.in_cells);
    }
    write_texts(out, "alterations/substances", keys_of(distribution));
    n = 0;
    for (const auto& [name, factors] : distribution) save_factors(out, fmt::format("alterations/distribution{}", n++), factors);
    write_texts(out, "alterations/barriers", keys_of(barriers));
    n = 0;
    for (const auto& [name, list] : barriers) {
        std::vector<double> values;
        for (const auto& b : list) values.insert(values.end(), {static_cast<double>(b.axis), static_cast<double>(b.face), b.conductance});
        write_list(out, fmt::format("alterations/barrier{}", n++), values);
    }
    write_texts(out, "alterations/migrating", keys_of(migration));
    n = 0;
    for (const auto& [substance, migrating] : migration) {
        const auto key = fmt::format("alterations/migration{}", n++);
        write_texts(out, key + "/layers", keys_of(migrating.layers()));
        int l = 0;
        for (const auto& [name, list] : migrating.layers()) {
            std::vector<double> values;
            for (const auto& f : list) values.insert(values.end(), {static_cast<double>(f.axis), static_cast<double>(f.face), f.flux});
            write_list(out, fmt::format("{}/layer{}", key, l++), values);
        }
    }
}

void Alterations::load(CheckpointReader& in, const Grid& grid) {
    int n = 0;
    for (const auto& name : read_texts(in, "alterations/rates")) {
        const auto key = fmt::format("alterations/rate{}", n++);
        const auto layers = read_texts(in, key + "/everywhere");
        const auto values = read_list(in, key + "/everywhere_factors");
        auto& factor = rate[name];
        for (std::size_t l = 0; l < layers.size(); ++l) factor.everywhere[layers[l]] = values[l];
        load_factors(in, key, grid, factor.in_cells);
    }
    n = 0;
    for (const auto& name : read_texts(in, "alterations/substances"))
        load_factors(in, fmt::format("alterations/distribution{}", n++), grid, distribution[name]);
    n = 0;
    for (const auto& name : read_texts(in, "alterations/barriers")) {
        const auto values = read_list(in, fmt::format("alterations/barrier{}", n++));
        for (std::size_t b = 0; b + 2 < values.size(); b += 3)
            barriers[name].push_back({static_cast<Axis>(static_cast<int>(values[b])), static_cast<Index>(values[b + 1]), values[b + 2]});
    }
    n = 0;
    for (const auto& substance : read_texts(in, "alterations/migrating")) {
        const auto key = fmt::format("alterations/migration{}", n++);
        int l = 0;
        for (const auto& name : read_texts(in, key + "/layers")) {
            const auto values = read_list(in, fmt::format("{}/layer{}", key, l++));
            std::vector<FaceMigration> faces;
            for (std::size_t f = 0; f + 2 < values.size(); f += 3)
                faces.push_back({static_cast<Axis>(static_cast<int>(values[f])), static_cast<Index>(values[f + 1]), values[f + 2]});
            migration[substance].set(grid, name, std::move(faces));
        }
    }
}

}  // namespace galena
