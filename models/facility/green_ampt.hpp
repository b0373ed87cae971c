#pragma once
// Infiltration of standing water (Green & Ampt 1911).

namespace galena {

/// Water that has entered per area [m] after a time [s]: F − s ln(1 + F/s) = K t with s = (depth + suction) · deficit.
double green_ampt(double time, double conductivity, double depth, double suction, double deficit);

}  // namespace galena
