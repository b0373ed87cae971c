#include "study/plan_runner.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "study/plan_variables.hpp"
#include "study/worker_pool.hpp"

namespace galena {

namespace {

/// Digits that give the same bits back; NaN and infinite too, which JSON does not know.
std::string exact(double v) { return fmt::format("{}", v); }
double number(const nlohmann::json& text) { return std::strtod(text.get<std::string>().c_str(), nullptr); }

std::string text_of(const PlanValues& values) {
    std::string text;
    for (const auto& value : values) text += toml_text(value) + '\n';
    return text;
}

}  // namespace

std::string PlanResult::bytes(const std::string& plan) const {
    nlohmann::json ratios = nlohmann::json::array(), told = nlohmann::json::array();
    for (const double ratio : outcome.ratios) ratios.push_back(exact(ratio));
    for (const auto& m : mistakes)
        told.push_back({{"file", m.place.file}, {"line", m.place.line}, {"column", m.place.column}, {"what", m.what}, {"hint", m.hint}});
    const nlohmann::json record{{"plan", plan},
                                {"cost", exact(outcome.cost)},
                                {"currency", outcome.currency},
                                {"missing_prices", exact(outcome.missing_prices)},
                                {"ratios", ratios},
                                {"failure", outcome.failure},
                                {"mistakes", told}};
    return record.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::pair<std::string, PlanResult> PlanResult::from_bytes(const std::string& bytes) {
    const auto record = nlohmann::json::parse(bytes);
    PlanResult result;
    result.outcome.cost = number(record["cost"]);
    result.outcome.currency = record["currency"];
    result.outcome.missing_prices = number(record["missing_prices"]);
    for (const auto& ratio : record["ratios"]) result.outcome.ratios.push_back(number(ratio));
    result.outcome.failure = record["failure"];
    for (const auto& m : record["mistakes"])
        result.mistakes.push_back({Diagnostic::Severity::error, Place{m["file"], m["line"], m["column"]}, m["what"], m["hint"]});
    return {record["plan"], std::move(result)};
}

PlanRunner::PlanRunner(const std::filesystem::path& journal, const std::string& key, bool resume, Options options, Run run)
    : options_(options), run_(std::move(run)) {
    if (resume)
        journal_ = std::make_unique<RunJournal>(RunJournal::reopen(
            journal, key, [&](std::size_t, const std::string& bytes) { known_.insert(PlanResult::from_bytes(bytes)); }, "optimisation"));
    else journal_ = std::make_unique<RunJournal>(RunJournal::create(journal, key));
    taken_up_ = known_.size();
}

const PlanResult& PlanRunner::result(const PlanValues& values) {
    prepare({values});
    return known_.at(text_of(values));
}

void PlanRunner::prepare(const std::vector<PlanValues>& plans) {
    std::vector<std::size_t> tasks;
    std::vector<std::string> texts;
    for (const auto& plan : plans) {
        const auto text = text_of(plan);
        const bool twice = std::find(texts.begin(), texts.end(), text) != texts.end();
        if (!twice && !known_.contains(text)) tasks.push_back(texts.size());
        texts.push_back(text);
    }
    if (tasks.empty()) return;
    if (options_.stop_after && run_here_ + static_cast<int>(tasks.size()) > *options_.stop_after)
        tasks.resize(static_cast<std::size_t>(std::max(0, *options_.stop_after - run_here_)));
    const auto workers = std::min(options_.workers, static_cast<int>(tasks.size()));
    const bool complete = WorkerPool::run(
        tasks, {workers, std::max(1, options_.threads / std::max(1, workers)), options_.stop},
        [&](std::size_t task) { return run_(plans[task]).bytes(texts[task]); },
        [&](std::size_t task, std::string bytes, const std::string& death) {
            if (!death.empty()) {
                PlanResult dead;
                dead.outcome.failure = death;
                bytes = dead.bytes(texts[task]);
            }
            journal_->append(known_.size(), bytes);
            known_.insert(PlanResult::from_bytes(bytes));
            ++run_here_;
        });
    const bool all = std::all_of(texts.begin(), texts.end(), [&](const std::string& text) { return known_.contains(text); });
    if (!complete || !all) throw Stopped{};
}

}  // namespace galena
