// Agronomic control of farmland: lime raises the pH (and with it sorption), flooding binds metals as sulfides for part of the year, another
// cultivar or crop takes up less. Produce: log10 C_grain = a + b log10 C_soil + c pH, both in mg/kg (the form of soil-plant transfer
// functions), times the factors of cultivar and water. What is harvested leaves the soil.

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "assessment/standard.hpp"
#include "core/suggestion.hpp"
#include "remediation/plant_uptake.hpp"
#include "transport/substance.hpp"

namespace galena {

/// How much of one substance the produce takes up.
struct ProduceLaw {
    double constant = 0, per_log_content = 1, per_ph = 0, cultivar = 1;
    std::optional<double> limit;

    static auto parameters() {
        using T = ProduceLaw;
        return std::tuple{
            parameter("constant", &T::constant, "", between(-20, 20), "a of log10 of the content of the produce, in mg/kg"),
            parameter("per_log_content", &T::per_log_content, "", between(-5, 5), "b: per decade of the content of the soil")
                .with_default(),
            parameter("per_pH", &T::per_ph, "", between(-5, 5), "c: per unit of pH")
                .with_default()
                .source("Cd in rice −0.33 by liming: slope out of the meta-analysis of Liao 2021"),
            parameter("cultivar_factor", &T::cultivar, "", positive, "of a cultivar that takes up less (or more)").with_default(),
            parameter("limit", &T::limit, "mg/kg", positive, "of the produce; that of the standard for the crop when absent"),
        };
    }
};

/// What [farmland_units] counts the land as.
template <>
inline const Words words<FarmedLand::Use> = {"safe_use", "control"};

struct AgronomicControl final : Measure {
    static constexpr std::string_view name = "agronomic_control", meaning = "lime, water, cultivar and crop keep metals out of the produce";

    Name zone;
    std::string crop = "rice", crop_before, standard = "GB 2762-2022";
    FarmedLand::Use counts_as = FarmedLand::Use::safe_use;
    double root_depth = 0.2, yield = 0, harvest_interval = seconds_per_year;
    double ph_rise = 0, highest_ph = 7.5, acidification = 0, lime_interval = 2 * seconds_per_year, lime = 0;
    int applications = 1;
    std::map<std::string, double> ph_slope, flooded_factor;
    double flooded = 0, flooded_uptake = 1;
    std::map<std::string, ProduceLaw> produce;

