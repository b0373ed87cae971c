#include "output/field_writer.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/units.hpp"
#include "numerics/face_operators.hpp"

namespace galena {

namespace {

ResultsFile make_results(const FieldWriter::Options& options, const Domain& domain) {
    const auto file = options.folder / "results.h5";
    return options.resume ? ResultsFile::open(file, true) : ResultsFile::create(file, options.metadata, domain.grid);
}

/// A field in the unit people read, kept until it is written.
class ShownFields {
public:
    void add(const std::string& name, const char* unit_text, std::span<const double> si) {
        const auto& shown = unit(unit_text);
        DoubleArray values(static_cast<Index>(si.size()));
        parallel_for(values.size(), [&](Index c) { values[c] = shown.from_si(si[static_cast<std::size_t>(c)]); });
        kept_.push_back(std::move(values));
        fields_.push_back({fmt::format("{} [{}]", name, unit_text), kept_.back().span(), {}, {}});
    }
    void add_vector(const std::string& name, const char* unit_text, DoubleArray x, DoubleArray y, DoubleArray z) {
        kept_.push_back(std::move(x));
        kept_.push_back(std::move(y));
        kept_.push_back(std::move(z));
        const auto n = kept_.size();
        fields_.push_back({fmt::format("{} [{}]", name, unit_text), kept_[n - 3].span(), kept_[n - 2].span(), kept_[n - 1].span()});
    }
    [[nodiscard]] const std::vector<VtkField>& fields() const { return fields_; }

private:
    std::vector<DoubleArray> kept_;  // moving a DoubleArray does not move its numbers, so the spans stay right
    std::vector<VtkField> fields_;
};

/// Darcy flux per cell along the axes of the crs, in the unit given.
void add_darcy_flux(const Grid& grid, const FaceField& water_flux, ShownFields& out) {
    DoubleArray x(grid.cell_count()), y(grid.cell_count()), z(grid.cell_count());
    cell_vectors(grid, water_flux, x, y, z);
    const double c = std::cos(grid.georeference().rotation), s = std::sin(grid.georeference().rotation), per_day = seconds_per_day;
    parallel_for(grid.cell_count(), [&](Index n) {
        const double along = x[n], across = y[n];
        x[n] = per_day * (c * along - s * across);
        y[n] = per_day * (s * along + c * across);
        z[n] *= per_day;
    });
    out.add_vector("darcy_flux", "m/d", std::move(x), std::move(y), std::move(z));
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
    ShownFields shown;
    if (state.has_flow) {
        shown.add("hydraulic_head", "m", state.hydraulic_head.span());
        if (!state.saturation.empty()) shown.add("saturation", "1", state.saturation.span());
        add_darcy_flux(grid, state.water_flux, shown);
    }
    for (std::size_t s = 0; s < state.substances.size(); ++s) {
        const auto& id = state.substances[s].id;
        shown.add("concentration_" + id, "mg/L", state.concentration[static_cast<Index>(s)]);
        if (state.total_content.species_count() > 0) shown.add("total_content_" + id, "mg/kg", state.total_content[static_cast<Index>(s)]);
    }
    // ParaView takes the arrays of a series from its first file: every file has the same ones.
    if (!moment.domain.medium.hydraulic_conductivity.empty())
        shown.add("hydraulic_conductivity", "m/d", moment.domain.medium.hydraulic_conductivity.span());
    for (const auto* other : others_)
        for (const auto& field : other->fields()) shown.add(field.name, field.unit.c_str(), field.values->span());
    const double days = state.time / seconds_per_day;
    const auto name = fmt::format("fields/fields_{:05}.vts", series_.size());
    std::filesystem::create_directories(options_.folder / "fields");
    write_vts(options_.folder / name, grid, shown.fields(),
              {days, moment.date().text(), options_.metadata.version, options_.metadata.site_name});
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
