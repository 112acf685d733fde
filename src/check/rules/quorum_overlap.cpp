#include "check/rule_support.h"

namespace scantling {
namespace {

void run(const CheckContext& c) {
  for (const Store& store : c.model.stores) {
    if (!store.consistency || store.consistency->kind != ConsistencyKind::Quorum || !store.copies)
      continue;
    const auto [read, write] = store.consistency->quorum;
    const std::int64_t copies = store.copies->value;
    const bool stale = read + write <= copies, split = 2 * write <= copies;
    const bool never = read > copies || write > copies;
    if (!stale && !split && !never) continue;
    std::string title = store.name + " may read what was overwritten";
    std::string because = "R + W = " + std::to_string(read) + " + " + std::to_string(write) +
                          " = " + std::to_string(read + write) +
                          ", not more than N = " + std::to_string(copies);
    std::string effect = "a read asks copies that no acknowledged write has reached";
    if (never) {
      title = store.name + " asks for more copies than it has";
      because = "R = " + std::to_string(read) + " and W = " + std::to_string(write) +
                " of N = " + std::to_string(copies) + " copies";
      effect = "such a request always fails";
    } else if (!stale) {
      title = store.name + " accepts two writes that never meet";
      because = "2 W = " + std::to_string(2 * write) +
                ", not more than N = " + std::to_string(copies) +
                ": two writes may reach different copies only";
      effect = "of two writes at once both succeed and one is lost";
    }
    Diagnostic& d = report(c, rule_quorum_overlap, place_of(store.consistency.from, store.from),
                           std::move(title), path_of(store));
    if (!never && !stale) d.severity = Severity::Warning;
    d.because = because;
    d.effect = effect;
    d.labels.push_back({store.copies.from.span, "N"});
    const std::string both = std::to_string(copies / 2 + 1);
    d.fixes.push_back(value_fix("consistency", "quorum read " + both + " write " + both,
                                store.consistency.from, FixSafety::Unsafe));
    d.fixes.push_back(manual_fix("consistency: eventual, where old data are allowed"));
  }
}

}  // namespace

const Rule rule_quorum_overlap = {
    {"quorum-overlap", Severity::Error, "data", "read and write quorums need not share a copy"},
    {R"(A store with quorums reads R and writes W of N copies with R + W <= N (an error: a read may miss the last write), with 2 W <= N (a warning: two writes may miss each other), or with more than N (an error).)",
     R"(The guarantee that the name promises comes from the overlap alone (Gifford, "Weighted Voting for Replicated Data", SOSP 1979). R = W = 1 of 3 is eventual consistency with another name.)",
     R"(stores:
  carts: { engine: cassandra, copies: 3, consistency: quorum read 1 write 1 }
)",
     R"(stores:
  carts: { engine: cassandra, copies: 3, consistency: quorum read 2 write 2 }
)",
     R"(Never as `quorum`: say `eventual`, so that everybody knows.)"},
    run};

}  // namespace scantling