    static auto parameters() {
        using T = AgronomicControl;
        return std::tuple_cat(
            measure_parameters(),
            std::tuple{
                parameter("zone", &T::zone, "the land: columns above any of these cells"),
                parameter("root_depth", &T::root_depth, "m", positive, "of the crop; lime is worked in as deep").with_default(),
                parameter("crop", &T::crop, "what is grown: a use of the standard for produce, such as rice, wheat, leaf_vegetable")
                    .with_default(),
                parameter("crop_before", &T::crop_before,
                          "what grew there: where it is another one, the change costs the item `crop`; `control` always does")
                    .with_default(),
                parameter("standard", &T::standard, "that limits the produce").with_default(),
                parameter("counts_as", &T::counts_as,
                          "in [farmland_units]: safe use of land of class 2, or control of class 3 (a crop that nobody eats)")
                    .with_default(),
                parameter("yield", &T::yield, "t/ha", not_negative, "of a harvest, dry").with_default(),
                parameter("harvest_interval", &T::harvest_interval, "d", positive, "between harvests").with_default(),
                parameter("produce", &T::produce,
                          "uptake by substance: produce.Cd = { constant = -0.4, per_log_content = 0.75, per_pH = -0.33 }"),
                parameter("ph_rise", &T::ph_rise, "", between(0, 5), "of the soil by each application of lime")
                    .with_default()
                    .source("0.85 on average of liming: Liao 2021"),
                parameter("lime", &T::lime, "t/ha", not_negative, "per application; for its emissions").with_default(),
                parameter("applications", &T::applications, between(1, 1000),
                          "of lime, how many; each costs the item `lime` of the whole area, when it is given")
                    .with_default(),
                parameter("lime_interval", &T::lime_interval, "d", positive, "between applications").with_default(),
                parameter("highest_pH", &T::highest_ph, "", between(3, 11), "that lime can reach").with_default(),
                parameter("acidification", &T::acidification, "1/a", not_negative, "fall of pH in time, down to what it was")
                    .with_default()
                    .source("0.02 to 0.1 per year"),
                parameter("ph_slope", &T::ph_slope, "", between(-3, 3),
                          "of log10 Kd with pH, by substance, where its sorption does not follow the pH itself")
                    .source("Cd 0.49, Cu 0.27, Ni 0.72, Pb 0.49, Zn 0.62: Sauve et al. 2000"),
                parameter("flooded", &T::flooded, "d", not_negative, "how long the land is flooded in each year, from its beginning")
                    .with_default(),
                parameter("flooded_factor", &T::flooded_factor, "", positive, "on Kd while it is flooded, by substance"),
                parameter("flooded_uptake", &T::flooded_uptake, "", positive, "on the uptake of a crop that is flooded").with_default(),
            });
    }
    [[nodiscard]] std::string_view type() const override { return name; }
    /// Looking at what grows changes nothing.
    bool changes_something(EditSession&) override {
        return ph_rise > 0 || (flooded > 0 && !flooded_factor.empty()) || (yield > 0 && !produce.empty());
    }

    void resolve(const Site& site, Domain& domain, Diagnostics& diagnostics) override {
        land_.resolve(*this, zone, root_depth, domain, diagnostics);
        require_substances(ph_slope, "ph_slope", site, diagnostics);
        require_substances(flooded_factor, "flooded_factor", site, diagnostics);
        for (const auto& [id, law] : produce) require_substance(id, places.of("produce"), site, diagnostics);
        if (ph_rise > 0 && domain.medium.pH.empty())
            diagnostics.error(places.of("ph_rise"), fmt::format("measure '{}' raises a pH that is not given", label.text),
                              "give pH in a [[medium]] for every active cell");
        if (flooded > seconds_per_year)
            diagnostics.error(places.of("flooded"), fmt::format("measure '{}' floods the land for more than a year a year", label.text),
                              "give at most 365 d");
        find_limits(diagnostics);
        base_ph_.clear();
        if (!domain.medium.pH.empty())
            for (const Index c : land_.cells()) base_ph_.push_back(domain.medium.pH[c]);
        rise_ = limed_ = 0;
        stages_done_ = -1;
        harvests_ = {harvest_interval, 0};
        taken_.assign(produce.size(), 0.0);
        rows_.clear();
    }
    [[nodiscard]] std::vector<Claim> claims() const override { return {{Claim::Kind::occupies, land_.cells()}}; }

    [[nodiscard]] std::string_view fate() const override { return "harvested"; }
    std::vector<Reaction> reactions(std::size_t first) override {
        first_reaction_ = first;
        std::vector<Reaction> all;
        const std::vector<double> none(land_.cells().size(), 0.0);
        for (const auto& [id, law] : produce) all.push_back({std::string(name), label.text, id, land_.cells(), none, none, none});
        return all;
    }

