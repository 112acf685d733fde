// What the engine notes about single requests when somebody wants to see them. Filled only in runs
// that have one; every use stands behind a request's being traced.
#pragma once

#include <cstdint>
#include <vector>

#include "simulate/program.h"
#include "simulate/records.h"
#include "simulate/traces.h"

namespace scantling::sim {

struct RawSpan {
  std::uint32_t request = 0;
  std::uint32_t parent = none;
  SpanKind kind = SpanKind::Internal;
  std::uint32_t what = none;  // Server, Consumer: endpoint; Client, Producer: edge; Internal: hop
  std::uint32_t instance = none;  // where it was seen
  std::uint32_t callee = none;    // Client, Producer: instance
  std::uint16_t attempt = 1;
  bool hedge = false;
  Cause cause = Cause::None;
  Time start = 0, end = never;
};

class SpanLog {
 public:
  SpanLog(const Program& program, int count);

  // True: this request of the source is one to be traced.
  bool takes(std::uint32_t source);

  // `slot` is the frame's index of traces; each frame of a traced request has one.
  void begin_request(std::uint32_t slot, std::uint32_t operation, std::uint32_t endpoint,
                     std::uint32_t instance, Time now);
  void begin_call(std::uint32_t caller_slot, std::uint32_t slot, std::uint32_t edge,
                  std::uint32_t caller, std::uint32_t callee, Time now);
  void name_attempt(std::uint32_t slot, Handle call, std::uint16_t ticket, std::uint16_t attempt,
                    bool hedge);
  void arrived(std::uint32_t slot, std::uint32_t endpoint, std::uint32_t instance, Time now);
  void share(std::uint32_t parent_slot, std::uint32_t slot);
  void segment(std::uint32_t slot, std::uint32_t hop, Time from, Time to);
  void finished(std::uint32_t slot, Cause cause, Time now);  // at the instance
  void attempt_ended(Handle call, std::uint16_t ticket, Cause cause, Time now);
  void released(std::uint32_t slot, Cause cause, Time now);
  void published(std::uint32_t slot, Handle message);
  bool knows(Handle message) const;
  void handled(std::uint32_t slot, Handle message, std::uint32_t endpoint, std::uint32_t instance,
               Time now);
  void forget(Handle message);

  const std::vector<RawSpan>& spans() const { return spans_; }
  const std::vector<std::uint32_t>& operations() const { return operations_; }  // per request

 private:
  struct Slot {
    std::uint32_t inside = none;                 // the span that encloses what the frame does
    std::uint32_t server = none, client = none;  // spans that end with the frame
  };
  struct Waiting {
    Handle of;
    std::uint16_t ticket = 0;
    std::uint32_t span = none;
  };

  Slot& slot(std::uint32_t i);
  std::uint32_t open(RawSpan span);
  void close(std::uint32_t span, Cause cause, Time now);

  const Program& program_;
  std::vector<std::uint64_t> every_, quota_, seen_;  // per source
  std::vector<RawSpan> spans_;
  std::vector<std::uint32_t> operations_;
  std::vector<Slot> slots_;
  std::vector<Waiting> attempts_, messages_;
};

// Spans with names, by request, in order of their start.
std::vector<SimulatedTrace> to_traces(const Program& program, const SpanLog& log, Time from,
                                      Time end);

}  // namespace scantling::sim
