// The cluster over MPI. Rank 0 never waits for one rank: it looks for messages from any, and one
// that hasn't been heard of for a while is counted as lost. What it had is done again by another;
// should it come back, its result is taken or, when it is there already, dropped.
#ifdef SCANTLING_MPI

#include <mpi.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <optional>

#include <fmt/core.h>

#include "sweep/child.h"
#include "sweep/cluster.h"

namespace scantling::sweep {
namespace {

using Clock = std::chrono::steady_clock;

enum Tag : int { kReady = 1, kCampaign, kJob, kResult, kDied, kBeat, kBye };

constexpr int kMostDeaths = 3;  // of processes by one run
constexpr auto kBeatEvery = std::chrono::seconds(1);
constexpr auto kWithoutPlan = std::chrono::hours(1);  // rank 0 may have to design first

// How long a rank may be silent: a beat a second is sent, so this is a machine that is gone.
std::chrono::seconds patience() {
  const char* text = std::getenv("SCANTLING_MPI_PATIENCE_SECONDS");
  const int seconds = text == nullptr ? 0 : std::atoi(text);
  return std::chrono::seconds(seconds > 0 ? std::min(seconds, 3600) : 30);
}

void send(int to, Tag tag, const void* bytes, std::size_t size) {
  MPI_Send(bytes, static_cast<int>(size), MPI_BYTE, to, tag, MPI_COMM_WORLD);
}

struct Message {
  int from = 0, tag = 0;
  std::string bytes;
};

std::optional<Message> receive() {
  int there = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  if (MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &handle, &status) !=
          MPI_SUCCESS ||
      there == 0)
    return {};
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Message out{status.MPI_SOURCE, status.MPI_TAG, std::string(static_cast<std::size_t>(size), 0)};
  MPI_Mrecv(out.bytes.data(), size, MPI_BYTE, &handle, MPI_STATUS_IGNORE);
  return out;
}

std::uint64_t index_in(std::string_view bytes) {
  std::uint64_t index = UINT64_MAX;
  if (bytes.size() >= sizeof index) std::memcpy(&index, bytes.data(), sizeof index);
  return index;
}

// What rank 0 knows while it hands out runs.
class Dispatcher {
 public:
  Dispatcher(const std::string& campaign, const Plan& plan,
             const std::vector<std::uint64_t>& indices, int ranks, const Deliver& deliver)
      : plan_(plan),
        deliver_(deliver),
        campaign_(campaign),
        todo_(indices.begin(), indices.end()),
        left_(indices.size()),
        ranks_(static_cast<std::size_t>(ranks)) {
    for (const std::uint64_t index : indices)
      open_[index] = 0;
    for (Rank& rank : ranks_)
      rank.heard = Clock::now();
  }

  bool lost_any() const { return lost_any_; }

  Expected<void> run(const std::function<bool()>& stop) {
    auto beat = Clock::now();
    while (left_ > 0 && !(stop && stop())) {
      bool any = false;
      while (auto message = receive()) {
        any = true;
        take(*message);
      }
      if (auto ok = deliver_all(); !ok) return ok;
      if (Clock::now() - beat >= kBeatEvery) {
        beat = Clock::now();
        for (std::size_t r = 1; r < ranks_.size(); ++r)
          if (ranks_[r].ready && !ranks_[r].lost) send(static_cast<int>(r), kBeat, nullptr, 0);
        look_for_lost();
        if (std::all_of(ranks_.begin() + 1, ranks_.end(), [](const Rank& r) { return r.lost; }))
          return fail("every other rank is lost; the same command goes on from here");
      }
      give_out();
      if (!any) usleep(500);
    }
    return {};
  }

 private:
  struct Rank {
    bool ready = false, lost = false;
    std::optional<std::uint64_t> job;
    Clock::time_point heard;
  };

  void take(const Message& message) {
    Rank& rank = ranks_[static_cast<std::size_t>(message.from)];
    rank.heard = Clock::now();
    if (rank.lost) fmt::print(stderr, "scantling: rank {} is back\n", message.from);
    rank.lost = false;
    if (message.tag == kReady) {
      rank.ready = true;
      // Not waited for: a rank that is lost meanwhile would never take it.
      MPI_Request request = MPI_REQUEST_NULL;
      MPI_Isend(campaign_.data(), static_cast<int>(campaign_.size()), MPI_BYTE, message.from,
                kCampaign, MPI_COMM_WORLD, &request);
      MPI_Request_free(&request);
    } else if (message.tag == kResult) {
      rank.job.reset();
      RunRecord record;
      if (unpack(message.bytes, record)) finish(std::move(record));
    } else if (message.tag == kDied) {
      rank.job.reset();
      again(index_in(message.bytes),
            message.bytes.size() > 8 ? message.bytes.substr(8) : std::string("unknown"));
    }
  }

  void finish(RunRecord record) {
    const auto open = open_.find(index_of(plan_, record.unit));
    if (open == open_.end()) return;  // came back late, and another did it
    open_.erase(open);
    finished_.push_back(std::move(record));
  }

  // The process that did this run is gone.
  void again(std::uint64_t index, const std::string& how) {
    const auto open = open_.find(index);
    if (open == open_.end()) return;
    if (++open->second < kMostDeaths) {
      todo_.push_front(index);
      return;
    }
    RunRecord record;
    record.unit = unit_at(plan_, index);
    record.state = RunState::Failed;
    record.message = fmt::format("{} processes died of it, the last by {}", kMostDeaths, how);
    finish(std::move(record));
  }

