#include "study/worker_pool.hpp"

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/parallel.hpp"

namespace galena {

namespace {

bool read_all(int file, void* out, std::size_t size) {
    auto* at = static_cast<char*>(out);
    while (size > 0) {
        const auto n = ::read(file, at, size);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

bool write_all(int file, const void* from, std::size_t size) {
    const auto* at = static_cast<const char*>(from);
    while (size > 0) {
        const auto n = ::send(file, at, size, MSG_NOSIGNAL);  // a worker that died is an answer, not a signal
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

/// What a worker does with its life: a number in, bytes out, until the socket closes.
[[noreturn]] void serve(int socket, int threads, const WorkerPool::Work& work) {
    std::signal(SIGINT, SIG_IGN);  // the parent decides what Ctrl-C means
    std::signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    set_thread_count(threads);
    std::uint64_t task = 0;
    while (read_all(socket, &task, sizeof task)) {
        const auto bytes = work(task);
        const std::uint64_t size = bytes.size();
        if (!write_all(socket, &size, sizeof size) || !write_all(socket, bytes.data(), bytes.size())) break;
    }
    _exit(0);  // nothing of the parent's is flushed or destroyed twice
}

class Worker {
public:
    Worker(const std::vector<std::unique_ptr<Worker>>& others, int threads, const WorkerPool::Work& work) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no socket for a worker");
        std::fflush(nullptr);
        pid_ = fork();
        if (pid_ < 0) throw std::runtime_error(fmt::format("no process for a worker: {}", std::strerror(errno)));
        if (pid_ == 0) {
            ::close(ends[0]);
            for (const auto& other : others)
                if (other) ::close(other->socket_);  // else it would not see the end when the parent closes
            serve(ends[1], threads, work);
        }
        ::close(ends[1]);
        socket_ = ends[0];
    }
    ~Worker() {
        ::close(socket_);
        if (task_) kill(pid_, SIGKILL);
        if (pid_ > 0) waitpid(pid_, nullptr, 0);
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void give(std::size_t task) {
        const std::uint64_t number = task;
        task_ = task;
        write_all(socket_, &number, sizeof number);  // should it be dead, reading will tell
    }

    /// The answer; nothing when the worker died.
    std::optional<std::string> answer() {
        std::uint64_t size = 0;
        if (!read_all(socket_, &size, sizeof size)) return {};
        std::string bytes(size, '\0');
        if (!read_all(socket_, bytes.data(), size)) return {};
        task_.reset();
        return bytes;
    }

    std::string death() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = 0;
        task_.reset();
        if (WIFSIGNALED(status))
            return fmt::format("its process was ended by signal {} ({}){}", WTERMSIG(status), strsignal(WTERMSIG(status)),
                               WTERMSIG(status) == SIGKILL ? ": perhaps there was not enough memory; use fewer workers" : "");
        return fmt::format("its process ended with code {}", WEXITSTATUS(status));
    }

    [[nodiscard]] int socket() const { return socket_; }
    [[nodiscard]] const std::optional<std::size_t>& task() const { return task_; }

private:
    pid_t pid_ = 0;
    int socket_ = -1;
    std::optional<std::size_t> task_;
};

}  // namespace

bool WorkerPool::run(const std::vector<std::size_t>& tasks, const Options& options, const Work& work, const Receive& receive) {
    const auto stopped = [&] { return options.stop && *options.stop; };
    std::size_t next = 0, ended = 0;
    std::vector<std::unique_ptr<Worker>> workers;
    const auto count = std::min(static_cast<std::size_t>(std::max(1, options.workers)), tasks.size());
    for (std::size_t n = 0; n < count; ++n) {
        workers.push_back(std::make_unique<Worker>(workers, options.threads, work));
        workers.back()->give(tasks[next++]);
    }
    while (ended < tasks.size()) {
        if (stopped()) return false;
        std::vector<pollfd> wanted;
        for (const auto& worker : workers) wanted.push_back({worker->task() ? worker->socket() : -1, POLLIN, 0});
        if (::poll(wanted.data(), wanted.size(), 200) <= 0) continue;  // time to look whether to stop
        for (std::size_t n = 0; n < workers.size(); ++n) {
            if (wanted[n].revents == 0) continue;
            const auto task = *workers[n]->task();
            auto bytes = workers[n]->answer();
            ++ended;
            if (bytes) {
                receive(task, std::move(*bytes), {});
            } else {
                receive(task, {}, workers[n]->death());
                workers[n].reset();
                workers[n] = std::make_unique<Worker>(workers, options.threads, work);
            }
            if (next < tasks.size()) workers[n]->give(tasks[next++]);
        }
    }
    return true;
}

}  // namespace galena
