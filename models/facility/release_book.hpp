#pragma once
// What a facility lets go of a substance, by the way it takes: into the ground, over the spillway, out of the toe, with the wind. The table
// `facility_releases` has a line for each, what leaves the site of the computation included.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "simulation/checkpoint.hpp"

namespace galena {

/// One way that one substance takes.
struct Release {
    std::string path, substance;
    double rate = 0;   ///< over the last step [kg/s]
    double total = 0;  ///< since the start [kg]
};

class ReleaseBook {
public:
    /// A step is booked anew, on top of those that stand.
    void begin_step();
    /// mass [kg] during a step of a duration [s].
    void add(const std::string& path, const std::string& substance, double mass, double duration);
    /// The same, of a step that is already known to stand.
    void add_at_end(const std::string& path, const std::string& substance, double mass, double duration);
    /// The step stands.
    void accept() { now_ = next_; }
    [[nodiscard]] std::vector<Release> list() const;
    void save(CheckpointWriter& out, const std::string& prefix) const;
    void load(CheckpointReader& in, const std::string& prefix);

private:
    struct Amounts {
        double rate = 0, total = 0;
    };
    using Book = std::map<std::pair<std::string, std::string>, Amounts>;  ///< by path and substance
    Book now_, next_;
};

}  // namespace galena
