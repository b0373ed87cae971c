#pragma once
// Tables of results as CSV files.

#include <filesystem>

#include "simulation/observer.hpp"

namespace galena {

/// Writes folder/<name of the table>.csv; units stand behind the names of the columns: "area [m2]". The folder is made when it is not there.
void write_table_csv(const std::filesystem::path& folder, const Table& table);

}  // namespace galena
