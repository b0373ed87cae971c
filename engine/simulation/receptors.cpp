#include "simulation/receptors.hpp"

namespace galena {

Receptors::Create& Receptors::maker() {
    static Create create;
    return create;
}

}  // namespace galena
