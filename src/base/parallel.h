// Independent pieces of work on several threads. Piece i writes only result i, so the number of
// threads changes nothing but the time.
#pragma once

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace scantling {

// How many threads `jobs` stands for: itself, or one a core for 0 and less.
inline int thread_count(int jobs) {
  return jobs > 0 ? jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// Runs work(0) .. work(pieces - 1), each once, begun in this order, on so many threads (0: one a
// core) and the caller's among them. `work` must not throw.
template <class Work>
void in_parallel(int jobs, int pieces, const Work& work) {
  jobs = std::min(thread_count(jobs), pieces);
  std::atomic<int> next{0};
  const auto run = [&] {
    for (int i = next++; i < pieces; i = next++)
      work(i);
  };
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j)
    threads.emplace_back(run);
  run();
  for (std::thread& thread : threads)
    thread.join();
}

}  // namespace scantling
