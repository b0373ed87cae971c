#include "output/results_file.hpp"

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

void describe(Hdf5File& file, const std::string& path, const std::string& unit_text, const std::string& meaning) {
    file.set(path, "unit", unit_text);
    file.set(path, "meaning", meaning);
}

}  // namespace

// ---- writing ----------------------------------------------------------------------------------------------------------------------

ResultsFile ResultsFile::create(const std::filesystem::path& path, const ResultsMetadata& metadata, const Grid& grid) {
    ResultsFile results(Hdf5File(path, Hdf5File::Mode::create));
    auto& file = results.file_;
    file.set("/", "format", "galena results");
    file.set("/", "format_version", 1.0);
    file.set("/", "program_version", metadata.version);
    file.set("/", "site_name", metadata.site_name);
    file.set("/", "start", metadata.start);
    file.write_text("/input/site", metadata.site_text);
    file.set("/input/site", "file", metadata.site_file);
    file.set("/input/site", "sha256", sha256(metadata.site_text));
    results.write_grid(grid);
    file.make_growing("/time", {});
    describe(file, "/time", "s", "output times, since the start");
    file.make_group("/fields");
    file.make_group("/static");
    return results;
}

ResultsFile ResultsFile::open(const std::filesystem::path& path, bool append) {
    ResultsFile results(Hdf5File(path, append ? Hdf5File::Mode::append : Hdf5File::Mode::read));
    if (!results.file_.has("/grid/status")) throw std::runtime_error(fmt::format("{} is no results file of galena", path.string()));
    results.shape_ = results.file_.dims("/grid/status");
    return results;
}

void ResultsFile::write_grid(const Grid& grid) {
    const auto nx = static_cast<std::uint64_t>(grid.nx()), ny = static_cast<std::uint64_t>(grid.ny()), nz = static_cast<std::uint64_t>(grid.nz());
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
    const auto& where = grid.georeference();
    file_.set("/grid", "crs", where.crs);
    file_.set("/grid", "vertical_datum", where.vertical_datum);
    file_.set("/grid", "origin_x", where.origin_x);
    file_.set("/grid", "origin_y", where.origin_y);
    file_.set("/grid", "rotation", where.rotation);
}

void ResultsFile::write_static(const std::string& name, const std::string& unit_text, const std::string& meaning, std::span<const double> cells) {
    const auto path = "/static/" + name;
    file_.write(path, cells, shape_);
    describe(file_, path, unit_text, meaning);
}

void ResultsFile::begin_time(double seconds, const std::string& date) {
    file_.append("/time", std::span<const double>(&seconds, 1));
    auto dates = file_.has("/date") ? file_.read_texts("/date") : std::vector<std::string>{};
    dates.resize(times() - 1);  // after a resume the file may name more dates than times
    dates.push_back(date);
    file_.write("/date", dates);
    file_.set("/date", "meaning", "dates of the output times, ISO 8601");
}

void ResultsFile::append_field(const std::string& name, const std::string& unit_text, const std::string& meaning, std::span<const double> cells) {
    const auto path = field_path(name);
    if (!file_.has(path)) {
        file_.make_growing(path, shape_);
        describe(file_, path, unit_text, meaning);
    }
    file_.append(path, cells);
}

void ResultsFile::append_budget(double seconds, const Ledger& ledger) {
    const auto& entries = ledger.entries();
    if (!file_.has("/budget")) {
        std::vector<std::string> component, term, name, unit_text;
        for (const auto& e : entries) {
            component.push_back(e.term.component);
            term.push_back(e.term.term);
            name.push_back(e.term.name);
            unit_text.push_back(e.term.unit);
        }
        file_.write("/budget/component", component);
        file_.write("/budget/term", term);
        file_.write("/budget/name", name);
        file_.write("/budget/unit", unit_text);
        file_.make_growing("/budget/time", {});
        describe(file_, "/budget/time", "s", "end of the step, since the start");
        for (const auto* what : {"in", "out", "cumulative_in", "cumulative_out", "stored"}) {
            const auto path = fmt::format("/budget/{}", what);
            file_.make_growing(path, {entries.size()});
            describe(file_, path, "m3 or kg, see unit", "amounts, one column per term");
        }
        std::vector<std::string> components;
        for (const auto& c : ledger.closures()) components.push_back(c.component);
        file_.write("/budget/closure_component", components);
        file_.make_growing("/budget/closure", {components.size()});
        describe(file_, "/budget/closure", "1", "cumulative closure, one column per component");
    }
    std::vector<double> in, out, cumulative_in, cumulative_out, stored, closure;
    for (const auto& e : entries) {
        in.push_back(e.term.in);
        out.push_back(e.term.out);
        cumulative_in.push_back(e.cumulative_in);
        cumulative_out.push_back(e.cumulative_out);
        stored.push_back(e.term.stored);
    }
    for (const auto& c : ledger.closures()) closure.push_back(c.cumulative);
    file_.append("/budget/time", std::span<const double>(&seconds, 1));
    file_.append("/budget/in", in);
    file_.append("/budget/out", out);
    file_.append("/budget/cumulative_in", cumulative_in);
    file_.append("/budget/cumulative_out", cumulative_out);
    file_.append("/budget/stored", stored);
    file_.append("/budget/closure", closure);
}

