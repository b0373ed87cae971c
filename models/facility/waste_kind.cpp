#include "facility/waste_kind.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/csv.hpp"
#include "core/data_folder.hpp"
#include "core/suggestion.hpp"

namespace galena {

WasteKind WasteKind::read(const Name& kind, Diagnostics& diagnostics) {
    WasteKind found;
    found.place_ = kind.place;
    const auto table = read_csv((data_folder() / "leaching" / "waste_kinds.csv").string(), kind.place, diagnostics);
    const auto column = [&](const char* name) { return table.require_column(name, kind.place, diagnostics); };
    const auto name = column("kind"), key = column("key"), low = column("low"), mid = column("mid"), high = column("high"),
               measured_in = column("unit"), confidence = column("confidence");
    if (!name || !key || !low || !mid || !high || !measured_in || !confidence) return found;
    std::vector<std::string> known;
    for (std::size_t row = 0; row < table.row_count(); ++row) {
        const std::string of(table.text(row, *name));
        if (std::find(known.begin(), known.end(), of) == known.end()) known.push_back(of);
        if (of != kind.text) continue;
        const auto l = table.required_number(row, *low, diagnostics), m = table.required_number(row, *mid, diagnostics),
                   h = table.required_number(row, *high, diagnostics);
        if (!l || !m || !h) continue;
        if (!(*l <= *m && *m <= *h))
            diagnostics.error(table.place(row, *mid), fmt::format("{}: mid does not lie between low and high", table.describe(row, *mid)));
        found.rows_[std::string(table.text(row, *key))] = {*l, *m, *h, std::string(table.text(row, *measured_in)),
                                                           std::string(table.text(row, *confidence))};
    }
    if (found.rows_.empty())
        diagnostics.error(kind.place, fmt::format("kind = \"{}\" is unknown", kind.text), suggestion(kind.text, known));
    return found;
}

void WasteKind::remember(const std::string& key, const Row& row) {
    const std::string of = row.unit == "1" ? "" : " " + row.unit;
    const std::string range = row.low == row.high ? "" : fmt::format("{:g} to {:g}, ", row.low, row.high);
    taken_.push_back(fmt::format("{} {:g}{} ({}{})", key, row.mid, of, range, row.confidence));
}

double WasteKind::take(const std::string& key, double otherwise) {
    const auto row = rows_.find(key);
    if (row == rows_.end()) return otherwise;
    remember(key, row->second);
    return unit(row->second.unit).to_si(row->second.mid);
}

LeachModels WasteKind::leaching(const std::vector<std::string>& substances, Diagnostics& diagnostics) {
    LeachModels models;
    for (const auto& substance : substances) {
        const auto prefix = "leaching." + substance + ".";
        std::string type, keys;
        for (const auto& [key, row] : rows_) {
            if (!key.starts_with(prefix)) continue;
            const auto dot = key.find('.', prefix.size());
            if (dot == std::string::npos) continue;
            type = key.substr(prefix.size(), dot - prefix.size());
            keys += fmt::format(", {} = \"{} {}\"", key.substr(dot + 1), row.mid, row.unit);
            remember(key, row);
        }
        if (type.empty()) continue;
        ReadContext context{diagnostics, {}};
        const auto tree = parse_toml(fmt::format("it = {{ type = \"{}\"{} }}", type, keys), "waste_kinds.csv");
        auto& model = models[substance];
        reading::read_value(tree.find("it")->value, {substance, "", anything}, context, model);
        if (model) model->place = place_;
    }
    return models;
}

}  // namespace galena
