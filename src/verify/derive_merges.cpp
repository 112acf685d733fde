#include "verify/crdt.h"
#include "verify/protocol.h"

namespace scantling::verify {

void derive_merges(const Derivation& d) {
  for (const Store& store : d.model.stores) {
    if (!store.crdt) continue;
    const MergeResult result = check_merges(*make_crdt(*store.crdt));
    Builder b("store " + store.name, "stores." + store.name);
    const std::string type(to_text_enum(*store.crdt));
    b.sum({"converges", "stores." + store.name, result.converges ? Outcome::Holds : Outcome::Fails,
           result.converges ? type + ": merges agree in all " + std::to_string(result.histories) +
                                  " groups of 3 replicas after up to 3 updates"
                            : type + ": " + result.broken});
    if (*store.crdt == CrdtType::LwwRegister)
      b.note("of two writes at once to " + store.name +
             " the later one by clock counts and the other is gone: that is what lww-register "
             "means");
    d.out.push_back(b.finish(store.from.span));
  }
}

}  // namespace scantling::verify