void ResultsFile::write_table(const Table& table) {
    const auto group = "/tables/" + table.name;
    file_.make_group(group);
    file_.set(group, "title", table.title);
    for (std::size_t n = 0; n < table.columns.size(); ++n) {
        const auto& column = table.columns[n];
        const auto path = group + "/" + column.name;
        if (column.texts.empty() && !column.numbers.empty()) file_.write(path, std::span<const double>(column.numbers));
        else file_.write(path, column.texts);
        file_.set(path, "unit", column.unit);
        file_.set(path, "position", static_cast<double>(n));
    }
}

std::uint64_t ResultsFile::times() const { return file_.records("/time"); }
std::uint64_t ResultsFile::budget_rows() const { return file_.has("/budget") ? file_.records("/budget/time") : 0; }

void ResultsFile::truncate(std::uint64_t times, std::uint64_t budget_rows) {
    file_.truncate("/time", times);
    for (const auto& name : field_names()) file_.truncate(field_path(name), times);
    if (!file_.has("/budget")) return;
    for (const auto* what : {"time", "in", "out", "cumulative_in", "cumulative_out", "stored", "closure"}) file_.truncate(fmt::format("/budget/{}", what), budget_rows);
}

// ---- reading ----------------------------------------------------------------------------------------------------------------------

ResultsMetadata ResultsFile::metadata() const {
    return {file_.text_attribute("/", "program_version"), file_.text_attribute("/", "site_name"), file_.text_attribute("/input/site", "file"), file_.read_text("/input/site"),
            file_.text_attribute("/", "start")};
}

Grid ResultsFile::grid() const {
    Georeference where{file_.text_attribute("/grid", "crs"), file_.text_attribute("/grid", "vertical_datum"), file_.number_attribute("/grid", "origin_x"),
                       file_.number_attribute("/grid", "origin_y"), file_.number_attribute("/grid", "rotation")};
    Grid grid(file_.read("/grid/dx"), file_.read("/grid/dy"), file_.read("/grid/surfaces"), std::move(where));
    const auto status = file_.read("/grid/status");
    for (Index c = 0; c < grid.cell_count(); ++c) grid.set_status(c, static_cast<CellStatus>(static_cast<int>(status[static_cast<std::size_t>(c)])));
    std::vector<Layer> layers;
    const auto names = file_.read_texts("/grid/layers/name");
    const auto first = file_.read("/grid/layers/first_k"), last = file_.read("/grid/layers/last_k");
    for (std::size_t n = 0; n < names.size(); ++n) layers.push_back({names[n], static_cast<Index>(first[n]), static_cast<Index>(last[n])});
    grid.set_layers(std::move(layers));
    return grid;
}

std::vector<double> ResultsFile::time_values() const { return file_.read("/time"); }

std::vector<std::string> ResultsFile::field_names() const {
    std::vector<std::string> names;
    for (const auto& name : file_.children("/fields")) {
        const auto path = "/fields/" + name;
        bool group = true;
        try {
            (void)file_.dims(path);
            group = false;
        } catch (const std::runtime_error&) {
        }
        if (!group) names.push_back(name);
        else
            for (const auto& inner : file_.children(path)) names.push_back(name + "/" + inner);
    }
    return names;
}

std::vector<double> ResultsFile::field(const std::string& name, std::uint64_t time) const { return file_.read_record(field_path(name), time); }

}  // namespace galena