    void begin(EditSession&) override {}
    void work(EditSession& session) override {
        treat_soil(session);
        const auto& contents = session.contents();
        std::size_t r = first_reaction_;
        in_produce_.clear();
        for (const auto& [id, law] : produce) {
            const auto s = index_of(session.state(), id);
            const auto content = [&](std::size_t column) {
                return produce_content(law, land_.content(column, contents[s], session.domain()), land_.ph(column, session.domain()));
            };
            for (std::size_t column = 0; column < land_.columns(); ++column) in_produce_.push_back(content(column));
            session.set_reaction(r++, land_.rates(session.state(), s, contents[s], session.domain(),
                                                  [&](std::size_t column) { return yield / harvest_interval * content(column); }));
        }
    }
    void finish(EditSession& session) override {
        for (std::size_t r = 0; r < produce.size(); ++r)
            session.set_reaction(first_reaction_ + r, std::vector<double>(land_.cells().size(), 0.0));
        treat_soil(session);
    }
    /// Lime that was given goes on working, and acid on undoing it.
    void remain(EditSession& session) override { treat_soil(session); }
    /// Lime, harvests, the beginning and the end of a flood are moments; contents are looked at a dozen times a year.
    [[nodiscard]] double longest_step(const State& state) const override {
        const double since = state.time - begun_at();
        double next = std::min(harvests_.next(begun_at()), begun_at() + (std::floor(since / lime_interval + 1e-9) + 1) * lime_interval);
        if (flooded > 0) {
            const double year = std::floor(since / seconds_per_year + 1e-9) * seconds_per_year, within = since - year;
            next = std::min(next, begun_at() + year + (within < flooded * (1 - 1e-9) ? flooded : seconds_per_year));
        }
        return std::max(1.0, std::min(seconds_per_year / 12, next - state.time));
    }
    void accept(const State& state, const Step& step) override {
        if (!working()) return;
        if (harvests_.due(begun_at(), step.end())) record(step.end());
        for (std::size_t r = 0; r < taken_.size(); ++r)
            for (const double kg : state.reactions[first_reaction_ + r].reacted) taken_[r] += kg;
    }

    /// Content of the produce over soil of a content [both kg/kg] and a pH.
    [[nodiscard]] double produce_content(const ProduceLaw& law, double soil, double ph) const {
        constexpr double milligrams = 1e6;  // per kg
        if (!(soil > 0)) return 0;
        const double log_content = law.constant + law.per_log_content * std::log10(soil * milligrams) + law.per_ph * ph;
        return law.cultivar * (flooded > 0 ? flooded_uptake : 1.0) * std::pow(10.0, log_content) / milligrams;
    }

