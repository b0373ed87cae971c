#pragma once
// Where the tables shipped with the program lie.

#include <filesystem>

namespace galena {

/// $GALENA_DATA when set; else ../share/galena or data beside the program; else the folder of the sources it was built from.
std::filesystem::path data_folder();

}  // namespace galena