  void look_for_lost() {
    for (std::size_t r = 1; r < ranks_.size(); ++r) {
      Rank& rank = ranks_[r];
      if (rank.lost || Clock::now() - rank.heard < patience()) continue;
      rank.lost = lost_any_ = true;
      fmt::print(stderr, "scantling: rank {} is not heard of any more; its run is done again\n", r);
      if (rank.job) again(*rank.job, "the loss of its rank");
      rank.job.reset();
    }
  }

  void give_out() {
    for (std::size_t r = 1; r < ranks_.size(); ++r) {
      Rank& rank = ranks_[r];
      if (!rank.ready || rank.lost || rank.job) continue;
      while (!todo_.empty() && !open_.contains(todo_.front()))
        todo_.pop_front();  // a rank that came back has done it
      if (todo_.empty()) return;
      rank.job = todo_.front();
      todo_.pop_front();
      send(static_cast<int>(r), kJob, &*rank.job, sizeof *rank.job);
    }
  }

  Expected<void> deliver_all() {
    if (finished_.empty()) return {};
    auto ok = deliver_(finished_);
    left_ -= finished_.size();
    finished_.clear();
    return ok;
  }

  const Plan& plan_;
  const Deliver& deliver_;
  const std::string& campaign_;
  std::deque<std::uint64_t> todo_;
  std::map<std::uint64_t, int> open_;  // not finished: how many processes died of it
  std::vector<RunRecord> finished_;    // not delivered yet
  std::size_t left_;
  std::vector<Rank> ranks_;
  bool lost_any_ = false;
};

// What a rank that computes holds.
class Worker {
 public:
  // Whether all others are there to end the MPI with.
  bool end_with_others() const { return end_with_others_; }

  bool run() {
    send(0, kReady, nullptr, 0);
    heard_ = beat_ = Clock::now();
    for (;;) {
      while (const auto message = receive()) {
        heard_ = Clock::now();
        if (message->tag == kBye) {
          end_with_others_ = message->bytes.empty();
          return true;
        }
        if (!take(*message)) return false;
      }
      if (job_) {
        if (!look_at_child()) return false;
      } else {
        usleep(500);
      }
      const auto now = Clock::now();
      const auto longest = child_ ? std::chrono::duration_cast<Clock::duration>(10 * patience())
                                  : std::chrono::duration_cast<Clock::duration>(kWithoutPlan);
      if (now - heard_ > longest) return false;  // rank 0 is gone
      if (now - beat_ >= kBeatEvery) {
        beat_ = now;
        send(0, kBeat, nullptr, 0);
      }
    }
  }

 private:
  bool take(const Message& message) {
    if (message.tag == kCampaign) {
      PackedCampaign campaign;
      if (!unpack(message.bytes, campaign)) return false;
      auto base = BaseModel::read(std::move(campaign.text), std::move(campaign.path));
      if (!base) return false;
      child_.reset();
      base_ = std::make_unique<BaseModel>(std::move(*base));
      plan_ = std::make_unique<Plan>(std::move(campaign.plan));
      child_ = std::make_unique<Child>(*base_, *plan_);
    } else if (message.tag == kJob && child_) {
      job_ = index_in(message.bytes);
      if (const auto ok = child_->begin(*job_); !ok) died(ok.error().message);
    }
    return true;
  }

  bool look_at_child() {
    std::string bytes;
    switch (child_->wait(5, bytes)) {
      case Child::Answer::NotYet: break;
      case Child::Answer::Record:
        job_.reset();
        send(0, kResult, bytes.data(), bytes.size());
        break;
      case Child::Answer::Died: died(bytes); break;
    }
    return true;
  }

  void died(const std::string& how) {
    std::string bytes(sizeof(std::uint64_t), 0);
    std::memcpy(bytes.data(), &*job_, sizeof(std::uint64_t));
    bytes += how;
    job_.reset();
    send(0, kDied, bytes.data(), bytes.size());
  }

  std::unique_ptr<BaseModel> base_;
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<Child> child_;
  std::optional<std::uint64_t> job_;
  Clock::time_point heard_, beat_;
  bool end_with_others_ = true;
};

}  // namespace

Expected<Cluster> Cluster::join() {
  if (MPI_Init(nullptr, nullptr) != MPI_SUCCESS) return fail("MPI can't be started");
  // What goes wrong with one rank is for us to see, not the end of the job.
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  Cluster out;
  MPI_Comm_rank(MPI_COMM_WORLD, &out.rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &out.size_);
  return out;
}

Expected<void> Cluster::run(const BaseModel& base, const Plan& plan,
                            const std::vector<std::uint64_t>& indices,
                            const std::function<bool()>& stop, const Deliver& deliver) {
  // Static: a message to a rank that is lost may never be taken, and stays the MPI's to read.
  static std::string campaign;
  campaign = packed(base, plan);
  Dispatcher dispatcher(campaign, plan, indices, size_, deliver);
  auto result = dispatcher.run(stop);
  lost_ = lost_ || dispatcher.lost_any();
  return result;
}

// MPI_Finalize waits for every rank: with one that is lost it may wait for ever, so that nobody
// calls it then.
void Cluster::dismiss() {
  const char lost = 1;
  for (int r = 1; r < size_; ++r)
    send(r, kBye, &lost, lost_ ? 1 : 0);
  if (!lost_) MPI_Finalize();
}

bool Cluster::work() {
  Worker worker;
  const bool done = worker.run();
  if (done && worker.end_with_others()) MPI_Finalize();
  return done;
}

}  // namespace scantling::sweep

#endif