    [[nodiscard]] std::optional<FarmedLand> farmed_land(const State& state, const Domain& domain) const override {
        if (!working()) return {};
        FarmedLand land{counts_as, land_.grid_columns(domain.grid), std::vector<double>(land_.columns(), no_number)};
        for (const auto& [id, law] : produce) {
            const double limit = limits_.at(id);
            if (std::isnan(limit)) continue;
            const auto contents = state.total_content[index_of(state, id)];
            for (std::size_t column = 0; column < land_.columns(); ++column) {
                const double grown = produce_content(law, land_.content(column, contents, domain), land_.ph(column, domain));
                land.produce_over_limit[column] = std::fmax(land.produce_over_limit[column], grown / limit);
            }
        }
        return land;
    }
    [[nodiscard]] std::vector<std::string> priced_items() const override { return {"lime", "cultivar", "water", "crop"}; }
    /// Lime is paid when it is spread, the rest for as long as it is done.
    [[nodiscard]] std::vector<CostItem> costs(double now) const override {
        if (!begun()) return {};
        const double until = worked_until(now), field_years = land_.area() * (until - begun_at()) / seconds_per_year;
        const bool other_cultivar = std::any_of(produce.begin(), produce.end(), [](const auto& p) { return p.second.cultivar != 1; });
        const bool other_crop = counts_as == FarmedLand::Use::control || (!crop_before.empty() && crop_before != crop);
        std::vector<CostItem> items;
        for (int n = 0; n < limed_; ++n) {
            const double spread = begun_at() + n * lime_interval;
            items.push_back({"agronomic_control", "lime", land_.area(), "m2", CostKind::operation, spread, spread});
        }
        for (const auto& [item, used] : {std::pair{"cultivar", other_cultivar}, {"water", flooded > 0}, {"crop", other_crop}})
            if (used) items.push_back({"agronomic_control", item, field_years, "m2 a", CostKind::operation, begun_at(), until});
        return items;
    }
    [[nodiscard]] std::vector<Effect> effects(const UnitCosts& factors) const override {
        if (!begun()) return {};
        std::vector<Effect> all{{"harvests", "", harvests_.gathered, "1"}};
        std::size_t r = 0;
        for (const auto& [id, law] : produce) all.push_back({"taken up by the crop", id, taken_[r++], "kg"});
        const double tonnes = limed_ * lime * land_.area() / 1e3;
        if (limed_ > 0) all.push_back({"lime", "", tonnes, "t"});
        if (const auto* made = factors.find("co2", "lime"); made && limed_ > 0)
            all.push_back({"carbon dioxide of lime", "", tonnes * made->price.mid, "t"});
        return all;
    }
    [[nodiscard]] std::vector<Table> tables() const override {
        if (rows_.empty()) return {};
        Table table{"produce_" + label.text, "Content of " + crop + " at each harvest, and the land on which it exceeds its limit", {}};
        Table::Column time{"time", "d", {}, {}}, substance{"substance", "", {}, {}}, mean{"mean", "mg/kg", {}, {}},
            highest{"highest", "mg/kg", {}, {}}, limit{"limit", "mg/kg", {}, {}}, share{"share_above", "%", {}, {}};
        std::vector<std::string> ids;
        for (const auto& [id, law] : produce) ids.push_back(id);
        for (const auto& row : rows_) {
            time.numbers.push_back(row[0] / seconds_per_day);
            substance.texts.push_back(ids[static_cast<std::size_t>(row[1])]);
            mean.numbers.push_back(1e6 * row[2]);
            highest.numbers.push_back(1e6 * row[3]);
            limit.numbers.push_back(1e6 * row[4]);
            share.numbers.push_back(100 * row[5]);
        }
        table.columns = {time, substance, mean, highest, limit, share};
        return {table};
    }
    void save(CheckpointWriter& out) const override {
        const auto key = "measure/" + label.text;
        write_list(out, key + "/numbers", std::vector<double>{rise_, limed_, stages_done_, harvests_.gathered, last_});
        write_list(out, key + "/base_ph", base_ph_);
        write_list(out, key + "/taken", taken_);
        std::vector<double> rows;
        for (const auto& row : rows_) rows.insert(rows.end(), row.begin(), row.end());
        write_list(out, key + "/produce", rows);
    }
    void load(CheckpointReader& in) override {
        const auto key = "measure/" + label.text;
        const auto numbers = read_list(in, key + "/numbers");
        rise_ = numbers[0], limed_ = numbers[1], stages_done_ = numbers[2], harvests_.gathered = numbers[3], last_ = numbers[4];
        base_ph_ = read_list(in, key + "/base_ph");
        taken_ = read_list(in, key + "/taken");
        const auto rows = read_list(in, key + "/produce");
        rows_.assign(rows.size() / 6, {});
        for (std::size_t n = 0; n < rows.size(); ++n) rows_[n / 6][n % 6] = rows[n];
    }

private:
    void find_limits(Diagnostics& diagnostics) {
        limits_.clear();
        const auto library = Standard::library({}, diagnostics);
        const auto rules = library.named(standard);
        // A crop that nobody eats is judged by nothing.
        const bool eaten = counts_as != FarmedLand::Use::control || !produce.empty();
        const bool given = eaten && (places.has("standard") || places.has("crop"));
        if (rules.limits().empty())
            diagnostics.error(places.of("standard"), fmt::format("measure '{}': there is no standard \"{}\"", label.text, standard),
                              suggestion(standard, library.names_of_standards()));
        else if (given && !rules.has_use(crop))
            diagnostics.error(places.of("crop"), fmt::format("measure '{}': {} has no limits for \"{}\"", label.text, standard, crop),
                              suggestion(crop, rules.uses()));
        for (const auto& [id, law] : produce) {
            const auto* row = rules.find(uses_to_try(crop), id, LimitKind::limit, 7);
            limits_[id] = law.limit ? *law.limit : row ? row->value : no_number;
        }
    }

