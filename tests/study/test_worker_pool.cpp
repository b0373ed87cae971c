#include <doctest/doctest.h>

#include <csignal>
#include <map>

#include <unistd.h>

#include "core/error.hpp"
#include "study/risk_plan.hpp"
#include "study/run_journal.hpp"
#include "study/worker_pool.hpp"
#include "temporary_folder.hpp"

using namespace galena;

TEST_CASE("tasks are done in workers and a worker that dies takes only its task with it") {
    std::vector<std::size_t> tasks;
    for (std::size_t t = 0; t < 20; ++t) tasks.push_back(t);
    std::map<std::size_t, std::string> results, deaths;
    const auto here = getpid();
    const bool complete = WorkerPool::run(
        tasks, {3, 1, nullptr},
        [&](std::size_t task) {
            if (getpid() == here) return std::string("not in a worker");
            if (task == 7) raise(SIGKILL);
            return std::string(task * 1000, static_cast<char>('a' + task));
        },
        [&](std::size_t task, std::string bytes, const std::string& death) {
            if (death.empty()) results[task] = std::move(bytes);
            else deaths[task] = death;
        });
    CHECK(complete);
    CHECK(results.size() == 19);
    REQUIRE(deaths.size() == 1);
    CHECK(deaths.begin()->first == 7);
    CHECK(deaths.begin()->second.find("signal 9") != std::string::npos);
    for (const auto& [task, bytes] : results) CHECK(bytes == std::string(task * 1000, static_cast<char>('a' + task)));
}

TEST_CASE("a pool that is told to stop hands out nothing more") {
    std::atomic<bool> stop{false};
    std::size_t received = 0;
    const bool complete = WorkerPool::run(
        std::vector<std::size_t>(50, 0), {2, 1, &stop}, [](std::size_t) { return std::string("x"); },
        [&](std::size_t, const std::string&, const std::string&) {
            if (++received == 5) stop = true;
        });
    CHECK_FALSE(complete);
    CHECK(received < 10);
}

TEST_CASE("a journal that was cut off in a record keeps those before it") {
    const TemporaryFolder folder;
    const auto file = folder / "ensemble.part";
    {
        auto journal = RunJournal::create(file, "key");
        journal.append(4, "four");
        journal.append(2, std::string(1000, 'x'));
    }
    std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
    std::map<std::size_t, std::string> found;
    {
        auto journal = RunJournal::reopen(file, "key", [&](std::size_t run, const std::string& bytes) { found[run] = bytes; });
        CHECK(found == std::map<std::size_t, std::string>{{4, "four"}});
        journal.append(5, "five");
    }
    found.clear();
    (void)RunJournal::reopen(file, "key", [&](std::size_t run, const std::string& bytes) { found[run] = bytes; });
    CHECK(found == std::map<std::size_t, std::string>{{4, "four"}, {5, "five"}});
    CHECK_THROWS_AS((void)RunJournal::reopen(file, "other", [](std::size_t, const std::string&) {}), ScenarioError);
    CHECK_THROWS_AS((void)RunJournal::reopen(folder / "none", "key", [](std::size_t, const std::string&) {}), ScenarioError);
}

TEST_CASE("what a run gave survives being sent") {
    RunOutcome outcome;
    outcome.peak = {1, 2};
    outcome.arrival = {infinite, 3};
    std::vector<bool> above(1000, false);
    for (std::size_t c = 0; c < 1000; ++c) above[c] = c == 0 || (c > 200 && c < 999 && c % 7 != 0);
    outcome.maps = {RunOutcome::packed_map(above), RunOutcome::packed_map(std::vector<bool>(1000, false))};
    const auto back = RunOutcome::from_bytes(outcome.bytes());
    CHECK(back.peak == outcome.peak);
    CHECK(back.arrival == outcome.arrival);
    std::vector<std::uint32_t> counts(1000, 1);
    RunOutcome::add_map(back.maps[0], counts);
    for (std::size_t c = 0; c < 1000; ++c) CHECK(counts[c] == 1U + above[c]);
    RunOutcome::add_map(back.maps[1], counts);
    CHECK(counts[0] == 2);
}
