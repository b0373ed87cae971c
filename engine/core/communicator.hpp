#pragma once
// Ranks. Physics never sees more than this; the serial communicator does nothing.

namespace galena {

/// Global reductions over the ranks of a run. The serial one returns what it is given.
class Communicator {
public:
    virtual ~Communicator() = default;
    [[nodiscard]] virtual int rank() const { return 0; }
    [[nodiscard]] virtual int size() const { return 1; }
    [[nodiscard]] virtual double sum(double local) const { return local; }
    [[nodiscard]] virtual double maximum(double local) const { return local; }
};

}  // namespace galena
