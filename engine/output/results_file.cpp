#include "output/results_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <sha256.h>

#include "core/units.hpp"

namespace galena {

std::string sha256(std::string_view text) {
    char digest[SHA256_DIGEST_STRING_LENGTH];
    return SHA256Data(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
}

namespace {

std::string field_path(std::string name) {
    // A slash in a name opens a group, as in "concentration/Cd".
    return "/fields/" + std::move(name);
}

constexpr const char* format_name = "galena results";
constexpr double format_version = 1;
constexpr std::size_t date_width = 32;  ///< of an ISO date with time, and to spare

/// The columns of the budget that grow by a row per step, beside its time.
constexpr std::array budget_amounts{"in", "out", "cumulative_in", "cumulative_out", "stored"};

void describe(Hdf5File& file, const std::string& path, const std::string& unit_text, const std::string& meaning) {
    file.set(path, "unit", unit_text);
    file.set(path, "meaning", meaning);
}

/// Names of the arrays in a group and in the groups in it, "concentration/Cd".
std::vector<std::string> arrays_in(const Hdf5File& file, const std::string& group) {
    std::vector<std::string> names;
    for (const auto& child : file.children(group)) {
        const auto path = group + "/" + child;
        if (!file.is_group(path)) {
            names.push_back(child);
            continue;
        }
        for (const auto& inner : arrays_in(file, path)) names.push_back(child + "/" + inner);
    }
    return names;
}

}  // namespace

// ---- writing ----------------------------------------------------------------------------------------------------------------------

ResultsFile ResultsFile::create(const std::filesystem::path& path, const ResultsMetadata& metadata, const Grid& grid) {
    ResultsFile results(Hdf5File(path, Hdf5File::Mode::create));
    auto& file = results.file_;
    file.set("/", "format", format_name);
    file.set("/", "format_version", format_version);
    file.set("/", "program_version", metadata.version);
    file.set("/", "site_name", metadata.site_name);
    file.set("/", "start", metadata.start);
    file.set("/", "command", metadata.command);
    file.write_text("/input/site", metadata.site_text);
    describe(file, "/input/site", "", "the site file as it was read");
    file.set("/input/site", "file", metadata.site_file);
    file.set("/input/site", "sha256", sha256(metadata.site_text));
    results.write_grid(grid);
    file.make_growing("/time", {});
    describe(file, "/time", "s", "output times, since the start");
    file.make_growing_text("/date", date_width);
    describe(file, "/date", "", "dates of the output times, ISO 8601");
    file.make_group("/fields");
    file.make_group("/static");
    file.make_group("/tables");
    file.flush();
    return results;
}

ResultsFile ResultsFile::open(const std::filesystem::path& path, bool append) {
    ResultsFile results(Hdf5File(path, append ? Hdf5File::Mode::append : Hdf5File::Mode::read));
    const auto& file = results.file_;
    if (!file.has_attribute("/", "format") || file.text_attribute("/", "format") != format_name)
        throw std::runtime_error(fmt::format("{} is no results file of galena", path.string()));
    if (const double version = file.number_attribute("/", "format_version"); version != format_version)
        throw std::runtime_error(
            fmt::format("{} has version {} of the results format; this galena reads version {}", path.string(), version, format_version));
    results.shape_ = results.file_.dims("/grid/status");
    return results;
}

void ResultsFile::write_grid(const Grid& grid) {
    const auto nx = static_cast<std::uint64_t>(grid.nx()), ny = static_cast<std::uint64_t>(grid.ny()),
               nz = static_cast<std::uint64_t>(grid.nz());
    shape_ = {nz, ny, nx};
    file_.write("/grid/dx", std::span<const double>(grid.dx()));
    file_.write("/grid/dy", std::span<const double>(grid.dy()));
    file_.write("/grid/surfaces", std::span<const double>(grid.surfaces()), {nz + 1, ny, nx});
    file_.write("/grid/status", std::span(reinterpret_cast<const std::uint8_t*>(grid.statuses().data()), grid.statuses().size()), shape_);
    describe(file_, "/grid/dx", "m", "cell widths along x");
    describe(file_, "/grid/dy", "m", "cell widths along y");
    describe(file_, "/grid/surfaces", "m", "elevations of the cells' lower and upper sides, from the lowest");
    describe(file_, "/grid/status", "1", "0 inactive, 1 active, 2 pass-through (thinner than the minimum thickness)");
    std::vector<std::string> names;
    std::vector<double> first, last;
    for (const auto& layer : grid.layers()) {
        names.push_back(layer.name);
        first.push_back(static_cast<double>(layer.first_k));
        last.push_back(static_cast<double>(layer.last_k));
    }
    file_.write("/grid/layers/name", names);
    file_.write("/grid/layers/first_k", std::span<const double>(first));
    file_.write("/grid/layers/last_k", std::span<const double>(last));
    describe(file_, "/grid/layers/name", "", "layers of the site file, top first");
    describe(file_, "/grid/layers/first_k", "1", "lowest row of cells of the layer, counted from 0 at the bottom");
    describe(file_, "/grid/layers/last_k", "1", "highest row of cells of the layer, inclusive");
    const auto& where = grid.georeference();
    file_.set("/grid", "crs", where.crs);
    file_.set("/grid", "vertical_datum", where.vertical_datum);
    file_.set("/grid", "origin_x", where.origin_x);
    file_.set("/grid", "origin_y", where.origin_y);
    file_.set("/grid", "rotation", where.rotation);
}

void ResultsFile::write_static(const std::string& name, const std::string& unit_text, const std::string& meaning,
                               std::span<const double> cells) {
    const auto path = "/static/" + name;
    file_.write(path, cells, shape_);
    describe(file_, path, unit_text, meaning);
}

void ResultsFile::begin_time(double seconds, const std::string& date) {
    file_.append("/time", std::span<const double>(&seconds, 1));
    file_.append_text("/date", date);
}

void ResultsFile::append_field(const std::string& name, const std::string& unit_text, const std::string& meaning,
                               std::span<const double> cells) {
    const auto path = field_path(name);
    const auto refuse = [&](const char* why) { throw std::runtime_error(fmt::format("the field '{}' cannot be written: {}", name, why)); };
    if (times() == 0) refuse("no output time has begun");
    const auto now = times() - 1;
    if (!file_.has(path)) {
        file_.make_growing(path, shape_);
        describe(file_, path, unit_text, meaning);
    }
    if (file_.records(path) > now) refuse("it was written at this time already");
    file_.write_record(path, now, cells);
}

void ResultsFile::write_texts(const std::string& path, const std::vector<std::string>& texts, const std::string& meaning) {
    file_.write(path, texts);
    describe(file_, path, "", meaning);
}

void ResultsFile::begin_budget(const Ledger& ledger) {
    std::vector<std::string> component, term, name, unit_text, components;
    for (const auto& e : ledger.entries()) {
        component.push_back(e.term.component);
        term.push_back(e.term.term);
        name.push_back(e.term.name);
        unit_text.push_back(e.term.unit);
    }
    for (const auto& c : ledger.closures()) components.push_back(c.component);
    write_texts("/budget/component", component, "what each column balances: water or a substance");
    write_texts("/budget/term", term, "the kind of each column: a boundary, source, decay, storage");
    write_texts("/budget/name", name, "the name of each column's boundary, source or store");
    write_texts("/budget/unit", unit_text, "the unit of each column's amounts");
    write_texts("/budget/closure_component", components, "what each column of closure balances");
    const auto make = [&](const std::string& path, std::vector<std::uint64_t> columns, const char* unit, const char* meaning) {
        file_.make_growing(path, std::move(columns));
        describe(file_, path, unit, meaning);
    };
    make("/budget/time", {}, "s", "end of the step, since the start");
    const std::array meanings{"amount that came in during the step", "amount that went out during the step",
                              "amount that came in since the start", "amount that went out since the start",
                              "amount held at the end of the step"};
    for (std::size_t n = 0; n < budget_amounts.size(); ++n)
        make(fmt::format("/budget/{}", budget_amounts[n]), {component.size()}, "m3 or kg, see /budget/unit", meanings[n]);
    make("/budget/closure", {components.size()}, "1", "cumulative closure");
}

namespace {

/// Where each of the new columns stood among the old ones; -1: it is new.
std::vector<std::ptrdiff_t> columns_in(const std::vector<std::string>& old_titles, const std::vector<std::string>& titles) {
    std::vector<std::ptrdiff_t> from;
    for (const auto& title : titles) {
        const auto at = std::find(old_titles.begin(), old_titles.end(), title);
        from.push_back(at == old_titles.end() ? -1 : at - old_titles.begin());
    }
    return from;
}

/// Makes a growing array of rows anew with other columns; new ones are 0.
void widen(Hdf5File& file, const std::string& path, const std::vector<std::ptrdiff_t>& from) {
    const auto old = file.read(path);
    const auto dims = file.dims(path);
    const auto unit_text = file.text_attribute(path, "unit"), meaning = file.text_attribute(path, "meaning");
    file.remove(path);
    file.make_growing(path, {from.size()});
    describe(file, path, unit_text, meaning);
    for (std::uint64_t row = 0; row < dims[0]; ++row) {
        std::vector<double> values;
        for (const auto column : from) values.push_back(column < 0 ? 0.0 : old[row * dims[1] + static_cast<std::uint64_t>(column)]);
        file.append(path, values);
    }
}

}  // namespace

/// A run that goes on with measures has terms that it had not before.
void ResultsFile::widen_budget(const Ledger& ledger) {
    const auto component = file_.read_texts("/budget/component"), term = file_.read_texts("/budget/term"),
               name = file_.read_texts("/budget/name");
    std::vector<std::string> before, now, components, terms, names, units;
    for (std::size_t n = 0; n < name.size(); ++n) before.push_back(component[n] + '\n' + term[n] + '\n' + name[n]);
    for (const auto& e : ledger.entries()) {
        now.push_back(e.term.component + '\n' + e.term.term + '\n' + e.term.name);
        components.push_back(e.term.component);
        terms.push_back(e.term.term);
        names.push_back(e.term.name);
        units.push_back(e.term.unit);
    }
    const auto from = columns_in(before, now);
    for (const auto* amount : budget_amounts) widen(file_, fmt::format("/budget/{}", amount), from);
    write_texts("/budget/component", components, file_.text_attribute("/budget/component", "meaning"));
    write_texts("/budget/term", terms, file_.text_attribute("/budget/term", "meaning"));
    write_texts("/budget/name", names, file_.text_attribute("/budget/name", "meaning"));
    write_texts("/budget/unit", units, file_.text_attribute("/budget/unit", "meaning"));
}

void ResultsFile::append_budget(double seconds, const Ledger& ledger) {
    if (!file_.has("/budget")) begin_budget(ledger);
    else if (file_.dims("/budget/in").back() != ledger.entries().size()) widen_budget(ledger);
    const auto append = [&](const char* what, auto&& value) {
        std::vector<double> row;
        for (const auto& e : ledger.entries()) row.push_back(value(e));
        file_.append(fmt::format("/budget/{}", what), row);
    };
    append("in", [](const LedgerEntry& e) { return e.term.in; });
    append("out", [](const LedgerEntry& e) { return e.term.out; });
    append("cumulative_in", [](const LedgerEntry& e) { return e.cumulative_in; });
    append("cumulative_out", [](const LedgerEntry& e) { return e.cumulative_out; });
    append("stored", [](const LedgerEntry& e) { return e.term.stored; });
    std::vector<double> closure;
    for (const auto& c : ledger.closures()) closure.push_back(c.cumulative);
    file_.append("/budget/closure", closure);
    file_.append("/budget/time", std::span<const double>(&seconds, 1));
}

void ResultsFile::begin_observations(std::span<const Observed> row) {
    std::vector<std::string> name, quantity, unit_text;
    for (const auto& o : row) {
        name.push_back(o.name);
        quantity.push_back(o.quantity);
        unit_text.push_back(o.unit);
    }
    write_texts("/observations/name", name, "the point or boundary of each column");
    write_texts("/observations/quantity", quantity, "what each column is");
    write_texts("/observations/unit", unit_text, "the unit of each column");
    file_.make_growing("/observations/time", {});
    describe(file_, "/observations/time", "s", "end of the step, since the start");
    file_.make_growing("/observations/value", {row.size()});
    describe(file_, "/observations/value", "see /observations/unit", "observed values; NaN where one is not known at this time");
}

void ResultsFile::widen_observations(std::span<const Observed> row) {
    const auto name = file_.read_texts("/observations/name"), quantity = file_.read_texts("/observations/quantity");
    std::vector<std::string> before, now, names, quantities, units;
    for (std::size_t n = 0; n < name.size(); ++n) before.push_back(name[n] + '\n' + quantity[n]);
    for (const auto& o : row) {
        now.push_back(o.name + '\n' + o.quantity);
        names.push_back(o.name);
        quantities.push_back(o.quantity);
        units.push_back(o.unit);
    }
    widen(file_, "/observations/value", columns_in(before, now));
    write_texts("/observations/name", names, file_.text_attribute("/observations/name", "meaning"));
    write_texts("/observations/quantity", quantities, file_.text_attribute("/observations/quantity", "meaning"));
    write_texts("/observations/unit", units, file_.text_attribute("/observations/unit", "meaning"));
}

void ResultsFile::append_observations(double seconds, std::span<const Observed> row) {
    if (!file_.has("/observations")) begin_observations(row);
    else if (file_.dims("/observations/value").back() != row.size()) widen_observations(row);
    std::vector<double> values;
    for (const auto& o : row) values.push_back(o.value);
    file_.append("/observations/value", values);
    file_.append("/observations/time", std::span<const double>(&seconds, 1));
}

void ResultsFile::write_zone(const std::string& name, std::span<const Index> cells) {
    std::vector<std::uint8_t> mask(shape_[0] * shape_[1] * shape_[2], 0);
    for (const Index c : cells) mask[static_cast<std::size_t>(c)] = 1;
    const auto path = "/zones/" + name;
    file_.write(path, std::span<const std::uint8_t>(mask), shape_);
    describe(file_, path, "1", "1 in the cells of the zone");
}

void ResultsFile::write_table(const Table& table) {
    const auto group = "/tables/" + table.name;
    file_.remove(group);
    file_.make_group(group);
    file_.set(group, "title", table.title);
    for (std::size_t n = 0; n < table.columns.size(); ++n) {
        const auto& column = table.columns[n];
        const auto path = group + "/" + column.name;
        if (column.texts.empty() && !column.numbers.empty()) file_.write(path, std::span<const double>(column.numbers));
        else file_.write(path, column.texts);
        describe(file_, path, column.unit, fmt::format("{}: {}", table.title, column.name));
        file_.set(path, "position", static_cast<double>(n));
    }
}

std::uint64_t ResultsFile::times() const { return file_.records("/time"); }
std::uint64_t ResultsFile::budget_rows() const { return file_.has("/budget") ? file_.records("/budget/time") : 0; }

std::uint64_t ResultsFile::observation_rows() const { return file_.has("/observations") ? file_.records("/observations/time") : 0; }

void ResultsFile::truncate_observations(std::uint64_t rows) {
    if (rows > observation_rows())
        throw std::runtime_error(
            fmt::format("the results hold {} rows of observations, fewer than the checkpoint's {}", observation_rows(), rows));
    if (!file_.has("/observations")) return;
    for (const auto* what : {"time", "value"}) file_.truncate(fmt::format("/observations/{}", what), rows);
}

void ResultsFile::truncate(std::uint64_t times, std::uint64_t budget_rows) {
    if (times > this->times() || budget_rows > this->budget_rows())
        throw std::runtime_error(
            fmt::format("the results hold {} output times and {} steps of the budget, fewer than the checkpoint's {} and {}", this->times(),
                        this->budget_rows(), times, budget_rows));
    file_.truncate("/time", times);
    file_.truncate("/date", times);
    for (const auto& name : field_names()) file_.truncate(field_path(name), times);
    if (!file_.has("/budget")) return;
    for (const auto* what : {"time", "closure"}) file_.truncate(fmt::format("/budget/{}", what), budget_rows);
    for (const auto* what : budget_amounts) file_.truncate(fmt::format("/budget/{}", what), budget_rows);
}

// ---- reading ----------------------------------------------------------------------------------------------------------------------

ResultsMetadata ResultsFile::metadata() const {
    return {file_.text_attribute("/", "program_version"), file_.text_attribute("/", "site_name"),
            file_.text_attribute("/input/site", "file"),  file_.read_text("/input/site"),
            file_.text_attribute("/", "start"),           file_.text_attribute("/", "command")};
}

Grid ResultsFile::grid() const {
    Georeference where{file_.text_attribute("/grid", "crs"), file_.text_attribute("/grid", "vertical_datum"),
                       file_.number_attribute("/grid", "origin_x"), file_.number_attribute("/grid", "origin_y"),
                       file_.number_attribute("/grid", "rotation")};
    Grid grid(file_.read("/grid/dx"), file_.read("/grid/dy"), file_.read("/grid/surfaces"), std::move(where));
    const auto status = file_.read("/grid/status");
    for (Index c = 0; c < grid.cell_count(); ++c)
        grid.set_status(c, static_cast<CellStatus>(static_cast<int>(status[static_cast<std::size_t>(c)])));
    std::vector<Layer> layers;
    const auto names = file_.read_texts("/grid/layers/name");
    const auto first = file_.read("/grid/layers/first_k"), last = file_.read("/grid/layers/last_k");
    for (std::size_t n = 0; n < names.size(); ++n) layers.push_back({names[n], static_cast<Index>(first[n]), static_cast<Index>(last[n])});
    grid.set_layers(std::move(layers));
    return grid;
}

std::vector<double> ResultsFile::time_values() const { return file_.read("/time"); }
std::vector<std::string> ResultsFile::dates() const { return file_.read_texts("/date"); }

std::vector<std::string> ResultsFile::static_names() const { return arrays_in(file_, "/static"); }
std::vector<double> ResultsFile::static_field(const std::string& name) const { return file_.read("/static/" + name); }

std::vector<std::string> ResultsFile::field_names() const { return arrays_in(file_, "/fields"); }

std::vector<double> ResultsFile::field(const std::string& name, std::uint64_t time) const {
    const auto path = field_path(name);
    const bool left_out = time < times() && time >= file_.records(path);
    if (left_out) return std::vector<double>(shape_[0] * shape_[1] * shape_[2], std::numeric_limits<double>::quiet_NaN());
    return file_.read_record(path, time);
}

std::vector<std::string> ResultsFile::table_names() const { return file_.children("/tables"); }

Table ResultsFile::table(const std::string& name) const {
    const auto group = "/tables/" + name;
    const auto columns = file_.children(group);
    Table table{name, file_.text_attribute(group, "title"), std::vector<Table::Column>(columns.size())};
    for (const auto& column : columns) {
        const auto path = group + "/" + column;
        auto& into = table.columns.at(static_cast<std::size_t>(file_.number_attribute(path, "position")));
        into = {column, file_.text_attribute(path, "unit"), {}, {}};
        if (file_.is_text(path)) into.texts = file_.read_texts(path);
        else into.numbers = file_.read(path);
    }
    return table;
}

}  // namespace galena
