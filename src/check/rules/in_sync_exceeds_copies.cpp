#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Channel& channel : c.model.channels) {
    if (!channel.in_sync || !channel.copies) continue;
    const std::int64_t needed = channel.in_sync->value, copies = channel.copies->value;
    if (needed < copies || copies < 1 || (needed == 1 && copies == 1)) continue;
    const bool never = needed > copies;
    Diagnostic& d =
        report(c, rule_in_sync_exceeds_copies, place_of(channel.in_sync.from, channel.from),
               never ? channel.name + " can never be written"
                     : channel.name + " can't be written when one copy is down",
               path_of(channel));
    if (!never) d.severity = Severity::Warning;
    d.labels.push_back({channel.copies.from.span, "the copies"});
    d.because = std::to_string(needed) + " copies must have a message, " + std::to_string(copies) +
                " exist" + (never ? "" : ": none may be missing, not even for an upgrade");
    if (copies > 1)
      d.fixes.push_back(value_fix("in-sync", std::to_string(copies - 1), channel.in_sync.from,
                                  FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("copies: " + std::to_string(needed + 1)));
  }
}

}  // namespace

const Rule rule_in_sync_exceeds_copies = {
    {"in-sync-exceeds-copies", Severity::Error, "messaging",
     "a channel demands as many copies as it has, or more"},
    {R"(A channel's `in-sync` is more than its copies (an error: nothing can ever be written) or the same (a warning: nothing can be written while one is away).)",
     R"(Writes then stop at the loss, or the upgrade, of any one broker: more copies make it less available. Two of three is the usual choice, and the one that the documentation of Apache Kafka gives for min.insync.replicas.)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, copies: 3, in-sync: 3 }
)",
     R"(channels:
  orders.events: { broker: kafka, partitions: 6, copies: 3, in-sync: 2 }
)",
     R"(When a message that might be lost is worse than one that can't be sent.)"},
    run};

}  // namespace scantling
