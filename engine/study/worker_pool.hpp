#pragma once
// Work spread over processes: each task runs by itself in a worker, and this process alone receives what comes back. A worker that dies
// takes only its task with it.

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace galena {

class WorkerPool {
public:
    struct Options {
        int workers = 1;
        int threads = 1;                          ///< of each worker
        const std::atomic<bool>* stop = nullptr;  ///< set: no task is finished any more
    };
    /// Called in a worker; what it returns is sent back. It must not throw.
    using Work = std::function<std::string(std::size_t task)>;
    /// Called here, in the order tasks end. `death` says why a worker died in its task; its bytes are then empty.
    using Receive = std::function<void(std::size_t task, std::string bytes, const std::string& death)>;

    /// Does all tasks; false when it was stopped before. Call it where no thread of OpenMP was started yet when threads > 1: they do not
    /// survive a fork. Throws std::runtime_error when the system gives no more processes.
    static bool run(const std::vector<std::size_t>& tasks, const Options& options, const Work& work, const Receive& receive);
};

}  // namespace galena
