#include "output/field_writer.hpp"

#include <cmath>

#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include <fmt/format.h>

#include "core/units.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

namespace {

ResultsFile make_results(const FieldWriter::Options& options, const Domain& domain) {
    const auto file = options.folder / "results.h5";
    return options.resume ? ResultsFile::open(file, true) : ResultsFile::create(file, options.metadata, domain.grid);
}

/// What was freed goes back to the system: files are written when most of it is free, and are what memory peaks with.
void give_back_memory() {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

/// A field in the unit people read; the numbers stay where they are.
VtkField shown(const std::string& name, const char* unit_text, std::span<const double> si) {
    const auto& unit_shown = unit(unit_text);
    return {fmt::format("{} [{}]", name, unit_text), si, unit_shown.factor, unit_shown.offset};
}

/// Darcy flux per cell along the axes of the crs [m/d].
std::vector<float> darcy_flux(const Grid& grid, const FaceField& water_flux) {
    DoubleArray x(grid.cell_count()), y(grid.cell_count()), z(grid.cell_count());
    cell_vectors(grid, water_flux, x, y, z);
    std::vector<float> out(3 * static_cast<std::size_t>(grid.cell_count()));
    const double c = std::cos(grid.georeference().rotation), s = std::sin(grid.georeference().rotation), per_day = seconds_per_day;
    parallel_for(grid.cell_count(), [&](Index n) {
        float* vector = out.data() + 3 * n;
        vector[0] = static_cast<float>(per_day * (c * x[n] - s * y[n]));
        vector[1] = static_cast<float>(per_day * (s * x[n] + c * y[n]));
        vector[2] = static_cast<float>(per_day * z[n]);
    });
    return out;
}

}  // namespace

FieldWriter::FieldWriter(Options options, const Domain& domain, std::vector<const Observer*> others)
    : options_(std::move(options)), others_(std::move(others)), results_(make_results(options_, domain)) {
    if (!options_.resume) write_static(domain);
}

void FieldWriter::write_static(const Domain& domain) {
    const auto& m = domain.medium;
    const auto put = [&](const char* name, const char* unit_text, const char* meaning, const CellField& field) {
        if (!field.empty()) results_.write_static(name, unit_text, meaning, field.span());
    };
    put("hydraulic_conductivity", "m/s", "saturated hydraulic conductivity along x", m.hydraulic_conductivity);
    put("hydraulic_conductivity_y", "m/s", "saturated hydraulic conductivity along y, where it differs", m.hydraulic_conductivity_y);
    put("hydraulic_conductivity_vertical", "m/s", "saturated vertical hydraulic conductivity, where it differs",
        m.hydraulic_conductivity_vertical);
    put("specific_storage", "1/m", "specific storage", m.specific_storage);
    put("specific_yield", "1", "specific yield", m.specific_yield);
    put("porosity", "1", "porosity", m.porosity);
    put("effective_porosity", "1", "mobile part of the porosity, where it differs", m.effective_porosity);
    put("bulk_density", "kg/m3", "dry bulk density", m.bulk_density);
    put("pH", "1", "pH of the soil", m.pH);
    for (const auto& [name, cells] : domain.zones.all()) results_.write_zone(name, cells);
    for (const auto& field : domain.extra_fields) results_.write_static(field.name, field.unit, field.meaning, field.values.span());
}

void FieldWriter::observe(const Moment& moment) {
    if (moment.step.duration > 0) results_.append_budget(moment.state.time, moment.ledger);
    if (!moment.output) return;
    give_back_memory();
    write_results(moment);
    results_.flush();
    if (options_.vtk) write_vtk(moment);
}

void FieldWriter::write_results(const Moment& moment) {
    const auto& state = moment.state;
    results_.begin_time(state.time, moment.date().text());
    if (state.has_flow) results_.append_field("hydraulic_head", "m", "hydraulic head", state.hydraulic_head.span());
    if (!state.saturation.empty()) results_.append_field("saturation", "1", "water content over porosity", state.saturation.span());
    for (std::size_t s = 0; s < state.substances.size(); ++s) {
        const auto& substance = state.substances[s];
        results_.append_field("concentration/" + substance.id, "kg/m3", "dissolved concentration of " + substance.display,
                              state.concentration[static_cast<Index>(s)]);
        if (state.total_content.species_count() > 0)
            results_.append_field("total_content/" + substance.id, "kg/kg",
                                  "content of " + substance.display + " per dry soil, dissolved and sorbed",
                                  state.total_content[static_cast<Index>(s)]);
    }
    for (const auto* other : others_)
        for (const auto& field : other->fields()) results_.append_field(field.name, field.unit, field.meaning, field.values->span());
}

void FieldWriter::write_vtk(const Moment& moment) {
    const auto& state = moment.state;
    const auto& grid = moment.domain.grid;
    std::vector<VtkField> fields;
    std::vector<float> flux;
    if (state.has_flow) {
        fields.push_back(shown("hydraulic_head", "m", state.hydraulic_head.span()));
        if (!state.saturation.empty()) fields.push_back(shown("saturation", "1", state.saturation.span()));
        flux = darcy_flux(grid, state.water_flux);
        fields.push_back({"darcy_flux [m/d]", {}, 1, 0, flux});
    }
    for (std::size_t s = 0; s < state.substances.size(); ++s) {
        const auto& id = state.substances[s].id;
        fields.push_back(shown("concentration_" + id, "mg/L", state.concentration[static_cast<Index>(s)]));
        if (state.total_content.species_count() > 0)
            fields.push_back(shown("total_content_" + id, "mg/kg", state.total_content[static_cast<Index>(s)]));
    }
    // ParaView takes the arrays of a series from its first file: every file has the same ones.
    if (!moment.domain.medium.hydraulic_conductivity.empty())
        fields.push_back(shown("hydraulic_conductivity", "m/d", moment.domain.medium.hydraulic_conductivity.span()));
    for (const auto* other : others_)
        for (const auto& field : other->fields()) fields.push_back(shown(field.name, field.unit.c_str(), field.values->span()));
    const double days = state.time / seconds_per_day;
    const auto name = fmt::format("fields/fields_{:05}.vts", series_.size());
    std::filesystem::create_directories(options_.folder / "fields");
    write_vts(options_.folder / name, grid, fields, {days, moment.date().text(), options_.metadata.version, options_.metadata.site_name});
    series_.push_back({days, moment.date().text(), name});
    write_pvd(options_.folder / "fields.pvd", series_);
}

void FieldWriter::save(CheckpointWriter& out) const {
    results_.flush();  // a checkpoint must not know of more than the file holds
    out.write("results/times", static_cast<double>(results_.times()));
    out.write("results/budget_rows", static_cast<double>(results_.budget_rows()));
    std::vector<double> times;
    for (const auto& e : series_) times.push_back(e.time);
    out.write("results/vtk_count", static_cast<double>(times.size()));
    out.write("results/vtk_times", times);
}

void FieldWriter::load(CheckpointReader& in) {
    results_.truncate(static_cast<std::uint64_t>(in.read("results/times")), static_cast<std::uint64_t>(in.read("results/budget_rows")));
    std::vector<double> times(static_cast<std::size_t>(in.read("results/vtk_count")));
    in.read("results/vtk_times", times);
    const auto start = Date::parse(options_.metadata.start).value_or(Date{});
    for (std::size_t n = 0; n < times.size(); ++n)
        series_.push_back({times[n], start.plus(times[n] * seconds_per_day).text(), fmt::format("fields/fields_{:05}.vts", n)});
    if (options_.vtk) write_pvd(options_.folder / "fields.pvd", series_);
}

}  // namespace galena
