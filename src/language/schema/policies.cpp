// How one element calls another: timeouts, retries, breakers, hedges, bulkheads.
#include "language/reader.h"
#include "language/table.h"
#include "language/writer.h"

namespace scantling {

SCANTLING_STRUCTURE(RetryPolicy) {
  static constexpr Entry kEntries[] = {
      field<&RetryPolicy::attempts>("attempts", "in all, the first included; 1 means no retry")
          .eg("3"),
      field<&RetryPolicy::on>("on", "what is tried again")
          .eg("[timeout, error]")
          .by_default("timeout, error and rejected"),
      field<&RetryPolicy::backoff>("backoff",
                                   "wait before the second attempt; doubled before each "
                                   "later one")
          .eg("20ms"),
      field<&RetryPolicy::cap>("cap", "longest wait").eg("1s"),
      field<&RetryPolicy::jitter>("jitter", "how the wait is spread").eg("full").by_default("none"),
      field<&RetryPolicy::budget>("budget", "retries per first attempt, at most").eg("10%"),
  };
  static constexpr StructType kType{
      .name = "retry policy",
      .about = "Whether and when a failed call is tried again",
      .entries = kEntries,
      .finish = [](Reader& reader, const Place&, void* object) {
        const auto& retry = *static_cast<const RetryPolicy*>(object);
        if (retry.backoff && retry.cap && *retry.cap < *retry.backoff)
          reader.contradiction(
              retry.cap.from.span,
              "cap " + to_text(*retry.cap) + " is less than backoff " + to_text(*retry.backoff),
              "the cap is the longest wait, so at least the first one");
      }};
  return kType;
}

SCANTLING_STRUCTURE(BreakerPolicy) {
  static constexpr Entry kEntries[] = {
      field<&BreakerPolicy::failures>("failures",
                                      "what opens it: a share of the window, or a "
                                      "number in a row")
          .eg("50%"),
      field<&BreakerPolicy::over>("over", "calls in the window")
          .as(calls_count_type)
          .eg("20 calls"),
      field<&BreakerPolicy::open>("open", "how long no call goes through").eg("5s"),
      field<&BreakerPolicy::probes>("probes", "calls let through before it closes again").eg("3"),
  };
  static constexpr StructType kType{.name = "breaker",
                                    .about = "When calls to a failing element stop for a while",
                                    .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(HedgePolicy) {
  static constexpr Entry kEntries[] = {
      field<&HedgePolicy::after>("after", "delay before a second call; the first answer wins")
          .eg("50ms"),
      field<&HedgePolicy::at_most>("at-most", "share of the calls that may be doubled").eg("5%"),
      field<&HedgePolicy::tied>("tied", "whichever call starts first takes the other one back")
          .eg("true")
          .by_default("false"),
  };
  static constexpr StructType kType{
      .name = "hedge", .about = "A second call when the first one is slow", .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(BulkheadPolicy) {
  static constexpr Entry kEntries[] = {
      field<&BulkheadPolicy::calls>("calls", "in flight, per instance of the caller").eg("20"),
      field<&BulkheadPolicy::waiting>("waiting", "that may wait for a place")
          .as(unbounded_count_type)
          .eg("10"),
  };
  static constexpr StructType kType{
      .name = "bulkhead",
      .about = "How many calls may be in flight to one element",
      .entries = kEntries,
      // `at-once: 20` for `at-once: { calls: 20 }`.
      .read_text =
          [](Reader& reader, const Place& place, void* object) {
            auto& bulkhead = *static_cast<BulkheadPolicy*>(object);
            if (!reader.read(count_type, place, &bulkhead.calls.value)) return false;
            bulkhead.calls.from = reader.given(place);
            return true;
          },
      .text_forms = "20",
      .text_pattern = "^[0-9]+k?$"};
  return kType;
}

SCANTLING_STRUCTURE(ThrottlePolicy) {
  static constexpr Entry kEntries[] = {
      field<&ThrottlePolicy::accepts>("accepts",
                                      "calls sent for one that is accepted, before "
                                      "the caller refuses some itself")
          .eg("x2")
          .by_default("x2"),
      field<&ThrottlePolicy::over>("over", "time that it looks back").eg("2min").by_default("2min"),
  };
  static constexpr StructType kType{
      .name = "throttle",
      .about = "A caller that sends less while the callee refuses much",
      .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(CallPolicy) {
  static constexpr Entry kEntries[] = {
      field<&CallPolicy::timeout>("timeout", "how long the caller waits").eg("150ms"),
      field<&CallPolicy::retry>("retry", "what is tried again, and when")
          .eg("{ attempts: 2, backoff: 20ms, jitter: full, budget: 10% }"),
      field<&CallPolicy::breaker>("breaker", "when calls stop for a while")
          .eg("{ failures: 50%, over: 20 calls, open: 5s, probes: 3 }"),
      field<&CallPolicy::hedge>("hedge", "a second call when the first is slow")
          .eg("{ after: 50ms, at-most: 5% }"),
      field<&CallPolicy::at_once>("at-once", "calls in flight (a bulkhead)")
          .eg("{ calls: 20, waiting: 10 }"),
      field<&CallPolicy::throttle>("throttle", "send less while much is refused")
          .eg("{ accepts: x2, over: 2min }"),
      field<&CallPolicy::deadline>("deadline", "whether the callee is told when to give up")
          .eg("propagate")
          .by_default("none"),
  };
  static constexpr StructType kType{.name = "call policy",
                                    .about = "What a caller does about slowness and failure",
                                    .entries = kEntries};
  return kType;
}

SCANTLING_STRUCTURE(Policy) {
  static constexpr StructType kType{
      .name = "policy",
      .about = "A named bundle of call policy, taken over by steps with `use`",
      .flat = &structure_of<CallPolicy>,
      .flat_at = [](void* object) -> void* { return &static_cast<Policy*>(object)->policy; }};
  return kType;
}

}  // namespace scantling