    /// What lime and water make of the soil now; in steps: of a month between applications, and at the ends of a flood.
    void treat_soil(EditSession& session) {
        const double since = session.time() - begun_at();
        const double month = std::floor(since / (seconds_per_year / 12) + 1e-9);
        const double within = since - std::floor(since / seconds_per_year + 1e-9) * seconds_per_year;
        const bool wet = working() && flooded > 0 && within < flooded * (1 - 1e-9);
        const double applied = !working() ? limed_ : std::min<double>(applications, std::floor(since / lime_interval + 1e-9) + 1);
        const double stage = 4 * month + (wet ? 2 : 0) + (applied > limed_ && ph_rise > 0 ? 1 : 0);
        if (stage == stages_done_) return;
        if (stages_done_ >= 0) rise_ = std::max(0.0, rise_ - acidification * (since - last_));
        last_ = since;
        stages_done_ = 4 * month + (wet ? 2 : 0);
        if (ph_rise > 0 && applied > limed_) {
            rise_ += (applied - limed_) * ph_rise;
            limed_ = applied;
        }
        apply(session, rise_, wet);
    }
    /// The pH of every cell is raised, not above the highest that lime reaches; Kd follows.
    void apply(EditSession& session, double rise, bool wet) {
        const auto& cells = land_.cells();
        std::vector<double> ph, risen(cells.size(), rise);
        for (std::size_t n = 0; n < base_ph_.size(); ++n) {
            risen[n] = std::min(rise, std::max(0.0, highest_ph - base_ph_[n]));
            ph.push_back(base_ph_[n] + risen[n]);
        }
        if (!ph.empty() && ph_rise > 0) session.set(Property::pH, cells, ph);
        std::set<std::string> ids;
        for (const auto& [id, slope] : ph_slope) ids.insert(id);
        for (const auto& [id, f] : flooded_factor) ids.insert(id);
        for (const auto& id : ids) {
            const auto slope = ph_slope.find(id);
            const auto flood = flooded_factor.find(id);
            std::vector<double> factors;
            for (std::size_t n = 0; n < cells.size(); ++n)
                factors.push_back((slope == ph_slope.end() ? 1.0 : std::pow(10.0, slope->second * risen[n])) *
                                  (wet && flood != flooded_factor.end() ? flood->second : 1.0));
            session.scale_distribution(layer(), id, cells, factors);
        }
    }

    /// The harvest holds what the crop took up over the soil as it was before the last step.
    void record(double time) {
        std::size_t n = 0, position = 0;
        for (const auto& [id, law] : produce) {
            double mean = 0, highest = 0, above = 0;
            for (std::size_t column = 0; column < land_.columns(); ++column) {
                const double c = in_produce_[n++], part = land_.area_of(column) / land_.area();
                mean += c * part;
                highest = std::max(highest, c);
                if (c > limits_.at(id)) above += part;
            }
            rows_.push_back({time, static_cast<double>(position++), mean, highest, limits_.at(id), above});
        }
    }

    static constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

    PlantUptake land_;
    Harvests harvests_;
    std::map<std::string, double> limits_;     ///< of the produce [kg/kg]; NaN without
    std::vector<double> base_ph_, taken_;      ///< by cell; by substance [kg]
    std::vector<std::array<double, 6>> rows_;  ///< time, substance, mean, highest, limit, share above
    std::vector<double> in_produce_;           ///< content by substance and column, over the soil before the present step [kg/kg]
    double rise_ = 0, limed_ = 0, stages_done_ = -1, last_ = 0;
    std::size_t first_reaction_ = 0;
};

REGISTER(Measure, AgronomicControl)

}  // namespace galena
