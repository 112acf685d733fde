// A few threads that do the pieces of one job after another. Piece i writes only result i, so the
// number of threads changes nothing but the time.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace scantling::verify {

class Workers {
 public:
  explicit Workers(int threads) {
    for (int i = 1; i < threads; ++i)
      threads_.emplace_back([this] { serve(); });
  }
  ~Workers() {
    quit_ = true;
    ++round_;
    round_.notify_all();
    for (std::thread& thread : threads_)
      thread.join();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void run(std::size_t pieces, const std::function<void(std::size_t)>& work) {
    if (threads_.empty() || pieces < 2) {
      for (std::size_t i = 0; i < pieces; ++i)
        work(i);
      return;
    }
    work_ = &work;
    pieces_ = pieces;
    next_ = 0;
    busy_ = static_cast<int>(threads_.size());
    ++round_;
    round_.notify_all();
    take();
    for (int left = busy_; left != 0; left = busy_)
      busy_.wait(left);
  }

 private:
  void take() {
    for (std::size_t i = next_++; i < pieces_; i = next_++)
      (*work_)(i);
  }
  void serve() {
    unsigned seen = 0;
    for (;;) {
      round_.wait(seen);
      seen = round_;
      if (quit_) return;
      take();
      if (--busy_ == 0) busy_.notify_all();
    }
  }

  std::vector<std::thread> threads_;
  const std::function<void(std::size_t)>* work_ = nullptr;
  std::size_t pieces_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<int> busy_{0};
  std::atomic<unsigned> round_{0};
  std::atomic<bool> quit_{false};
};

}  // namespace scantling::verify
