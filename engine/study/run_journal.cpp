#include "study/run_journal.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "core/error.hpp"

namespace galena {

namespace {

constexpr char magic[] = "galena runs 1\n";

/// FNV-1a.
std::uint64_t check_sum(std::uint64_t run, const std::string& bytes) {
    std::uint64_t sum = 0xcbf29ce484222325ULL ^ run;
    for (const char c : bytes) sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return sum;
}

struct Head {
    std::uint64_t run, size, sum;
};

void write_record(std::ofstream& out, std::uint64_t run, const std::string& bytes) {
    const Head head{run, bytes.size(), check_sum(run, bytes)};
    out.write(reinterpret_cast<const char*>(&head), sizeof head);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
}

bool read_record(std::ifstream& in, Head& head, std::string& bytes, std::uint64_t rest) {
    if (!in.read(reinterpret_cast<char*>(&head), sizeof head) || head.size > rest) return false;
    bytes.resize(head.size);
    return in.read(bytes.data(), static_cast<std::streamsize>(head.size)) && check_sum(head.run, bytes) == head.sum;
}

constexpr std::uint64_t key_record = ~std::uint64_t{0};

}  // namespace

RunJournal RunJournal::create(const std::filesystem::path& file, const std::string& key) {
    RunJournal journal(file);
    journal.out_.open(file, std::ios::binary | std::ios::trunc);
    journal.out_.write(magic, sizeof magic);
    write_record(journal.out_, key_record, key);
    if (!journal.out_) throw std::runtime_error(file.string() + " cannot be written");
    return journal;
}

RunJournal RunJournal::reopen(const std::filesystem::path& file, const std::string& key,
                              const std::function<void(std::size_t, const std::string&)>& receive, std::string_view what) {
    std::uint64_t sound = 0;
    {
        std::ifstream in(file, std::ios::binary);
        std::string mark(sizeof magic, '\0'), bytes;
        const auto size = in ? std::filesystem::file_size(file) : 0;
        Head head{};
        const bool known = in && in.read(mark.data(), sizeof magic) && mark == std::string(magic, sizeof magic) &&
                           read_record(in, head, bytes, size) && head.run == key_record;
        if (!known)
            throw ScenarioError({file.parent_path().string(), 0, 0},
                                fmt::format("there is no interrupted {} of galena in this folder", what),
                                "give the folder of an interrupted run: it holds " + file.filename().string());
        if (bytes != key)
            throw ScenarioError(
                {file.parent_path().string(), 0, 0},
                fmt::format("the interrupted {} is of another site file, other settings, or another version of galena", what),
                "resume with all of them as they were, or start anew without --resume");
        sound = static_cast<std::uint64_t>(in.tellg());
        while (read_record(in, head, bytes, size)) {
            receive(head.run, bytes);
            sound = static_cast<std::uint64_t>(in.tellg());
        }
    }
    std::filesystem::resize_file(file, sound);
    RunJournal journal(file);
    journal.out_.open(file, std::ios::binary | std::ios::app);
    return journal;
}

void RunJournal::append(std::size_t run, const std::string& bytes) {
    write_record(out_, run, bytes);
    if (!out_) throw std::runtime_error(file_.string() + " cannot be written: is the disk full?");
}

}  // namespace galena
