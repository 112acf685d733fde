#include "sweep/crew.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace scantling::sweep {
namespace {

constexpr std::size_t kMostWaiting = 256;  // records that are not delivered yet

// Records on their way from the workers to the one that delivers.
class Outbox {
 public:
  explicit Outbox(std::size_t workers) : working_(workers) {}

  void put(RunRecord record) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [&] { return waiting_.size() < kMostWaiting || closed_; });
    waiting_.push_back(std::move(record));
    some_.notify_one();
  }
  void worker_ends() {
    const std::lock_guard lock(mutex_);
    --working_;
    some_.notify_one();
  }
  // Everything that waits; nothing when all workers have ended.
  std::vector<RunRecord> take() {
    std::unique_lock lock(mutex_);
    some_.wait(lock, [&] { return !waiting_.empty() || working_ == 0; });
    std::vector<RunRecord> out;
    out.swap(waiting_);
    room_.notify_all();
    return out;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable some_, room_;
  std::vector<RunRecord> waiting_;
  std::size_t working_;
  bool closed_ = false;
};

}  // namespace

Expected<void> run_on_threads(const BaseModel& base, const Plan& plan,
                              const std::vector<std::uint64_t>& indices, int jobs,
                              const std::function<bool()>& stop, const Deliver& deliver) {
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t wanted = jobs > 0 ? static_cast<std::size_t>(jobs) : std::size_t{cores};
  const std::size_t workers = std::min(wanted, indices.size());
  Outbox outbox(workers);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> broken{false};
  const std::function<bool()> ends = [&] { return broken.load() || (stop && stop()); };
  const auto work = [&] {
    Campaign campaign(base, plan);
    while (!ends()) {
      const std::size_t i = next++;
      if (i >= indices.size()) break;
      RunRecord record;
      if (campaign.run(unit_at(plan, indices[i]), ends, record)) outbox.put(std::move(record));
    }
    outbox.worker_ends();
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < workers; ++i)
    threads.emplace_back(work);
  Expected<void> result;
  for (;;) {
    const std::vector<RunRecord> records = outbox.take();
    if (records.empty()) break;
    if (!result) continue;
    result = deliver(records);
    if (!result) {
      broken = true;
      outbox.close();
    }
  }
  for (std::thread& t : threads)
    t.join();
  return result;
}

}  // namespace scantling::sweep
