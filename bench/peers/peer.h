// What the programs that run our systems in other simulators share: the systems, random numbers,
// what is measured and how it is printed. Such a program has two functions of its own: one that
// does something after a delay, and one that runs until a time.
//
//   peer SYSTEM SECONDS SEED    SYSTEM: mm1 | mmc | forkjoin; SECONDS: simulated
//
// prints a line: requests, processor seconds, and for the whole and each station the mean time in
// seconds with the half width of its 99.9% interval, by 30 batches.
#pragma once

#include <time.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace peer {

// One request on its way: when it came in, where it is, and how many of its branches are open.
struct Request {
  double began = 0, reached = 0;  // seconds; the second: at the station that it is at
  double other_reached = 0;       // of the other branch
  int open = 0;
};

// Exponential times by inversion from one 64-bit generator.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double exponential(double mean) {
    const double u = static_cast<double>((engine_() >> 11) + 1) * 0x1p-53;
    return -mean * std::log(u);
  }

 private:
  std::mt19937_64 engine_;
};

// A mean over time in order, with an interval by batches.
class Mean {
 public:
  void add(double x) {
    sum_ += x;
    if (++in_batch_ < size_) return;
    batches_.push_back(sum_ / static_cast<double>(size_));
    sum_ = 0;
    in_batch_ = 0;
    if (batches_.size() < 2 * kBatches) return;
    for (std::size_t i = 0; i < kBatches; ++i)
      batches_[i] = (batches_[2 * i] + batches_[2 * i + 1]) / 2;
    batches_.resize(kBatches);
    size_ *= 2;
  }
  void print() const {
    double mean = 0, squares = 0;
    const auto n = static_cast<double>(batches_.size());
    for (double b : batches_)
      mean += b / n;
    for (double b : batches_)
      squares += (b - mean) * (b - mean);
    // Student's t for 99.9% and 29 degrees of freedom or more is at most 3.66.
    std::printf(" %.9g %.3g", mean, 3.66 * std::sqrt(squares / (n - 1) / n));
  }

 private:
  static constexpr std::size_t kBatches = 30;
  std::vector<double> batches_;
  double sum_ = 0;
  std::uint64_t in_batch_ = 0, size_ = 1;
};

inline double processor_seconds() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

// gateway, a, b, c, d of forkjoin; the only station of the others.
struct Shape {
  bool fork_join = false;
  int servers = 1;
  double rate = 0, work_seconds = 0;
  std::size_t stations() const { return fork_join ? 5 : 1; }
};

inline Shape shape_of(const std::string& name) {
  if (name == "mm1") return {false, 1, 800, .001};
  if (name == "mmc") return {false, 8, 10'000, .7 * 8 / 10'000};
  if (name == "forkjoin") return {true, 8, 10'000, .7 * 8 / 10'000};
  std::fprintf(stderr, "no system '%s': mm1, mmc or forkjoin\n", name.c_str());
  std::exit(2);
}

// What was measured; requests of the first tenth of the time are not counted.
struct Results {
  std::uint64_t requests = 0;
  Mean whole;
  std::vector<Mean> stations;
  double warm_up = 0;

  void print(double seconds) const {
    std::printf("%llu %.6f", static_cast<unsigned long long>(requests), seconds);
    whole.print();
    for (const Mean& m : stations)
      m.print();
    std::printf("\n");
  }
};

// The systems over callbacks: FIFO stations with so many servers. `Clock` gives now(), and
// after(delay, network, station, request), which calls network.done(station, request) then.
template <class Clock>
class Network {
 public:
  Network(Clock& clock, const Shape& shape, std::uint64_t seed, double until)
      : clock_(clock),
        shape_(shape),
        random_(seed),
        queues_(shape.stations()),
        busy_(shape.stations(), 0) {
    results_.stations.resize(shape.stations());
    results_.warm_up = until / 10;
  }

  void arrive() {
    Request* r = free_.empty() ? new Request : free_.back();
    if (!free_.empty()) free_.pop_back();
    r->began = clock_.now();
    enter(0, r);
    clock_.next_arrival(random_.exponential(1 / shape_.rate), *this);
  }

  void done(std::size_t station, Request* r) {
    --busy_[station];
    if (!queues_[station].empty()) {
      Request* next = queues_[station].front();
      queues_[station].pop_front();
      start(station, next);
    }
    const double now = clock_.now();
    if (r->began >= results_.warm_up)
      results_.stations[station].add(now - (station == 3 ? r->other_reached : r->reached));
    if (!shape_.fork_join || station == 4) return leave(r);
    if (station == 0) return enter(1, r);
    if (station == 1) {
      r->open = 2;
      enter(2, r);
      return enter(3, r);
    }
    if (--r->open == 0) enter(4, r);
  }

  const Results& results() const { return results_; }

 private:
  void enter(std::size_t station, Request* r) {
    (station == 3 ? r->other_reached : r->reached) = clock_.now();
    if (busy_[station] < shape_.servers)
      start(station, r);
    else
      queues_[station].push_back(r);
  }
  void start(std::size_t station, Request* r) {
    ++busy_[station];
    clock_.after(random_.exponential(shape_.work_seconds), *this, station, r);
  }
  void leave(Request* r) {
    ++results_.requests;
    if (r->began >= results_.warm_up) results_.whole.add(clock_.now() - r->began);
    free_.push_back(r);
  }

  Clock& clock_;
  Shape shape_;
  Random random_;
  std::vector<std::deque<Request*>> queues_;
  std::vector<int> busy_;
  std::vector<Request*> free_;
  Results results_;
};

struct Arguments {
  Shape shape;
  double until = 0;
  std::uint64_t seed = 1;
};
inline Arguments arguments(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s mm1|mmc|forkjoin SECONDS SEED\n", argv[0]);
    std::exit(2);
  }
  return {shape_of(argv[1]), std::atof(argv[2]), std::strtoull(argv[3], nullptr, 10)};
}

}  // namespace peer
